package xmltext

import (
	"strings"
	"unicode/utf8"

	"countersign/server/internal/words"
)

// name reads a name with colon or characters outside ASCII from its start. A
// name with a second colon, or with nothing on one side of it, is not a name of
// Namespaces in XML (production [7] QName) and is refused.
func (sc *scanner) name(p int) int {
	if end := prefixedName(sc.doc, p); end > 0 {
		return end
	}
	doc, start, colon := sc.doc, p, -1
	for p < len(doc) {
		c := doc[p]
		first := p == start || p == colon+1 && colon >= 0
		switch {
		case c == ':':
			if first || colon >= 0 {
				return sc.syntax(p, "colon is misplaced in a name")
			}
			colon = p
			p++
			continue
		case c < utf8.RuneSelf:
			if class[c]&nameByte == 0 || first && class[c]&nameStart == 0 {
				if first {
					return sc.syntax(p, "name does not begin with a letter")
				}
				return p
			}
			p++
			continue
		}
		r, n := utf8.DecodeRuneInString(doc[p:])
		if n == 1 || first && !isNameStart(r) || !isNameChar(r) {
			return sc.syntax(p, "character that is not allowed in a name")
		}
		p += n
	}
	if p == start || p == colon+1 && colon >= 0 {
		return sc.syntax(p, "name is missing")
	}
	return p
}

// prefixedName gives the end of a name of ASCII with a prefix, which is what most names
// with a colon are, or 0 if another is there.
func prefixedName(doc string, p int) int {
	colon := asciiName(doc, p)
	local := colon + 1
	if local >= len(doc) || doc[colon] != ':' || class[doc[p]]&nameStart == 0 || class[doc[local]]&nameStart == 0 {
		return 0
	}
	end := asciiName(doc, local)
	if end < len(doc) && (doc[end] == ':' || doc[end] >= utf8.RuneSelf) {
		return 0
	}
	return end
}

// endTag reads an end tag that is not exactly </name>; it gives the offset of
// its ">".
func (sc *scanner) endTag(p int, name string) int {
	doc := sc.doc
	q := p + 2 + len(name)
	if q <= len(doc) && doc[p+2:q] == name {
		if q = skipSpace(doc, q); q < len(doc) && doc[q] == '>' {
			return q
		}
	}
	if q >= len(doc) && strings.IndexByte(doc[p:], '>') < 0 {
		return sc.syntax(p, "document ends inside </"+quotable(name)+">")
	}
	return sc.syntax(p, "end tag is not </"+quotable(name)+">")
}

// attributes reads from the white space after the name of element self to the
// ">" or "/" that ends the tag.
func (sc *scanner) attributes(p int, self int32) int {
	doc, t := sc.doc, sc.tape
	first := len(t.attrs)
	for {
		from := p
		p = skipSpace(doc, p)
		if p >= len(doc) {
			return sc.syntax(p, "document ends inside a tag")
		}
		if doc[p] == '>' || doc[p] == '/' {
			break
		}
		if p == from {
			return sc.syntax(p, "white space is missing before an attribute")
		}
		a, q := sc.attribute(p)
		if q == failed {
			return failed
		}
		if len(t.attrs)-first >= sc.lim.Attributes {
			return sc.fail(ErrLimit, p, "too many attributes in a tag")
		}
		name := doc[a.name:a.nameEnd]
		for i := range t.attrs[first:] {
			if b := &t.attrs[first+i]; doc[b.name:b.nameEnd] == name {
				return sc.syntax(p, "attribute "+quotable(name)+" is there twice")
			}
		}
		t.attrs = append(t.attrs, a)
		if prefix, ok := declaredPrefix(name); ok {
			t.nodes[self].flags |= declaresNS
			if sc.decl++; sc.decl > maxDeclarations {
				return sc.fail(ErrLimit, p, "too many namespace declarations in scope")
			}
			if a.valEnd-a.val > maxNamespaceBytes {
				return sc.fail(ErrLimit, p, "namespace name is too long")
			}
			if msg := badDeclaration(prefix, t.value(&t.attrs[len(t.attrs)-1])); msg != "" {
				return sc.syntax(p, msg)
			}
		}
		p = q
	}
	n := &t.nodes[self]
	n.attrs, n.nattrs = int32(first), uint16(len(t.attrs)-first)
	if n.nattrs > 1 && t.sameExpanded(self) {
		return sc.syntax(int(n.start), "two attributes have the same namespace and local name")
	}
	return p
}

// attribute reads name="value" at p.
func (sc *scanner) attribute(p int) (attr, int) {
	doc := sc.doc
	q := asciiName(doc, p)
	if q == p || class[doc[p]]&nameStart == 0 || q < len(doc) && (doc[q] == ':' || doc[q] >= 0x80) {
		if q = sc.name(p); q == failed {
			return attr{}, failed
		}
	}
	a := attr{name: int32(p), nameEnd: int32(q)}
	if q-p > sc.lim.NameBytes {
		return a, sc.fail(ErrLimit, p, "name is too long")
	}
	if q = skipSpace(doc, q); q >= len(doc) || doc[q] != '=' {
		return a, sc.syntax(q, "attribute without a value")
	}
	q = skipSpace(doc, q+1)
	if q >= len(doc) || doc[q] != '"' && doc[q] != '\'' {
		return a, sc.syntax(q, "attribute value is not quoted")
	}
	length := strings.IndexByte(doc[q+1:], doc[q])
	if length < 0 {
		return a, sc.syntax(q, "attribute value has no closing quote")
	}
	start, end := q+1, q+1+length
	a.val, a.valEnd = int32(start), int32(end)
	value := doc[start:end]
	q = 0
	for q+8 <= len(value) && escapeStops(words.Load64(value, q)) == 0 {
		q += 8
	}
	for q < len(value) && class[value[q]]&attrByte != 0 {
		q++
	}
	if q < len(value) {
		switch {
		case invalidAt(value) >= 0:
			return a, sc.bad(start)
		case strings.IndexByte(value, '<') >= 0:
			return a, sc.syntax(start, "< in an attribute value")
		case sc.references(start, end) == failed:
			return a, failed
		}
		a.raw = strings.ContainsAny(value, "&\t\n\r")
	}
	return a, end + 1
}
