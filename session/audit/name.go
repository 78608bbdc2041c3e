package audit

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"strings"
)

// Name is how the log names somebody. There are three ways to make one, so that a text
// that a client typed as a user name cannot get in by mistake. The zero Name is nobody.
type Name struct{ text string }

// Known names an account that exists. A "#" in front is doubled, so that no account can
// pass for an unknown name.
func Known(account string) Name {
	if strings.HasPrefix(account, "#") {
		account = "#" + account
	}
	return Name{account}
}

// System names a user of the operating system, as who runs a command: "system:root".
// Names of accounts have no colon (account.CheckName).
func System(user string) Name { return Name{"system:" + user} }

// String gives the name as the log shows it.
func (n Name) String() string { return n.text }

// Namer names what is no account. People type passwords where the user name belongs, so
// such names are shown as a hash only, under a key, without which guesses could be
// tried against the log. Equal names give equal hashes as long as the key is the same.
type Namer struct{ key [32]byte }

// NewNamer makes a Namer with a random key. With a key per process hashes cannot be
// compared over restarts and nodes, with a key per database they can.
func NewNamer(key [32]byte) *Namer { return &Namer{key} }

// Unknown names what somebody typed: "#" and 16 hex digits.
func (n *Namer) Unknown(typed string) Name {
	mac := hmac.New(sha256.New, n.key[:])
	// The purpose comes first: the same key may serve other hashes too.
	mac.Write([]byte("countersign audit name\x00"))
	mac.Write([]byte(typed))
	return Name{"#" + hex.EncodeToString(mac.Sum(nil)[:8])}
}

// String hides the key.
func (*Namer) String() string { return "[redacted]" }

// GoString hides the key from %#v.
func (*Namer) GoString() string { return "[redacted]" }

// LogValue hides the key from logs.
func (*Namer) LogValue() slog.Value { return slog.StringValue("[redacted]") }
