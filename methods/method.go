package methods

import (
	"context"
	"errors"
	"fmt"
)

// Method is one callable: its name inside the module, its documentation, who may
// call it, and the function behind it. Make one with New, Raw or Overload.
type Method struct {
	// Name is the last part of the dotted name, e.g. "read".
	Name string
	// Help is what system.methodHelp tells; at least a sentence.
	Help string
	// Access says who may call.
	Access Access
	// ReadOnly marks methods that change nothing.
	ReadOnly bool
	// ForReaders methods may be called by read-only callers although they are not ReadOnly.
	ForReaders bool
	// Unlisted methods are callable but not in listings (aliases kept for old clients).
	Unlisted bool
	// Quiet methods do not count as use of the session they are called with.
	Quiet bool
	// Answered methods make something whose only trace is their answer, such as a secret:
	// they do not run where no answer will be sent.
	Answered bool
	// MaxBody bounds the bytes of a request that calls it; 0 for the service's limit.
	MaxBody int
	// Signatures are the ways to call it, the preferred one first.
	Signatures []Signature

	run runner
	err error // why the declaration is unusable; reported by NewRegistry
}

// runner binds a call's arguments and runs the function. misfit is non-nil, and the
// function has not run, when the arguments do not fit.
type runner func(ctx context.Context, c *Call) (result Value, misfit *ArgumentError, err error)

// Option refines a method's declaration.
type Option func(*Method)

// ReadOnly marks a method that changes nothing: read-only callers may call it, and
// wires that have GET may offer it there.
func ReadOnly() Option { return func(m *Method) { m.ReadOnly = true } }

// ForReaders lets read-only callers call a method that is not marked read-only: it
// changes their own login only, or what it runs is checked by itself. Wires that have
// GET do not offer it there.
func ForReaders() Option { return func(m *Method) { m.ForReaders = true } }

// Unlisted keeps a method out of listings.
func Unlisted() Option { return func(m *Method) { m.Unlisted = true } }

// Quiet keeps a call from prolonging the session.
func Quiet() Option { return func(m *Method) { m.Quiet = true } }

// Answered keeps a method from running where no answer will be sent, as for a JSON-RPC
// notification: what it makes would be nobody's (requirements SES-15).
func Answered() Option { return func(m *Method) { m.Answered = true } }

// MaxBody bounds the bytes of a request that calls the method.
func MaxBody(n int) Option { return func(m *Method) { m.MaxBody = n } }

// New declares a method over a typed function. In is a struct whose fields are the
// positional parameters in order (struct{} for none); Out is any type that a value
// can be made of. How Go types meet wire types is said at Bind.
//
// The type structure is inspected here, once. A type that does not fit is reported
// when the registry is built, not at the first call.
func New[In, Out any](
	name, help string, access Access,
	fn func(ctx context.Context, c *Call, in In) (Out, error), opts ...Option,
) Method {
	m := Method{Name: name, Help: help, Access: access}
	params, errIn := compileParams[In]()
	result, errOut := compileResult[Out]()
	if fn == nil {
		errIn = errors.New("no function")
	}
	if m.err = errors.Join(errIn, errOut); m.err == nil {
		sig := Signature{Result: result.schema, Params: params.describe()}
		m.Signatures = sig.shortForms()
		m.run = func(ctx context.Context, c *Call) (Value, *ArgumentError, error) {
			f := new(frame[In, Out])
			if misfit := params.bind(c, ptrTo(&f.in)); misfit != nil {
				return Value{}, misfit, nil
			}
			var err error
			if f.out, err = fn(ctx, c, f.in); err != nil {
				return Value{}, nil, err
			}
			return result.encode(ptrTo(&f.out), &f.arena), nil, nil
		}
	}
	return m.with(opts)
}

// frame holds what one run needs; in one piece, so that a run costs one allocation.
type frame[In, Out any] struct {
	in    In
	out   Out
	arena arena
}

// Raw declares a method that reads its arguments itself: for values of any shape,
// and for methods whose signatures come from elsewhere. The signatures are
// published but not enforced; fn reports what does not fit as an *ArgumentError.
func Raw(
	name, help string, access Access, signatures []Signature,
	fn func(ctx context.Context, c *Call) (Value, error), opts ...Option,
) Method {
	m := Method{Name: name, Help: help, Access: access, Signatures: signatures}
	if fn == nil {
		m.err = errors.New("no function")
		return m
	}
	m.run = func(ctx context.Context, c *Call) (Value, *ArgumentError, error) {
		v, err := fn(ctx, c)
		if misfit, ok := errors.AsType[*ArgumentError](err); ok {
			return Value{}, misfit, nil
		}
		return v, nil, err
	}
	return m.with(opts)
}

// Overload joins several declarations into one method: the first whose arguments
// fit is run. Name, help, access and marks are the first one's.
func Overload(first Method, others ...Method) Method {
	m := first
	runners := []runner{first.run}
	for _, o := range others {
		m.Signatures = append(m.Signatures[:len(m.Signatures):len(m.Signatures)], o.Signatures...)
		runners = append(runners, o.run)
		m.err = errors.Join(m.err, o.err)
		if o.Access != first.Access || o.ReadOnly != first.ReadOnly {
			m.err = errors.Join(m.err, fmt.Errorf("overloads of %q differ in access or read-only mark", m.Name))
		}
	}
	m.run = func(ctx context.Context, c *Call) (Value, *ArgumentError, error) {
		var best *ArgumentError
		for _, run := range runners {
			v, misfit, err := run(ctx, c)
			if misfit == nil {
				return v, nil, err
			}
			// A type that does not fit says more than a count that does not.
			if best == nil || best.Param == 0 && misfit.Param != 0 {
				best = misfit
			}
		}
		return Value{}, best, nil
	}
	return m
}

func (m Method) with(opts []Option) Method {
	for _, o := range opts {
		o(&m)
	}
	return m
}

// As publishes t as the result's type, for functions that make their Value themselves.
func (m Method) As(t Type) Method {
	signatures := make([]Signature, len(m.Signatures))
	for i, s := range m.Signatures {
		signatures[i] = Signature{Result: &Schema{Type: t}, Params: s.Params}
	}
	m.Signatures = signatures
	return m
}
