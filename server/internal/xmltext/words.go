package xmltext

import "math/bits"

// Eight bytes are looked at as one little-endian word. A test leaves the top bit
// of a byte set where it holds. The subtractions may borrow from the byte above
// one that holds, so only the lowest hit is exact; that is the one looked for.

// A word of the same byte eight times.
const (
	each01 = 0x0101010101010101
	each20 = 0x20 * each01
	each80 = 0x80 * each01
)

// load64 reads eight bytes; the compiler makes one load of it.
func load64(s string, i int) uint64 {
	b := s[i : i+8]
	return uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
		uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
}

// textStops marks control characters, bytes outside ASCII, and < & ].
func textStops(w uint64) uint64 {
	lt, amp, bracket := w^'<'*each01, w^'&'*each01, w^']'*each01
	return (w | (w - each20) | (lt-each01)&^lt | (amp-each01)&^amp | (bracket-each01)&^bracket) & each80
}

// nameStops marks what may not follow in a name, and the colon: all but ASCII
// letters, digits, "-", "." and "_". It is exact in every byte, because it only
// adds, to bytes under 0x80.
func nameStops(w uint64) uint64 {
	low := w &^ each80
	lower := low | each20
	ok := (lower + (0x80-'a')*each01) &^ (lower + (0x7f-'z')*each01)
	ok |= (low + (0x80-'0')*each01) &^ (low + (0x7f-'9')*each01)
	ok |= (low + (0x80-'-')*each01) &^ (low + (0x7f-'.')*each01)
	ok |= (low + (0x80-'_')*each01) &^ (low + (0x7f-'_')*each01)
	return (w | ^ok) & each80
}

// escapeStops marks control characters, bytes outside ASCII, and & " < >. Those
// come in pairs that differ in one bit, which makes two tests for zero bytes.
func escapeStops(w uint64) uint64 {
	angle := (w | 0x02*each01) ^ '>'*each01
	quote := (w | 0x04*each01) ^ '&'*each01
	return (w | (w - each20) | (angle-each01)&^angle | (quote-each01)&^quote) & each80
}

// asciiName gives the end of the ASCII letters, digits, "-", "." and "_" from p
// on.
func asciiName(s string, p int) int {
	for p+8 <= len(s) {
		if hits := nameStops(load64(s, p)); hits != 0 {
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
