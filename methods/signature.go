package methods

import (
	"slices"
	"strings"
)

// Signature is one way to call a method: result type and parameters in order.
type Signature struct {
	Result *Schema
	Params []Param
}

// Param is one parameter of a Signature.
type Param struct {
	Name     string
	Help     string
	Optional bool
	Schema   *Schema
}

// Schema describes a type for introspection and for generated interface
// descriptions (WSDL, OpenRPC, OpenAPI).
type Schema struct {
	Type Type
	// Name is the Go name of a struct type. Of a type that makes its value itself it may
	// say what an XML Schema should call it: decimal, float or hexBinary. "" for others.
	Name string
	// Elem is the type of an array's items, or of a map's members.
	Elem *Schema
	// Fields are a struct's members; nil for a struct with free member names.
	Fields []Param
}

// Names gives the type names that system.methodSignature publishes: result first.
func (s Signature) Names() []string {
	names := make([]string, 0, len(s.Params)+1)
	names = append(names, s.Result.Type.String())
	for _, p := range s.Params {
		names = append(names, p.Schema.Type.String())
	}
	return names
}

// incomplete tells whether the result or a parameter has no schema.
func (s Signature) incomplete() bool {
	return s.Result == nil || slices.ContainsFunc(s.Params, func(p Param) bool { return p.Schema == nil })
}

// shortForms lists the signature and, for every optional parameter at the end, the
// signature without it: introspection has no other way to say "optional".
func (s Signature) shortForms() []Signature {
	forms := []Signature{s}
	for n := len(s.Params); n > 0 && s.Params[n-1].Optional; n-- {
		forms = append(forms, Signature{Result: s.Result, Params: s.Params[:n-1]})
	}
	return forms
}

// String is for messages, e.g. "int(int, int)".
func (s Signature) String() string {
	names := s.Names()
	return names[0] + "(" + strings.Join(names[1:], ", ") + ")"
}
