package throttle

import (
	"context"
	"time"
)

// Key names a counter: that of an account at an address block; that of an account over
// all blocks, whose Block is empty; or that of a block over all names, whose Account is
// empty. Accounts are given by their tag (Throttle.Tag), blocks as Block writes them.
type Key struct{ Account, Block string }

// Counter is what is kept under a Key. Times are UTC, to the microsecond; the zero
// time is none. A counter that is not there is the zero Counter with its Key.
type Counter struct {
	Key
	// Failures are those that still have consequences, Pending among them.
	Failures int
	// Run is the failures since the last success, Pending among them. Sources have none.
	Run int
	// Pending are attempts that are not decided yet, and Lease is when they count as
	// failed for good; but for the Young ones among them, which began when others were
	// pending, and whose lease is YoungLease.
	Pending    int
	Lease      time.Time
	Young      int
	YoungLease time.Time
	// Epoch tells the attempts that may still be decided from those written off. Young
	// ones have the next.
	Epoch int64
	// Last is the last failure; of a source, the time up to which it has been forgiven.
	Last time.Time
	// Until is the end of the wait.
	Until time.Time
	// Disabled accounts wait until they are unlocked.
	Disabled bool
	// Good is the account's last successful login from the block.
	Good time.Time
	// Expires is when the counter means nothing any more.
	Expires time.Time
}

// Counters are counters by their keys.
type Counters map[Key]*Counter

// Durability is what a change must outlast.
type Durability int

const (
	// Durable: it survives the end of the process and of the machine.
	Durable Durability = iota
	// Ordered: it survives the end of the process, and that of the machine as soon as any
	// later durable change to the database does, of whatever store.
	Ordered
)

// Store keeps counters. All methods are safe for parallel use, also by several
// processes on one database. A method that returned without error has made its change
// durable, but for those that Change may only order.
type Store interface {
	// Secret gives the secret of the database. It keeps fresh as such if there is none.
	Secret(ctx context.Context, fresh []byte) ([]byte, error)
	// Load gives the counters with the keys, without a lock. All are in the result,
	// those that are not stored as well.
	Load(ctx context.Context, keys []Key) (Counters, error)
	// Change hands work the counters with the keys, as Load gives them, and keeps what
	// work made of them. From reading to writing no other Change of these keys takes
	// place. work may be called more than once, each time with counters as they are
	// stored. Where nothing is changed nothing is written.
	Change(ctx context.Context, keys []Key, d Durability, work func(Counters)) error
	// Waiting gives the counters that are disabled or whose Until is after now: the
	// disabled ones first, then by the end of the wait, the last first; at most limit.
	Waiting(ctx context.Context, now time.Time, limit int) ([]Counter, error)
	// Reset forgets the failures of an account at all blocks and over all, or of one
	// source, whichever is not empty, but not what is known good. It returns how many
	// counters had any.
	Reset(ctx context.Context, key Key) (int, error)
	// Sweep removes the counters that are expired at now and returns how many.
	Sweep(ctx context.Context, now time.Time) (int, error)
	// Trim leaves each account its latest blocks that are known good, and of the
	// counters that are not known good the given number of rows: disabled ones are kept
	// first, then those with most failures and run, then those that expire last. It
	// returns how many were removed.
	Trim(ctx context.Context, rows, blocks int) (int, error)
}
