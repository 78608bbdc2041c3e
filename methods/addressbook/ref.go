package addressbook

import (
	"errors"
	"strconv"

	"countersign/methods"
)

// ref is the id of an entry in any form that clients use: integer, text, an array that
// holds it, or a struct that has it as the member id (phpgroupware contract §9).
type ref string

type refIn struct {
	ID ref `rpc:"id" help:"the id of an entry; also as an array that holds it, or a struct with the member id"`
}

// refTypes are the forms, as signatures publish them.
var refTypes = []methods.Type{methods.TypeStruct, methods.TypeString, methods.TypeInt, methods.TypeArray}

// RPCSchema implements methods.Describer.
func (*ref) RPCSchema() *methods.Schema { return &methods.Schema{Type: refTypes[0]} }

// BindValue implements methods.Binder.
func (r *ref) BindValue(v methods.Value) error {
	switch v.Type() {
	case methods.TypeArray:
		if items := v.Items(); len(items) == 1 {
			v = items[0]
		}
	case methods.TypeStruct:
		v, _ = v.Field("id")
	}
	id, ok := idText(v)
	if !ok {
		return errors.New("wanted the id of an entry: an integer, a text, an array that holds one, or a struct with the member id")
	}
	*r = ref(id)
	return nil
}

// idText reads an id that came as integer or text.
func idText(v methods.Value) (string, bool) {
	switch v.Type() {
	case methods.TypeString:
		return v.Text(), len(v.Text()) <= maxText
	case methods.TypeInt, methods.TypeLong:
		return strconv.FormatInt(v.Int(), 10), true
	default:
		return "", false
	}
}

// takes publishes a method's one parameter under several types. In declares the first
// of them.
func takes(types ...methods.Type) methods.Option {
	return func(m *methods.Method) {
		full := m.Signatures[0]
		for _, t := range types[1:] {
			p := full.Params[0]
			p.Schema = &methods.Schema{Type: t}
			m.Signatures = append(m.Signatures, methods.Signature{Result: full.Result, Params: []methods.Param{p}})
		}
	}
}

// emptyList is the argument of clients that have one kind of container only, and so
// send an empty array for an empty struct, or where nothing is wanted.
type emptyList struct{}

type emptyListIn struct {
	Nothing emptyList `rpc:"nothing" help:"an empty array"`
}

// RPCSchema implements methods.Describer.
func (*emptyList) RPCSchema() *methods.Schema { return &methods.Schema{Type: methods.TypeArray} }

// BindValue implements methods.Binder.
func (*emptyList) BindValue(v methods.Value) error {
	if v.Type() != methods.TypeArray || len(v.Items()) > 0 {
		return errors.New("wanted an empty array")
	}
	return nil
}

// record is a result that is a struct with members of its own choice.
type record methods.Value

// RPCSchema implements methods.Describer.
func (*record) RPCSchema() *methods.Schema { return &methods.Schema{Type: methods.TypeStruct} }

// RPCValue implements methods.Valuer.
func (r *record) RPCValue() methods.Value { return methods.Value(*r) }
