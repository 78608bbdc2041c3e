package apikey

import (
	"context"
	"sync"
	"time"

	"countersign/session"
	"countersign/session/internal/background"
)

// uses gathers what the store should hear of, at most one use for each key.
type uses struct {
	mu   sync.Mutex
	last map[session.Digest]time.Time
}

func (u *uses) add(all ...Use) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.last == nil {
		u.last = map[session.Digest]time.Time{}
	}
	for _, use := range all {
		if use.At.After(u.last[use.Digest]) {
			u.last[use.Digest] = use.At
		}
	}
}

func (u *uses) take() []Use {
	u.mu.Lock()
	defer u.mu.Unlock()
	all := make([]Use, 0, len(u.last))
	for d, at := range u.last {
		all = append(all, Use{d, at})
	}
	u.last = nil
	return all
}

// Flush writes the uses gathered so far. What could not be written is gathered again.
// Errors: session.ErrUnavailable.
func (m *Manager) Flush(ctx context.Context) error {
	all := m.uses.take()
	for len(all) > 0 {
		n := min(len(all), piece)
		if err := m.cfg.Store.Touch(ctx, all[:n]); err != nil {
			m.uses.add(all...)
			return unavailable(err)
		}
		all = all[n:]
	}
	return nil
}

// Sweep removes expired keys from memory and store, in pieces that block nobody, and
// tells how many the store held.
func (m *Manager) Sweep(ctx context.Context) (int, error) {
	now := m.cfg.Now()
	m.cache.sweep(now)
	return background.Sweep(ctx, now, m.cfg.Store.Sweep)
}
