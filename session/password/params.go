package password

import "errors"

// Params is the cost of one hash (RFC 9106 §3.1).
type Params struct {
	MemoryKiB uint32 // m, in KiB
	Time      uint32 // t, passes over the memory
	Threads   uint8  // p, lanes
}

// DefaultParams is OWASP's first recommendation for argon2id: 19 MiB, two
// passes, one lane.
var DefaultParams = Params{MemoryKiB: 19456, Time: 2, Threads: 1}

// Bounds on what is computed, whether the parameters come from the
// configuration or from a stored hash.
const (
	MaxMemoryKiB = 256 << 10
	MaxTime      = 10
	MaxThreads   = 8
)

const (
	saltLen = 16
	tagLen  = 32

	// Hashes brought over from other software may have other lengths. RFC 9106
	// asks for a salt of at least 8 bytes; a tag below 16 can be guessed.
	minSaltLen, maxSaltLen = 8, 64
	minTagLen, maxTagLen   = 16, 64
)

// ErrBounds reports a cost outside the bounds of this package.
var ErrBounds = errors.New("password: hash parameters out of bounds")

// Validate returns ErrBounds unless 8·p ≤ m ≤ MaxMemoryKiB, 1 ≤ t ≤ MaxTime and
// 1 ≤ p ≤ MaxThreads. The lower limit of m is RFC 9106 §3.1: below it argon2
// would silently use another m than the one that is written down.
func (p Params) Validate() error {
	switch {
	case p.Threads < 1 || p.Threads > MaxThreads,
		p.Time < 1 || p.Time > MaxTime,
		p.MemoryKiB < 8*uint32(p.Threads) || p.MemoryKiB > MaxMemoryKiB:
		return ErrBounds
	}
	return nil
}
