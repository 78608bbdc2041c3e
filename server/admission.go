package server

import (
	"context"
	"errors"
	"net/http"

	"countersign/methods"
	"countersign/session"
	"countersign/session/account"
	"countersign/session/apikey"
)

// admit turns the request's credentials into a caller. It runs before the body is
// read and never fails: a caller whose credentials do not hold is anonymous, and is
// refused by what it may not call.
func (x *exchange) admit(ctx context.Context, h http.Header) {
	x.credential, x.fromCookie = x.server.credentialOf(h, !x.get && !x.ep.dialect.NoCookies)
	x.prove(ctx)
	// One password check is what a request has: a login in it would be a second.
	x.loginReserved = x.verified
}

// recheck proves the credentials again: an element of a batch may come behind one that
// ended the session or changed what it may do (requirements INP-6).
func (x *exchange) recheck(ctx context.Context) {
	if x.caller != nil {
		x.prove(ctx)
	}
}

// prove makes the caller of the credential, or nobody.
func (x *exchange) prove(ctx context.Context) {
	var err error
	switch x.credential.kind {
	case noCredential:
		return
	case ofSession:
		err = x.proveSession(ctx)
	case ofPassword:
		err = x.provePassword(ctx)
	case ofKey:
		err = x.proveKey(ctx)
	default:
		err = session.ErrInvalid
	}
	if err != nil {
		x.caller, x.session, x.rejected = nil, session.Session{}, err
	}
	x.lendSession()
}

// lendSession lets methods find the session in the context.
func (x *exchange) lendSession() {
	x.ctx.session = nil
	if x.session.Identity != nil {
		x.ctx.session = &x.session
	}
}

// forget makes the exchange that of an anonymous caller.
func (x *exchange) forget() {
	x.caller, x.identity, x.session, x.keyID, x.rejected = nil, nil, session.Session{}, session.PublicID{}, nil
	x.credential, x.fromCookie, x.verified = credential{}, false, false
	x.lendSession()
}

func (x *exchange) proveSession(ctx context.Context) error {
	c := &x.credential
	if c.proof == (session.Proof{}) {
		c.proof = c.pair.Proof()
	}
	s, err := x.server.cfg.Sessions.CheckProof(ctx, c.proof)
	switch {
	case err != nil:
		return err
	// A client that names itself a server must hold a server's session
	// (phpgroupware contract §1.2).
	case x.client.ServerLogin && !s.Server,
		x.credential.user != "" && x.credential.user != s.Identity.Account.Name,
		!s.GoodAt(x.client.Peer):
		return session.ErrInvalid
	}
	same := x.caller != nil && s.Identity == x.session.Identity && s.ReadOnly == x.session.ReadOnly
	x.session = s
	if !same {
		x.setCaller(s.Identity, methods.Caller{Server: s.Server, ReadOnly: s.ReadOnly, Whole: !s.Child(), Rights: s.Rights()})
	}
	return nil
}

// provePassword verifies user name and password once per request; in a batch only the
// account is looked at again.
func (x *exchange) provePassword(ctx context.Context) error {
	if x.client.ServerLogin { // a server's password needs its user name too, which Basic has no place for
		return session.ErrInvalid
	}
	var who *session.Identity
	var err error
	if x.caller != nil {
		who, err = x.server.cfg.Sessions.Identity(ctx, x.caller.ID)
		if err == nil && who.Account.Disabled || errors.Is(err, account.ErrNotFound) {
			err = session.ErrInvalid
		}
	} else {
		who, x.verified, err = x.server.cfg.Sessions.Password(ctx, session.Credentials{
			Kind: account.User, Name: x.credential.user, Password: x.credential.password, Peer: x.client.Peer,
		}, x.origin())
	}
	if err != nil {
		return err
	}
	x.setCaller(who, methods.Caller{ReadOnly: who.Account.ReadOnly, Whole: true, Rights: who.Grants})
	return nil
}

func (x *exchange) proveKey(ctx context.Context) error {
	if x.server.cfg.Keys == nil {
		return session.ErrInvalid
	}
	p, err := x.server.cfg.Keys.Check(ctx, x.credential.key)
	if errors.Is(err, apikey.ErrInvalid) {
		// Guessing counts, for the address it comes from.
		return x.server.cfg.Sessions.BadKey(ctx, x.client.Peer, x.origin())
	} else if err != nil {
		return err
	}
	server := p.Identity.Account.Kind == account.Server
	if x.client.ServerLogin && !server {
		return session.ErrInvalid
	}
	x.keyID = p.ID
	x.setCaller(p.Identity, methods.Caller{Server: server, ReadOnly: p.ReadOnly, Rights: p.Rights})
	return nil
}

// setCaller makes the caller that an account is by its credential: by is what the
// credential says of it.
func (x *exchange) setCaller(who *session.Identity, by methods.Caller) {
	into := &x.callerStorage
	if x.caller != nil {
		into = new(methods.Caller) // calls hold on to the one they saw
	}
	*into = by
	into.ID, into.Name, into.Number = who.Account.ID, who.Account.Name, who.Account.Owner()
	x.caller, x.identity = into, who
}

func (x *exchange) origin() session.Origin {
	return session.Origin{
		Agent: x.client.UserAgent, Endpoint: x.client.Endpoint, Dialect: x.client.Dialect, Request: x.id,
	}
}
