package session

import (
	"context"
	"errors"
	"fmt"

	"countersign/session/account"
	"countersign/session/audit"
)

// DefaultPerAccount is how many sessions an account may have (requirements SES-10).
const DefaultPerAccount = 100

// ErrTooMany: the account has as many child sessions as it may.
var ErrTooMany = errors.New("session: too many child sessions")

// ReasonCap: the account has as many sessions as it may.
const ReasonCap = "too many sessions"

// beyondCap gives an account's oldest sessions over the bound, and the latest
// announcement; -1 if it was not read.
func (m *Manager) beyondCap(ctx context.Context, accountID string) (over []Digest, latest int64, err error) {
	if m.cfg.PerAccount <= 0 {
		return nil, -1, nil
	}
	over, latest, err = m.cfg.Sessions.Beyond(ctx, accountID, m.cfg.PerAccount, m.cfg.Now())
	if err != nil {
		return nil, -1, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return over, latest, nil
}

// enforceCap ends the sessions of an account over the bound, or refuses the new one, which
// is stored already.
func (m *Manager) enforceCap(ctx context.Context, a *account.Account, over []Digest) error {
	if len(over) == 0 {
		return nil
	}
	if m.cfg.RefuseOverCap {
		return &Refusal{Reason: ReasonCap}
	}
	e := audit.Event{
		Type: audit.SessionEnd, Reason: ReasonCap, User: audit.Known(a.Name), Account: a.Number, Kind: string(a.Kind),
		Count: int64(len(over)),
	}
	return m.change(e, func() error {
		for _, id := range over {
			if err := m.deletes.do(ctx, &deletion{id: id}, nil); err != nil {
				return fmt.Errorf("%w: %w", ErrOutcomeUnknown, err)
			}
		}
		return nil
	})
}

// enforceChildren refuses a child session, which is stored already, if its account has
// more of them than it may have sessions.
func (m *Manager) enforceChildren(ctx context.Context, accountID string) error {
	if m.cfg.PerAccount <= 0 {
		return nil
	}
	n, err := m.cfg.Sessions.Children(ctx, accountID, m.cfg.Now())
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	if n > m.cfg.PerAccount {
		return ErrTooMany
	}
	return nil
}
