package session

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"countersign/session/account"
	"countersign/session/audit"
)

// ErrChild: a child session cannot have children of its own.
var ErrChild = errors.New("session: a child session has no children")

// OpenChild makes a session from a live one: with no more rights than its parent, ended
// no later, ended with it, and good only where it is. terms narrow it: read-only, a
// scope, shorter limits, bound to the address by.Peer. Errors: ErrChild;
// account.ErrScope; *Refusal if there is no address to bind it to; ErrInvalid if the
// parent ended meanwhile; ErrTooMany; ErrUnavailable; ErrOutcomeUnknown.
func (m *Manager) OpenChild(ctx context.Context, parent *Session, t Terms, scope []string, by By) (Grant, error) {
	if parent.Child() {
		return Grant{}, ErrChild
	}
	if _, err := account.NewScope(scope); err != nil {
		return Grant{}, err
	}
	now := m.cfg.Now()
	t.ReadOnly = t.ReadOnly || parent.ReadOnly
	t.Absolute = shorter(t.Absolute, parent.End.Sub(now))
	if !parent.IdleEnds.IsZero() {
		t.Idle = shorter(t.Idle, parent.idle)
	}
	pair, record, err := m.draw(t)
	if err != nil {
		return Grant{}, err
	}
	record.Account, record.Server = parent.Identity.Account.ID, parent.Server
	record.Parent, record.Scope = parent.id, strings.Join(scope, " ")
	record.OnlyFrom = parent.OnlyFrom
	if !record.OnlyFrom.IsValid() {
		if record.OnlyFrom, err = t.bind(by.Peer); err != nil {
			return Grant{}, err
		}
	}
	if by.Peer.IsValid() {
		record.Peer = by.Peer.String()
	}
	_, version, _ := m.table.get(record.ID)
	if err := m.inserts.do(ctx, record, m.abandonLate(record.ID)); err != nil {
		return Grant{}, fmt.Errorf("%w: %w", ErrOutcomeUnknown, err)
	}
	// The parent may have ended before its child was stored, and not have taken it along.
	if _, err := m.cfg.Sessions.Get(ctx, parent.id); err != nil {
		m.abandon(record.ID)
		if errors.Is(err, ErrNotFound) {
			return Grant{}, ErrInvalid
		}
		return Grant{}, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	if err := m.enforceChildren(ctx, record.Account); err != nil {
		m.abandon(record.ID)
		return Grant{}, err
	}
	g, err := m.granted(ctx, pair, &record, version)
	if err != nil {
		return Grant{}, err
	}
	if err := m.recordEnd(audit.SessionChild, &g.Session, by); err != nil {
		m.abandon(record.ID)
		return Grant{}, err
	}
	return g, nil
}

// shorter gives the lesser of two durations; an a that is no time means no wish.
func shorter(a, b time.Duration) time.Duration {
	if a <= 0 {
		return b
	}
	return min(a, b)
}
