package password

import (
	"bytes"
	"errors"
	"testing"
)

// FuzzParse looks for stored strings that are read outside the bounds, or in
// more than one spelling.
func FuzzParse(f *testing.F) {
	sound := stored{params: DefaultParams, salt: bytes.Repeat([]byte{7}, saltLen), tag: bytes.Repeat([]byte{9}, tagLen)}.format()
	for _, seed := range []string{
		sound, "", "$argon2id$", sound + "$", sound + "\n",
		"$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
		"$argon2id$v=19$m=4294967296,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
		"$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, encoded string) {
		s, err := parse(encoded)
		if err != nil {
			if !errors.Is(err, ErrFormat) && !errors.Is(err, ErrBounds) {
				t.Fatalf("error of another kind: %v", err)
			}
			return
		}
		if s.params.Validate() != nil || len(s.salt) < minSaltLen || len(s.salt) > maxSaltLen ||
			len(s.tag) < minTagLen || len(s.tag) > maxTagLen {
			t.Fatalf("outside the bounds: %+v, salt %d, tag %d bytes", s.params, len(s.salt), len(s.tag))
		}
		if s.format() != encoded {
			t.Fatalf("%q reads as %q", encoded, s.format())
		}
	})
}

func TestLongestFormatIsRead(t *testing.T) {
	longest := stored{
		params: Params{MemoryKiB: MaxMemoryKiB, Time: MaxTime, Threads: MaxThreads},
		salt:   make([]byte, maxSaltLen), tag: make([]byte, maxTagLen),
	}.format()
	if _, err := parse(longest); err != nil {
		t.Errorf("%d bytes: %v", len(longest), err)
	}
}

func TestUnit(t *testing.T) {
	for s, want := range map[string]string{
		"": "", "a": "a", "ab": "ab", "aa": "a", "aba": "aba", "abab": "ab", "ababa": "ab",
		"abcabcab": "abc", "aabaab": "aab", "abcdabc": "abcdabc",
	} {
		if got := unit(s); got != want {
			t.Errorf("unit(%q) = %q, want %q", s, got, want)
		}
	}
}
