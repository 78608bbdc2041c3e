package soap

import (
	"countersign/methods"
	"countersign/server/internal/pieces"
	"countersign/server/internal/xmltext"
)

// mapping reads Apache's Map: items of a key and a value.
func (d *decoder) mapping(n xmltext.Node, want *methods.Schema) (methods.Value, error) {
	members := pieces.Cut(&d.members, n.NumElements())
	i := 0
	for c := n.FirstElement(); c.Exists(); c = c.NextElement() {
		key, value, ok := pair(c)
		if !ok || key.HasElements() {
			return methods.Value{}, notSOAP("an item of a Map that is not one key and one value")
		}
		name := key.Text()
		if err := d.countText(name); err != nil {
			return methods.Value{}, err
		}
		v, err := d.argument(value, memberSchema(want, name))
		if err != nil {
			return methods.Value{}, err
		}
		members[i] = methods.Member{Name: name, Value: v}
		i++
	}
	return methods.Struct(members...), nil
}

// pair gives the key and the value of an item of a Map.
func pair(item xmltext.Node) (key, value xmltext.Node, ok bool) {
	key = item.FirstElement()
	value = key.NextElement()
	if key.Local() == "value" {
		key, value = value, key
	}
	last := item.FirstElement().NextElement()
	ok = key.Local() == "key" && value.Local() == "value" && !last.NextElement().Exists() && item.TextOnlyBlank()
	return key, value, ok
}

// looksLikeMap tells a Map that does not say that it is one.
func looksLikeMap(n xmltext.Node) bool {
	first := n.FirstElement()
	if first.Local() != itemName {
		return false
	}
	for c := first; c.Exists(); c = c.NextElement() {
		if _, _, ok := pair(c); !ok || c.Local() != itemName {
			return false
		}
	}
	return true
}

// looksLikeArray tells an array that does not say that it is one: several elements of
// one name, or items as nearly every toolkit calls them.
func looksLikeArray(n xmltext.Node) bool {
	first := n.FirstElement()
	name := first.Local()
	second := first.NextElement()
	if !second.Exists() {
		return name == itemName
	}
	for c := second; c.Exists(); c = c.NextElement() {
		if c.Local() != name {
			return false
		}
	}
	return true
}
