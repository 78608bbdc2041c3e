package words

import (
	"math/bits"
	"strings"
	"testing"
)

// TestLoad64: the first byte is the lowest.
func TestLoad64(t *testing.T) {
	if got := Load64("x\x01\x02\x03\x04\x05\x06\x07\x88", 1); got != 0x8807060504030201 {
		t.Errorf("%#x", got)
	}
}

// TestTests holds the lowest hit of each test against a look at every byte, for every
// byte in every place before and behind every other.
func TestTests(t *testing.T) {
	for _, c := range []struct {
		name string
		test func(uint64) uint64
		hit  func(byte) bool
	}{
		{"Zeros", Zeros, func(c byte) bool { return c == 0 }},
		{"Markup", Markup, func(c byte) bool {
			return c < 0x20 || c >= 0x80 || strings.IndexByte(`&"<>`, c) >= 0
		}},
	} {
		for place := range 8 {
			for first := range 256 {
				for second := range 256 {
					b := []byte("aaaaaaaa")
					b[place], b[7] = byte(first), byte(second)
					want := 8
					for i := 7; i >= 0; i-- {
						if c.hit(b[i]) {
							want = i
						}
					}
					if got := bits.TrailingZeros64(c.test(Load64(string(b), 0))&Each80) / 8; got != want {
						t.Fatalf("%s of %q: the first hit is %d, want %d", c.name, b, got, want)
					}
				}
			}
		}
	}
}
