package password

import (
	"crypto/subtle"
	"fmt"
	"io"

	"golang.org/x/crypto/argon2"
)

// Hash returns the PHC string of password under p with a fresh salt from rand.
// Errors: those of Check, ErrBounds, and a failing rand.
func Hash(rand io.Reader, p Params, password []byte) (string, error) {
	if err := Check(password); err != nil {
		return "", err
	}
	if err := p.Validate(); err != nil {
		return "", err
	}
	salt := make([]byte, saltLen)
	if _, err := io.ReadFull(rand, salt); err != nil {
		return "", fmt.Errorf("password: draw salt: %w", err)
	}
	tag := argon2.IDKey(password, salt, p.Time, p.MemoryKiB, p.Threads, tagLen)
	defer clear(tag)
	return stored{params: p, salt: salt, tag: tag}.format(), nil
}

// Verify reports whether password is the one encoded was made from. The
// comparison takes the same time wherever the tags differ.
//
// An error means that nothing was computed: the password fails Check, or
// encoded is malformed (ErrFormat) or too costly (ErrBounds).
func Verify(encoded string, password []byte) (bool, error) {
	if err := Check(password); err != nil {
		return false, err
	}
	s, err := parse(encoded)
	if err != nil {
		return false, err
	}
	tag := argon2.IDKey(password, s.salt, s.params.Time, s.params.MemoryKiB, s.params.Threads, uint32(len(s.tag)))
	defer clear(tag)
	defer clear(s.tag)
	return subtle.ConstantTimeCompare(tag, s.tag) == 1, nil
}

// NeedsRehash reports whether encoded is weaker than a new hash under p would
// be: less memory, fewer passes, a shorter salt or tag, or unreadable. Lanes do
// not count, they buy speed and no strength. A hash that is stronger than p is kept.
func NeedsRehash(encoded string, p Params) bool {
	s, err := parse(encoded)
	if err != nil {
		return true
	}
	return s.params.MemoryKiB < p.MemoryKiB || s.params.Time < p.Time ||
		len(s.salt) < saltLen || len(s.tag) < tagLen
}

// Dummy returns a PHC string under p that no password matches: salt and tag are
// both drawn from rand. A caller draws one when it starts and verifies
// against it when a user name is unknown, so that the answer takes as long as
// for a known one. Errors: ErrBounds, and a failing rand.
func Dummy(rand io.Reader, p Params) (string, error) {
	if err := p.Validate(); err != nil {
		return "", err
	}
	b := make([]byte, saltLen+tagLen)
	if _, err := io.ReadFull(rand, b); err != nil {
		return "", fmt.Errorf("password: draw dummy: %w", err)
	}
	return stored{params: p, salt: b[:saltLen], tag: b[saltLen:]}.format(), nil
}
