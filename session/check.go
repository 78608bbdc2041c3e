package session

import (
	"context"
	"errors"
	"fmt"
	"time"

	"countersign/session/account"
)

// Session is a session that was found valid just now.
type Session struct {
	// Public is its public id.
	Public PublicID
	// Identity is the account behind it.
	Identity *Identity
	// Server tells a server's session from a user's.
	Server bool
	// ReadOnly sessions may call only methods marked read-only.
	ReadOnly bool
	// IdleEnds is when it ends if unused from now on; zero without an idle limit. End
	// is when it ends at the latest.
	IdleEnds, End time.Time

	id Digest
}

// Digest names the session to a Store.
func (s *Session) Digest() Digest { return s.id }

// Check proves a pair. It neither prolongs the session nor writes anything; in steady
// state it asks no store. Errors: ErrInvalid; ErrUnavailable with a cause when the
// store could not be asked.
func (m *Manager) Check(ctx context.Context, p Pair) (Session, error) {
	id, key := p.ID.Digest(), p.Key.Digest()
	e, version, cached := m.table.get(id)
	// The clock is read after the look-up: a process that was paused in between must
	// not answer from the past.
	now := m.cfg.Now()
	trusted := m.trusted(now)
	if cached && trusted && !e.expired(now.UnixMicro()) {
		return m.admit(ctx, id, &e, key, false)
	}
	r, err := m.cfg.Sessions.Get(ctx, id)
	switch {
	case errors.Is(err, ErrNotFound):
		if cached {
			m.table.remove(id)
		}
		return Session{}, ErrInvalid
	case err != nil:
		return Session{}, fmt.Errorf("%w: %w", ErrUnavailable, err)
	case r.Expired(m.cfg.Now()):
		return Session{}, ErrInvalid
	}
	e = m.entryOf(&r)
	if trusted && e.keyMatches(key) {
		m.table.put(id, e, version)
	}
	return m.admit(ctx, id, &e, key, !trusted)
}

// admit compares the key and looks at the account. With fresh nothing remembered is
// used.
func (m *Manager) admit(ctx context.Context, id Digest, e *entry, key Digest, fresh bool) (Session, error) {
	if !e.keyMatches(key) {
		return Session{}, ErrInvalid
	}
	who, err := m.identities.get(ctx, e.account, fresh)
	switch {
	case errors.Is(err, account.ErrNotFound):
		return Session{}, ErrInvalid
	case err != nil:
		return Session{}, fmt.Errorf("%w: %w", ErrUnavailable, err)
	case who.Account.Disabled:
		return Session{}, ErrInvalid
	}
	s := Session{
		Public: e.public, Identity: who, id: id,
		Server:   e.flags&flagServer != 0,
		ReadOnly: e.flags&flagReadOnly != 0 || who.Account.ReadOnly,
		End:      time.UnixMicro(e.end).UTC(),
	}
	if e.idle > 0 {
		s.IdleEnds = time.UnixMicro(e.seen + e.idle).UTC()
	}
	return s, nil
}

// Touch notes that the session is used now, which prolongs it. Nothing is written
// here: uses are gathered and written in batches.
func (m *Manager) Touch(s *Session) {
	now := m.cfg.Now()
	if m.table.touch(s.id, now.UnixMicro(), TouchInterval) || !m.trusted(now) {
		m.touches.add(Touch{ID: s.id, Seen: now})
	}
}

func (m *Manager) entryOf(r *Record) entry {
	e := entry{
		public: r.Public, account: m.identities.number(r.Account),
		seen: r.Seen.UnixMicro(), flushed: r.Seen.UnixMicro(),
		end: r.End.UnixMicro(), idle: r.Idle.Microseconds(),
	}
	copy(e.id[:], r.ID[:])
	copy(e.key[:], r.Key[:])
	if r.Server {
		e.flags |= flagServer
	}
	if r.ReadOnly {
		e.flags |= flagReadOnly
	}
	return e
}

func (q *touchQueue) add(t Touch) {
	q.mu.Lock()
	q.items = append(q.items, t)
	q.mu.Unlock()
}

func (q *touchQueue) take() []Touch {
	q.mu.Lock()
	defer q.mu.Unlock()
	items := q.items
	q.items = nil
	return items
}
