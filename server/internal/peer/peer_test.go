package peer

import (
	"net/netip"
	"strings"
	"testing"
)

func resolver(t testing.TB, trusted string) *Resolver {
	t.Helper()
	r, err := ParseTrusted(strings.Fields(trusted))
	if err != nil {
		t.Fatal(err)
	}
	return &r
}

// TestClient: every row is a way to come under another address than one's own, or one
// in which an honest client would lose its own.
func TestClient(t *testing.T) {
	const proxies = "10.0.0.0/8 192.0.2.80 2001:db8:ffff::/48"
	for _, row := range []struct {
		attack  string
		trusted string
		remote  string
		header  []string
		want    string
	}{
		{"none: no proxy", proxies, "203.0.113.5", nil, "203.0.113.5"},
		{"none: one proxy", proxies, "10.0.0.1", []string{"203.0.113.5"}, "203.0.113.5"},
		{"none: two proxies", proxies, "10.0.0.1", []string{"203.0.113.5, 192.0.2.80"}, "203.0.113.5"},
		{"none: two proxies, a line each", proxies, "10.0.0.1", []string{"203.0.113.5", "192.0.2.80"}, "203.0.113.5"},
		{"none: IPv6", proxies, "2001:db8:ffff::1", []string{"2001:db8::5"}, "2001:db8::5"},

		{"a header where no proxy is configured", "", "203.0.113.5", []string{"198.51.100.1"}, "203.0.113.5"},
		{"a header sent past the proxy", proxies, "203.0.113.5", []string{"198.51.100.1"}, "203.0.113.5"},
		{"a header that names a proxy, sent past it", proxies, "203.0.113.5", []string{"198.51.100.1, 10.0.0.1"}, "203.0.113.5"},
		{"a new address for every guess, in front of what the proxy appends", proxies, "10.0.0.1", []string{"198.51.100.1, 203.0.113.5"}, "203.0.113.5"},
		{"the same in a line of its own", proxies, "10.0.0.1", []string{"198.51.100.1", "203.0.113.5"}, "203.0.113.5"},
		{"a forged chain of trusted proxies", proxies, "10.0.0.1", []string{"198.51.100.1, 10.0.0.9, 203.0.113.5, 10.0.0.2"}, "203.0.113.5"},
		{"a victim's address at the left end", proxies, "10.0.0.1", []string{"127.0.0.1, 203.0.113.5"}, "203.0.113.5"},
		{"being taken for a proxy's neighbour", proxies, "192.0.2.81", []string{"198.51.100.1"}, "192.0.2.81"},

		{"a trusted address in IPv6 form, to hide from the list", proxies, "::ffff:10.0.0.1", []string{"203.0.113.5"}, "203.0.113.5"},
		{"one's own address in IPv6 form, for a second counter", proxies, "10.0.0.1", []string{"::ffff:203.0.113.5"}, "203.0.113.5"},
		{"a zone, for another counter each", proxies, "10.0.0.1", []string{"fe80::5%a1"}, "fe80::5"},
		{"a zone on the trusted address", "fe80::/10", "fe80::1%eth0", []string{"203.0.113.5"}, "203.0.113.5"},
		{"a port, for another counter each", proxies, "10.0.0.1", []string{"203.0.113.5:4711"}, "203.0.113.5"},
		{"an IPv6 address with a port", proxies, "10.0.0.1", []string{"[2001:db8::5]:4711"}, "2001:db8::5"},
		{"an IPv6 address in brackets", proxies, "10.0.0.1", []string{"[2001:db8::5]"}, "2001:db8::5"},
		{"an IPv4 address in brackets", proxies, "10.0.0.1", []string{"[203.0.113.5]"}, "10.0.0.1"},

		{"garbage, to have no address", proxies, "10.0.0.1", []string{"garbage"}, "10.0.0.1"},
		{"garbage in front of the real address", proxies, "10.0.0.1", []string{"garbage, 203.0.113.5"}, "203.0.113.5"},
		{"garbage behind, so that the walk goes on past it", proxies, "10.0.0.1", []string{"198.51.100.1, garbage"}, "10.0.0.1"},
		{"an empty entry", proxies, "10.0.0.1", []string{"198.51.100.1, "}, "10.0.0.1"},
		{"an empty header", proxies, "10.0.0.1", []string{""}, "10.0.0.1"},
		{"unknown, as RFC 7239 allows to write", proxies, "10.0.0.1", []string{"198.51.100.1, unknown"}, "10.0.0.1"},
		{"another base of numbers", proxies, "10.0.0.1", []string{"0xcb007105"}, "10.0.0.1"},
		{"leading zeros, which some read as octal", proxies, "10.0.0.1", []string{"0203.0.113.5"}, "10.0.0.1"},
		{"two addresses in one entry", proxies, "10.0.0.1", []string{"198.51.100.1 203.0.113.5"}, "10.0.0.1"},
		{"a line break in the header", proxies, "10.0.0.1", []string{"198.51.100.1\r\n203.0.113.5"}, "10.0.0.1"},
		{"blanks and tabs", proxies, "10.0.0.1", []string{" 198.51.100.1 ,\t203.0.113.5\t"}, "203.0.113.5"},
		{"nothing but proxies: a client inside", proxies, "10.0.0.1", []string{"10.9.9.9, 10.0.0.2"}, "10.9.9.9"},
	} {
		got := resolver(t, row.trusted).Client(netip.MustParseAddr(row.remote), row.header)
		if got != netip.MustParseAddr(row.want) {
			t.Errorf("%s: got %v, want %s", row.attack, got, row.want)
		}
	}
}

