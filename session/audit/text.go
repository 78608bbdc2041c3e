package audit

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxText is how many characters of a value are kept (requirement INP-14).
const maxText = 256

// cut gives the part of s that is kept, and whether that is not all of it. A text that
// is cut leaves room for the ellipsis.
func cut(s string) (kept string, wasCut bool) {
	if len(s) <= maxText {
		return s, false
	}
	n, room := 0, 0
	for i := range s {
		switch n {
		case maxText - 1:
			room = i
		case maxText:
			return s[:room], true
		}
		n++
	}
	return s, false
}

// printable tells whether r may stand in a line as it is. Not so: control characters,
// line and paragraph separators, and all format characters, among them those that turn
// the direction of writing.
func printable(r rune) bool {
	if r < utf8.RuneSelf {
		return r >= ' ' && r != 0x7f
	}
	return strconv.IsPrint(r) // as unicode.IsPrint, and faster
}

// plain gives at most maxText characters of s with U+FFFD for what is not printable.
func plain(s string) string {
	kept, wasCut := cut(s)
	kept = strings.Map(func(r rune) rune {
		if printable(r) {
			return r
		}
		return utf8.RuneError
	}, kept)
	if wasCut {
		kept += "…"
	}
	return kept
}

// appendText appends at most maxText characters of s as the inside of a JSON string.
func appendText(b []byte, s string) []byte {
	kept, wasCut := cut(s)
	b = appendEscaped(b, kept)
	if wasCut {
		b = append(b, "…"...)
	}
	return b
}

// appendEscaped writes everything that is not printable as \uXXXX, so that nothing is
// lost and nothing takes effect; bytes that are no UTF-8 become U+FFFD.
func appendEscaped(b []byte, s string) []byte {
	done := 0 // what is before it is written, or needs no change
	for i, r := range s {
		quoted := r == '"' || r == '\\'
		if printable(r) && !quoted && r != utf8.RuneError {
			continue
		}
		b = append(b, s[done:i]...)
		_, size := utf8.DecodeRuneInString(s[i:])
		done = i + size
		switch {
		case quoted:
			b = append(b, '\\', byte(r))
		case r == utf8.RuneError:
			b = utf8.AppendRune(b, r)
		case r > 0xffff:
			r -= 0x10000
			b = appendUnit(appendUnit(b, 0xd800+r>>10), 0xdc00+r&0x3ff)
		default:
			b = appendUnit(b, r)
		}
	}
	return append(b, s[done:]...)
}

func appendUnit(b []byte, u rune) []byte {
	const digits = "0123456789abcdef"
	return append(b, '\\', 'u', digits[u>>12&15], digits[u>>8&15], digits[u>>4&15], digits[u&15])
}
