package account_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"countersign/session/account"
)

func TestCanonical(t *testing.T) {
	for _, row := range []struct{ name, want, why string }{
		{"alice", "alice", "as it is"},
		{"ALICE", "alice", "case"},
		{"  alice\t", "alice", "blanks at the ends"},
		{"alice  \n smith", "alice smith", "blanks in between"},
		{"alice@default", "alice", "the default domain"},
		{"alice@DEFAULT @default", "alice", "the default domain, again"},
		{"alice@default.example.org", "alice@default.example.org", "another domain"},
		{"alice@example.org", "alice@example.org", "another domain"},
		{"alicedefault", "alicedefault", "no domain"},
		{"@default", "", "nothing but the domain"},
		{"Zoë", "zoe", "composed accent"},
		{"Zoe\u0308", "zoe", "combining accent"},
		{"ａｌｉｃｅ", "alice", "full width"},
		{"al\u200bi\u00adce", "alice", "zero width space, soft hyphen"},
		{"al\x00ice", "alice", "NUL"},
		{"\u00a0alice\u3000", "alice", "other blanks"},
		{"ΣΊΣΥΦΟΣ", "σισυφοσ", "capital sigma"},
		{"σίσυφος", "σισυφοσ", "final sigma"},
		{"ſmith", "smith", "long s"},
		{"\u212aelvin", "kelvin", "Kelvin sign"},
		{"İSTANBUL", "istanbul", "dotted I"},
		{"ﬁlip", "filip", "ligature"},
		{"日本", "日本", "no case"},
		{"\xff", "\uFFFD", "not UTF-8"},
		{strings.Repeat("a", 5000), strings.Repeat("a", 1024), "too long for any account"},
	} {
		if got := account.Canonical(row.name); got != row.want {
			t.Errorf("%s: %q is %q, want %q", row.why, row.name, got, row.want)
		}
	}
}

func FuzzCanonical(f *testing.F) {
	const most = 1024 // bytes that are looked at
	for _, s := range []string{"Alice@default", "Zoe\u0308", "İ", "ẞ", "a\u0345", "ΐ", "@default @default", "\xff\xfe", "Ω \u200d ﷺ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		once := account.Canonical(name)
		if !utf8.ValidString(once) {
			t.Fatalf("%q is not UTF-8", once)
		}
		if len(once) < most {
			if again := account.Canonical(once); again != once {
				t.Fatalf("%q is %q is %q", name, once, again)
			}
		}
		if len(name) < most/16 && utf8.ValidString(name) {
			for _, same := range []string{" " + name + "\u2003", name + "@default", norm.NFC.String(name), norm.NFKC.String(name), norm.NFD.String(name)} {
				if got := account.Canonical(same); got != once {
					t.Fatalf("%q is %q, but %q is %q", name, once, same, got)
				}
			}
		}
	})
}
