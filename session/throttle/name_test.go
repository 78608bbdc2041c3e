package throttle

import (
	"net/netip"
	"testing"

	"countersign/session/account"
)

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
