package methods

import (
	"math"
	"unsafe"
)

// Value is one value of the wire model: nil, boolean, integer (64 bit), double,
// string, dateTime, base64, array, or struct with its members in order. The zero
// Value is nil.
//
// It is three words: the hot path neither boxes nor builds maps. A Value is
// immutable; the slices that Items, Members and Bytes return belong to it and must
// not be written.
type Value struct {
	_    [0]func() // no ==: two equal strings may live at different addresses
	ptr  unsafe.Pointer
	num  uint64 // the scalar itself, or the length of what ptr points to
	typ  Type
	zone zone // TypeDateTime, and strings that may stand for one
}

// Member is one named member of a struct value.
type Member struct {
	Name  string
	Value Value
}

// Nil is the value without content.
func Nil() Value { return Value{} }

// Bool makes a boolean.
func Bool(b bool) Value {
	v := Value{typ: TypeBoolean}
	if b {
		v.num = 1
	}
	return v
}

// Int makes an integer that leaves as <int> when it fits 32 bits.
func Int(i int64) Value { return Value{typ: TypeInt, num: uint64(i)} }

// Long makes an integer that was declared 64 bits wide.
func Long(i int64) Value { return Value{typ: TypeLong, num: uint64(i)} }

// Double makes a floating-point number.
func Double(f float64) Value { return Value{typ: TypeDouble, num: math.Float64bits(f)} }

// String makes a text.
func String(s string) Value {
	return Value{typ: TypeString, ptr: unsafe.Pointer(unsafe.StringData(s)), num: uint64(len(s))}
}

// Untyped makes a text from a wire that has no dates and no binary data of its own: it
// binds to those too.
func Untyped(s string) Value {
	v := String(s)
	v.zone.state = zoneUntyped
	return v
}

// Lexical makes a text from a wire that leaves types to the method's signature: it
// binds to every type that has a value of this text.
func Lexical(s string) Value {
	v := String(s)
	v.zone.state = zoneLexical
	return v
}

// Bytes makes a base64 value over b, which must not be written afterwards.
func Bytes(b []byte) Value {
	return Value{typ: TypeBase64, ptr: unsafe.Pointer(unsafe.SliceData(b)), num: uint64(len(b))}
}

// Array makes an array over items, which must not be written afterwards.
func Array(items ...Value) Value {
	return Value{typ: TypeArray, ptr: unsafe.Pointer(unsafe.SliceData(items)), num: uint64(len(items))}
}

// Struct makes a struct over members, in that order; members must not be written
// afterwards.
func Struct(members ...Member) Value {
	return Value{typ: TypeStruct, ptr: unsafe.Pointer(unsafe.SliceData(members)), num: uint64(len(members))}
}

// M is short for a Member, for the places that write structs by hand.
func M(name string, v Value) Member { return Member{Name: name, Value: v} }

// Type tells what v is; every accessor below gives its zero value for another type.
func (v Value) Type() Type { return v.typ }

// IsNil tells whether v is nil.
func (v Value) IsNil() bool { return v.typ == TypeNil }

// Bool returns the boolean.
func (v Value) Bool() bool { return v.typ == TypeBoolean && v.num == 1 }

// Int returns the integer of a TypeInt or TypeLong.
func (v Value) Int() int64 {
	if v.typ == TypeInt || v.typ == TypeLong {
		return int64(v.num)
	}
	return 0
}

// Double returns the number of a TypeDouble.
func (v Value) Double() float64 {
	if v.typ == TypeDouble {
		return math.Float64frombits(v.num)
	}
	return 0
}

// Text returns the string of a TypeString.
func (v Value) Text() string {
	if v.typ == TypeString {
		return unsafe.String((*byte)(v.ptr), int(v.num))
	}
	return ""
}

// Bytes returns the content of a TypeBase64.
func (v Value) Bytes() []byte {
	if v.typ == TypeBase64 {
		return unsafe.Slice((*byte)(v.ptr), int(v.num))
	}
	return nil
}

// Items returns the items of a TypeArray.
func (v Value) Items() []Value {
	if v.typ == TypeArray {
		return unsafe.Slice((*Value)(v.ptr), int(v.num))
	}
	return nil
}

// Members returns the members of a TypeStruct, in order.
func (v Value) Members() []Member {
	if v.typ == TypeStruct {
		return unsafe.Slice((*Member)(v.ptr), int(v.num))
	}
	return nil
}

// Field returns the member called name. Of members with the same name the last one
// wins, as in phpxmlrpc and Python (phpgroupware contract §8.5).
func (v Value) Field(name string) (Value, bool) {
	members := v.Members()
	for i := len(members) - 1; i >= 0; i-- {
		if members[i].Name == name {
			return members[i].Value, true
		}
	}
	return Value{}, false
}

// Equal tells whether a and b are the same value: same type, same content, structs
// with the same members in the same order. A TypeInt equals a TypeLong of the same
// number.
func Equal(a, b Value) bool {
	switch {
	case isInteger(a.typ) && isInteger(b.typ):
		return a.num == b.num
	case a.typ != b.typ:
		return false
	}
	switch a.typ {
	case TypeString:
		return a.Text() == b.Text()
	case TypeBase64:
		return string(a.Bytes()) == string(b.Bytes())
	case TypeArray:
		return equalItems(a.Items(), b.Items())
	case TypeStruct:
		return equalMembers(a.Members(), b.Members())
	default:
		return a.num == b.num && a.zone == b.zone
	}
}

func isInteger(t Type) bool { return t == TypeInt || t == TypeLong }

func equalItems(a, b []Value) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !Equal(a[i], b[i]) {
			return false
		}
	}
	return true
}

func equalMembers(a, b []Member) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Name != b[i].Name || !Equal(a[i].Value, b[i].Value) {
			return false
		}
	}
	return true
}

// Size estimates the bytes that v takes on a wire: the text in it and something for
// each value's wrapping.
func Size(v Value) int {
	const wrapping = 32
	n := wrapping
	switch v.typ {
	case TypeString, TypeBase64:
		n += int(v.num)
	case TypeArray:
		for _, item := range v.Items() {
			n += Size(item)
		}
	case TypeStruct:
		for _, m := range v.Members() {
			n += len(m.Name) + wrapping + Size(m.Value)
		}
	}
	return n
}
