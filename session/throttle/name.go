package throttle

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/netip"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"countersign/session/account"
)

// maxName bounds the work on a name. No account has a longer one.
const maxName = 1024

// defaultDomain is what phpGroupWare's clients may put behind a name, without meaning
// anything by it.
const defaultDomain = "@default"

// Canonical is the form in which a name is counted. Names that some back end may take
// for the same account have the same form: it ignores case, accents, compatibility
// forms, invisible characters, blanks at the ends, the number of blanks in between,
// and the default domain. That two accounts share a counter by it does no harm; that
// one account has two counters would.
func Canonical(name string) string {
	if len(name) > maxName {
		name = name[:maxName]
	}
	if strings.IndexFunc(name, func(r rune) bool { return r >= 0x80 }) >= 0 {
		// Folding can give characters that decompose again, once.
		for range 2 {
			name = strings.Map(fold, norm.NFKD.String(name))
		}
		name = norm.NFKD.String(name)
	} else {
		name = strings.Map(fold, name)
	}
	for {
		name = strings.Join(strings.Fields(name), " ")
		short, cut := strings.CutSuffix(name, defaultDomain)
		if !cut {
			return name
		}
		name = short
	}
}

// fold drops what is not seen and gives one of the letters that differ by case.
func fold(r rune) rune {
	switch {
	case unicode.IsSpace(r):
		return ' '
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf, unicode.Cc):
		return -1
	}
	return unicode.ToLower(unicode.ToUpper(r))
}

// tag is the keyed hash of an account's canonical name, 32 hex digits.
func tag(secret []byte, kind account.Kind, name string) string {
	h := hmac.New(sha256.New, secret)
	h.Write([]byte(string(kind) + "\x00" + Canonical(name)))
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
