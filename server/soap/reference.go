package soap

import (
	"strings"

	"countersign/methods"
	"countersign/server/internal/xmltext"
)

// Values may stand elsewhere in the document (SOAP 1.1 §5.1, SOAP 1.2 part 2 §3.1.5).
// A few references to references can make a small document mean an enormous one, so
// what is read through them is counted: as many elements as a document may have, and
// about as many bytes of text as this one has.

// moreText is how many bytes of text references may lead to over the document's size.
const moreText = 1 << 20

// localReference gives the id that an href leads to.
func localReference(href string) (string, error) {
	id, ok := strings.CutPrefix(strings.Trim(href, blanks), "#")
	if !ok || id == "" {
		return "", notSOAP("a reference that leads out of the document")
	}
	return id, nil
}

// follow reads the value that an element refers to.
func (d *decoder) follow(n xmltext.Node, id string, want *methods.Schema) (methods.Value, error) {
	if n.HasElements() || !n.TextOnlyBlank() {
		return methods.Value{}, notSOAP("a reference with content")
	}
	if d.ids == nil {
		if err := d.index(); err != nil {
			return methods.Value{}, err
		}
	}
	target, ok := d.ids[id]
	if !ok {
		return methods.Value{}, notSOAP("a reference to an id that no element has")
	}
	for _, open := range d.open {
		if open == target {
			return methods.Value{}, notSOAP("a reference that leads back into itself")
		}
	}
	// Each container may be reached by a reference, and so may the value in the last.
	if len(d.open) > d.limits.ValueDepth {
		return methods.Value{}, tooLarge("the references nest too deep")
	}
	d.open = append(d.open, target)
	d.unsure++
	defer func() {
		d.open = d.open[:len(d.open)-1]
		d.unsure--
	}()
	return d.argument(target, want)
}

// countElement counts an element that is read, if it is read through a reference.
func (d *decoder) countElement() error {
	if len(d.open) == 0 {
		return nil
	}
	if d.elements++; d.elements > d.limits.Elements {
		return tooLarge("the references lead to too many elements")
	}
	return nil
}

// countText does the same for text.
func (d *decoder) countText(s string) error {
	if len(d.open) == 0 {
		return nil
	}
	if d.bytes += len(s); d.bytes > d.size+moreText {
		return tooLarge("the references lead to too much text")
	}
	return nil
}

// index finds the ids of the document.
func (d *decoder) index() error {
	d.ids = map[string]xmltext.Node{}
	root := d.call
	for p := root.Parent(); p.Exists(); p = root.Parent() {
		root = p
	}
	return d.indexIn(root)
}

// indexIn goes as deep as elements nest, which the scanner bounds.
func (d *decoder) indexIn(n xmltext.Node) error {
	if id, ok := idOf(n); ok {
		if _, taken := d.ids[id]; taken {
			return notSOAP("two elements with the same id")
		}
		d.ids[id] = n
	}
	for c := n.FirstElement(); c.Exists(); c = c.NextElement() {
		if err := d.indexIn(c); err != nil {
			return err
		}
	}
	return nil
}

func idOf(n xmltext.Node) (string, bool) {
	if n.NumAttr() == 0 {
		return "", false
	}
	if id, ok := n.AttrValue("id"); ok {
		return id, true
	}
	return n.AttrNS(encoding12URI, "id")
}
