package signin

import (
	"context"

	"countersign/methods"
	"countersign/session"
	"countersign/session/audit"
)

// MaxBody bounds the bytes of requests that log in or out (requirements, table of
// numbers).
const MaxBody = 16 << 10

// Door makes the sessions of a module's logins.
type Door struct {
	Sessions *session.Manager
	// Terms are the limits of new sessions by dialect name.
	Terms map[string]session.Terms
}

// Login makes a session for the credentials; what the wish adds to the dialect's terms
// is ReadOnly, OnlyPeer and Converse. A live session that came with the request is
// ended (requirements SES-4). Errors: *session.More if the wish lets the login ask for
// more; KindLoginRefused, KindThrottled, those of Error.
func (d Door) Login(ctx context.Context, c *methods.Call, cred session.Credentials, wish session.Terms) (session.Grant, error) {
	if err := c.Env.ReserveLogin(); err != nil {
		return session.Grant{}, err
	}
	cred.Peer = c.Client.Peer
	terms := d.Terms[c.Client.Dialect]
	terms.ReadOnly, terms.OnlyPeer, terms.Converse = wish.ReadOnly, wish.OnlyPeer, wish.Converse
	terms.Origin = Origin(c)
	grant, err := d.Sessions.Login(ctx, cred, terms)
	return d.enter(ctx, c, grant, err)
}

// Continue goes on with a login that asked for more, by the nonce as it was given; it is
// like Login otherwise.
func (d Door) Continue(ctx context.Context, c *methods.Call, nonce string, answers []session.Password) (session.Grant, error) {
	if err := c.Env.ReserveLogin(); err != nil {
		return session.Grant{}, err
	}
	secret, ok := session.ParseSecret(nonce)
	if !ok {
		return session.Grant{}, methods.Errorf(methods.KindLoginRefused, "login refused")
	}
	grant, err := d.Sessions.Continue(ctx, secret, answers, session.Credentials{Peer: c.Client.Peer})
	return d.enter(ctx, c, grant, err)
}

// enter ends the session that a login came with. If it cannot be ended, the new one is
// not handed out.
func (d Door) enter(ctx context.Context, c *methods.Call, grant session.Grant, err error) (session.Grant, error) {
	if err != nil {
		return session.Grant{}, LoginError(err)
	}
	if old, ok := session.FromContext(ctx); ok {
		if err := d.Sessions.End(ctx, old, By(c)); err != nil {
			d.Sessions.Withdraw(&grant.Session, By(c))
			return session.Grant{}, Error(err)
		}
	}
	return grant, nil
}

// Origin says how the call came in.
func Origin(c *methods.Call) session.Origin {
	return session.Origin{
		Agent: c.Client.UserAgent, Endpoint: c.Client.Endpoint, Dialect: c.Client.Dialect, Request: c.Client.Request,
	}
}

// By names the caller to the audit.
func By(c *methods.Call) session.By {
	b := session.By{Peer: c.Client.Peer, Origin: Origin(c)}
	if c.Caller != nil {
		b.Actor = audit.Known(c.Caller.Name)
	}
	return b
}
