package xmltext

import "testing"

// TestNameProductions holds every character outside ASCII against the tables of
// XML 1.0, fifth edition, productions [4] and [4a].
func TestNameProductions(t *testing.T) {
	start := [][2]rune{
		{0xC0, 0xD6}, {0xD8, 0xF6}, {0xF8, 0x2FF}, {0x370, 0x37D}, {0x37F, 0x1FFF}, {0x200C, 0x200D}, {0x2070, 0x218F},
		{0x2C00, 0x2FEF}, {0x3001, 0xD7FF}, {0xF900, 0xFDCF}, {0xFDF0, 0xFFFD}, {0x10000, 0xEFFFF},
	}
	more := [][2]rune{{0xB7, 0xB7}, {0x300, 0x36F}, {0x203F, 0x2040}}
	in := func(r rune, table [][2]rune) bool {
		for _, x := range table {
			if x[0] <= r && r <= x[1] {
				return true
			}
		}
		return false
	}
	for r := rune(0x80); r <= 0x10FFFF; r++ {
		if got, want := isNameStart(r), in(r, start); got != want {
			t.Fatalf("%U begins a name: %v, want %v", r, got, want)
		}
		if got, want := isNameChar(r), in(r, start) || in(r, more); got != want {
			t.Fatalf("%U is in a name: %v, want %v", r, got, want)
		}
	}
}

// TestKinds: each kind has a text of its own, which logs and errors.Is rely on.
func TestKinds(t *testing.T) {
	seen := map[string]Kind{}
	for _, k := range []Kind{0, ErrSyntax, ErrEncoding, ErrChar, ErrLimit} {
		if other, ok := seen[k.Error()]; ok {
			t.Errorf("kinds %d and %d are both %q", k, other, k.Error())
		}
		seen[k.Error()] = k
	}
}
