package xmltext

import (
	"math/bits"

	"countersign/server/internal/words"
)

// textStops marks control characters, bytes outside ASCII, and < & ].
func textStops(w uint64) uint64 {
	lt, amp, bracket := w^'<'*words.Each01, w^'&'*words.Each01, w^']'*words.Each01
	return (w | (w - words.Each20) | words.Zeros(lt) | words.Zeros(amp) | words.Zeros(bracket)) & words.Each80
}

// nameStops marks what may not follow in a name, and the colon: all but ASCII
// letters, digits, "-", "." and "_". It is exact in every byte, because it only
// adds, to bytes under 0x80.
func nameStops(w uint64) uint64 {
	low := w &^ words.Each80
	lower := low | words.Each20
	ok := (lower + (0x80-'a')*words.Each01) &^ (lower + (0x7f-'z')*words.Each01)
	ok |= (low + (0x80-'0')*words.Each01) &^ (low + (0x7f-'9')*words.Each01)
	ok |= (low + (0x80-'-')*words.Each01) &^ (low + (0x7f-'.')*words.Each01)
	ok |= (low + (0x80-'_')*words.Each01) &^ (low + (0x7f-'_')*words.Each01)
	return (w | ^ok) & words.Each80
}

// escapeStops marks control characters, bytes outside ASCII, and & " < >.
func escapeStops(w uint64) uint64 { return words.Markup(w) & words.Each80 }

// asciiName gives the end of the ASCII letters, digits, "-", "." and "_" from p
// on.
func asciiName(s string, p int) int {
	for p+8 <= len(s) {
		if hits := nameStops(words.Load64(s, p)); hits != 0 {
			return p + bits.TrailingZeros64(hits)/8
		}
		p += 8
	}
	for p < len(s) && class[s[p]]&nameByte != 0 {
		p++
	}
	return p
}

// skipSpace gives the first offset from p on that is not white space.
func skipSpace(s string, p int) int {
	for p < len(s) && class[s[p]]&space != 0 {
		p++
	}
	return p
}
