package soap

import (
	"strings"

	"countersign/server/internal/xmltext"
	"countersign/server/wire"
)

// marks are what the attributes of an element say of its value.
type marks struct {
	kind kind
	// items is the kind of an array's items that do not tell their own.
	items kind
	null  bool
	// ref is the id of the element that holds the value instead.
	ref string
	// declares says that the element declares a namespace, so that what is known of
	// prefixes does not hold inside.
	declares bool
}

// marks reads the attributes of an element.
func (d *decoder) marks(n xmltext.Node) (m marks, err error) {
	for i := range n.NumAttr() {
		if name, _ := n.Attr(i); strings.HasPrefix(name, "xmlns") {
			m.declares = true
			d.unsure++
			defer func() { d.unsure-- }()
			break
		}
	}
	for i := range n.NumAttr() {
		if err := d.attribute(n, i, &m); err != nil {
			return m, err
		}
	}
	return m, nil
}

// attribute reads attribute i of an element. Attributes that mean nothing here are
// nobody's business: ids, roots and what toolkits add of their own.
func (d *decoder) attribute(n xmltext.Node, i int, m *marks) (err error) {
	name, value := n.Attr(i)
	prefix, local := xmltext.SplitName(name)
	if prefix == "" {
		if local == "href" && d.version == wire.SOAP11 {
			m.ref, err = localReference(value)
		}
		return err
	}
	switch local {
	case "type", "nil", "null":
		if d.space(n, prefix) != schemaInstance {
			return nil
		}
		if local != "type" {
			value = strings.Trim(value, blanks)
			m.null = value == "1" || value == "true"
			return nil
		}
		k, err := d.kindOf(n, value)
		if m.kind == untyped { // an arrayType says more
			m.kind = k
		}
		return err
	case "arrayType":
		if d.space(n, prefix) == encoding11 {
			m.kind = array
			m.items, err = d.arrayType(n, value)
		}
	case "itemType":
		if d.space(n, prefix) == encoding12 {
			m.kind = array
			m.items, err = d.kindOf(n, value)
		}
	case "arraySize":
		if d.space(n, prefix) == encoding12 {
			m.kind = array
			err = checkSize(value, " ")
		}
	case "offset", "position":
		if d.space(n, prefix) == encoding11 && strings.Trim(value, "[0] ") != "" {
			return notSOAP("an array with holes: offset and position are not known here")
		}
	case "ref":
		if d.space(n, prefix) == encoding12 {
			// The value is an id; PHP writes a # before it.
			m.ref, err = localReference("#" + strings.TrimPrefix(value, "#"))
		}
	}
	return err
}

// space tells which namespace a prefix stands for at n.
func (d *decoder) space(n xmltext.Node, prefix string) space {
	if d.unsure == 0 {
		for i := range d.prefixes {
			if p := &d.prefixes[i]; p.name == prefix {
				return p.space
			}
		}
	}
	s := otherSpace
	if uri, ok := n.ResolvePrefix(prefix); ok {
		s = spaceOf(uri)
	}
	if d.unsure == 0 {
		d.prefixes[d.nextPrefix%len(d.prefixes)] = knownPrefix{prefix, s}
		d.nextPrefix++
	}
	return s
}

// knownPrefix is a prefix that was looked up.
type knownPrefix struct {
	name  string
	space space
}

// arrayType reads the value of SOAP-ENC:arrayType, such as xsd:string[2], and gives the
// kind of the items (SOAP 1.1 §5.4.2). The number is not used: an array has the items
// that are there.
func (d *decoder) arrayType(n xmltext.Node, value string) (kind, error) {
	value = strings.Trim(value, blanks)
	open := strings.LastIndexByte(value, '[')
	if open <= 0 || !strings.HasSuffix(value, "]") {
		return untyped, notSOAP("an arrayType that is not a type and a size in brackets")
	}
	if err := checkSize(value[open+1:len(value)-1], ","); err != nil {
		return untyped, err
	}
	item := value[:open]
	if strings.HasSuffix(item, "]") {
		return array, nil // an array of arrays; these say more themselves
	}
	return d.kindOf(n, item)
}

// checkSize refuses what is no size, and arrays of several dimensions.
func checkSize(size, separator string) error {
	size = strings.Trim(size, blanks)
	switch {
	case strings.Contains(size, separator):
		return notSOAP("an array of several dimensions")
	case size != "*" && strings.Trim(size, "0123456789") != "":
		return notSOAP("the size of an array is not a number")
	}
	return nil
}
