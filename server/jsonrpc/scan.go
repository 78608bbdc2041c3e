package jsonrpc

import (
	"math"
	"slices"
	"strings"

	"countersign/server/wire"
)

// scan reads a document. Around an argument stand envelope containers, which may nest
// besides what the limit gives to values. The error is a *methods.Error.
func (t *tape) scan(doc string, limits wire.Limits, envelope int) error {
	if len(doc) > math.MaxUint32 {
		return tooLarge("a document of more than 4 GiB")
	}
	t.doc, t.nodes, t.err = doc, t.nodes[:0], nil
	t.tokens, t.depth = limits.Elements, limits.ValueDepth+envelope
	p := t.value(t.blanks(0))
	if p < 0 {
		return t.err
	}
	if p = t.blanks(p); p < len(doc) {
		return notJSON(p, "something behind the value")
	}
	return nil
}

// The scanning functions take the offset at which to read and give the one behind what
// was read, or -1 when the scan is over and t.err says why.

func (t *tape) fail(p int, why string) int {
	if p >= len(t.doc) {
		why = "the document ends here"
	}
	t.err = notJSON(p, why)
	return -1
}

// refuse is fail for JSON that the profile does not have.
func (t *tape) refuse(p int, why string) int {
	t.err = unreadable(p, why)
	return -1
}

// blanks gives the first offset from p on without a blank.
func (t *tape) blanks(p int) int {
	if p < len(t.doc) && t.doc[p] > ' ' {
		return p
	}
	return t.moreBlanks(p)
}

func (t *tape) moreBlanks(p int) int {
	for p < len(t.doc) {
		switch t.doc[p] {
		case ' ', '\t', '\n', '\r':
			p++
		default:
			return p
		}
	}
	return p
}

// oneMore makes room for a node, to be filled field by field; nil over the limit.
func (t *tape) oneMore() *node {
	if t.tokens--; t.tokens < 0 {
		t.err = tooLarge("the document has too many values")
		return nil
	}
	n := len(t.nodes)
	if n == cap(t.nodes) {
		t.nodes = slices.Grow(t.nodes, max(64, n))
	}
	t.nodes = t.nodes[:n+1]
	return &t.nodes[n]
}

func (t *tape) value(p int) int {
	if p >= len(t.doc) {
		return t.fail(p, "")
	}
	switch c := t.doc[p]; c {
	case '"':
		return t.str(p)
	case '{':
		return t.object(p)
	case '[':
		return t.array(p)
	case 't':
		return t.literal(p, "true", kindTrue)
	case 'f':
		return t.literal(p, "false", kindFalse)
	case 'n':
		return t.literal(p, "null", kindNull)
	default:
		if c == '-' || isDigit(c) {
			return t.number(p)
		}
		return t.fail(p, "no value begins like this")
	}
}

func (t *tape) literal(p int, word string, k kind) int {
	if !strings.HasPrefix(t.doc[p:], word) {
		return t.fail(p, "no value begins like this")
	}
	at := t.oneMore()
	if at == nil {
		return -1
	}
	at.start, at.end, at.kind, at.escaped = uint32(p), uint32(p+len(word)), k, false
	return p + len(word)
}

func isDigit(c byte) bool { return c-'0' <= 9 }

// digits reads at least one.
func (t *tape) digits(p int) int {
	from := p
	for p < len(t.doc) && isDigit(t.doc[p]) {
		p++
	}
	if p == from {
		return t.fail(p, "a number without a digit here")
	}
	return p
}

func (t *tape) number(p int) int {
	start, k := p, kindInteger
	if t.doc[p] == '-' {
		p++
	}
	if p < len(t.doc) && t.doc[p] == '0' {
		p++
	} else if p = t.digits(p); p < 0 {
		return p
	}
	if p < len(t.doc) && t.doc[p] == '.' {
		k = kindNumber
		if p = t.digits(p + 1); p < 0 {
			return p
		}
	}
	if p < len(t.doc) && t.doc[p]|0x20 == 'e' {
		k = kindNumber
		if p++; p < len(t.doc) && (t.doc[p] == '+' || t.doc[p] == '-') {
			p++
		}
		if p = t.digits(p); p < 0 {
			return p
		}
	}
	if p-start > maxNumberBytes {
		t.err = tooLarge("a number of too many digits")
		return -1
	}
	at := t.oneMore()
	if at == nil {
		return -1
	}
	at.start, at.end, at.kind, at.escaped = uint32(start), uint32(p), k, false
	return p
}

// open begins a container and gives its node, or -1.
func (t *tape) open(p int, k kind) int {
	t.tokens-- // its end
	at := t.oneMore()
	if at == nil {
		return -1
	}
	if t.depth--; t.depth < 0 {
		t.err = tooLarge("the values nest too deep")
		return -1
	}
	at.start, at.kind, at.escaped = uint32(p), k, false
	return len(t.nodes) - 1
}

// end ends the container at node n; p is the offset of its last bracket.
func (t *tape) end(p, n, count int) int {
	t.depth++
	at := &t.nodes[n]
	at.end, at.next, at.count = uint32(p+1), uint32(len(t.nodes)), uint32(count)
	if at.kind == kindObject && count > 1 && !t.distinct(n) {
		return t.refuse(int(at.start), "an object with two members of one name")
	}
	return p + 1
}

func (t *tape) array(p int) int {
	n := t.open(p, kindArray)
	if n < 0 {
		return -1
	}
	p = t.blanks(p + 1)
	if p < len(t.doc) && t.doc[p] == ']' {
		return t.end(p, n, 0)
	}
	for count := 1; ; count++ {
		if p = t.value(p); p < 0 {
			return p
		}
		p = t.blanks(p)
		switch {
		case p < len(t.doc) && t.doc[p] == ',':
			p = t.blanks(p + 1)
		case p < len(t.doc) && t.doc[p] == ']':
			return t.end(p, n, count)
		default:
			return t.fail(p, "an array goes on with , or ends with ]")
		}
	}
}

func (t *tape) object(p int) int {
	n := t.open(p, kindObject)
	if n < 0 {
		return -1
	}
	p = t.blanks(p + 1)
	if p < len(t.doc) && t.doc[p] == '}' {
		return t.end(p, n, 0)
	}
	for count := 1; ; count++ {
		if p >= len(t.doc) || t.doc[p] != '"' {
			return t.fail(p, "a member begins with a name in quotes")
		}
		if p = t.str(p); p < 0 {
			return p
		}
		if p = t.blanks(p); p >= len(t.doc) || t.doc[p] != ':' {
			return t.fail(p, "behind a member's name comes :")
		}
		if p = t.value(t.blanks(p + 1)); p < 0 {
			return p
		}
		p = t.blanks(p)
		switch {
		case p < len(t.doc) && t.doc[p] == ',':
			p = t.blanks(p + 1)
		case p < len(t.doc) && t.doc[p] == '}':
			return t.end(p, n, count)
		default:
			return t.fail(p, "an object goes on with , or ends with }")
		}
	}
}
