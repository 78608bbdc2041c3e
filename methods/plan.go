package methods

import (
	"fmt"
	"reflect"
	"strings"
	"time"
	"unsafe"
)

// A plan is what is known about a Go type after looking at it once: how it is
// described, how a Value is read into it and how a Value is made of it. Calls run the
// closures; they never look at type structure again.
type plan struct {
	schema *Schema
	decode decoder
	encode encoder
	empty  func(p unsafe.Pointer) bool // for omitempty
}

type (
	decoder func(v Value, p unsafe.Pointer) *ArgumentError
	encoder func(p unsafe.Pointer, a *arena) Value
)

// Binder is implemented, on the pointer, by argument types that read their value
// themselves, such as an id that may come as integer, string or struct. The text of
// an error is shown to the caller.
type Binder interface {
	BindValue(v Value) error
	Describer
}

// Valuer is implemented by result types that make their value themselves.
type Valuer interface {
	RPCValue() Value
	Describer
}

// Describer names the wire type of a Binder or Valuer; it is asked once, of the zero
// value.
type Describer interface {
	RPCSchema() *Schema
}

var (
	binderType = reflect.TypeFor[Binder]()
	valuerType = reflect.TypeFor[Valuer]()
	valueType  = reflect.TypeFor[Value]()
	timeType   = reflect.TypeFor[time.Time]()
	bytesType  = reflect.TypeFor[[]byte]()
)

func ptrTo[T any](p *T) unsafe.Pointer { return unsafe.Pointer(p) }

// compiler turns types into plans. building catches recursive types, which the value
// model cannot describe.
type compiler struct{ building []reflect.Type }

// hints are what a field's tag says beyond its name.
type hints struct{ optional, loose, long, omitEmpty bool }

func (c *compiler) compile(t reflect.Type, h hints) (plan, error) {
	for _, b := range c.building {
		if b == t {
			return plan{}, fmt.Errorf("type %s contains itself", t)
		}
	}
	switch {
	case t == valueType:
		return anyPlan(), nil
	case reflect.PointerTo(t).Implements(binderType), reflect.PointerTo(t).Implements(valuerType):
		return selfMadePlan(t), nil
	case t == timeType:
		return timePlan(), nil
	case t == bytesType:
		return bytesPlan(), nil
	}
	c.building = append(c.building, t)
	defer func() { c.building = c.building[:len(c.building)-1] }()
	switch t.Kind() {
	case reflect.Bool:
		return boolPlan(h), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return intPlan(t, h), nil
	case reflect.Float64:
		return doublePlan(h), nil
	case reflect.String:
		return stringPlan(h), nil
	case reflect.Slice:
		return c.slicePlan(t, h)
	case reflect.Map:
		return c.mapPlan(t, h)
	case reflect.Pointer:
		return c.pointerPlan(t, h)
	case reflect.Struct:
		return c.structPlan(t)
	default:
		return plan{}, fmt.Errorf("type %s has no value on the wire", t)
	}
}

// field is one struct field that travels.
type field struct {
	param  Param
	offset uintptr
	plan   plan
	hints  hints
}

// fields lists the fields of a struct type, those of embedded structs in place.
func (c *compiler) fields(t reflect.Type) ([]field, error) {
	var out []field
	for i := range t.NumField() {
		f := t.Field(i)
		tag, tagged := f.Tag.Lookup("rpc")
		switch {
		case tag == "-", !f.IsExported() && !f.Anonymous:
			continue
		case f.Anonymous && !tagged && f.Type.Kind() == reflect.Struct:
			inner, err := c.fields(f.Type)
			if err != nil {
				return nil, err
			}
			for _, in := range inner {
				in.offset += f.Offset
				out = append(out, in)
			}
			continue
		}
		name, h, err := parseTag(f.Name, tag)
		if err != nil {
			return nil, fmt.Errorf("%s.%s: %w", t, f.Name, err)
		}
		p, err := c.compile(f.Type, h)
		if err != nil {
			return nil, fmt.Errorf("%s.%s: %w", t, f.Name, err)
		}
		for _, o := range out {
			if o.param.Name == name {
				return nil, fmt.Errorf("%s.%s: the name %q is taken", t, f.Name, name)
			}
		}
		out = append(out, field{
			param:  Param{Name: name, Help: f.Tag.Get("help"), Optional: h.optional, Schema: p.schema},
			offset: f.Offset, plan: p, hints: h,
		})
	}
	return out, nil
}

func parseTag(goName, tag string) (string, hints, error) {
	parts := strings.Split(tag, ",")
	name := parts[0]
	if name == "" {
		name = snake(goName)
	}
	var h hints
	for _, option := range parts[1:] {
		switch option {
		case "optional":
			h.optional = true
		case "loose":
			h.loose = true
		case "long":
			h.long = true
		case "omitempty":
			h.omitEmpty = true
		default:
			return "", hints{}, fmt.Errorf("unknown rpc tag option %q", option)
		}
	}
	return name, h, nil
}

// snake turns AccountID into account_id.
func snake(s string) string {
	var b strings.Builder
	for i, r := range s {
		upper := r >= 'A' && r <= 'Z'
		if upper && i > 0 {
			before := s[i-1]
			lowerNext := i+1 < len(s) && s[i+1] >= 'a' && s[i+1] <= 'z'
			if before >= 'a' && before <= 'z' || before >= '0' && before <= '9' || lowerNext {
				b.WriteByte('_')
			}
		}
		b.WriteRune(r)
	}
	return strings.ToLower(b.String())
}
