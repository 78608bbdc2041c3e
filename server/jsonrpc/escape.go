package jsonrpc

import (
	"math/bits"
	"slices"
	"unicode/utf8"

	"countersign/server/internal/words"
)

// wide marks a byte of a character outside ASCII in the table of escapes.
const wide = "wide"

// escapes says what to write for a byte in a string: "" for itself, wide, or a text.
// < > & are escaped so that an answer may stand in a script (requirements INP-13).
var escapes = func() (t [256]string) {
	const hex = "0123456789abcdef"
	for c := range t {
		switch {
		case c >= utf8.RuneSelf:
			t[c] = wide
		case c < ' ' || c == '<' || c == '>' || c == '&':
			t[c] = `\u00` + hex[c>>4:c>>4+1] + hex[c&15:c&15+1]
		}
	}
	t['"'], t['\\'] = `\"`, `\\`
	t['\b'], t['\f'], t['\n'], t['\r'], t['\t'] = `\b`, `\f`, `\n`, `\r`, `\t`
	return t
}()

// appendString appends s as a JSON string. What is not UTF-8 becomes U+FFFD, byte by
// byte.
func appendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
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
			esc, n := escapes[s[i]], 1
			if esc == "" {
				i++
				continue
			}
			if esc == wide {
				if esc, n = wideEscape(s[i:]); esc == "" {
					i += n
					continue
				}
			}
			dst = append(dst, s[done:i]...)
			dst = append(dst, esc...)
			i += n
			done = i
		}
	}
	dst = append(dst, s[done:]...)
	return append(dst, '"')
}

// wideEscape gives what to write for the character outside ASCII that s begins with, ""
// for itself, and how many bytes it has.
func wideEscape(s string) (esc string, n int) {
	r, n := utf8.DecodeRuneInString(s)
	switch {
	case r == utf8.RuneError && n == 1:
		return "\ufffd", n
	case r == '\u2028':
		return `\u2028`, n
	case r == '\u2029':
		return `\u2029`, n
	}
	return "", n
}

// appendRaw appends JSON text as it is, but with the escapes of appendString: in JSON
// that is well formed, what they stand for is found in strings only.
func appendRaw(dst []byte, text string) []byte {
	size := rawSize(text)
	if size == len(text) {
		return append(dst, text...)
	}
	dst = slices.Grow(dst, size)
	done := 0
	for i := 0; i < len(text); {
		esc, n := rawEscape(text[i:])
		if esc != "" {
			dst = append(append(dst, text[done:i]...), esc...)
			done = i + n
		}
		i += n
	}
	return append(dst, text[done:]...)
}

// rawSize is how many bytes appendRaw appends.
func rawSize(text string) int {
	size := 0
	for i := 0; i < len(text); {
		esc, n := rawEscape(text[i:])
		size += max(n, len(esc))
		i += n
	}
	return size
}

func rawEscape(text string) (esc string, n int) {
	switch c := text[0]; {
	case c == '<' || c == '>' || c == '&':
		return escapes[c], 1
	case c >= utf8.RuneSelf:
		return wideEscape(text)
	}
	return "", 1
}
