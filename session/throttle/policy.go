package throttle

import (
	"errors"
	"slices"
	"time"
)

// Schedule limits the failures of an account.
type Schedule struct {
	// Free is how many failures have no consequence.
	Free int
	// Waits are the waits after the failure number Free and those behind it; the last
	// of them then doubles up to MaxWait.
	Waits   []time.Duration
	MaxWait time.Duration
	// Quiet is how long nothing must fail, and no wait be running, for the count to
	// start anew.
	Quiet time.Duration
	// Disable is the number of failures in a row, without regard to Quiet, at which the
	// account is disabled until it is unlocked.
	Disable int
	// Forget is how long nothing must fail for the row of failures to be forgotten, if
	// the account is not disabled by then.
	Forget time.Duration
}

// Bucket limits the failures of an address block: Burst of them at once, and one more
// every Every. Blocks that went over the limit wait at most MaxWait.
type Bucket struct {
	Burst          int
	Every, MaxWait time.Duration
}

// Defaults (requirements, table of numbers).
const (
	DefaultKnownGood   = 30 * 24 * time.Hour
	DefaultKnownBlocks = 32
	DefaultLease       = time.Minute
	DefaultWait        = 5 * time.Second
	DefaultQueue       = 64
	DefaultRows        = 20_000
)

// DefaultPair is the schedule of an account at one address block.
func DefaultPair() Schedule {
	const s = time.Second
	return Schedule{
		Free: 5, Waits: []time.Duration{1 * s, 2 * s, 4 * s, 8 * s, 16 * s, 30 * s},
		MaxWait: 15 * time.Minute, Quiet: 15 * time.Minute, Disable: 100, Forget: 30 * 24 * time.Hour,
	}
}

// DefaultAccount is the schedule of an account over all address blocks.
func DefaultAccount() Schedule {
	s := DefaultPair()
	s.Free = 20
	return s
}

// DefaultSource is the limit of an address block over all names.
func DefaultSource() Bucket {
	return Bucket{Burst: 20, Every: 5 * time.Second, MaxWait: 10 * time.Minute}
}

func (s *Schedule) check() error {
	switch {
	case s.Free < 1:
		return errors.New("throttle: a schedule needs at least one free failure")
	case len(s.Waits) == 0 || slices.Min(s.Waits) <= 0 || s.MaxWait <= 0 || s.Quiet <= 0 || s.Forget < s.Quiet:
		return errors.New("throttle: a schedule needs waits and a quiet time above zero, and must not forget earlier than that")
	case s.Disable <= s.Free:
		return errors.New("throttle: an account cannot be disabled before its free failures are used")
	}
	return nil
}

func (b *Bucket) check() error {
	if b.Burst < 1 || b.Every <= 0 || b.MaxWait < b.Every {
		return errors.New("throttle: a source needs a burst of at least one, and one more in a time not longer than the longest wait")
	}
	return nil
}

// wait is how long to wait after a failure that makes it so many.
func (s *Schedule) wait(failures int) time.Duration {
	n := failures - s.Free
	if n < 0 {
		return 0
	}
	if n < len(s.Waits) {
		return min(s.Waits[n], s.MaxWait)
	}
	w := s.Waits[len(s.Waits)-1]
	for range n - len(s.Waits) + 1 {
		if w *= 2; w >= s.MaxWait {
			return s.MaxWait
		}
	}
	return w
}
