package xmltext

import (
	"math/bits"
	"strings"
	"unicode/utf8"

	"countersign/server/internal/words"
)

// scanner is one run of Scan. Its methods take an offset into doc and give the
// offset after what they read, or failed.
type scanner struct {
	tape *Tape
	doc  string
	lim  Limits
	decl int   // namespace declarations in scope
	err  error // a *SyntaxError, set by fail
}

const failed = -1

// fail records the error and gives failed. A document with a character that is
// not allowed is ErrChar wherever the scanner stumbled.
func (sc *scanner) fail(kind Kind, at int, msg string) int {
	if kind == ErrSyntax {
		if bad := invalidAt(sc.doc); bad >= 0 {
			kind, at = ErrChar, bad
			msg = "character that XML does not allow"
			if r, n := utf8.DecodeRuneInString(sc.doc[bad:]); r == utf8.RuneError && n == 1 {
				msg = "invalid UTF-8"
			}
		}
	}
	sc.err = &SyntaxError{Kind: kind, Line: lineAt(sc.doc, at), Offset: at, Msg: msg}
	return failed
}

func (sc *scanner) syntax(at int, msg string) int { return sc.fail(ErrSyntax, at, msg) }

// bad reports the character at a place that must not hold it. All regions that
// the byte classes do not cover are given to invalidAt, and end here.
func (sc *scanner) bad(at int) int {
	return sc.fail(ErrSyntax, at, "character that XML does not allow")
}

// document is production [1]: prolog, one element, misc.
func (sc *scanner) document() {
	p := 0
	if declared(sc.doc) {
		_, end, msg := parseDecl(sc.doc)
		if msg != "" {
			sc.syntax(0, msg)
			return
		}
		p = end
	}
	if p = sc.misc(p); p == failed {
		return
	}
	switch {
	case p == len(sc.doc):
		sc.syntax(p, "document has no root element")
		return
	case strings.HasPrefix(sc.doc[p:], "</"):
		sc.syntax(p, "end tag without a start tag")
		return
	}
	if p = sc.content(p); p == failed {
		return
	}
	if p = sc.misc(p); p != failed && p < len(sc.doc) {
		sc.syntax(p, "second element, or an end tag, after the root element")
	}
}

// misc skips white space, comments and processing instructions outside the root
// and stops at the end or at a tag.
func (sc *scanner) misc(p int) int {
	doc := sc.doc
	for {
		p = skipSpace(doc, p)
		switch {
		case p == len(doc):
			return p
		case doc[p] != '<':
			return sc.syntax(p, "text outside the root element")
		case p+1 < len(doc) && doc[p+1] == '?':
			p = sc.instruction(p)
		case strings.HasPrefix(doc[p:], "<!--"):
			p = sc.comment(p)
		case p+1 < len(doc) && doc[p+1] == '!':
			return sc.declaration(p, "only comments and processing instructions may stand outside the root element")
		default:
			return p
		}
		if p == failed {
			return failed
		}
	}
}

// shortText is how far text is read word by word before the searches over the
// whole run are worth their start-up.
const shortText = 48

