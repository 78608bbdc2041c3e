package jsonrpc

// Eight bytes are looked at as one little-endian word. A test leaves the top bit of a
// byte set where it holds. The subtractions may borrow from the byte above one that
// holds, so only the lowest hit is exact; that is the one looked for.

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

// stringStops marks control characters, quotes and backslashes.
func stringStops(w uint64) uint64 {
	quote, slash := w^'"'*each01, w^'\\'*each01
	return ((w-each20)&^w | (quote-each01)&^quote | (slash-each01)&^slash) & each80
}

// escapeStops marks control characters, bytes outside ASCII, and " & < > \. Those under
// 0x40 come in pairs that differ in one bit, which makes two tests of four.
func escapeStops(w uint64) uint64 {
	angle := (w | 0x02*each01) ^ '>'*each01
	quote := (w | 0x04*each01) ^ '&'*each01
	slash := w ^ '\\'*each01
	return (w | (w - each20) | (angle-each01)&^angle | (quote-each01)&^quote | (slash-each01)&^slash) & each80
}
