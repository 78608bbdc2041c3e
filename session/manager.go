package session

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"countersign/session/account"
	"countersign/session/audit"
	"countersign/session/internal/background"
)

// Defaults of a Manager (requirements SES-5 and the table of numbers).
const (
	DefaultIdle     = time.Hour
	DefaultAbsolute = 12 * time.Hour
	// TouchInterval is how often at most one session's last use is written.
	TouchInterval = 60 * time.Second
	// Lease is how long the memory of this process is trusted without word from the
	// store.
	Lease = 3 * time.Second
	// writeTimeout bounds one write to the store.
	writeTimeout = 5 * time.Second
	// writeBatch is how many sessions leave in one write.
	writeBatch = 100
)

// Config is what a Manager needs. Sessions, Accounts and Authenticator are required.
type Config struct {
	Sessions      Store
	Accounts      account.Store
	Authenticator Authenticator
	// Throttle bounds guessing; none if nil.
	Throttle Throttle
	// Audit keeps a record of logins, refusals and endings; discarded if nil. If it
	// fails, what cannot be recorded is refused: wrap it in an audit.Tolerant to go on.
	Audit audit.Log
	// Remember is how long a password sent with a single call need not be verified
	// again; 0 for always again.
	Remember time.Duration
	// PerAccount is how many sessions an account may have; at the bound the oldest ends,
	// or with RefuseOverCap the new login is refused. 0 for no bound.
	PerAccount    int
	RefuseOverCap bool
	// Asking is how many logins from one address block (Block) may wait for answers at one
	// time, so that one client cannot hold all there are places for; 0 for no bound.
	Asking int
	// Forget is told of every account whose state, rights or keys may have changed, "*"
	// for all: for who remembers more about accounts. May be nil.
	Forget func(accountID string)
	// Idle and Absolute are the limits of sessions whose Terms name none.
	Idle, Absolute time.Duration
	// Now is the clock; time.Now if nil.
	Now func() time.Time
	// Rand is the source of secrets; crypto/rand if nil.
	Rand io.Reader
	// Log gets what goes wrong in the background; discarded if nil.
	Log *slog.Logger
	// Crowded tells that logins stand in line to be verified. One that has been verified
	// then waits, a moment at most, to be stored with the next, so that the two cost one
	// commit. Nil: nobody waits.
	Crowded func() bool
}

// Manager issues, checks and ends sessions. Make it with NewManager, start its
// background work with Start, end it with Close.
type Manager struct {
	cfg        Config
	table      table
	identities identities
	inserts    *batch[Record]
	deletes    *batch[*deletion]
	touches    touchQueue
	verified   *verified
	pending    pending
	namer      *audit.Namer
	feed       feedState
	background background.Tasks
}

// NewManager makes a Manager. It reads nothing yet; until Start it asks the store on
// every check.
func NewManager(cfg Config) (*Manager, error) {
	if cfg.Sessions == nil || cfg.Accounts == nil || cfg.Authenticator == nil {
		return nil, errors.New("session: a store of sessions, one of accounts and an authenticator are required")
	}
	if cfg.Idle == 0 {
		cfg.Idle = DefaultIdle
	}
	if cfg.Absolute == 0 {
		cfg.Absolute = DefaultAbsolute
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
	if cfg.Throttle == nil {
		cfg.Throttle = noThrottle{}
	}
	if cfg.Audit == nil {
		cfg.Audit = audit.Discard{}
	}
	var key [32]byte
	if _, err := io.ReadFull(rand.Reader, key[:]); err != nil {
		return nil, fmt.Errorf("session: no randomness: %w", err)
	}
	m := &Manager{cfg: cfg, identities: identities{store: cfg.Accounts}, namer: audit.NewNamer(key)}
	m.pending.byID = map[Digest]*pendingLogin{}
	var err error
	if m.verified, err = newVerified(rand.Reader, cfg.Remember); err != nil {
		return nil, err
	}
	m.feed.base = cfg.Now()
	m.inserts = newBatch(writeBatch, writeTimeout, cfg.Sessions.Insert)
	m.inserts.crowded = cfg.Crowded
	m.deletes = newBatch(writeBatch, writeTimeout, m.writeDeletions)
	return m, nil
}

// Start begins the background work: following other processes' changes, writing
// touches, sweeping. It ends with Close.
func (m *Manager) Start() {
	m.background.Start(m.follow,
		background.Every(5*time.Second, m.cfg.Log, "uses of sessions could not be written", m.flush),
		background.Every(time.Minute, m.cfg.Log, "expired sessions could not be removed", func(ctx context.Context) error {
			_, err := m.Sweep(ctx)
			return err
		}))
}

// Close ends the background work and writes what is still to be written.
func (m *Manager) Close(ctx context.Context) error {
	m.background.Stop()
	for _, p := range m.pending.drain() {
		p.stop()
		m.giveUp(p.challenged, &p.credentials, p.terms.Origin)
	}
	m.inserts.wait()
	m.deletes.wait()
	return m.flush(ctx)
}

// Ping tells whether the store answers: for readiness.
func (m *Manager) Ping(ctx context.Context) error {
	_, _, err := m.cfg.Sessions.Changes(ctx, -1)
	return err
}

// Knows tells whether an account of the kind has the name. It is for choosing the kind
// of a login, never for telling a client.
func (m *Manager) Knows(ctx context.Context, kind account.Kind, name string) (bool, error) {
	_, err := m.cfg.Accounts.Find(ctx, kind, name)
	switch {
	case err == nil:
		return true, nil
	case errors.Is(err, account.ErrNotFound):
		return false, nil
	default:
		return false, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
}

// Cached counts the sessions in memory.
func (m *Manager) Cached() int { return m.table.len() }

// touchQueue gathers uses that the store should hear of.
type touchQueue struct {
	mu    sync.Mutex
	items []Touch
}

// feedState is how far this process has followed the announcements.
type feedState struct {
	mu    sync.Mutex // one reader at a time
	since atomic.Int64
	proof atomic.Int64
	base  time.Time // proof counts from here, in nanoseconds plus one
	// accounts counts the announcements about accounts, and what may have hidden some.
	accounts atomic.Uint64
}
