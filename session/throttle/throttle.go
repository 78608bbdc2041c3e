package throttle

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"time"

	"countersign/session/account"
)

// Config is what a Throttle needs; Store is required, the rest has defaults.
type Config struct {
	Store Store
	// Pair limits an account at one address block, Account an account over all blocks,
	// Source an address block over all names.
	Pair, Account *Schedule
	Source        *Bucket
	// KnownGood is how long a block is known to be good after a login from it, and
	// KnownBlocks how many blocks an account may have that are; 32 if zero.
	KnownGood   time.Duration
	KnownBlocks int
	// Lease is the longest time that a verification takes. An attempt that is not decided
	// by then has failed.
	Lease time.Duration
	// Wait is how long an attempt waits for others to be decided, and Queue how many
	// attempts of one address block may wait; of all blocks together twice as many.
	Wait  time.Duration
	Queue int
	// Rows is how many counters are kept that are not known good. Between two trims
	// every process may add an eighth to them.
	Rows int
	// Now is the clock; time.Now if nil.
	Now func() time.Time
	// Rand makes the secret of a new database; crypto/rand if nil.
	Rand io.Reader
	// Log is told when counters cannot be trimmed; discarded if nil.
	Log *slog.Logger
}

// Throttle counts attempts. Its methods are safe for parallel use.
type Throttle struct {
	cfg    Config
	secret []byte
	queue  queue
	// Both are the queue's alone.
	added    int          // new counters since the last trim
	refusing map[Key]bool // counters that refused the last attempt on them
}

// Who is behind an attempt.
type Who struct {
	Kind account.Kind
	// Name is the account's name as it came in; empty for credentials that name nobody,
	// such as tokens, which are counted for their source only.
	Name string
	// Peer is the client's address; the zero Addr for one without, such as a Unix
	// socket's.
	Peer netip.Addr
}

// New makes a Throttle. It reads the database's secret, and makes one in a new database.
func New(ctx context.Context, cfg Config) (*Throttle, error) {
	if cfg.Store == nil {
		return nil, errors.New("throttle: a store is required")
	}
	cfg.setDefaults()
	if err := errors.Join(cfg.Pair.check(), cfg.Account.check(), cfg.Source.check()); err != nil {
		return nil, err
	}
	fresh := make([]byte, 32)
	if _, err := io.ReadFull(cfg.Rand, fresh); err != nil {
		return nil, fmt.Errorf("throttle: %w", err)
	}
	secret, err := cfg.Store.Secret(ctx, fresh)
	if err != nil {
		return nil, fmt.Errorf("throttle: the secret for names: %w", err)
	}
	t := &Throttle{cfg: cfg, secret: secret, refusing: map[Key]bool{}}
	t.queue.init(cfg.Queue, cfg.Queue*2, t.run)
	// What other processes left behind is unknown: the first attempt trims.
	t.added = cfg.Rows
	return t, nil
}

func (cfg *Config) setDefaults() {
	if cfg.Pair == nil {
		s := DefaultPair()
		cfg.Pair = &s
	}
	if cfg.Account == nil {
		s := DefaultAccount()
		cfg.Account = &s
	}
	if cfg.Source == nil {
		b := DefaultSource()
		cfg.Source = &b
	}
	orDefault(&cfg.KnownGood, DefaultKnownGood)
	orDefault(&cfg.KnownBlocks, DefaultKnownBlocks)
	orDefault(&cfg.Lease, DefaultLease)
	orDefault(&cfg.Wait, DefaultWait)
	orDefault(&cfg.Queue, DefaultQueue)
	orDefault(&cfg.Rows, DefaultRows)
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Rand == nil {
		cfg.Rand = rand.Reader
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
}

func orDefault[T int | time.Duration](value *T, otherwise T) {
	if *value <= 0 {
		*value = otherwise
	}
}

// Close waits until what was decided is written.
func (t *Throttle) Close() { t.queue.wait() }

// now is the clock as counters keep it.
func (t *Throttle) now() time.Time { return t.cfg.Now().UTC().Truncate(time.Microsecond) }

// Tag names an account, or what was typed for one, without telling it: a keyed hash of
// the canonical name, 32 hex digits. The same name has another tag on another database.
func (t *Throttle) Tag(kind account.Kind, name string) string { return tag(t.secret, kind, name) }

// Reserve counts an attempt as failed before it is verified. Whoever gets an Attempt
// must verify at most one credential and then decide the Attempt. Errors: *Blocked;
// session.ErrBusy when too many undecided attempts are before it; session.ErrUnavailable
// when the store could not be asked. Nothing may be verified after an error.
func (t *Throttle) Reserve(ctx context.Context, who Who) (*Attempt, error) {
	a := &Attempt{t: t}
	block := Block(who.Peer)
	source := part{key: Key{Block: block}, rule: t.cfg.Source, role: ofSource}
	if who.Name == "" {
		a.parts = []part{source}
	} else {
		name := t.Tag(who.Kind, who.Name)
		a.parts = []part{
			{key: Key{Account: name, Block: block}, rule: t.cfg.Pair, role: ofPair},
			{key: Key{Account: name}, rule: t.cfg.Account, role: ofAccount},
			source,
		}
	}
	o := newReservation(a, block)
	if err := t.queue.do(ctx, o, t.cfg.Wait); err != nil {
		return nil, err
	}
	a.epochs, a.facts = o.epochs, o.facts
	return a, nil
}

// Sweep removes counters that mean nothing any more and returns how many. It is
// housekeeping: nothing depends on it but the size of the table.
func (t *Throttle) Sweep(ctx context.Context) (int, error) {
	swept, err := t.cfg.Store.Sweep(ctx, t.now())
	if err != nil {
		return 0, fmt.Errorf("throttle: %w", err)
	}
	trimmed, err := t.cfg.Store.Trim(ctx, t.cfg.Rows, t.cfg.KnownBlocks)
	if err != nil {
		return swept, fmt.Errorf("throttle: %w", err)
	}
	return swept + trimmed, nil
}
