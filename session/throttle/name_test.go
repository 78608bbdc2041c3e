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

// TestTag: a tag depends on kind, name and secret, and shows none of them. Spellings of a
// name have one, but for the account that looks like an older one.
func TestTag(t *testing.T) {
	tag := func(secret string, kind account.Kind, name string) string {
		th := Throttle{secret: []byte(secret)}
		th.apart.names.Store(&map[Name]bool{{account.User, "Alice"}: true, {account.Server, "ALICE"}: true})
		return th.Tag(kind, name)
	}
	base := tag("secret", account.User, "alice")
	for _, same := range []string{"alice", " Alice@default", "ALICE", "álice"} {
		if got := tag("secret", account.User, same); len(got) != 32 || got != base {
			t.Errorf("%q has the tag %q, want %q", same, got, base)
		}
	}
	for _, other := range []string{
		tag("secret2", account.User, "alice"), tag("secret", account.Server, "alice"), tag("secret", account.User, "alicia"),
		tag("secret", account.User, "Alice"),
	} {
		if other == base {
			t.Error("two accounts have one tag")
		}
	}
}
