package system

import (
	"context"
	"errors"
	"strconv"

	"countersign/methods"
	"countersign/methods/signin"
	"countersign/session"
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

// login makes a session for the credentials, and ends a live one that came with the
// request.
func (m *module) login(ctx context.Context, c *methods.Call, cred session.Credentials, wish session.Terms) (session.Grant, error) {
	return m.door().Login(ctx, c, cred, wish)
}

func (m *module) door() signin.Door {
	return signin.Door{Sessions: m.cfg.Sessions, Terms: m.cfg.Terms}
}

func origin(c *methods.Call) session.Origin { return signin.Origin(c) }

func by(c *methods.Call) session.By { return signin.By(c) }

func loginError(err error) error { return signin.LoginError(err) }

func sessionError(err error) error { return signin.Error(err) }

func busy(err error, public string) error { return signin.Busy(err, public) }
