package throttle

import (
	"errors"
	"fmt"
	"time"
)

// MostFailures is how many failures in a row no account may have more of without being
// disabled (NIST SP 800-63B-4 §3.2.2).
const MostFailures = 100

// Rules are the numbers of a Throttle. The tags are their names in a settings file.
type Rules struct {
	// Pair limits an account at one address block, Account an account over all blocks,
	// Source an address block over all names.
	Pair    Schedule `toml:"pair"`
	Account Schedule `toml:"account"`
	Source  Bucket   `toml:"source"`
	// KnownGood is how long a block is known to be good after a login from it, and
	// KnownBlocks how many blocks an account may have that are.
	KnownGood   time.Duration `toml:"known_good"`
	KnownBlocks int           `toml:"known_blocks"`
	// Lease is the longest time that a verification takes. An attempt that is not decided
	// by then has failed.
	Lease time.Duration `toml:"lease"`
	// Wait is how long an attempt waits for others to be decided, and Queue how many
	// attempts of one address block may wait; of all blocks together twice as many.
	Wait  time.Duration `toml:"wait"`
	Queue int           `toml:"queue"`
	// Rows is how many counters are kept that are not known good. Between two trims
	// every process may add an eighth to them.
	Rows int `toml:"rows"`
}

// defaultPair is the schedule of an account at one address block.
func defaultPair() Schedule {
	const s = time.Second
	return Schedule{
		Free: 5, Waits: []time.Duration{1 * s, 2 * s, 4 * s, 8 * s, 16 * s, 30 * s},
		MaxWait: 15 * time.Minute, Quiet: 15 * time.Minute, Disable: MostFailures, Forget: 30 * 24 * time.Hour,
	}
}

// DefaultRules are the published numbers (requirements, table of numbers).
func DefaultRules() Rules {
	account := defaultPair()
	account.Free = 20
	return Rules{
		Pair: defaultPair(), Account: account,
		Source:    Bucket{Burst: 20, Every: 5 * time.Second, MaxWait: 10 * time.Minute},
		KnownGood: 30 * 24 * time.Hour, KnownBlocks: 32,
		Lease: time.Minute, Wait: 5 * time.Second, Queue: 64, Rows: 20_000,
	}
}

// Check refuses numbers that would not throttle. The error has a line for each, which
// names it as a settings file does.
func (r *Rules) Check() error {
	var f findings
	f.schedule("pair", &r.Pair)
	f.schedule("account", &r.Account)
	f.number("source.burst", r.Source.Burst)
	f.time("source.every", r.Source.Every)
	f.refuse(r.Source.MaxWait < r.Source.Every, "source.max_wait: %v is shorter than every, %v", r.Source.MaxWait, r.Source.Every)
	f.time("known_good", r.KnownGood)
	f.number("known_blocks", r.KnownBlocks)
	f.time("lease", r.Lease)
	f.time("wait", r.Wait)
	f.number("queue", r.Queue)
	f.number("rows", r.Rows)
	return errors.Join(f...)
}

// findings are what is wrong with Rules.
type findings []error

func (f *findings) refuse(wrong bool, format string, args ...any) {
	if wrong {
		*f = append(*f, fmt.Errorf(format, args...))
	}
}

func (f *findings) number(name string, n int) { f.refuse(n < 1, "%s: %d is less than one", name, n) }

// time refuses what is probably a number without its unit.
func (f *findings) time(name string, d time.Duration) {
	f.refuse(d < time.Millisecond, "%s: %v is shorter than a millisecond", name, d)
}

func (f *findings) schedule(name string, s *Schedule) {
	f.number(name+".free", s.Free)
	f.refuse(len(s.Waits) == 0, "%s.waits: there are none", name)
	for _, w := range s.Waits {
		f.time(name+".waits", w)
	}
	f.time(name+".max_wait", s.MaxWait)
	f.time(name+".quiet", s.Quiet)
	f.refuse(s.Forget < s.Quiet, "%s.forget: %v is earlier than quiet, %v", name, s.Forget, s.Quiet)
	f.refuse(s.Disable <= s.Free, "%s.disable: %d is not more than free, %d", name, s.Disable, s.Free)
	f.refuse(s.Disable > MostFailures, "%s.disable: %d is more than %d", name, s.Disable, MostFailures)
}
