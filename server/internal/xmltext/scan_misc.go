package xmltext

import "strings"

// declaration reads markup that begins with "<!" and is no CDATA section: a
// comment, or a construct that is refused, a DOCTYPE by its name.
func (sc *scanner) declaration(p int, otherwise string) int {
	switch rest := sc.doc[p:]; {
	case strings.HasPrefix(rest, "<!--"):
		return sc.comment(p)
	case len(rest) >= len("<!DOCTYPE") && strings.EqualFold(rest[:len("<!DOCTYPE")], "<!DOCTYPE"):
		return sc.syntax(p, "DOCTYPE is not allowed")
	}
	return sc.syntax(p, otherwise)
}

// comment skips <!-- … -->.
func (sc *scanner) comment(p int) int {
	start := p + len("<!--")
	n := strings.Index(sc.doc[start:], "--")
	if n < 0 {
		return sc.syntax(p, "comment has no end")
	}
	end := start + n + len("--")
	if end >= len(sc.doc) || sc.doc[end] != '>' {
		return sc.syntax(start+n, "-- inside a comment")
	}
	if invalidAt(sc.doc[start:end]) >= 0 {
		return sc.bad(start)
	}
	return end + 1
}

// instruction skips <?target … ?>.
func (sc *scanner) instruction(p int) int {
	doc, start := sc.doc, p+len("<?")
	q := asciiName(doc, start)
	if q == start || class[doc[start]]&nameStart == 0 || q < len(doc) && (doc[q] == ':' || doc[q] >= 0x80) {
		if q = sc.name(start); q == failed {
			return failed
		}
	}
	switch target := doc[start:q]; {
	case len(target) > sc.lim.NameBytes:
		return sc.fail(ErrLimit, start, "name is too long")
	case target == "xml":
		return sc.syntax(p, "XML declaration is malformed or not at the start of the document")
	case strings.EqualFold(target, "xml"):
		return sc.syntax(p, "processing instruction has a reserved name")
	case strings.IndexByte(target, ':') >= 0:
		return sc.syntax(p, "colon is misplaced in a name")
	}
	n := strings.Index(doc[q:], "?>")
	if n < 0 {
		return sc.syntax(p, "processing instruction has no end")
	}
	if n > 0 && class[doc[q]]&space == 0 {
		return sc.syntax(q, "processing instruction is malformed")
	}
	if invalidAt(doc[q:q+n]) >= 0 {
		return sc.bad(q)
	}
	return q + n + len("?>")
}

// xmlDecl is what an XML declaration says.
type xmlDecl struct {
	encoding string // "" if not given
}

// declared reports whether s begins with an XML declaration, and not with a
// processing instruction such as <?xml-stylesheet ?>.
func declared(s string) bool {
	return strings.HasPrefix(s, "<?xml") && len(s) > len("<?xml") && class[s[len("<?xml")]]&space != 0
}

// parseDecl reads the XML declaration that s begins with (production [23]) and
// gives the offset after it. A document without one gives an empty xmlDecl and
// offset 0; one that is malformed gives a message.
func parseDecl(s string) (decl xmlDecl, end int, msg string) {
	if !declared(s) {
		return decl, 0, ""
	}
	const malformed = "XML declaration is malformed"
	p, last := len("<?xml"), 0
	if first := ` version="1.0"`; strings.HasPrefix(s[p:], first) { // as most clients write it
		p, last = p+len(first), 1
	}
	for {
		from := p
		p = skipSpace(s, p)
		if strings.HasPrefix(s[p:], "?>") {
			if last == 0 {
				return decl, 0, "XML declaration has no version"
			}
			return decl, p + len("?>"), ""
		}
		if p == from {
			return decl, 0, malformed
		}
		name, value, q := pseudoAttr(s, p)
		rank := 0
		switch name {
		case "version":
			rank = 1
			if value != "1.0" {
				return decl, 0, "XML version is not 1.0"
			}
		case "encoding":
			rank = 2
			if !encodingName(value) {
				return decl, 0, malformed
			}
			decl.encoding = value
		case "standalone":
			rank = 3
			if value != "yes" && value != "no" {
				return decl, 0, malformed
			}
		}
		if rank <= last || last == 0 && rank != 1 {
			return decl, 0, malformed
		}
		last, p = rank, q
	}
}

// pseudoAttr reads name="value" of an XML declaration; what is not one has no
// name.
func pseudoAttr(s string, p int) (name, value string, end int) {
	q := p
	for q < len(s) && class[s[q]]&nameStart != 0 {
		q++
	}
	name = s[p:q]
	if q = skipSpace(s, q); q >= len(s) || s[q] != '=' {
		return "", "", p
	}
	if q = skipSpace(s, q+1); q >= len(s) || s[q] != '"' && s[q] != '\'' {
		return "", "", p
	}
	n := strings.IndexByte(s[q+1:], s[q])
	if n < 0 {
		return "", "", p
	}
	return name, s[q+1 : q+1+n], q + n + 2
}

// encodingName is production [81] EncName.
func encodingName(s string) bool {
	for i := range len(s) {
		if c := class[s[i]]; c&nameByte == 0 || i == 0 && (c&nameStart == 0 || s[i] == '_') {
			return false
		}
	}
	return s != ""
}
