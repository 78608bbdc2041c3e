package methodstest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"countersign/methods"
)

var errPanic = errors.New("panic")

// run calls a method the way dispatch does, with panics as errors.
func (s *suite) run(e *methods.Entry, args ...methods.Value) (v methods.Value, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: %v", errPanic, r)
		}
	}()
	return e.Run(context.Background(), &methods.Call{
		Entry: e, Params: args, Caller: s.caller, Client: s.client, Env: s.env,
	})
}

// samples is one value of each type that a wire can bring.
var samples = []methods.Value{
	methods.Bool(true),
	methods.Int(7),
	methods.Double(1.5),
	methods.String("no such thing"),
	methods.Time(time.Unix(1_000_000_000, 0)),
	methods.Bytes([]byte{0xff, 0x00}),
	methods.Array(methods.Array()),
	methods.Struct(methods.M("no such member", methods.Array())),
}

// misfits calls with numbers and types of arguments that no signature has.
func (s *suite) misfits(e *methods.Entry) {
	if s.derived(e) || len(e.Signatures) == 0 {
		return
	}
	longest := e.Signatures[0]
	for _, sig := range e.Signatures {
		if len(sig.Params) > len(longest.Params) {
			longest = sig
		}
	}
	for n := range len(longest.Params) + 2 {
		if slices.ContainsFunc(e.Signatures, func(sig methods.Signature) bool { return len(sig.Params) == n }) {
			continue
		}
		args := make([]methods.Value, n)
		for i := range args {
			args[i] = methods.String("")
			if i < len(longest.Params) {
				args[i] = fitting(longest.Params[i])
			}
		}
		s.wantInvalid(e, args, fmt.Sprintf("%d arguments", n))
	}
	for i := range longest.Params {
		for _, sample := range samples {
			args := make([]methods.Value, len(longest.Params))
			for j := range args {
				args[j] = fitting(longest.Params[j])
			}
			args[i] = sample
			if s.fits(e, i, sample.Type()) {
				s.wantNoAccident(e, args, sample.Type())
				continue
			}
			s.wantInvalid(e, args, fmt.Sprintf("%v as argument %d", sample.Type(), i+1))
		}
		args := make([]methods.Value, len(longest.Params)) // all nil
		s.wantNoAccident(e, args, methods.TypeNil)
	}
}

// fits tells whether any signature takes the type in position i. An integer fits a
// double everywhere.
func (s *suite) fits(e *methods.Entry, i int, t methods.Type) bool {
	if slices.Contains(s.tolerated[e.Name], t) {
		return true
	}
	return slices.ContainsFunc(e.Signatures, func(sig methods.Signature) bool {
		if i >= len(sig.Params) {
			return false
		}
		switch want := sig.Params[i].Schema.Type; want {
		case methods.TypeAny:
			return true
		case methods.TypeLong, methods.TypeDouble:
			return t == want || t == methods.TypeInt
		default:
			return t == want
		}
	})
}

func (s *suite) wantInvalid(e *methods.Entry, args []methods.Value, what string) {
	_, err := s.run(e, args...)
	switch {
	case err == nil:
		s.fault("%s: takes %s", e.FullName, what)
	case errors.Is(err, errPanic):
		s.fault("%s: %s: %v", e.FullName, what, err)
	case methods.AsError(err).Kind != methods.KindInvalidParams:
		s.fault("%s: %s: %v, wanted %v", e.FullName, what, err, methods.KindInvalidParams)
	}
}

// wantNoAccident calls with arguments whose type fits, but which may be nonsense: any
// refusal will do that is not an internal fault.
func (s *suite) wantNoAccident(e *methods.Entry, args []methods.Value, t methods.Type) {
	if _, err := s.run(e, args...); errors.Is(err, errPanic) ||
		err != nil && methods.AsError(err).Kind == methods.KindInternal {
		s.fault("%s: %v argument: %v", e.FullName, t, err)
	}
}

// successes calls with the arguments that Args gave, and looks at the results' types
// and at read-only marks.
func (s *suite) successes(e *methods.Entry) {
	calls := s.args[e.Name]
	if s.derived(e) {
		calls = append(slices.Clone(calls), []methods.Value{methods.String("xmlrpc")}, nil)
	}
	for _, args := range calls {
		before := ""
		if s.fingerprint != nil {
			before = s.fingerprint()
		}
		v, err := s.run(e, args...)
		if err != nil {
			s.fault("%s: with arguments that were said to be right: %v", e.FullName, err)
			continue
		}
		if !slices.ContainsFunc(e.Signatures, func(sig methods.Signature) bool { return resultFits(sig.Result.Type, v.Type()) }) {
			s.fault("%s: the result is %v, which no signature says", e.FullName, v.Type())
		}
		if e.ReadOnly && s.fingerprint != nil && s.fingerprint() != before {
			s.fault("%s: marked read-only, but it changes the store", e.FullName)
		}
	}
}

func resultFits(published, got methods.Type) bool {
	if got == methods.TypeLong {
		got = methods.TypeInt
	}
	if published == methods.TypeLong {
		published = methods.TypeInt
	}
	return published == methods.TypeAny || published == got
}

// fitting makes the plainest value of a parameter's type.
func fitting(p methods.Param) methods.Value {
	switch p.Schema.Type {
	case methods.TypeBoolean:
		return methods.Bool(false)
	case methods.TypeInt, methods.TypeLong:
		return methods.Int(0)
	case methods.TypeDouble:
		return methods.Double(0)
	case methods.TypeDateTime:
		return methods.EmptyDate()
	case methods.TypeBase64:
		return methods.Bytes(nil)
	case methods.TypeArray:
		return methods.Array()
	case methods.TypeStruct:
		return fittingStruct(p.Schema)
	default:
		return methods.String("")
	}
}

func fittingStruct(schema *methods.Schema) methods.Value {
	var members []methods.Member
	for _, f := range schema.Fields {
		if !f.Optional {
			members = append(members, methods.M(f.Name, fitting(f)))
		}
	}
	return methods.Struct(members...)
}
