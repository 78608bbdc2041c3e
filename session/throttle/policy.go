package throttle

import "time"

// Schedule limits the failures of an account. The tags are names in a settings file.
type Schedule struct {
	// Free is how many failures have no consequence.
	Free int `toml:"free"`
	// Waits are the waits after the failure number Free and those behind it; the last
	// of them then doubles up to MaxWait.
	Waits   []time.Duration `toml:"waits"`
	MaxWait time.Duration   `toml:"max_wait"`
	// Quiet is how long nothing must fail, and no wait be running, for the count to
	// start anew.
	Quiet time.Duration `toml:"quiet"`
	// Disable is the number of failures in a row, without regard to Quiet, at which the
	// account is disabled until it is unlocked.
	Disable int `toml:"disable"`
	// Forget is how long nothing must fail for the row of failures to be forgotten, if
	// the account is not disabled by then.
	Forget time.Duration `toml:"forget"`
}

// Bucket limits the failures of an address block: Burst of them at once, and one more
// every Every. Blocks that went over the limit wait at most MaxWait.
type Bucket struct {
	Burst   int           `toml:"burst"`
	Every   time.Duration `toml:"every"`
	MaxWait time.Duration `toml:"max_wait"`
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
