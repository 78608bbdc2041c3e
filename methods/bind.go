package methods

import (
	"fmt"
	"reflect"
	"unsafe"
)

// paramsPlan binds a call's arguments to the fields of an argument struct.
//
// How values meet Go types: boolean ↔ bool, int and i8 ↔ integers (range checked),
// double ↔ float64 (an integer is taken too), string ↔ string, dateTime ↔ time.Time,
// base64 ↔ []byte, array ↔ slice, struct ↔ struct or map[string]T, anything ↔ Value;
// a pointer takes nil. A nil argument of an optional field counts as absent, one of a
// string as "" (phpgroupware contract §8.5). Unknown struct members are ignored.
//
// Field tags: `rpc:"name,option…"` with the options optional; loose (numbers and
// booleans may come as text and the other way round); long (the integer may leave as
// <i8>); omitempty. `help:"…"` documents the field.
type paramsPlan struct{ fields []field }

func compileParams[In any]() (*paramsPlan, error) {
	t := reflect.TypeFor[In]()
	if t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("argument type %s is not a struct of parameters", t)
	}
	c := &compiler{}
	fields, err := c.fields(t)
	if err != nil {
		return nil, err
	}
	optional := false
	for _, f := range fields {
		if optional && !f.hints.optional {
			return nil, fmt.Errorf("parameter %s of %s stands behind an optional one", f.param.Name, t)
		}
		optional = f.hints.optional
	}
	return &paramsPlan{fields: fields}, nil
}

func (p *paramsPlan) describe() []Param {
	params := make([]Param, 0, len(p.fields))
	for _, f := range p.fields {
		params = append(params, f.param)
	}
	return params
}

func (p *paramsPlan) bind(c *Call, in unsafe.Pointer) *ArgumentError {
	if c.Named != nil {
		return p.bindNamed(c.Named, in)
	}
	if len(c.Params) > len(p.fields) {
		return p.miscount(len(c.Params))
	}
	for i := range p.fields {
		f := &p.fields[i]
		if i >= len(c.Params) {
			if f.hints.optional {
				break
			}
			return p.miscount(len(c.Params))
		}
		if err := f.bind(c.Params[i], in); err != nil {
			err.Param, err.Name = i+1, f.param.Name
			return err
		}
	}
	return nil
}

func (p *paramsPlan) bindNamed(named []Member, in unsafe.Pointer) *ArgumentError {
	known := 0
	for i := range p.fields {
		f := &p.fields[i]
		v, ok := Struct(named...).Field(f.param.Name)
		if !ok {
			if f.hints.optional {
				continue
			}
			return &ArgumentError{
				Param: i + 1, Name: f.param.Name, Missing: true,
				Reason: "parameter " + quote(f.param.Name) + " is missing",
			}
		}
		known++
		if err := f.bind(v, in); err != nil {
			err.Param, err.Name = i+1, f.param.Name
			return err
		}
	}
	if known < len(named) {
		return &ArgumentError{Reason: "a parameter that the method does not have"}
	}
	return nil
}

func (p *paramsPlan) miscount(got int) *ArgumentError {
	least := len(p.fields)
	for least > 0 && p.fields[least-1].hints.optional {
		least--
	}
	return Miscounted(least, len(p.fields), got)
}

// Miscounted is the error for a number of parameters that a method does not take.
func Miscounted(least, most, got int) *ArgumentError {
	wanted := fmt.Sprintf("%d parameters", most)
	switch {
	case least < most:
		wanted = fmt.Sprintf("%d to %d parameters", least, most)
	case most == 1:
		wanted = "1 parameter"
	}
	return &ArgumentError{Reason: fmt.Sprintf("wanted %s, got %d", wanted, got)}
}

func (f *field) bind(v Value, base unsafe.Pointer) *ArgumentError {
	if v.IsNil() && f.hints.optional {
		return nil
	}
	return f.plan.decode(v, unsafe.Add(base, f.offset))
}

func wrongType(want Type, got Value) *ArgumentError {
	return &ArgumentError{Want: want.String(), Got: got.typ.String()}
}

// inside extends the path of an error that came from a part of a value.
func (e *ArgumentError) inside(step string) *ArgumentError {
	e.Path = step + e.Path
	return e
}
