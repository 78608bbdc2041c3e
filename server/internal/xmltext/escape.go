package xmltext

import (
	"math/bits"
	"unicode/utf8"

	"countersign/server/internal/words"
)

// What to write for a byte: "" for itself, wide, or a text.
var (
	textEscapes = escapes(false)
	attrEscapes = escapes(true)
)

const (
	replaced = "\uFFFD"
	wide     = "wide" // not written: a byte of a character outside ASCII
)

func escapes(attr bool) (t [256]string) {
	for c := range t {
		switch {
		case c >= utf8.RuneSelf:
			t[c] = wide
		case c < ' ' && c != '\t' && c != '\n':
			t[c] = replaced
		}
	}
	t['&'], t['<'], t['>'], t['"'], t['\r'] = "&amp;", "&lt;", "&gt;", "&quot;", "&#13;"
	if attr {
		t['\t'], t['\n'] = "&#9;", "&#10;"
	}
	return t
}

// AppendEscaped appends s as the text of an element: & < > " and CR are written
// as references, so that a reader gets s back. It does for attribute values in
// double quotes too, unless they hold tabs or LF ([AppendEscapedAttr]).
//
// What XML cannot carry (control characters below 0x20 other than tab, LF and
// CR; U+FFFE, U+FFFF; each byte of invalid UTF-8) is replaced by U+FFFD. Who must
// not lose it asks [ValidText] first.
func AppendEscaped(dst []byte, s string) []byte { return appendEscaped(dst, s, &textEscapes) }

// AppendEscapedAttr is AppendEscaped for attribute values in double quotes: tab
// and LF are written as references too, since a reader makes spaces of them.
func AppendEscapedAttr(dst []byte, s string) []byte { return appendEscaped(dst, s, &attrEscapes) }

func appendEscaped(dst []byte, s string, table *[256]string) []byte {
	done, i := 0, 0 // s[:done] is in dst
	for i < len(s) {
		for i+8 <= len(s) {
			if hits := escapeStops(words.Load64(s, i)); hits != 0 {
				i += bits.TrailingZeros64(hits) / 8
				break
			}
			i += 8
		}
		for stop := min(i+8, len(s)); i < stop; {
			esc, n := table[s[i]], 1
			if esc == "" {
				i++
				continue
			}
			if esc == wide {
				from := i
				if i = skipWide(s, i); i > from {
					continue
				}
				// U+FFFE and U+FFFF are one replacement, invalid UTF-8 one a byte.
				_, n = utf8.DecodeRuneInString(s[i:])
				esc = replaced
			}
			dst = append(dst, s[done:i]...)
			dst = append(dst, esc...)
			i += n
			done = i
		}
	}
	return append(dst, s[done:]...)
}