// content reads the root element, whose "<" is at p, with all that is in it.
// Misc has seen to it that no end tag, comment or the like is at p, so those
// always have a parent.
func (sc *scanner) content(p int) int {
	doc, nodes := sc.doc, sc.tape.nodes
	parent, depth, elements := int32(-1), 0, 0
	for {
		// A tag or other markup at p.
		if p+1 >= len(doc) {
			return sc.ends(p, parent, nodes)
		}
		switch c := doc[p+1]; {
		case class[c]&nameStart != 0 || c >= 0x80 || c == ':':
			q := p + 1
			if q+8 > len(doc) {
				q = asciiName(doc, q)
			} else if hits := nameStops(words.Load64(doc, q)); hits != 0 { // without a call: most names are short
				q += bits.TrailingZeros64(hits) / 8
			} else {
				q = asciiName(doc, q+8)
			}
			if q < len(doc) && (doc[q] >= 0x80 || doc[q] == ':') {
				if q = sc.name(p + 1); q == failed {
					return failed
				}
				if strings.HasPrefix(doc[p+1:q], "xmlns:") {
					return sc.syntax(p, "element with prefix xmlns")
				}
			}
			if elements++; elements > sc.lim.Elements {
				return sc.fail(ErrLimit, p, "too many elements")
			}
			if depth++; depth > sc.lim.ElementDepth {
				return sc.fail(ErrLimit, p, "elements are nested too deeply")
			}
			if q-p-1 > sc.lim.NameBytes {
				return sc.fail(ErrLimit, p, "name is too long")
			}
			if parent >= 0 {
				nodes[parent].flags |= hasElements
			}
			self := int32(len(nodes))
			nodes = oneMore(nodes)
			n := &nodes[self]
			n.start, n.end, n.parent = int32(p+1), int32(q), parent
			n.attrs, n.nattrs, n.kind, n.flags = 0, 0, Element, 0
			if q < len(doc) && class[doc[q]]&space != 0 {
				sc.tape.nodes = nodes
				if q = sc.attributes(q, self); q == failed {
					return failed
				}
			}
			switch {
			case q < len(doc) && doc[q] == '>':
				parent, p = self, q+1
			case q+1 < len(doc) && doc[q] == '/' && doc[q+1] == '>':
				nodes[self].next = self + 1
				if nodes[self].flags&declaresNS != 0 {
					sc.decl -= sc.tape.declarations(&nodes[self])
				}
				depth--
				p = q + 2
			case q >= len(doc) || doc[q] == '/' && q+1 >= len(doc):
				return sc.syntax(q, "document ends inside a tag")
			default:
				return sc.syntax(q, "tag <"+quotable(doc[p+1:nodes[self].end])+"> is malformed")
			}
		case c == '/':
			open := &nodes[parent]
			length := int(open.end - open.start)
			q := p + 2 + length
			var same bool
			if length <= 8 && p+10 <= len(doc) { // without a call, as above
				differ := words.Load64(doc, int(open.start)) ^ words.Load64(doc, p+2)
				same = differ<<(uint(64-8*length)&63) == 0 && q < len(doc) && doc[q] == '>'
			} else {
				same = q < len(doc) && doc[p+2:q] == doc[open.start:open.end] && doc[q] == '>'
			}
			if !same {
				if q = sc.endTag(p, doc[open.start:open.end]); q == failed {
					return failed
				}
			}
			open.next = int32(len(nodes))
			if open.flags&declaresNS != 0 {
				sc.decl -= sc.tape.declarations(open)
			}
			parent = open.parent
			depth--
			p = q + 1
		case c == '!':
			if p, nodes = sc.section(p, parent, nodes); p == failed {
				return failed
			}
		case c == '?':
			if p = sc.instruction(p); p == failed {
				return failed
			}
		default:
			return sc.syntax(p, "< is not followed by a name")
		}
		if parent < 0 {
			sc.tape.nodes = nodes
			return p
		}
		// Text up to the next markup.
		if p >= len(doc) {
			return sc.ends(p, parent, nodes)
		}
		if doc[p] == '<' {
			continue
		}
		start, flags, stop := p, uint8(0), p+shortText
		for p < len(doc) && (doc[p] == ' ' || doc[p] == '\n' || doc[p] == '\t') {
			p++
		}
		ink := p
		for p < stop && p+8 <= len(doc) {
			if hits := textStops(words.Load64(doc, p)); hits != 0 {
				p += bits.TrailingZeros64(hits) / 8
				break
			}
			p += 8
		}
		if p < len(doc) && doc[p] != '<' {
			if p, flags = sc.text(p); p == failed {
				return failed
			}
		}
		if p == len(doc) {
			return sc.ends(p, parent, nodes)
		}
		if ink < p && (flags == 0 || flags&hasRef != 0 || skipSpace(doc[:p], ink) < p) {
			nodes[parent].flags |= hasInk
		}
		self := len(nodes)
		nodes = oneMore(nodes)
		n := &nodes[self]
		n.start, n.end, n.next, n.parent = int32(start), int32(p), int32(self+1), parent
		n.attrs, n.nattrs, n.kind, n.flags = 0, 0, Text, flags
	}
}

// ends reports a document that stops inside an element.
func (sc *scanner) ends(at int, parent int32, nodes []node) int {
	if parent < 0 {
		return sc.syntax(at, "document ends inside a tag")
	}
	open := nodes[parent]
	return sc.syntax(at, "document ends before </"+quotable(sc.doc[open.start:open.end])+">")
}
