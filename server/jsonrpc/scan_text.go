package jsonrpc

import (
	"math/bits"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"countersign/server/internal/words"
)

// str reads a string; p is the offset of its first quote.
func (t *tape) str(p int) int {
	doc, start, escaped := t.doc, p+1, false
	var seen uint64 // top bits of the bytes passed, and perhaps of some behind them
	p++
	for {
		for p+8 <= len(doc) {
			w := words.Load64(doc, p)
			seen |= w
			if hits := stringStops(w); hits != 0 {
				p += bits.TrailingZeros64(hits) / 8
				break
			}
			p += 8
		}
		if p >= len(doc) {
			return t.fail(p, "")
		}
		switch c := doc[p]; {
		case c == '"':
			if seen&words.Each80 != 0 && !utf8.ValidString(doc[start:p]) {
				return t.refuse(start, "a string that is not UTF-8")
			}
			at := t.oneMore()
			if at == nil {
				return -1
			}
			at.start, at.end, at.kind, at.escaped = uint32(start), uint32(p), kindString, escaped
			return p + 1
		case c == '\\':
			if p = t.escape(p); p < 0 {
				return p
			}
			escaped = true
		case c < ' ':
			return t.fail(p, "a control character in a string")
		default:
			seen |= uint64(c)
			p++
		}
	}
}

// escape checks the escape at p. NUL is none of the characters that a text may have
// here, and half a surrogate pair is no character.
func (t *tape) escape(p int) int {
	if p+1 >= len(t.doc) {
		return t.fail(p+1, "")
	}
	switch t.doc[p+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return p + 2
	case 'u':
	default:
		return t.fail(p, "an escape that JSON does not have")
	}
	r, ok := hex4(t.doc, p+2)
	switch {
	case !ok:
		return t.fail(p, "an escape without four hexadecimal digits")
	case r == 0:
		return t.refuse(p, "a NUL in a string")
	case !utf16.IsSurrogate(r):
		return p + 6
	}
	if strings.HasPrefix(t.doc[p+6:], `\u`) {
		if low, ok := hex4(t.doc, p+8); ok && utf16.DecodeRune(r, low) != utf8.RuneError {
			return p + 12
		}
	}
	return t.refuse(p, "half a surrogate pair in a string")
}

// hex4 reads four hexadecimal digits at p.
func hex4(s string, p int) (r rune, ok bool) {
	if p+4 > len(s) {
		return 0, false
	}
	for i := p; i < p+4; i++ {
		c := s[i]
		switch {
		case isDigit(c):
			c -= '0'
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

// unescape gives the text of a string that the scanner let pass.
func unescape(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for {
		i := strings.IndexByte(s, '\\')
		if i < 0 {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(s[:i])
		c := s[i+1]
		s = s[i+2:]
		switch c {
		case 'b':
			c = '\b'
		case 'f':
			c = '\f'
		case 'n':
			c = '\n'
		case 'r':
			c = '\r'
		case 't':
			c = '\t'
		case 'u':
			r, _ := hex4(s, 0)
			s = s[4:]
			if utf16.IsSurrogate(r) {
				low, _ := hex4(s, 2)
				r, s = utf16.DecodeRune(r, low), s[6:]
			}
			b.WriteRune(r)
			continue
		}
		b.WriteByte(c)
	}
}
