package soap

import (
	"slices"

	"countersign/methods"
	"countersign/server/internal/xmltext"
)

// Values implements wire.Args: the arguments by position, for a core that does not ask
// for a method's.
func (m *message) Values() ([]methods.Value, []methods.Member, error) {
	values, err := m.decoder().positional(nil)
	return values, nil, err
}

// ValuesFor implements wire.FittedArgs.
func (m *message) ValuesFor(e *methods.Entry) ([]methods.Value, []methods.Member, error) {
	if !m.call.HasElements() {
		return nil, nil, nil
	}
	d := m.decoder()
	how, params := m.fit(e.Signatures)
	switch how {
	case byName:
		named, err := d.named(params)
		return nil, withoutAbsent(named, e.Signatures), err
	case asStruct:
		v, err := d.structure(m.call, params[0].Schema)
		return []methods.Value{v}, nil, err
	case asMembers:
		values, err := d.positional(params[0].Schema.Fields)
		members := make([]methods.Member, len(values))
		for i, v := range values {
			members[i] = methods.Member{Name: params[0].Schema.Fields[i].Name, Value: v}
		}
		return []methods.Value{methods.Struct(members...)}, nil, err
	}
	values, err := d.positional(params)
	return values, nil, err
}

// fitting is how the elements of a call go to the parameters of a method.
type fitting uint8

const (
	byPosition fitting = iota
	byName
	asStruct  // they are the members of the one parameter, by name
	asMembers // the same by position
)

// fit finds the signature that the call is made for. Names count if they are names of
// the signature; names that toolkits make up are none (phpgroupware contract §7.1).
func (m *message) fit(signatures []methods.Signature) (fitting, []methods.Param) {
	n := m.call.NumElements()
	most, how, params := 0, byPosition, []methods.Param(nil)
	for _, s := range signatures {
		known := m.known(s.Params)
		if known == n && m.complete(s.Params) {
			return byName, s.Params
		}
		if known > most {
			most, how, params = known, byName, s.Params
		}
		if known = m.known(oneStruct(s)); known > most {
			most, how, params = known, asStruct, s.Params
		}
	}
	if most > 0 {
		return how, params
	}
	for _, s := range signatures {
		if n == len(s.Params) || n < len(s.Params) && s.Params[n].Optional {
			return byPosition, s.Params
		}
	}
	for _, s := range signatures {
		if n > 1 && n <= len(oneStruct(s)) {
			return asMembers, s.Params
		}
	}
	return byPosition, nil // binding will tell what is wrong with it
}

// known counts the elements of the call that have the name of a parameter.
func (m *message) known(params []methods.Param) int {
	found := 0
	for c := m.call.FirstElement(); c.Exists(); c = c.NextElement() {
		if paramNamed(params, c.Local()) >= 0 {
			found++
		}
	}
	return found
}

// complete tells whether every parameter that must be there is.
func (m *message) complete(params []methods.Param) bool {
	for i := range params {
		if !params[i].Optional && !hasChild(m.call, params[i].Name) {
			return false
		}
	}
	return true
}

func hasChild(n xmltext.Node, name string) bool {
	for c := n.FirstElement(); c.Exists(); c = c.NextElement() {
		if c.Local() == name {
			return true
		}
	}
	return false
}

func paramNamed(params []methods.Param, name string) int {
	for i := range params {
		if params[i].Name == name {
			return i
		}
	}
	return -1
}

// oneStruct gives the fields of a signature's one parameter, if it is a struct.
func oneStruct(s methods.Signature) []methods.Param {
	if len(s.Params) != 1 || s.Params[0].Schema.Type != methods.TypeStruct {
		return nil
	}
	return s.Params[0].Schema.Fields
}

// positional reads the arguments in order; params may be fewer, or unknown.
func (d *decoder) positional(params []methods.Param) ([]methods.Value, error) {
	if !d.call.HasElements() {
		return nil, nil
	}
	values := make([]methods.Value, 0, d.call.NumElements())
	for c := d.call.FirstElement(); c.Exists(); c = c.NextElement() {
		var want *methods.Schema
		if i := len(values); i < len(params) {
			want = params[i].Schema
		}
		v, err := d.argument(c, want)
		if err != nil {
			return nil, err
		}
		values = append(values, v)
	}
	return values, nil
}

// named reads the arguments with their names.
func (d *decoder) named(params []methods.Param) ([]methods.Member, error) {
	named := make([]methods.Member, 0, d.call.NumElements())
	for c := d.call.FirstElement(); c.Exists(); c = c.NextElement() {
		name := c.Local()
		var want *methods.Schema
		if i := paramNamed(params, name); i >= 0 {
			want = params[i].Schema
		}
		v, err := d.argument(c, want)
		if err != nil {
			return nil, err
		}
		named = append(named, methods.Member{Name: name, Value: v})
	}
	return named, nil
}

// withoutAbsent takes away an argument that is nil if there is a signature without it
// for all the others: PHP sends nil for what its caller left out.
func withoutAbsent(named []methods.Member, signatures []methods.Signature) []methods.Member {
	isNil := func(m methods.Member) bool { return m.Value.IsNil() }
	if !slices.ContainsFunc(named, isNil) {
		return named
	}
	rest := slices.DeleteFunc(slices.Clone(named), isNil)
	for _, s := range signatures {
		if len(s.Params) == len(rest) && !slices.ContainsFunc(rest, func(m methods.Member) bool {
			return paramNamed(s.Params, m.Name) < 0
		}) {
			return rest
		}
	}
	return named
}
