package session

import (
	"context"
	"fmt"
	"time"

	"countersign/session/internal/background"
)

// follow keeps this process in step with the others: it reads the announcements when
// it is told of some, and every second in any case. Each successful reading renews
// the lease under which the memory is trusted.
func (m *Manager) follow(ctx context.Context) {
	signals := m.cfg.Sessions.Watch(ctx)
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	failing := false
	for {
		if err := m.CatchUp(ctx); err != nil && ctx.Err() == nil {
			if !failing {
				m.cfg.Log.Error("session announcements cannot be read; every check asks the store until they can", "err", err)
			}
			failing = true
		} else if failing {
			m.cfg.Log.Info("session announcements can be read again")
			failing = false
		}
		select {
		case <-ctx.Done():
			return
		case <-signals:
		case <-tick.C:
		}
	}
}

// CatchUp reads the announcements that are there now and forgets what they touch.
func (m *Manager) CatchUp(ctx context.Context) error {
	m.feed.mu.Lock()
	defer m.feed.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, Lease)
	defer cancel()
	if !m.trusted(m.cfg.Now()) {
		return m.startOver(ctx)
	}
	for {
		asked := m.cfg.Now()
		changes, latest, err := m.cfg.Sessions.Changes(ctx, m.feed.since.Load())
		if err != nil {
			return fmt.Errorf("announcements: %w", err)
		}
		if missed(m.feed.since.Load(), changes, latest) {
			return m.startOver(ctx)
		}
		for _, c := range changes {
			m.apply(c)
			m.feed.since.Store(c.Seq)
		}
		if len(changes) == 0 || m.feed.since.Load() >= latest {
			m.renewLease(asked)
			return nil
		}
	}
}

// missed tells that announcements are gone that this process has not read: their
// numbers have no holes but where a sweep took old ones, perhaps one whose clock is
// ahead.
func missed(since int64, changes []Change, latest int64) bool {
	if len(changes) == 0 {
		return latest != since
	}
	return changes[0].Seq != since+1
}

// startOver is for a process that was out of touch: nothing it remembers can be
// relied on, but for the uses that it has not written yet.
func (m *Manager) startOver(ctx context.Context) error {
	asked := m.cfg.Now()
	if err := m.flush(ctx); err != nil {
		return err
	}
	_, latest, err := m.cfg.Sessions.Changes(ctx, -1)
	if err != nil {
		return fmt.Errorf("announcements: %w", err)
	}
	m.table.clear()
	m.forget("*")
	m.feed.since.Store(latest)
	m.renewLease(asked)
	return nil
}

func (m *Manager) apply(c Change) {
	if c.Account != "" {
		m.forget(c.Account)
		return
	}
	m.table.remove(c.Session)
}

func (m *Manager) forget(accountID string) {
	m.feed.accounts.Add(1)
	m.identities.forget(accountID)
	if m.cfg.Forget != nil {
		m.cfg.Forget(accountID)
	}
}

// Trusted tells whether what this process remembers may be relied on: it has heard of
// the store within the lease.
func (m *Manager) Trusted() bool { return m.trusted(m.cfg.Now()) }

// Identity gives an account as it is now, from memory while that can be trusted.
// Errors: account.ErrNotFound; others when the store could not be asked.
func (m *Manager) Identity(ctx context.Context, accountID string) (*Identity, error) {
	return m.identities.get(ctx, m.identities.number(accountID), !m.Trusted())
}

// renewLease notes that the store was heard of at t. The time is kept relative to the
// Manager's beginning so that it stays on the monotonic clock.
func (m *Manager) renewLease(t time.Time) {
	m.feed.proof.Store(int64(t.Sub(m.feed.base)) + 1)
}

// trusted tells whether the memory of this process may be relied on at now.
func (m *Manager) trusted(now time.Time) bool {
	proof := m.feed.proof.Load()
	return proof != 0 && now.Sub(m.feed.base)-time.Duration(proof-1) < Lease
}

// flush writes the touches gathered so far. What could not be written is gathered
// again: a session must not end early because the store was away for a moment.
func (m *Manager) flush(ctx context.Context) error {
	items := m.touches.take()
	for len(items) > 0 {
		n := min(len(items), 10*writeBatch)
		if err := m.cfg.Sessions.Touch(ctx, items[:n]); err != nil {
			for _, t := range items {
				m.touches.add(t)
			}
			return fmt.Errorf("%w: %w", ErrUnavailable, err)
		}
		items = items[n:]
	}
	return nil
}

// Sweep removes expired sessions from memory and store and tells how many the store
// held. Uses are written first: a session in use must not be swept for want of news.
func (m *Manager) Sweep(ctx context.Context) (int, error) {
	if err := m.flush(ctx); err != nil {
		return 0, err
	}
	now := m.cfg.Now()
	m.table.sweep(now.UnixMicro())
	return background.Sweep(ctx, now, m.cfg.Sessions.Sweep)
}
