package server

import (
	"context"
	"errors"

	"countersign/methods"
	"countersign/methods/signin"
	"countersign/server/wire"
	"countersign/session"
)

// Speak implements wire.Core.
func (x *exchange) Speak(v wire.Version) { x.version = v }

// Unanswered implements wire.Core.
func (x *exchange) Unanswered() { x.unanswered = true }

// Anonymous implements wire.Core.
func (x *exchange) Anonymous() {
	x.anonymous = true
	x.forget()
}

// errOpenAnswer refuses credentials where they could only be another's.
var errOpenAnswer = &methods.Error{
	Kind: methods.KindInvalidRequest, Code: 32000, Public: "an answer to a callback is for anybody: credentials do not go with it",
}

// Identify implements wire.Core. A password is verified once per request, whatever it
// came in.
func (x *exchange) Identify(ctx context.Context, c wire.Credential) {
	x.forget()
	if x.anonymous {
		x.rejected = errOpenAnswer
		return
	}
	x.credential = offered(c)
	if x.credential.kind == ofPassword && x.ep.dialect.FoldNames {
		name, err := x.server.cfg.Sessions.LoginName(ctx, x.credential.user)
		if err != nil {
			x.rejected = err
			return
		}
		x.credential.user = name
	}
	if x.credential.kind == ofPassword && !x.claim(&x.top.loginReserved) {
		x.rejected = errLoginReserved
		return
	}
	x.prove(ctx)
}

// Fork implements wire.Core. A fork has its own caller, since a batch may hold elements
// with credentials of their own, and its own context.
func (x *exchange) Fork() wire.Core { return x.fork() }

func (x *exchange) fork() *exchange {
	return &exchange{
		server: x.server, ep: x.ep, id: x.id, client: x.client, style: x.style, header: x.header, bytes: x.bytes,
		get: x.get, late: x.late, version: x.version, unanswered: x.unanswered, anonymous: x.anonymous,
		caller: x.caller, identity: x.identity, session: x.session, keyID: x.keyID, rejected: x.rejected,
		credential: x.credential, fromCookie: x.fromCookie, unasked: x.unasked, top: x.top,
	}
}

// enter readies a fork for its call: its credentials are proven again, since another
// element of the batch may have ended the session or changed what it may do
// (requirements INP-6).
func (x *exchange) enter(ctx context.Context) context.Context {
	if x.top == x {
		return ctx
	}
	x.ctx.Context, x.ctx.deadline = ctx, x.top.ctx.deadline
	x.lendSession()
	x.recheck(&x.ctx)
	return &x.ctx
}

// leave frees what enter took.
func (x *exchange) leave() {
	if x.top != x {
		x.ctx.release()
	}
}

// Methods implements wire.Core.
func (x *exchange) Methods(context.Context) ([]*methods.Entry, error) {
	if x.rejected != nil {
		return nil, x.rejection()
	}
	var out []*methods.Entry
	for _, e := range x.ep.view.Entries() {
		if !e.Unlisted && e.Permit(x.caller) == nil {
			out = append(out, e)
		}
	}
	return out, nil
}

// rejection words credentials that do not hold in the dialect's own way.
func (x *exchange) rejection() *methods.Error {
	if e, ok := errors.AsType[*methods.Error](x.rejected); ok {
		return e
	}
	_, refused := errors.AsType[*session.Refusal](x.rejected)
	if !refused && !errors.Is(x.rejected, session.ErrInvalid) {
		return signin.Rejection(x.rejected)
	}
	words := x.ep.dialect.Rejected
	worded := words.Token
	switch x.credential.as {
	case ofPassword:
		worded = words.Password
	case ofKey:
		worded = words.Key
	}
	if worded == nil {
		return methods.ErrLoginRequired()
	}
	return worded
}