// TestClientOverSocket: the other end of a Unix socket has no address, and is believed
// only if it is named.
func TestClientOverSocket(t *testing.T) {
	const proxies = "10.0.0.0/8"
	for _, row := range []struct {
		attack  string
		trusted string
		header  []string
		want    string // "" for no address
	}{
		{"none: no header", "unix", nil, ""},
		{"none: one proxy", "unix", []string{"203.0.113.5"}, "203.0.113.5"},
		{"none: a further proxy in front", "unix " + proxies, []string{"203.0.113.5, 10.0.0.1"}, "203.0.113.5"},
		{"a header where no proxy is configured", "", []string{"203.0.113.5"}, ""},
		{"a header where only others are trusted", proxies, []string{"203.0.113.5"}, ""},
		{"a new address for every guess", "unix", []string{"198.51.100.1, 203.0.113.5"}, "203.0.113.5"},
		{"the same in a line of its own", "unix", []string{"198.51.100.1", "203.0.113.5"}, "203.0.113.5"},
		{"a forged chain of trusted proxies", "unix " + proxies, []string{"198.51.100.1, 10.0.0.9, 203.0.113.5, 10.0.0.2"}, "203.0.113.5"},
		{"a proxy that is not named", "unix", []string{"203.0.113.5, 10.0.0.1"}, "10.0.0.1"},
		{"garbage, to count as the socket", "unix", []string{"203.0.113.5, garbage"}, ""},
		{"the socket's name in the header", "unix", []string{"198.51.100.1, unix, 203.0.113.5"}, "203.0.113.5"},
	} {
		want := netip.Addr{}
		if row.want != "" {
			want = netip.MustParseAddr(row.want)
		}
		if got := resolver(t, row.trusted).Client(netip.Addr{}, row.header); got != want {
			t.Errorf("%s: got %v, want %q", row.attack, got, row.want)
		}
	}
	if got := resolver(t, "unix").Client(netip.MustParseAddr("203.0.113.5"), []string{"198.51.100.1"}); got.String() != "203.0.113.5" {
		t.Errorf("a client with an address became %v", got)
	}
}

func TestParseTrusted(t *testing.T) {
	for _, row := range []struct{ text, want string }{
		{"10.0.0.0/8", "10.0.0.0/8"},
		{"10.1.2.3/8", "10.0.0.0/8"},
		{"192.0.2.1", "192.0.2.1/32"},
		{"2001:db8::/32", "2001:db8::/32"},
		{"2001:db8::1", "2001:db8::1/128"},
		{"::ffff:10.0.0.0/104", "10.0.0.0/8"},
		{"::ffff:192.0.2.1", "192.0.2.1/32"},
		{"0.0.0.0/0", ""}, {"::/0", ""}, {"::ffff:0.0.0.0/96", ""}, {"::ffff:0.0.0.0/80", ""},
		{"", ""}, {"proxy.example.org", ""}, {"unix:", ""}, {"UNIX", ""}, {"unix:/run/x", ""}, {"10.0.0.0/33", ""}, {"10.0.0", ""}, {"fe80::1%eth0", ""}, {"10.0.0.1:80", ""},
	} {
		got, err := ParseTrusted([]string{row.text})
		if (err == nil) != (row.want != "") || err == nil && got.Trusted[0].String() != row.want {
			t.Errorf("%q: %v, %v; want %q", row.text, got, err, row.want)
		}
	}
}

// FuzzClient: whatever the header says, nobody untrusted changes the address, and the
// part of the header left of the first untrusted address changes nothing.
func FuzzClient(f *testing.F) {
	f.Add("198.51.100.1, 203.0.113.5", "10.0.0.2")
	f.Add("::ffff:10.0.0.1%x,[::1]:5", ",,")
	r := resolver(f, "10.0.0.0/8")
	outside, proxy := netip.MustParseAddr("203.0.113.5"), netip.MustParseAddr("10.0.0.1")
	f.Fuzz(func(t *testing.T, one, two string) {
		if got := r.Client(outside, []string{one, two}); got != outside {
			t.Fatalf("an untrusted client became %v", got)
		}
		if got := r.Client(proxy, []string{one, two, outside.String()}); got != outside {
			t.Fatalf("a client behind the proxy became %v", got)
		}
		got := r.Client(proxy, []string{one, two})
		if joined := r.Client(proxy, []string{one + "," + two}); got != joined {
			t.Fatalf("in two lines %v, in one %v", got, joined)
		}
		if !got.IsValid() || got.Zone() != "" || got.Is4In6() {
			t.Fatalf("got %v", got)
		}
	})
}
