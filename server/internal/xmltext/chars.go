package xmltext

import (
	"unicode/utf8"

	"countersign/server/internal/words"
)

// Classes of bytes, as bits. A byte of a non-ASCII character has no bit set, so
// every fast loop stops at it and the slow path decodes it.
const (
	nameStart uint8 = 1 << iota // may begin a name; the colon is left to the slow path
	nameByte                    // may follow in a name
	space                       // white space of XML: space, tab, CR, LF
	attrByte                    // the same for attribute values, in either quote
)

var class = func() (t [256]uint8) {
	for c := range 0x80 {
		letter := 'a' <= c|0x20 && c|0x20 <= 'z'
		if letter || c == '_' {
			t[c] |= nameStart | nameByte
		}
		if '0' <= c && c <= '9' || c == '-' || c == '.' {
			t[c] |= nameByte
		}
		if c == ' ' || c == '\t' || c == '\n' || c == '\r' {
			t[c] |= space
		}
		if c >= ' ' && c != '<' && c != '&' && c != '"' && c != '\'' {
			t[c] |= attrByte
		}
	}
	return t
}()

// isChar is production [2] Char of XML 1.0.
func isChar(r rune) bool {
	switch {
	case r < 0x20:
		return r == '\t' || r == '\n' || r == '\r'
	case r < 0xD800:
		return true
	default:
		return 0xE000 <= r && r <= 0xFFFD || 0x10000 <= r && r <= utf8.MaxRune
	}
}

// isNameStart is production [4] NameStartChar of XML 1.0, fifth edition, for
// characters outside ASCII.
func isNameStart(r rune) bool {
	switch {
	case r < 0x300:
		return r >= 0xC0 && r != 0xD7 && r != 0xF7
	case r < 0x2000:
		return r >= 0x370 && r != 0x37E
	case r < 0x3001:
		return r == 0x200C || r == 0x200D || 0x2070 <= r && r <= 0x218F || 0x2C00 <= r && r <= 0x2FEF
	case r < 0x10000:
		return r <= 0xD7FF || 0xF900 <= r && r <= 0xFDCF || 0xFDF0 <= r && r <= 0xFFFD
	default:
		return r <= 0xEFFFF
	}
}

// isNameChar is production [4a] NameChar for characters outside ASCII.
func isNameChar(r rune) bool {
	return isNameStart(r) || r == 0xB7 || 0x300 <= r && r <= 0x36F || r == 0x203F || r == 0x2040
}

// ValidText reports whether XML 1.0 can carry s: valid UTF-8 without control
// characters other than tab, LF and CR, and without U+FFFE and U+FFFF.
func ValidText(s string) bool { return invalidAt(s) < 0 }

// invalidAt gives the offset of the first byte that XML cannot carry, or -1.
//
// Subtracting 0x20 from each byte sets the top bit of one below 0x20 (and may
// borrow from its neighbour, which only sends that one to the slow path too), so
// one test finds the words that are not plain ASCII.
func invalidAt(s string) int {
	i := 0
	for i < len(s) {
		for ; i+32 <= len(s); i += 32 {
			a, b, c, d := words.Load64(s, i), words.Load64(s, i+8), words.Load64(s, i+16), words.Load64(s, i+24)
			if (a|(a-words.Each20)|b|(b-words.Each20)|c|(c-words.Each20)|d|(d-words.Each20))&words.Each80 != 0 {
				break
			}
		}
		for ; i+8 <= len(s); i += 8 {
			if a := words.Load64(s, i); (a|(a-words.Each20))&words.Each80 != 0 {
				break
			}
		}
		// Through the word that stopped us, byte by byte.
		for stop := min(i+8, len(s)); i < stop; {
			c := s[i]
			if c >= utf8.RuneSelf {
				next := skipWide(s, i)
				if next < len(s) && s[next] >= utf8.RuneSelf {
					return next
				}
				i = next
				continue
			}
			if c < ' ' && class[c]&space == 0 {
				return i
			}
			i++
		}
	}
	return -1
}

// skipWide gives the end of the stretch of characters outside ASCII from s[i]
// on: the end of s, an ASCII byte, or the first byte of what is not valid UTF-8
// or not a Char.
func skipWide(s string, i int) int {
	for i < len(s) {
		c := s[i]
		switch {
		case c < utf8.RuneSelf:
			return i
		case 0xC2 <= c && c <= 0xDF && i+1 < len(s) && s[i+1]&0xC0 == 0x80:
			i += 2
		case 0xE1 <= c && c <= 0xEC && i+2 < len(s) && s[i+1]&0xC0 == 0x80 && s[i+2]&0xC0 == 0x80:
			i += 3
		default:
			r, n := utf8.DecodeRuneInString(s[i:])
			if n == 1 || r == 0xFFFE || r == 0xFFFF {
				return i
			}
			i += n
		}
	}
	return i
}
