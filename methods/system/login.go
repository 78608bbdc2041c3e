package system

import (
	"context"
	"errors"
	"strconv"
	"time"

	"countersign/methods"
	"countersign/session"
	"countersign/session/audit"
)

// text is a user name or password. A digits-only one may come as an integer, because
// Perl's RPC::XML guesses types; any other type is refused (phpgroupware contract
// §2.1).
type text string

// RPCSchema implements methods.Describer.
func (*text) RPCSchema() *methods.Schema { return &methods.Schema{Type: methods.TypeString} }

// BindValue implements methods.Binder.
func (t *text) BindValue(v methods.Value) error {
	switch v.Type() {
	case methods.TypeString:
		*t = text(v.Text())
	case methods.TypeInt, methods.TypeLong:
		*t = text(strconv.FormatInt(v.Int(), 10))
	default:
		return errors.New("wanted string, got " + v.Type().String())
	}
	return nil
}

// login makes a session for the credentials. A live session that came with the
// request is ended (requirements SES-4).
func (m *module) login(ctx context.Context, c *methods.Call, cred session.Credentials, wish session.Terms) (session.Grant, error) {
	if err := c.Env.ReserveLogin(); err != nil {
		return session.Grant{}, err
	}
	cred.Peer = c.Client.Peer
	terms := m.cfg.Terms[c.Client.Dialect]
	terms.ReadOnly, terms.Converse, terms.Origin = wish.ReadOnly, wish.Converse, origin(c)
	grant, err := m.cfg.Sessions.Login(ctx, cred, terms)
	if err != nil {
		return session.Grant{}, loginError(err)
	}
	if old, ok := session.FromContext(ctx); ok {
		if err := m.cfg.Sessions.End(ctx, old, by(c)); err != nil {
			return session.Grant{}, sessionError(err)
		}
	}
	return grant, nil
}

// origin says how the call came in.
func origin(c *methods.Call) session.Origin {
	return session.Origin{
		Agent: c.Client.UserAgent, Endpoint: c.Client.Endpoint, Dialect: c.Client.Dialect, Request: c.Client.Request,
	}
}

// by names the caller to the audit.
func by(c *methods.Call) session.By {
	b := session.By{Peer: c.Client.Peer, Origin: origin(c)}
	if c.Caller != nil {
		b.Actor = audit.Known(c.Caller.Name)
	}
	return b
}

func loginError(err error) error {
	if _, refused := errors.AsType[*session.Refusal](err); refused {
		return methods.Wrap(methods.KindLoginRefused, err, "login refused")
	}
	if t, ok := errors.AsType[*session.Throttled](err); ok {
		return &methods.Error{
			Kind: methods.KindThrottled, Public: "too many attempts; try again later", RetryAfter: t.RetryAfter, Cause: err,
		}
	}
	return sessionError(err)
}

// sessionError gives the errors of session their kinds.
func sessionError(err error) error {
	switch {
	case errors.Is(err, session.ErrBusy):
		return busy(err, "too many logins are waiting; try again in a moment")
	case errors.Is(err, session.ErrUnavailable):
		return busy(err, "a part that is needed is out of reach; try again")
	case errors.Is(err, session.ErrOutcomeUnknown), errors.Is(err, context.DeadlineExceeded):
		return methods.Wrap(methods.KindOutcomeUnknown, err, "the outcome is unknown; it is safe to ask again")
	default:
		return err
	}
}

func busy(err error, public string) error {
	return &methods.Error{Kind: methods.KindBusy, Public: public, RetryAfter: 2 * time.Second, Cause: err}
}
