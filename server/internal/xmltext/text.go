package xmltext

import (
	"strings"
	"unicode/utf8"
)

// Text gives the character data directly in an element, joined over comments,
// CDATA sections and child elements, or that of a text: references resolved,
// line ends made LF (XML 1.0 §2.11). One run that needs neither is a view of the
// document, anything else is built anew.
func (n Node) Text() string {
	if s, ok := n.plain(); ok {
		return s
	}
	return string(n.AppendText(nil))
}

// plain gives the text if there is nothing to build.
func (n Node) plain() (string, bool) {
	if n.t == nil {
		return "", true
	}
	d := n.node()
	if d.kind == Element {
		if d.next == n.i+1 {
			return "", true
		}
		outer := d
		d = &n.t.nodes[n.i+1]
		if d.kind != Text || d.next != outer.next {
			return "", false
		}
	}
	if d.flags&(hasRef|hasCR) != 0 {
		return "", false
	}
	return n.t.doc[d.start:d.end], true
}

// AppendText appends to dst what Text gives.
func (n Node) AppendText(dst []byte) []byte {
	if n.t == nil {
		return dst
	}
	d := n.node()
	if d.kind == Text {
		return n.t.appendRun(dst, d)
	}
	for c := n.FirstChild(); c.t != nil; c = c.Next() {
		if d := c.node(); d.kind == Text {
			dst = n.t.appendRun(dst, d)
		}
	}
	return dst
}

func (t *Tape) appendRun(dst []byte, d *node) []byte {
	raw := t.doc[d.start:d.end]
	switch {
	case d.flags&hasRef != 0:
		return appendDecoded(dst, raw, "&\r", '\n')
	case d.flags&hasCR != 0:
		return appendDecoded(dst, raw, "\r", '\n')
	}
	return append(dst, raw...)
}

// appendDecoded resolves references and writes blank for each line end and for
// each other byte of stops.
func appendDecoded(dst []byte, raw, stops string, blank byte) []byte {
	for {
		i := strings.IndexAny(raw, stops)
		if i < 0 {
			return append(dst, raw...)
		}
		dst = append(dst, raw[:i]...)
		next := i + 1
		switch {
		case raw[i] == '&':
			var r rune
			r, next = reference(raw, i)
			dst = utf8.AppendRune(dst, r)
		case raw[i] == '\r' && next < len(raw) && raw[next] == '\n':
			next++
			fallthrough
		default:
			dst = append(dst, blank)
		}
		raw = raw[next:]
	}
}

// NumAttr gives the number of attributes of an element, xmlns ones included.
func (n Node) NumAttr() int {
	if n.t == nil {
		return 0
	}
	return int(n.node().nattrs)
}

// Attr gives attribute i, from 0 in the order written: the name with its prefix
// and the value with references resolved and white space made spaces
// (XML 1.0 §3.3.3). It panics when there is no such attribute.
func (n Node) Attr(i int) (name, value string) {
	a := &n.attrs()[i]
	return n.t.doc[a.name:a.nameEnd], n.t.value(a)
}

// AttrValue gives the value of the attribute of this name as written, prefix
// included.
func (n Node) AttrValue(name string) (value string, ok bool) {
	for i := range n.attrs() {
		if a := &n.attrs()[i]; n.t.doc[a.name:a.nameEnd] == name {
			return n.t.value(a), true
		}
	}
	return "", false
}

func (n Node) attrs() []attr {
	if n.t == nil {
		return nil
	}
	return n.t.attrsOf(n.i)
}

func (t *Tape) attrsOf(i int32) []attr {
	d := &t.nodes[i]
	return t.attrs[d.attrs : int(d.attrs)+int(d.nattrs)]
}

func (t *Tape) value(a *attr) string {
	raw := t.doc[a.val:a.valEnd]
	if !a.raw {
		return raw
	}
	return string(appendDecoded(make([]byte, 0, len(raw)), raw, "&\t\n\r", ' '))
}
