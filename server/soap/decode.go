package soap

import (
	"countersign/methods"
	"countersign/server/internal/pieces"
	"countersign/server/internal/xmltext"
)

// decoder turns elements into values. What an element says of its type counts; what it
// leaves open the method's signature decides, if it is known; then its shape does.
type decoder struct {
	*message
	depth   int // containers that may still be opened
	members []methods.Member
	items   []methods.Value

	// What is known of prefixes and type names where nothing between here and the call
	// declares a namespace; not used while unsure is not 0.
	prefixes         [4]knownPrefix
	types            [6]knownType
	next, nextPrefix int
	unsure           int

	// References.
	ids             map[string]xmltext.Node
	open            []xmltext.Node // targets that are being read
	elements, bytes int            // read through references
}

// decoder gives the message's decoder, as new.
func (m *message) decoder() *decoder {
	m.reader = decoder{message: m, depth: m.limits.ValueDepth}
	return &m.reader
}

// argument reads an element: what its attributes say, and its content.
func (d *decoder) argument(n xmltext.Node, want *methods.Schema) (methods.Value, error) {
	return d.item(n, want, untyped)
}

// item is argument with a kind for elements that do not tell theirs.
func (d *decoder) item(n xmltext.Node, want *methods.Schema, otherwise kind) (methods.Value, error) {
	if err := d.countElement(); err != nil {
		return methods.Value{}, err
	}
	m := marks{}
	if n.NumAttr() > 0 {
		var err error
		if m, err = d.marks(n); err != nil {
			return methods.Value{}, err
		}
	}
	if m.declares {
		d.unsure++
		defer func() { d.unsure-- }()
	}
	if m.kind == untyped {
		m.kind = otherwise
	}
	if m.kind == untyped {
		m.kind = d.kindByName(n)
	}
	switch {
	case m.ref != "":
		return d.follow(n, m.ref, want)
	case m.null:
		return methods.Nil(), nil
	}
	return d.value(n, want, m)
}

// kindByName is for elements that have a type for a name, as <SOAP-ENC:int> (SOAP 1.1
// §5.2.1).
func (d *decoder) kindByName(n xmltext.Node) kind {
	prefix, local := xmltext.SplitName(n.Name())
	if prefix == "" {
		return untyped
	}
	switch d.space(n, prefix) {
	case encoding11, encoding12:
		return kinds[local]
	}
	return untyped
}

var plainMarks marks

// value reads the content of an element.
func (d *decoder) value(n xmltext.Node, want *methods.Schema, m marks) (methods.Value, error) {
	if !n.HasElements() {
		switch {
		case m.kind >= array, m.kind == untyped && want != nil && wantsContainer(want) && n.TextOnlyBlank():
			return d.container(n, want, m)
		}
		s := n.Text()
		if err := d.countText(s); err != nil {
			return methods.Value{}, err
		}
		if m.kind == base64Bytes {
			return binary(s, want)
		}
		return scalar(m.kind, s)
	}
	if m.kind != untyped && m.kind < array {
		return methods.Value{}, notSOAP("an element inside a value of a simple type")
	}
	return d.container(n, want, m)
}

func wantsContainer(want *methods.Schema) bool {
	return want.Type == methods.TypeArray || want.Type == methods.TypeStruct
}

// container reads an array or a struct.
func (d *decoder) container(n xmltext.Node, want *methods.Schema, m marks) (methods.Value, error) {
	if d.depth == 0 {
		return methods.Value{}, tooLarge("the values nest too deep")
	}
	d.depth--
	defer func() { d.depth++ }()
	if !n.TextOnlyBlank() {
		return methods.Value{}, notSOAP("text beside elements")
	}
	switch {
	case m.kind == mapping:
		return d.mapping(n, want)
	case m.kind == array:
		return d.array(n, want, m.items)
	case m.kind == structure:
		return d.structure(n, want)
	case want != nil && want.Type == methods.TypeArray:
		return d.array(n, want, untyped)
	case want != nil && want.Type == methods.TypeStruct && want.Fields != nil:
		return d.structure(n, want)
	case looksLikeMap(n):
		return d.mapping(n, want)
	case (want == nil || want.Type != methods.TypeStruct) && looksLikeArray(n):
		return d.array(n, nil, untyped)
	}
	return d.structure(n, want)
}

func (d *decoder) array(n xmltext.Node, want *methods.Schema, kind kind) (methods.Value, error) {
	var elem *methods.Schema
	if want != nil && want.Type == methods.TypeArray {
		elem = want.Elem
	}
	items := pieces.Cut(&d.items, n.NumElements())
	i := 0
	for c := n.FirstElement(); c.Exists(); c = c.NextElement() {
		v, err := d.item(c, elem, kind)
		if err != nil {
			return methods.Value{}, err
		}
		items[i] = v
		i++
	}
	return methods.Array(items...), nil
}

func (d *decoder) structure(n xmltext.Node, want *methods.Schema) (methods.Value, error) {
	members := pieces.Cut(&d.members, n.NumElements())
	i := 0
	for c := n.FirstElement(); c.Exists(); c = c.NextElement() {
		name := c.Local()
		if err := d.countText(name); err != nil {
			return methods.Value{}, err
		}
		v, err := d.argument(c, memberSchema(want, name))
		if err != nil {
			return methods.Value{}, err
		}
		members[i] = methods.Member{Name: name, Value: v}
		i++
	}
	return methods.Struct(members...), nil
}

func memberSchema(want *methods.Schema, name string) *methods.Schema {
	if want == nil || want.Type != methods.TypeStruct {
		return nil
	}
	for i := range want.Fields {
		if want.Fields[i].Name == name {
			return want.Fields[i].Schema
		}
	}
	return want.Elem
}

const itemName = "item"
