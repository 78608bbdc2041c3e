package session

import (
	"context"
	"errors"
	"fmt"

	"countersign/session/account"
)

// Grant is a new session: the only place where its secrets are in clear.
type Grant struct {
	Pair    Pair
	Session Session
}

// Login proves the credentials and makes a session. Errors: those of Authenticator,
// where a *Challenge becomes *More if the terms let it; *Throttled; ErrOutcomeUnknown;
// ErrUnavailable.
func (m *Manager) Login(ctx context.Context, c Credentials, t Terms) (Grant, error) {
	if _, err := t.bind(c.Peer); err != nil {
		return Grant{}, m.refuse(ctx, &c, t.Origin, err)
	}
	before := m.accountsNow()
	a, err := m.prove(ctx, &c, t.Origin)
	return m.finish(ctx, a, err, c, t, before)
}

// open makes a session for an account that was proven just now. The session is
// durable when it returns. before is from before the proof. Errors: *Refusal if the
// account changed meanwhile; ErrOutcomeUnknown.
func (m *Manager) open(ctx context.Context, a account.Account, c Credentials, t Terms, before accountsState) (Grant, error) {
	pair, record, err := m.draw(t)
	if err != nil {
		return Grant{}, err
	}
	if record.OnlyFrom, err = t.bind(c.Peer); err != nil {
		return Grant{}, err
	}
	record.Account, record.Server = a.ID, a.Kind == account.Server
	if c.Peer.IsValid() {
		record.Peer = c.Peer.String()
	}
	_, version, _ := m.table.get(record.ID)
	if err := m.inserts.do(ctx, record, m.abandonLate(record.ID)); err != nil {
		if errors.Is(err, ErrCollision) {
			return Grant{}, err
		}
		return Grant{}, fmt.Errorf("%w: %w", ErrOutcomeUnknown, err)
	}
	if err := m.confirm(ctx, &a, before); err != nil {
		m.abandon(record.ID)
		return Grant{}, err
	}
	return m.granted(ctx, pair, &record, version)
}

// draw makes a new pair and the record for it, with the limits of the terms.
func (m *Manager) draw(t Terms) (Pair, Record, error) {
	pair, err := newPair(m.cfg.Rand)
	if err != nil {
		return Pair{}, Record{}, err
	}
	public, err := newPublicID(m.cfg.Rand)
	if err != nil {
		return Pair{}, Record{}, err
	}
	if t.Idle == 0 {
		t.Idle = m.cfg.Idle
	}
	if t.Absolute == 0 {
		t.Absolute = m.cfg.Absolute
	}
	now := m.cfg.Now().UTC().Round(0)
	return pair, Record{
		ID: pair.ID.Digest(), Key: pair.Key.Digest(), Public: public, ReadOnly: t.ReadOnly,
		Created: now, Seen: now, End: now.Add(t.Absolute), Idle: t.Idle,
		Agent: cut(t.Origin.Agent), Endpoint: cut(t.Origin.Endpoint),
	}, nil
}

// granted takes a stored session into memory and hands its secrets out.
func (m *Manager) granted(ctx context.Context, pair Pair, r *Record, version uint64) (Grant, error) {
	var s Session
	e, err := m.entryOf(r)
	if err == nil {
		x, _ := m.table.extras.of(&e)
		s, err = m.admit(ctx, r.ID, &e, x, r.Key, false)
		m.table.put(r.ID, e, version)
	}
	if err != nil {
		m.abandon(r.ID)
		return Grant{}, err
	}
	return Grant{Pair: pair, Session: s}, nil
}

// cut bounds a text that a client chose.
func cut(s string) string {
	const most = 256
	if len(s) <= most {
		return s
	}
	return s[:most]
}
