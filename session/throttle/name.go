package throttle

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/netip"

	"countersign/session/account"
)

// tag is the keyed hash of an account's canonical name, 32 hex digits: whatever a back end
// may take for one account has one counter.
func tag(secret []byte, kind account.Kind, name string) string {
	h := hmac.New(sha256.New, secret)
	h.Write([]byte(string(kind) + "\x00" + account.Canonical(name)))
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// nat64 is where translators put IPv4 addresses (RFC 6052 §2.1).
var nat64 = netip.MustParsePrefix("64:ff9b::/96")

// localBlock stands for peers without an address, as on a Unix socket.
const localBlock = "local"

// Block is the address block that an address counts for: "192.0.2.1/32" or
// "2001:db8:0:1::/64". An IPv6 customer has at least a /64, so addresses in it cost
// nothing.
func Block(a netip.Addr) string {
	if !a.IsValid() {
		return localBlock
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
	return netip.PrefixFrom(a, bits).Masked().String()
}
