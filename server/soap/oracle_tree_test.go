package soap

import (
	"encoding/xml"
	"io"
	"strings"
)

// element is a node of its tree, with the prefixes that are declared around it.
type element struct {
	name     xml.Name
	attrs    []xml.Attr
	scope    map[string]string
	text     string // directly in it, joined
	children []*element
}

func tree(doc string) (*element, error) {
	dec := xml.NewDecoder(strings.NewReader(doc))
	dec.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil } // it is UTF-8 by now
	outside := &element{scope: map[string]string{}}
	open := []*element{outside}
	for {
		tok, err := dec.Token()
		if err == io.EOF {
			if len(outside.children) != 1 {
				return nil, errOracle
			}
			return outside.children[0], nil
		} else if err != nil {
			return nil, err
		}
		top := open[len(open)-1]
		switch tok := tok.(type) {
		case xml.StartElement:
			e := &element{name: tok.Name, attrs: tok.Attr, scope: map[string]string{}}
			for prefix, uri := range top.scope {
				e.scope[prefix] = uri
			}
			for _, a := range tok.Attr {
				switch {
				case a.Name.Space == "xmlns":
					e.scope[a.Name.Local] = a.Value
				case a.Name.Space == "" && a.Name.Local == "xmlns":
					e.scope[""] = a.Value
				}
			}
			top.children = append(top.children, e)
			open = append(open, e)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			top.text += string(tok)
		}
	}
}

func (e *element) child(local string) *element {
	for _, c := range e.children {
		if c.name.Local == local {
			return c
		}
	}
	return &element{}
}

func (e *element) attr(space, local string) (string, bool) {
	for _, a := range e.attrs {
		if a.Name.Space == space && a.Name.Local == local {
			return a.Value, true
		}
	}
	return "", false
}
