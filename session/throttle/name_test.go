package throttle

import (
	"net/netip"
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
		if got := Canonical(row.name); got != row.want {
			t.Errorf("%s: %q is %q, want %q", row.why, row.name, got, row.want)
		}
	}
}

func FuzzCanonical(f *testing.F) {
	for _, s := range []string{"Alice@default", "Zoe\u0308", "İ", "ẞ", "a\u0345", "ΐ", "@default @default", "\xff\xfe", "Ω \u200d ﷺ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		once := Canonical(name)
		if !utf8.ValidString(once) {
			t.Fatalf("%q is not UTF-8", once)
		}
		if len(once) < maxName {
			if again := Canonical(once); again != once {
				t.Fatalf("%q is %q is %q", name, once, again)
			}
		}
		if len(name) < maxName/16 && utf8.ValidString(name) {
			for _, same := range []string{" " + name + "\u2003", name + "@default", norm.NFC.String(name), norm.NFKC.String(name), norm.NFD.String(name)} {
				if got := Canonical(same); got != once {
					t.Fatalf("%q is %q, but %q is %q", name, once, same, got)
				}
			}
		}
	})
}

func TestBlock(t *testing.T) {
	for _, row := range []struct{ address, want string }{
		{"192.0.2.1", "192.0.2.1/32"},
		{"::ffff:192.0.2.1", "192.0.2.1/32"},
		{"64:ff9b::192.0.2.1", "192.0.2.1/32"},
		{"64:ff9b:1::192.0.2.1", "64:ff9b:1::/64"},
		{"2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"},
		{"2001:db8::", "2001:db8::/64"},
		{"fe80::1%eth0", "fe80::/64"},
		{"::1", "::/64"},
	} {
		if got := Block(netip.MustParseAddr(row.address)); got != row.want {
			t.Errorf("%s is in %s, want %s", row.address, got, row.want)
		}
	}
	if got := Block(netip.Addr{}); got != "local" {
		t.Errorf("no address is in %s", got)
	}
}

// TestTag: a tag depends on kind, name and secret, and shows none of them.
func TestTag(t *testing.T) {
	base := tag([]byte("secret"), account.User, "alice")
	if len(base) != 32 || tag([]byte("secret"), account.User, " Alice@default") != base {
		t.Errorf("tag %q", base)
	}
	for _, other := range []string{
		tag([]byte("secret2"), account.User, "alice"),
		tag([]byte("secret"), account.Server, "alice"),
		tag([]byte("secret"), account.User, "alicia"),
	} {
		if other == base {
			t.Error("two accounts have one tag")
		}
	}
}
