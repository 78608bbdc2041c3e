package server

import (
	"context"
	"strings"

	"countersign/methods"
	"countersign/server/wire"
)

// Call implements wire.Core: the one way in which a method is reached from outside.
func (x *exchange) Call(ctx context.Context, name string, args wire.Args) wire.Outcome {
	ctx = x.enter(ctx)
	defer x.leave()
	v, f := x.dispatch(ctx, name, args)
	if f != nil {
		return x.outcome(*f)
	}
	out := wire.Outcome{Value: v}
	if isSOAP(x.version) {
		out.Result = x.resultOf(name)
	}
	return out
}

// resultOf gives the type of a method's result.
func (x *exchange) resultOf(name string) *methods.Schema {
	entry, ok := x.ep.view.Lookup(name)
	if !ok || len(entry.Signatures) == 0 {
		return nil
	}
	return entry.Signatures[0].Result
}

// presents tells whether the dialect gives the method's results another look. Over SOAP
// none does: values have their types there (phpgroupware contract §7.2).
func (x *exchange) presents(entry *methods.Entry) bool {
	return x.ep.dialect.Present != nil && !entry.Module.System && !isSOAP(x.version)
}

func isSOAP(v wire.Version) bool { return v == wire.SOAP11 || v == wire.SOAP12 }

// Invoke implements methods.Env: a call from inside another one, such as an element
// of a batch. Its error is a *failure, which Fault knows how to word.
func (x *exchange) Invoke(ctx context.Context, _ *methods.Call, name string, params []methods.Value) (methods.Value, error) {
	if x.top != x {
		return methods.Value{}, &failure{err: errNested, method: name}
	}
	element := x
	if x.ep.dialect.Prepare != nil { // the element may bring credentials of its own
		element = x.fork()
		ctx = element.enter(ctx)
		defer element.leave()
	} else {
		x.recheck(ctx)
	}
	v, f := element.dispatch(ctx, name, positional(params))
	if f != nil {
		return methods.Value{}, f
	}
	return v, nil
}

// errNested refuses a batch in an element of another: the bound on calls is one request's
// (requirements INP-6).
var errNested = &methods.Error{Kind: methods.KindRecursion, Public: "a batch inside a batch"}

// positional are arguments that are values already.
type positional []methods.Value

// Values implements wire.Args.
func (p positional) Values() ([]methods.Value, []methods.Member, error) { return p, nil, nil }

// dispatch looks the method up, checks the right, decodes the arguments, runs the
// method once and shapes its result. A failure is logged here.
func (x *exchange) dispatch(ctx context.Context, name string, args wire.Args) (methods.Value, *failure) {
	call := x.newCall()
	if err := x.prepare(ctx, call, name, args); err != nil {
		return x.failed(ctx, failure{err: err, method: name})
	}
	entry := call.Entry
	call.Caller, call.Client, call.Env = x.caller, x.client, x
	call.Session = methods.Session{
		ID: methods.PublicID(x.session.Public), IdleEnds: x.session.IdleEnds, End: x.session.End,
	}
	x.touch(entry)
	v, running := x.run(ctx, entry, call)
	if running != nil {
		e := methods.AsError(running)
		return x.failed(ctx, failure{err: e, method: name, inside: e.Kind != methods.KindInvalidParams})
	}
	if x.presents(entry) {
		v = x.ep.dialect.Present(v)
	}
	return v, nil
}

// newCall gives the exchange's own storage to its first call.
func (x *exchange) newCall() *methods.Call {
	if x.firstCall.Env == nil {
		return &x.firstCall
	}
	return new(methods.Call)
}

func (x *exchange) failed(ctx context.Context, f failure) (methods.Value, *failure) {
	x.logFailure(ctx, f)
	return methods.Value{}, &f
}

// touch prolongs the session, once per request.
func (x *exchange) touch(entry *methods.Entry) {
	if x.caller != nil && !entry.Quiet && x.claim(&x.top.touched) {
		x.server.cfg.Sessions.Touch(&x.session)
	}
}

// run runs the method; a panic in it becomes an internal error, and the server goes on.
func (x *exchange) run(ctx context.Context, entry *methods.Entry, call *methods.Call) (v methods.Value, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = x.panicked(ctx, entry.FullName, p)
		}
	}()
	return entry.Run(ctx, call)
}

// Error implements error.
func (f *failure) Error() string { return f.err.Error() }

// Unwrap gives the *methods.Error.
func (f *failure) Unwrap() error { return f.err }

// methodLabel cuts a name that came from outside for the log, and leaves nothing in it
// that could pass for something else there (requirements INP-14).
func methodLabel(name string) string {
	const most = 128
	if len(name) > most {
		name = name[:most]
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, name)
}
