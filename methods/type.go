package methods

// Type is the type of a value, in XML-RPC's terms. It serves both as the tag of a
// Value and as a parameter or result type in a Signature.
type Type uint8

// The types. TypeLong is an integer that its method declared as 64 bits wide:
// only such integers may leave as <i8> (phpgroupware contract §6.1).
const (
	TypeNil Type = iota
	TypeBoolean
	TypeInt
	TypeLong
	TypeDouble
	TypeString
	TypeDateTime
	TypeBase64
	TypeArray
	TypeStruct
	// TypeAny stands in signatures only: a parameter or result of any type.
	TypeAny
)

var typeNames = [...]string{
	TypeNil:      "nil",
	TypeBoolean:  "boolean",
	TypeInt:      "int",
	TypeLong:     "i8",
	TypeDouble:   "double",
	TypeString:   "string",
	TypeDateTime: "dateTime.iso8601",
	TypeBase64:   "base64",
	TypeArray:    "array",
	TypeStruct:   "struct",
	TypeAny:      "undefined",
}

// String gives the name that introspection publishes (phpgroupware contract §8.1).
func (t Type) String() string {
	if int(t) < len(typeNames) {
		return typeNames[t]
	}
	return "undefined"
}
