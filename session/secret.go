package session

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
)

// SecretDigits is the length of a sessionid or kp3 as sent: 32 lower-case hex digits
// for 128 bits, the historic look of phpGroupWare's (phpgroupware contract §4).
const SecretDigits = 32

// Secret is a sessionid or kp3: 128 random bits. It prints as "[redacted]".
type Secret [SecretDigits / 2]byte

// ParseSecret reads exactly 32 lower-case hex digits; nothing is trimmed or folded.
func ParseSecret[T ~string | ~[]byte](s T) (Secret, bool) {
	var out Secret
	if len(s) != SecretDigits {
		return Secret{}, false
	}
	for i := range out {
		hi, lo := hexDigits[s[2*i]], hexDigits[s[2*i+1]]
		if hi|lo > 15 {
			return Secret{}, false
		}
		out[i] = hi<<4 | lo
	}
	return out, true
}

// hexDigits gives what a digit stands for, and 255 for everything that is none.
var hexDigits = func() (t [256]byte) {
	for c := range t {
		t[c] = 255
	}
	for v, c := range []byte("0123456789abcdef") {
		t[c] = byte(v)
	}
	return t
}()

// Reveal gives the digits, for the one answer that hands them to their owner.
func (s Secret) Reveal() string { return hex.EncodeToString(s[:]) }

// Digest is what is kept of the secret.
func (s Secret) Digest() Digest { return sha256.Sum256(s[:]) }

// String hides the secret.
func (s Secret) String() string { return "[redacted]" }

// GoString hides the secret from %#v.
func (s Secret) GoString() string { return "[redacted]" }

// LogValue hides the secret from logs.
func (s Secret) LogValue() slog.Value { return slog.StringValue("[redacted]") }

// Pair is what proves a session: both secrets together.
type Pair struct{ ID, Key Secret }

// Proof is what of a pair is compared: the digests of both secrets.
type Proof struct{ id, key Digest }

// Proof gives it.
func (p Pair) Proof() Proof { return Proof{p.ID.Digest(), p.Key.Digest()} }

// ParsePair reads "sessionid:kp3", the content of the Basic credentials.
func ParsePair[T ~string | ~[]byte](s T) (Pair, bool) {
	if len(s) != 2*SecretDigits+1 || s[SecretDigits] != ':' {
		return Pair{}, false
	}
	id, ok := ParseSecret(s[:SecretDigits])
	if !ok {
		return Pair{}, false
	}
	key, ok := ParseSecret(s[SecretDigits+1:])
	return Pair{id, key}, ok
}

// ParseToken reads both secrets as one text: sessionid and kp3, with or without a
// colon between.
func ParseToken(s string) (Pair, bool) {
	if len(s) == 2*SecretDigits {
		s = s[:SecretDigits] + ":" + s[SecretDigits:]
	}
	return ParsePair(s)
}

// Token gives both secrets as one text of 64 hex digits.
func (p Pair) Token() string { return p.ID.Reveal() + p.Key.Reveal() }

// newPair draws both secrets.
func newPair(rand io.Reader) (Pair, error) {
	var b [SecretDigits]byte
	if _, err := io.ReadFull(rand, b[:]); err != nil {
		return Pair{}, fmt.Errorf("session: no randomness: %w", err)
	}
	return Pair{Secret(b[:SecretDigits/2]), Secret(b[SecretDigits/2:])}, nil
}

func newPublicID(rand io.Reader) (PublicID, error) {
	var p PublicID
	if _, err := io.ReadFull(rand, p[:]); err != nil {
		return PublicID{}, fmt.Errorf("session: no randomness: %w", err)
	}
	return p, nil
}

// String gives 16 hex digits.
func (p PublicID) String() string { return hex.EncodeToString(p[:]) }

// ParsePublicID reads what String gives.
func ParsePublicID(s string) (PublicID, bool) {
	var p PublicID
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != len(p) {
		return p, false
	}
	return PublicID(b), true
}
