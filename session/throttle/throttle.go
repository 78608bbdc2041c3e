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
	// Accounts tells which accounts look alike; nil if none do. Whoever follows the
	// announcements of a database must tell of changed accounts, by AccountsChanged.
	Accounts Accounts
	// Rules are the numbers; DefaultRules if nil.
	Rules *Rules
	// Now is the clock; time.Now if nil.
	Now func() time.Time
	// Rand makes the secret of a new database; crypto/rand if nil.
	Rand io.Reader
	// Log is told when counters cannot be trimmed, or accounts not read; discarded if nil.
	Log *slog.Logger
}

// Accounts is the part of account.Store that a Throttle asks when it is made, and when
// accounts have changed.
type Accounts interface {
	LookAlikes(ctx context.Context) ([]account.Alike, error)
}

// Throttle counts attempts. Its methods are safe for parallel use.
type Throttle struct {
	cfg    Config
	rules  Rules
	secret []byte
	apart  apart
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
	if err := cfg.Rules.Check(); err != nil {
		return nil, fmt.Errorf("throttle: %w", err)
	}
	fresh := make([]byte, 32)
	if _, err := io.ReadFull(cfg.Rand, fresh); err != nil {
		return nil, fmt.Errorf("throttle: %w", err)
	}
	secret, err := cfg.Store.Secret(ctx, fresh)
	if err != nil {
		return nil, fmt.Errorf("throttle: the secret for names: %w", err)
	}
	t := &Throttle{cfg: cfg, rules: *cfg.Rules, secret: secret, refusing: map[Key]bool{}}
	if err := t.readApart(ctx); err != nil {
		return nil, fmt.Errorf("throttle: the accounts that look alike: %w", err)
	}
	t.queue.init(t.rules.Queue, t.rules.Queue*2, t.run)
	// What other processes left behind is unknown: the first attempt trims.
	t.added = t.rules.Rows
	return t, nil
}

func (cfg *Config) setDefaults() {
	if cfg.Rules == nil {
		rules := DefaultRules()
		cfg.Rules = &rules
	}
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

// Close waits until what was decided is written.
func (t *Throttle) Close() { t.queue.wait() }

// now is the clock as counters keep it.
func (t *Throttle) now() time.Time { return t.cfg.Now().UTC().Truncate(time.Microsecond) }

// Reserve counts an attempt as failed before it is verified. Whoever gets an Attempt
// must verify at most one credential and then decide the Attempt. Errors: *Blocked;
// session.ErrBusy when too many undecided attempts are before it; session.ErrUnavailable
// when the store could not be asked. Nothing may be verified after an error.
func (t *Throttle) Reserve(ctx context.Context, who Who) (*Attempt, error) {
	a := &Attempt{t: t}
	block := Block(who.Peer)
	source := part{key: Key{Block: block}, rule: &t.rules.Source, role: ofSource}
	if who.Name == "" {
		a.parts = []part{source}
	} else {
		t.keepUp(ctx)
		name := t.Tag(who.Kind, who.Name)
		a.parts = []part{
			{key: Key{Account: name, Block: block}, rule: &t.rules.Pair, role: ofPair},
			{key: Key{Account: name}, rule: &t.rules.Account, role: ofAccount},
			source,
		}
	}
	o := newReservation(a, block)
	if err := t.queue.do(ctx, o, t.rules.Wait); err != nil {
		return nil, err
	}
	a.epochs = o.epochs
	return a, nil
}

// Sweep removes counters that mean nothing any more and returns how many. It is
// housekeeping: nothing depends on it but the size of the table.
func (t *Throttle) Sweep(ctx context.Context) (int, error) {
	swept, err := t.cfg.Store.Sweep(ctx, t.now())
	if err != nil {
		return 0, fmt.Errorf("throttle: %w", err)
	}
	trimmed, err := t.cfg.Store.Trim(ctx, t.rules.Rows, t.rules.KnownBlocks)
	if err != nil {
		return swept, fmt.Errorf("throttle: %w", err)
	}
	return swept + trimmed, nil
}
