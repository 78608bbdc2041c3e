package xmlrpc

import (
	"strings"

	"countersign/methods"
	"countersign/server/internal/pieces"
	"countersign/server/internal/xmlbody"
	"countersign/server/internal/xmltext"
	"countersign/server/wire"
)

// call is a scanned methodCall. Its arguments are still on the tape.
type call struct {
	method string
	params xmltext.Node // the <params> element; does not exist if there is none
	limits wire.Limits
}

// parse scans the document and finds the method's name.
func parse(tape *xmltext.Tape, req *wire.Request) (call, error) {
	if err := xmlbody.Scan(tape, req); err != nil {
		return call{}, err
	}
	root := tape.Root()
	if !is(root, "methodCall") {
		return call{}, notCall("the root element is not methodCall")
	}
	if !root.TextOnlyBlank() {
		return call{}, notCall("text directly in methodCall")
	}
	c := call{limits: req.Limits}
	name := root.FirstElement()
	if !is(name, "methodName") || name.HasElements() {
		return call{}, notCall("methodCall does not begin with a methodName of text")
	}
	c.method = trim(name.Text(), " \t\n")
	c.params = name.NextElement()
	switch {
	case c.params.Exists() && !is(c.params, "params"):
		return call{}, notCall("an element other than params behind methodName")
	case c.params.NextElement().Exists():
		return call{}, notCall("an element behind params")
	}
	return c, nil
}

// Values implements wire.Args.
func (c *call) Values() ([]methods.Value, []methods.Member, error) {
	if !c.params.Exists() {
		return nil, nil, nil
	}
	d := decoder{depth: c.limits.ValueDepth}
	if !c.params.TextOnlyBlank() {
		return nil, nil, notCall("text directly in params")
	}
	var params []methods.Value
	n := c.params.NumElements()
	if n > 0 {
		params = make([]methods.Value, 0, n)
	}
	for p := c.params.FirstElement(); p.Exists(); p = p.NextElement() {
		if !is(p, "param") || !p.TextOnlyBlank() {
			return nil, nil, notCall("something other than param in params")
		}
		value := p.FirstElement()
		if !is(value, "value") || value.NextElement().Exists() {
			return nil, nil, notCall("a param that does not hold one value")
		}
		v, err := d.value(value)
		if err != nil {
			return nil, nil, err
		}
		params = append(params, v)
	}
	return params, nil, nil
}

// decoder turns <value> elements into values.
type decoder struct {
	depth   int // containers that may still be opened
	members []methods.Member
	items   []methods.Value
}

func (d *decoder) value(n xmltext.Node) (methods.Value, error) {
	typ := n.FirstElement()
	if !typ.Exists() {
		return methods.String(n.Text()), nil // untyped: a string, kept as it is
	}
	if typ.NextElement().Exists() {
		return methods.Value{}, notCall("a value with two types")
	}
	if !n.TextOnlyBlank() {
		return methods.Value{}, notCall("text beside the type of a value")
	}
	if !typ.HasElements() {
		if v, known, err := scalar(typ); known {
			return v, err
		}
	}
	switch {
	case is(typ, "struct"):
		return d.container(typ, false)
	case is(typ, "array"):
		return d.container(typ, true)
	case typ.HasElements():
		return methods.Value{}, notCall("an element inside a simple value, or an unknown type")
	default:
		return otherScalar(typ)
	}
}

func (d *decoder) container(typ xmltext.Node, array bool) (methods.Value, error) {
	if d.depth == 0 {
		return methods.Value{}, methods.Errorf(methods.KindTooLarge, "the values nest too deep")
	}
	d.depth--
	defer func() { d.depth++ }()
	if !typ.TextOnlyBlank() {
		return methods.Value{}, notCall("text directly in a struct or array")
	}
	if array {
		return d.array(typ)
	}
	return d.structure(typ)
}

func (d *decoder) array(typ xmltext.Node) (methods.Value, error) {
	data := typ.FirstElement()
	switch {
	case !data.Exists():
		return methods.Array(), nil
	case !is(data, "data") || data.NextElement().Exists() || !data.TextOnlyBlank():
		return methods.Value{}, notCall("an array that does not hold one data element")
	}
	items := pieces.Cut(&d.items, data.NumElements())
	i := 0
	for n := data.FirstElement(); n.Exists(); n = n.NextElement() {
		if !is(n, "value") {
			return methods.Value{}, notCall("something other than value in an array")
		}
		v, err := d.value(n)
		if err != nil {
			return methods.Value{}, err
		}
		items[i] = v
		i++
	}
	return methods.Array(items...), nil
}

func (d *decoder) structure(typ xmltext.Node) (methods.Value, error) {
	members := pieces.Cut(&d.members, typ.NumElements())
	i := 0
	for n := typ.FirstElement(); n.Exists(); n = n.NextElement() {
		m, err := d.member(n)
		if err != nil {
			return methods.Value{}, err
		}
		members[i] = m
		i++
	}
	return methods.Struct(members...), nil
}

// member reads <member><name>…</name><value>…</value></member>, in either order.
func (d *decoder) member(n xmltext.Node) (methods.Member, error) {
	name := n.FirstElement()
	value := name.NextElement()
	if is(name, "value") {
		name, value = value, name
	}
	second := n.FirstElement().NextElement()
	if !is(n, "member") || !n.TextOnlyBlank() || !is(name, "name") || !is(value, "value") ||
		name.HasElements() || second.NextElement().Exists() {
		return methods.Member{}, notCall("a struct member that is not one name and one value")
	}
	v, err := d.value(value)
	return methods.Member{Name: name.Text(), Value: v}, err
}

// is compares a tag's name; other letter cases than the specification's are taken
// too, as the original server did (phpgroupware contract §3.4).
func is(n xmltext.Node, name string) bool {
	got := n.Name()
	return got == name || len(got) == len(name) && strings.EqualFold(got, name)
}
