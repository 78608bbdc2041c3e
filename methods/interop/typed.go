package interop

import (
	"context"
	"fmt"

	"countersign/methods"
)

// typed declares a method whose parameters and result keep the very values that came,
// which Go types would not: a dateTime's zone, the order of a struct's members.
func typed(name, help string, result *methods.Schema, params []methods.Param, fn func([]methods.Value) methods.Value) methods.Method {
	signatures := []methods.Signature{{Result: result, Params: params}}
	run := func(_ context.Context, c *methods.Call) (methods.Value, error) {
		args, err := arguments(c, params)
		if err != nil {
			return methods.Value{}, err
		}
		return fn(args), nil
	}
	return methods.Raw(name, help, methods.Public(), signatures, run, methods.ReadOnly())
}

// arguments gives the call's arguments by position if each is of its parameter's type.
func arguments(c *methods.Call, params []methods.Param) ([]methods.Value, error) {
	args := c.Params
	if c.Named != nil {
		args = nil
		named := methods.Struct(c.Named...)
		for i, p := range params {
			v, ok := named.Field(p.Name)
			if !ok {
				return nil, &methods.ArgumentError{Param: i + 1, Name: p.Name, Missing: true, Reason: fmt.Sprintf("parameter %q is missing", p.Name)}
			}
			args = append(args, v)
		}
	}
	if len(args) != len(params) || c.Named != nil && len(c.Named) != len(params) {
		return nil, methods.Miscounted(len(params), len(params), max(len(args), len(c.Named)))
	}
	for i, p := range params {
		if misfit := fits(p.Schema, args[i]); misfit != nil {
			misfit.Param = i + 1
			return nil, misfit
		}
	}
	return args, nil
}

func fits(want *methods.Schema, v methods.Value) *methods.ArgumentError {
	got := v.Type()
	switch {
	case want.Type == methods.TypeAny,
		want.Type == methods.TypeDouble && got == methods.TypeInt,
		want.Type == methods.TypeInt && got == methods.TypeLong:
		return nil
	case want.Type != got:
		return &methods.ArgumentError{Want: want.Type.String(), Got: got.String()}
	case want.Elem == nil:
		return nil
	}
	for i, item := range v.Items() {
		if misfit := fits(want.Elem, item); misfit != nil {
			misfit.Path = fmt.Sprintf("[%d]%s", i, misfit.Path)
			return misfit
		}
	}
	return nil
}

func schema(t methods.Type) *methods.Schema { return &methods.Schema{Type: t} }

func arrayOf(t methods.Type) *methods.Schema {
	return &methods.Schema{Type: methods.TypeArray, Elem: schema(t)}
}
