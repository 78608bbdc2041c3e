package openrpc

import (
	"strings"

	"countersign/methods"
)

// method is the Method Object of an entry.
func (d *describer) method(e *methods.Entry) methods.Value {
	f := formOf(e.Signatures)
	members := []methods.Member{
		text("name", e.FullName),
		text("summary", firstSentence(e.Help)),
		text("description", description(e, &f)),
	}
	if e.Module.Name != "" {
		members = append(members, methods.M("tags", methods.Array(methods.Struct(text("name", e.Module.Name)))))
	}
	params := make([]methods.Value, len(f.params))
	for i := range f.params {
		params[i] = d.param(&f.params[i])
	}
	return methods.Struct(append(members,
		text("paramStructure", "either"),
		methods.M("params", methods.Array(params...)),
		methods.M("result", methods.Struct(text("name", "result"), methods.M("schema", d.anyOf(f.results, result)))),
		methods.M("errors", methods.Array(errorsOf(e, d.codes)...)),
	)...)
}

// param is the Content Descriptor Object of a parameter.
func (d *describer) param(p *param) methods.Value {
	members := []methods.Member{text("name", p.name)}
	if p.help != "" {
		members = append(members, text("description", p.help))
	}
	return methods.Struct(append(members,
		methods.M("required", methods.Bool(p.required)),
		methods.M("schema", d.anyOf(p.types, argument)),
	)...)
}

// firstSentence ends at a full stop that a capital follows.
func firstSentence(help string) string {
	for i := 0; i+2 < len(help); i++ {
		if help[i] == '.' && help[i+1] == ' ' && help[i+2] >= 'A' && help[i+2] <= 'Z' {
			return help[:i+1]
		}
	}
	return help
}

// description is the help with what the rest of the object has no place for.
func description(e *methods.Entry, f *form) string {
	var b strings.Builder
	b.WriteString(e.Help)
	if !strings.HasSuffix(e.Help, ".") {
		b.WriteByte('.')
	}
	switch right := e.Access.Permission(); {
	case right != "":
		b.WriteString(" Needs a login and the permission " + right + ".")
	case e.Access.IsPublic():
		b.WriteString(" Anybody may call it.")
	default:
		b.WriteString(" Needs a login.")
	}
	if e.ReadOnly {
		b.WriteString(" It changes nothing.")
	}
	for i, s := range f.others {
		if i == 0 {
			b.WriteString("\n\nIt may also be called in other ways:\n")
		}
		b.WriteString("\n- " + formText(e.FullName, s))
	}
	return b.String()
}

// formText writes a signature for readers, e.g. "`m.add(a: int, b?: int): int`".
func formText(name string, s methods.Signature) string {
	params := make([]methods.Param, len(s.Params))
	for i, p := range s.Params {
		p.Name = paramName(s, i)
		params[i] = p
	}
	return "`" + name + "(" + listText(params) + "): " + s.Result.Type.String() + "`"
}

func listText(params []methods.Param) string {
	texts := make([]string, len(params))
	for i, p := range params {
		mark := ": "
		if p.Optional {
			mark = "?: "
		}
		texts[i] = p.Name + mark + typeText(p.Schema)
	}
	return strings.Join(texts, ", ")
}

func typeText(s *methods.Schema) string {
	switch {
	case s.Type == methods.TypeAny:
		return "anything"
	case s.Type == methods.TypeArray && s.Elem != nil:
		return "array of " + typeText(s.Elem)
	case s.Type == methods.TypeStruct && s.Elem != nil:
		return "struct of " + typeText(s.Elem)
	case s.Type == methods.TypeStruct && s.Fields != nil:
		return "{" + listText(s.Fields) + "}"
	default:
		return s.Type.String()
	}
}
