package words

// A word of the same byte eight times.
const (
	Each01 = 0x0101010101010101
	Each20 = 0x20 * Each01
	Each80 = 0x80 * Each01
)

// Load64 reads the eight bytes at i, which must be there; the compiler makes one load
// of it.
func Load64(s string, i int) uint64 {
	b := s[i : i+8]
	return uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
		uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
}

// Zeros marks bytes that are 0, in their top bits. Other bits, and the top bits of
// bytes above one that is marked, mean nothing.
func Zeros(w uint64) uint64 { return (w - Each01) &^ w }

// Markup marks control characters, bytes outside ASCII, and & " < >, in the same way.
// The four come in pairs that differ in one bit, which makes two tests for zeros.
func Markup(w uint64) uint64 {
	angle := (w | 0x02*Each01) ^ '>'*Each01
	quote := (w | 0x04*Each01) ^ '&'*Each01
	return w | (w - Each20) | Zeros(angle) | Zeros(quote)
}
