package throttle

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/netip"

	"countersign/session"
	"countersign/session/account"
)

// lookApart gives the accounts that need counters of their own, lest the success of one
// make good the guesses at another: of those that look alike all but the first, which the
// form stands for. Every other spelling is counted by the form.
func lookApart(ctx context.Context, accounts Accounts) (map[Name]bool, error) {
	if accounts == nil {
		return nil, nil
	}
	all, err := accounts.LookAlikes(ctx)
	if err != nil {
		return nil, err
	}
	apart := map[Name]bool{}
	for _, alike := range all {
		for _, name := range alike.Names[1:] {
			apart[Name{alike.Kind, name}] = true
		}
	}
	return apart, nil
}

// tag is the keyed hash of the form in which a name is counted, 32 hex digits.
func tag(secret []byte, kind account.Kind, form string) string {
	h := hmac.New(sha256.New, secret)
	h.Write([]byte(string(kind) + "\x00" + form))
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// localBlock stands for peers without an address, as on a Unix socket.
const localBlock = "local"

// Block is the name of a session.Block: "192.0.2.1/32" or "2001:db8:0:1::/64".
func Block(a netip.Addr) string {
	if block := session.Block(a); block.IsValid() {
		return block.String()
	}
	return localBlock
}
