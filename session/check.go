package session

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
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
	// OnlyFrom is the address at which alone it is good; zero for anywhere. Check does
	// not know where its caller is: whoever does asks GoodAt.
	OnlyFrom netip.Addr
	// IdleEnds is when it ends if unused from now on; zero without an idle limit. End
	// is when it ends at the latest.
	IdleEnds, End time.Time

	id     Digest
	proven time.Time // when it was checked
	idle   time.Duration
	parent Digest          // of a child session
	rights *account.Rights // of one with a scope
}

// Rights are what the session may do: what its account may, within its scope.
func (s *Session) Rights() interface{ Allows(permission string) bool } {
	if s.rights != nil {
		return s.rights
	}
	return s.Identity.Grants
}

// Child tells whether the session was made from another.
func (s *Session) Child() bool { return s.parent != Digest{} }

// Digest names the session to a Store.
func (s *Session) Digest() Digest { return s.id }

// Check proves a pair. It neither prolongs the session nor writes anything; in steady
// state it asks no store. Errors: ErrInvalid; ErrUnavailable with a cause when the
// store could not be asked.
func (m *Manager) Check(ctx context.Context, p Pair) (Session, error) {
	return m.CheckProof(ctx, p.Proof())
}

// CheckProof is Check for a pair whose digests are kept, to be proven again.
func (m *Manager) CheckProof(ctx context.Context, p Proof) (Session, error) {
	id, key := p.id, p.key
	e, version, cached := m.table.get(id)
	// The clock is read after the look-up: a process that was paused in between must
	// not answer from the past.
	now := m.cfg.Now()
	trusted := m.trusted(now)
	x, whole := m.table.extras.of(&e)
	if cached && whole && trusted && !e.expired(now.UnixMicro()) {
		s, err := m.admit(ctx, id, &e, x, key, false)
		s.proven = now
		return s, err
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
	e, err = m.entryOf(&r)
	if err != nil {
		return Session{}, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	x, _ = m.table.extras.of(&e)
	s, err := m.admit(ctx, id, &e, x, key, !trusted)
	s.proven = now
	if err == nil && trusted {
		m.table.put(id, e, version)
	} else {
		m.table.extras.release(e.extra)
	}
	return s, err
}

// admit compares the key and looks at the account. With fresh nothing remembered is
// used.
func (m *Manager) admit(ctx context.Context, id Digest, e *entry, x *extra, key Digest, fresh bool) (Session, error) {
	if !e.keyMatches(key) {
		return Session{}, ErrInvalid
	}
	who, err := m.identity(ctx, e.account, fresh)
	if err != nil {
		return Session{}, err
	}
	s := Session{
		Public: e.public, Identity: who, id: id,
		Server:   e.flags&flagServer != 0,
		ReadOnly: e.flags&flagReadOnly != 0 || who.Account.ReadOnly,
		End:      time.UnixMicro(e.end).UTC(),
		idle:     time.Duration(e.idle) * time.Microsecond,
	}
	if x != nil {
		s.parent, s.OnlyFrom, s.rights = x.parent, x.onlyFrom, x.within(who.Grants)
	}
	if e.idle > 0 {
		s.IdleEnds = time.UnixMicro(e.seen + e.idle).UTC()
	}
	return s, nil
}

// Touch notes that the session is used, as of when it was proven, which prolongs it, and
// the session that it was made from: so a child's limits never outlast its parent's.
// Nothing is written here: uses are gathered and written in batches.
func (m *Manager) Touch(s *Session) {
	now := s.proven
	if now.IsZero() { // it was made just now
		now = m.cfg.Now()
	}
	due := m.table.touch(s.id, now.UnixMicro(), TouchInterval) || !m.trusted(now)
	if due {
		m.touches.add(Touch{ID: s.id, Seen: now})
	}
	// The parent may never have been used here: then its uses are due with its child's.
	if s.parent != (Digest{}) && (m.table.touch(s.parent, now.UnixMicro(), TouchInterval) || due) {
		m.touches.add(Touch{ID: s.parent, Seen: now})
	}
}

func (m *Manager) entryOf(r *Record) (entry, error) {
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
	var err error
	e.extra, err = m.table.extras.add(r)
	return e, err
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
