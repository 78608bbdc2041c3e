package password

import (
	"bytes"
	"errors"
)

// MaxLen is the longest password, in bytes.
const MaxLen = 1024

// Reasons why bytes cannot be a password at all.
var (
	ErrEmpty   = errors.New("password: empty")
	ErrTooLong = errors.New("password: longer than 1024 bytes")
	ErrNUL     = errors.New("password: contains a NUL byte")
)

// Check says whether password may be handed to a back end: 1 to MaxLen bytes,
// no NUL. A C library reads "x\x00y" as "x", so NUL is refused before any back
// end sees it.
func Check(password []byte) error {
	switch {
	case len(password) == 0:
		return ErrEmpty
	case len(password) > MaxLen:
		return ErrTooLong
	case bytes.IndexByte(password, 0) >= 0:
		return ErrNUL
	}
	return nil
}
