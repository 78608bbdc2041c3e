package apikey

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"time"

	"countersign/session"
	"countersign/session/internal/background"
)

const (
	// UseInterval is how often at most one key's last use is written by a process.
	UseInterval = 60 * time.Second
	// DefaultCache is how many keys a Manager remembers at most, of about 500 bytes each.
	DefaultCache = 10_000
	// flushInterval is how long a use waits for company before it is written.
	flushInterval = 5 * time.Second
	// piece is how many uses leave in one write.
	piece = 1000
)

// Accounts is what a Manager asks about the accounts behind its keys, and about how
// far this process is in step with the others. It must be safe for parallel use.
type Accounts interface {
	// Identity gives the account's current state: from memory as long as Trusted,
	// from the store otherwise. Errors: account.ErrNotFound; others when it could not
	// be read.
	Identity(ctx context.Context, id string) (*session.Identity, error)
	// Trusted tells whether all announcements up to a moment ago (session.Lease) are
	// known to have been read, and Forget called for them. While it is false nothing
	// remembered is used.
	Trusted() bool
}

// Config is what a Manager needs. Store and Accounts are required.
type Config struct {
	Store    Store
	Accounts Accounts
	// Cache bounds the keys in memory; DefaultCache if 0.
	Cache int
	// Now is the clock; time.Now if nil.
	Now func() time.Time
	// Rand is the source of keys; crypto/rand if nil.
	Rand io.Reader
	// Log gets what goes wrong in the background; discarded if nil.
	Log *slog.Logger
}

// Manager makes, proves and ends API keys. Make it with New, start its background
// work with Start, end it with Close. Whoever follows the announcements of a database
// must tell it of changed accounts, by Forget, and of gaps, by ForgetAll, before he
// says again that memory is to be trusted.
type Manager struct {
	cfg        Config
	cache      cache
	uses       uses
	background background.Tasks
}

// New makes a Manager. It reads nothing yet.
func New(cfg Config) (*Manager, error) {
	if cfg.Store == nil || cfg.Accounts == nil {
		return nil, errors.New("apikey: a store of keys and a source of accounts are required")
	}
	if cfg.Cache <= 0 {
		cfg.Cache = DefaultCache
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
	return &Manager{cfg: cfg, cache: newCache(cfg.Cache)}, nil
}

// Start begins the background work: writing uses and sweeping. It ends with Close.
func (m *Manager) Start() {
	m.background.Start(
		background.Every(flushInterval, m.cfg.Log, "uses of API keys could not be written", m.Flush),
		background.Every(time.Minute, m.cfg.Log, "expired API keys could not be removed", func(ctx context.Context) error {
			_, err := m.Sweep(ctx)
			return err
		}))
}

// Close ends the background work and writes the uses that are still to be written.
func (m *Manager) Close(ctx context.Context) error {
	m.background.Stop()
	return m.Flush(ctx)
}

// Forget drops what is remembered of an account's keys; "*" means all accounts. A
// look-up that is under way is not remembered either.
func (m *Manager) Forget(accountID string) {
	if accountID == "*" {
		m.cache.clear()
		return
	}
	m.cache.forget(accountID)
}

// ForgetAll drops everything remembered, except uses that are still to be written.
func (m *Manager) ForgetAll() { m.cache.clear() }

// Cached counts the keys in memory.
func (m *Manager) Cached() int { return m.cache.len() }
