package throttle

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/netip"

	"countersign/session"
	"countersign/session/account"
)

// Tag names an account, or what was typed for one, without telling it: a keyed hash of
// the form in which it is counted, 32 hex digits. The same name has another tag on another
// database.
func (t *Throttle) Tag(kind account.Kind, name string) string {
	if t.apart.has(Name{kind, name}) {
		return t.ownTag(kind, name)
	}
	return t.formTag(kind, name)
}

// formTag is that of all names with one canonical form.
func (t *Throttle) formTag(kind account.Kind, name string) string {
	return tag(t.secret, kind, account.Canonical(name))
}

// ownTag is that of the very name, for accounts that are kept apart.
func (t *Throttle) ownTag(kind account.Kind, name string) string {
	return tag(t.secret, kind, "\x00"+name) // no canonical form has a NUL
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
