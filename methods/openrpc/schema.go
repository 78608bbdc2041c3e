package openrpc

import (
	"math"
	"strconv"
	"strings"

	"countersign/methods"
)

// describer writes one method. schemas gathers the named types of all methods.
type describer struct {
	schemas map[string]methods.Value
	codes   *[methods.KindCount]int
	uses    map[string]bool
}

// direction says on which way a value is. What a caller must send is declared; what an
// answer may leave out is not, so nothing of an answer is called required.
type direction uint8

const (
	argument direction = iota
	result
)

// schema gives a type as JSON Schema (draft 7), as JSON-RPC carries it: dates and binary
// data are strings. Structs with a name become components.
func (d *describer) schema(s *methods.Schema, dir direction) methods.Value {
	switch s.Type {
	case methods.TypeBoolean:
		return jsonType("boolean")
	case methods.TypeInt:
		return jsonType("integer", methods.M("minimum", methods.Int(math.MinInt32)), methods.M("maximum", methods.Int(math.MaxInt32)))
	case methods.TypeLong:
		return jsonType("integer", text("description", "64 bits: languages whose numbers are doubles lose digits beyond 2^53"))
	case methods.TypeDouble:
		return jsonType("number")
	case methods.TypeString:
		return jsonType("string")
	case methods.TypeDateTime:
		return jsonType("string", text("format", "date-time"))
	case methods.TypeBase64:
		return jsonType("string", text("contentEncoding", "base64"))
	case methods.TypeArray:
		items := methods.Struct() // said, because there are generators that fail without
		if s.Elem != nil {
			items = d.schema(s.Elem, dir)
		}
		return jsonType("array", methods.M("items", items))
	case methods.TypeStruct:
		return d.structure(s, dir)
	case methods.TypeNil:
		return jsonType("null")
	default:
		return methods.Struct()
	}
}

// jsonType is a schema of one type, with the members that narrow it.
func jsonType(name string, more ...methods.Member) methods.Value {
	return methods.Struct(append([]methods.Member{text("type", name)}, more...)...)
}

func (d *describer) structure(s *methods.Schema, dir direction) methods.Value {
	switch {
	case s.Elem != nil:
		return jsonType("object", methods.M("additionalProperties", d.schema(s.Elem, dir)))
	case s.Fields == nil:
		return jsonType("object")
	}
	var properties []methods.Member
	var required []methods.Value
	for _, f := range s.Fields {
		properties = append(properties, methods.M(f.Name, helped(d.schema(f.Schema, dir), f.Help)))
		if dir == argument && !f.Optional {
			required = append(required, methods.String(f.Name))
		}
	}
	members := []methods.Member{methods.M("properties", methods.Struct(properties...))}
	if len(required) > 0 {
		members = append(members, methods.M("required", methods.Array(required...)))
	}
	if s.Name == "" {
		return jsonType("object", members...)
	}
	return d.component(s.Name, members)
}

// component files a named struct and gives a reference to it. Of different structs with
// one name the later ones are numbered.
func (d *describer) component(goName string, members []methods.Member) methods.Value {
	base := componentName(goName)
	for n := 1; ; n++ {
		name := base
		if n > 1 {
			name += strconv.Itoa(n)
		}
		schema := jsonType("object", append([]methods.Member{text("title", name)}, members...)...)
		known, taken := d.schemas[name]
		if taken && !methods.Equal(known, schema) {
			continue
		}
		d.schemas[name] = schema
		d.uses[name] = true
		return ref("schemas", name)
	}
}

// componentName makes a name of a Go type's: with a capital, and of letters, digits and
// underscores only, since generators make identifiers of it.
func componentName(goName string) string {
	name := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '_':
			return r
		default:
			return '_'
		}
	}, goName)
	return strings.ToUpper(name[:1]) + name[1:]
}

// helped adds a description. Beside a reference it would not be seen (JSON Schema draft
// 7, core §8.3), so the reference moves inside.
func helped(schema methods.Value, help string) methods.Value {
	if help == "" {
		return schema
	}
	if _, isRef := schema.Field("$ref"); isRef {
		return methods.Struct(text("description", help), methods.M("allOf", methods.Array(schema)))
	}
	members := []methods.Member{text("description", help)}
	for _, m := range schema.Members() {
		if m.Name == "description" {
			members[0] = text("description", help+"; "+m.Value.Text())
			continue
		}
		members = append(members, m)
	}
	return methods.Struct(members...)
}
