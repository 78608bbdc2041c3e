package soap

import (
	"fmt"
	"strconv"
	"strings"

	"countersign/methods"
)

// flavour is one of the two bindings with the types that it needs: lists differ, and so
// does everything that has lists in it.
type flavour struct {
	form        form
	prefix, uri string // of its types and elements
	service     string // name of the service
	suffix      string // of the names of its messages
	dots        bool   // whether its operations have names with dots
	types       []*complexType
	named       map[string]*complexType // by what they are made of
	taken       map[string]bool         // names
}

// complexType is a type that the description declares: a struct with members, or a
// list.
type complexType struct {
	name   string
	fields []methods.Param
	elem   *methods.Schema // of a list's items
	// result says that answers have it: any member may then be missing.
	result bool
}

func newFlavour(f form, operations []operation, mixed bool) *flavour {
	out := &flavour{
		form: f, prefix: "m", uri: literalURI, service: "Countersign",
		named: map[string]*complexType{}, taken: map[string]bool{},
	}
	if f == encoded {
		out.prefix, out.uri, out.service, out.suffix = "rpc", rpcURI, "CountersignRPC", "RPC"
		out.dots = mixed
	}
	// The list of anything comes first: answers name it.
	out.find(&methods.Schema{Type: methods.TypeArray, Elem: anything}, "", true)
	for i := range operations {
		op := &operations[i]
		for _, p := range op.params {
			out.find(p.Schema, op.name+"_"+p.Name, false)
		}
		out.find(op.result, op.name+"_result", true)
	}
	return out
}

// nameOf gives the name of an operation.
func (f *flavour) nameOf(op *operation) string {
	if f.dots {
		return op.full
	}
	return op.name
}

// find declares what a type needs, under names after place where it has none.
func (f *flavour) find(s *methods.Schema, place string, result bool) {
	switch {
	case s.Type == methods.TypeArray:
		f.find(elemOf(s), place+"_item", result)
		f.declare(s, arrayPrefix+capital(local(f.typeOf(elemOf(s)))), result)
	case isDeclared(s):
		for _, field := range s.Fields {
			f.find(field.Schema, place+"_"+field.Name, result)
		}
		name := s.Name
		if name == "" {
			name = place
		}
		name = typeName(name)
		if strings.HasPrefix(name, arrayPrefix) {
			name = "Struct" + name // names that begin so are lists
		}
		f.declare(s, name, result)
	}
}

// declare gives a type its name, a number behind it if another type has that.
func (f *flavour) declare(s *methods.Schema, name string, result bool) {
	key := madeOf(s)
	t := f.named[key]
	if t == nil {
		t = &complexType{name: name, fields: s.Fields}
		if s.Type == methods.TypeArray {
			t.elem = elemOf(s)
		}
		for n := 2; f.taken[t.name]; n++ {
			t.name = name + strconv.Itoa(n)
		}
		f.taken[t.name] = true
		f.named[key] = t
		f.types = append(f.types, t)
	}
	t.result = t.result || result
}

// typeOf gives the qualified name of a type that was found.
func (f *flavour) typeOf(s *methods.Schema) string {
	switch {
	case s.Type == methods.TypeArray, isDeclared(s):
		return f.prefix + ":" + f.named[madeOf(s)].name
	case s.Type == methods.TypeStruct:
		return mapType
	}
	if t, ok := schemaNames[s.Name]; ok {
		return t
	}
	switch s.Type {
	case methods.TypeBoolean:
		return "xsd:boolean"
	case methods.TypeInt:
		return "xsd:int"
	case methods.TypeLong:
		return "xsd:long"
	case methods.TypeDouble:
		return "xsd:double"
	case methods.TypeString:
		return "xsd:string"
	case methods.TypeDateTime:
		return years[y2001].dateTime
	case methods.TypeBase64:
		return years[y2001].binary
	}
	return years[y2001].anyType
}

// elemOf gives the type of an array's items.
func elemOf(s *methods.Schema) *methods.Schema {
	if s.Elem == nil {
		return anything
	}
	return s.Elem
}

// isDeclared tells whether the description declares a struct with its members; others
// are Maps.
func isDeclared(s *methods.Schema) bool {
	if s.Type != methods.TypeStruct || s.Fields == nil {
		return false
	}
	for i := range s.Fields {
		if !elementName(s.Fields[i].Name) {
			return false
		}
	}
	return true
}

// madeOf writes a type down so that types that are the same look the same.
func madeOf(s *methods.Schema) string {
	switch {
	case s.Type == methods.TypeArray:
		return "[" + madeOf(elemOf(s)) + "]"
	case isDeclared(s):
		var b strings.Builder
		fmt.Fprintf(&b, "%s{", s.Name)
		for _, f := range s.Fields {
			fmt.Fprintf(&b, "%s %v %s;", f.Name, f.Optional, madeOf(f.Schema))
		}
		return b.String() + "}"
	}
	return s.Type.String() + " " + s.Name
}

// typeName makes a name of a type: letters, digits and underscores, the first a capital.
func typeName(s string) string {
	return capital(strings.Map(func(r rune) rune {
		if r|0x20 >= 'a' && r|0x20 <= 'z' || r >= '0' && r <= '9' || r == '_' {
			return r
		}
		return -1
	}, s))
}

func capital(s string) string {
	if s == "" || s[0] < 'a' || s[0] > 'z' {
		return s
	}
	return string(s[0]-'a'+'A') + s[1:]
}

func local(qualified string) string {
	_, name, _ := strings.Cut(qualified, ":")
	return name
}
