package soap

import (
	"fmt"
	"strconv"
	"strings"

	"countersign/methods"
)

// naming gives names to the types that are declared: structs with members, and lists.
type naming struct {
	types []*complexType
	named map[string]*complexType // by what they are made of
	taken map[string]bool
	// structs has the qualified names of structs for answers of the encoded form.
	structs map[*methods.Schema]string
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

func newNaming() naming {
	n := naming{named: map[string]*complexType{}, taken: map[string]bool{}, structs: map[*methods.Schema]string{}}
	// The list of anything comes first: every answer may name it.
	n.find(&operation{}, &methods.Schema{Type: methods.TypeArray, Elem: anything}, "", true)
	return n
}

// add names what an operation needs.
func (n *naming) add(op *operation) {
	for _, p := range op.params {
		n.find(op, p.Schema, op.name+"_"+p.Name, false)
	}
	n.find(op, op.result, op.name+"_result", true)
}

// find names a type of op and what is in it, after place where it has no name.
func (n *naming) find(op *operation, s *methods.Schema, place string, result bool) {
	switch {
	case s.Type == methods.TypeArray:
		n.find(op, elemOf(s), place+"_item", result)
		n.declare(op, s, arrayPrefix+capital(n.local(elemOf(s))), result)
	case isDeclared(s):
		for _, field := range s.Fields {
			n.find(op, field.Schema, place+"_"+field.Name, result)
		}
		name := s.Name
		if name == "" {
			name = place
		}
		name = typeName(name)
		if strings.HasPrefix(name, arrayPrefix) {
			name = "Struct" + name // names that begin so are lists
		}
		n.structs[s] = rpcPrefix + ":" + n.declare(op, s, name, result).name
	}
}

// declare gives a type its name, a number behind it if another type has that.
func (n *naming) declare(op *operation, s *methods.Schema, name string, result bool) *complexType {
	key := madeOf(s)
	t := n.named[key]
	if t == nil {
		t = &complexType{name: name, fields: s.Fields}
		if s.Type == methods.TypeArray {
			t.elem = elemOf(s)
		}
		for i := 2; n.taken[t.name]; i++ {
			t.name = name + strconv.Itoa(i)
		}
		n.taken[t.name] = true
		n.named[key] = t
		n.types = append(n.types, t)
	}
	t.result = t.result || result
	op.uses = append(op.uses, t)
	return t
}

// of gives a type that was found.
func (n *naming) of(s *methods.Schema) *complexType { return n.named[madeOf(s)] }

// local gives the name of a type without its prefix.
func (n *naming) local(s *methods.Schema) string {
	if t := n.of(s); t != nil {
		return t.name
	}
	_, name, _ := strings.Cut(builtinType(s), ":")
	return name
}

// usedBy are the types that the operations use, in the order in which they were found,
// and the list of anything.
func (n *naming) usedBy(operations []*operation) []*complexType {
	used := map[*complexType]bool{n.types[0]: true}
	for _, op := range operations {
		for _, t := range op.uses {
			used[t] = true
		}
	}
	out := make([]*complexType, 0, len(used))
	for _, t := range n.types {
		if used[t] {
			out = append(out, t)
		}
	}
	return out
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
