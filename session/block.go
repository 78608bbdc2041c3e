package session

import "net/netip"

// nat64 is the prefix under which IPv4 addresses are reached over IPv6 (RFC 6052 §2.1).
var nat64 = netip.MustParsePrefix("64:ff9b::/96")

// Block is the address block that counts as one client: 192.0.2.1/32, or
// 2001:db8:0:1::/64, because an IPv6 customer has at least a /64, so addresses in it cost
// nothing. It is zero for a peer without an address, as on a Unix socket.
func Block(a netip.Addr) netip.Prefix {
	if !a.IsValid() {
		return netip.Prefix{}
	}
	a = a.Unmap().WithZone("")
	if nat64.Contains(a) {
		b := a.As16()
		a = netip.AddrFrom4([4]byte(b[12:]))
	}
	bits := 32
	if a.Is6() {
		bits = 64
	}
	return netip.PrefixFrom(a, bits).Masked()
}
