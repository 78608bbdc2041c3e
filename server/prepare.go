package server

import (
	"context"

	"countersign/methods"
	"countersign/methods/signin"
	"countersign/server/dialect"
	"countersign/server/wire"
	"countersign/session"
)

// prepare finds the method, asks whether it may be called, and decodes its arguments,
// in the order that the dialect wants.
func (x *exchange) prepare(ctx context.Context, call *methods.Call, name string, args wire.Args) *methods.Error {
	entry, err := x.find(name)
	if err != nil {
		return err
	}
	call.Entry = entry
	early := x.ep.dialect.Prepare != nil
	if early {
		if err := x.early(ctx, call, args); err != nil {
			return err
		}
	}
	if err := x.permit(entry); err != nil {
		return err
	}
	switch {
	case x.get && !entry.ReadOnly:
		return errMustPost
	case x.unanswered && entry.Answered:
		return errUnanswered
	case entry.MaxBody > 0 && x.bytes > entry.MaxBody:
		return bodyTooLarge(entry.MaxBody)
	case early:
		return nil
	}
	return decode(call, args)
}

// errMustPost has the number and the words of bugzilla contract §3.
var errMustPost = &methods.Error{
	Kind: methods.KindInvalidRequest, Code: 32610, Public: "this method changes something: you must use HTTP POST to call it",
}

// errURLCredentials refuses what ends up in the logs of every proxy (requirements SES-12).
var errURLCredentials = &methods.Error{
	Kind: methods.KindInvalidRequest, Code: 32000, Public: "credentials do not belong into an address: send them by POST, or in a header",
}

func decode(call *methods.Call, args wire.Args) *methods.Error {
	var err error
	call.Params, call.Named, err = wire.ValuesFor(args, call.Entry)
	if err != nil {
		return methods.AsError(err)
	}
	return nil
}

// early is the way of dialects whose clients send credentials among the arguments: these
// are decoded before anybody asks who calls.
func (x *exchange) early(ctx context.Context, call *methods.Call, args wire.Args) *methods.Error {
	if err := decode(call, args); err != nil {
		return err
	}
	d := x.ep.dialect
	in := dialect.Incoming{Entry: call.Entry, Headers: x.header, Params: call.Params, Named: call.Named}
	d.Prepare(&in)
	call.Params, call.Named = in.Params, in.Named
	switch {
	case x.late != nil:
		return x.late
	case x.get && !call.Entry.ReadOnly:
		return errMustPost
	}
	switch {
	case in.Credential.None():
	case x.get && in.InArguments && !x.ep.urlCredentials:
		return errURLCredentials
	default:
		x.Identify(ctx, in.Credential)
	}
	switch {
	case in.Strict && x.rejected != nil:
		return x.rejection()
	case in.NeedsCaller && d.RequireLogin && x.caller == nil:
		return methods.ErrLoginRequired()
	}
	return nil
}

// find looks the method up. An anonymous caller learns nothing of which methods exist,
// except in dialects that tell everybody.
func (x *exchange) find(name string) (*methods.Entry, *methods.Error) {
	entry, ok := x.ep.view.Lookup(name)
	switch {
	case ok:
		return entry, nil
	case x.caller == nil && x.ep.dialect.Prepare == nil:
		return nil, x.refusal(methods.ErrLoginRequired())
	case x.ep.dialect.Unknown != nil:
		return nil, x.ep.dialect.Unknown(x.ep.view, name, x.caller)
	default:
		return nil, methods.Errorf(methods.KindMethodNotFound, "no method of that name")
	}
}

// permit checks the right.
func (x *exchange) permit(entry *methods.Entry) *methods.Error {
	if refusal := entry.Permit(x.caller); refusal != nil {
		return x.denied(entry, x.refusal(refusal))
	}
	x.logAllowed(entry)
	return nil
}

// refusal replaces "log in first" by the truth when the session could not be checked.
func (x *exchange) refusal(e *methods.Error) *methods.Error {
	if e.Kind == methods.KindLoginRequired && x.rejected != nil && x.rejected != session.ErrInvalid {
		return signin.Rejection(x.rejected)
	}
	return e
}
