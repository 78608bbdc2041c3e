package xmltext

import "strings"

// text reads on in a text whose beginning, up to p, is plain. It gives the
// offset of the next "<" or the end of the document.
func (sc *scanner) text(p int) (int, uint8) {
	doc := sc.doc
	end := len(doc)
	if n := strings.IndexByte(doc[p:], '<'); n >= 0 {
		end = p + n
	}
	rest := doc[p:end]
	if invalidAt(rest) >= 0 {
		return sc.bad(p), 0
	}
	// The first "]" is never before p.
	if i := strings.IndexByte(rest, ']'); i >= 0 {
		if j := strings.Index(rest[i:], "]]>"); j >= 0 {
			return sc.syntax(p+i+j, "]]> in text"), 0
		}
	}
	var flags uint8
	if i := strings.IndexByte(rest, '&'); i >= 0 {
		flags |= hasRef
		if sc.references(p+i, end) == failed {
			return failed, 0
		}
	}
	if strings.IndexByte(rest, '\r') >= 0 {
		flags |= hasCR
	}
	return end, flags
}

// references checks every reference in doc[p:end] and gives end.
func (sc *scanner) references(p, end int) int {
	region := sc.doc[:end]
	for {
		n := strings.IndexByte(region[p:], '&')
		if n < 0 {
			return end
		}
		p += n
		r, next := reference(region, p)
		if r < 0 {
			msg := "& does not begin one of the five predefined entities or a numeric reference"
			if p+1 < end && region[p+1] == '#' {
				msg = "numeric reference is malformed or not to a character that XML allows"
			}
			return sc.syntax(p, msg)
		}
		p = next
	}
}

// reference reads the reference whose "&" is at s[p]. It gives its character
// and the offset after its ";", or a negative character.
func reference(s string, p int) (r rune, next int) {
	rest := s[p+1:]
	switch {
	case strings.HasPrefix(rest, "lt;"):
		return '<', p + 4
	case strings.HasPrefix(rest, "gt;"):
		return '>', p + 4
	case strings.HasPrefix(rest, "amp;"):
		return '&', p + 5
	case strings.HasPrefix(rest, "quot;"):
		return '"', p + 6
	case strings.HasPrefix(rest, "apos;"):
		return '\'', p + 6
	case strings.HasPrefix(rest, "#x"):
		return number(s, p+3, 16)
	case strings.HasPrefix(rest, "#"):
		return number(s, p+2, 10)
	}
	return -1, p
}

// number reads the digits of a numeric reference and its ";".
func number(s string, p int, base rune) (rune, int) {
	r, digits := rune(0), 0
	for ; p < len(s); p++ {
		var d rune
		switch c := rune(s[p]); {
		case '0' <= c && c <= '9':
			d = c - '0'
		case base == 16 && 'a' <= c|0x20 && c|0x20 <= 'f':
			d = c | 0x20 - 'a' + 10
		case c == ';' && digits > 0 && isChar(r):
			return r, p + 1
		default:
			return -1, p
		}
		digits++
		if r = r*base + d; r > 0x10FFFF {
			return -1, p
		}
	}
	return -1, p
}

// section reads what begins with "<!" in an element: a CDATA section, which goes
// on the tape as a text unless it is empty, or a comment.
func (sc *scanner) section(p int, parent int32, nodes []node) (int, []node) {
	const open, end = "<![CDATA[", "]]>"
	if !strings.HasPrefix(sc.doc[p:], open) {
		return sc.declaration(p, "markup that begins with <! is neither a comment nor a CDATA section"), nodes
	}
	start := p + len(open)
	n := strings.Index(sc.doc[start:], end)
	if n < 0 {
		return sc.syntax(p, "CDATA section has no end"), nodes
	}
	content := sc.doc[start : start+n]
	if invalidAt(content) >= 0 {
		return sc.bad(start), nodes
	}
	if n > 0 {
		text := node{
			start: int32(start), end: int32(start + n), next: int32(len(nodes) + 1), parent: parent, kind: Text,
		}
		if strings.IndexByte(content, '\r') >= 0 {
			text.flags = hasCR
		}
		nodes[parent].flags |= hasInk
		nodes = append(nodes, text)
	}
	return start + n + len(end), nodes
}
