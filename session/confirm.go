package session

import (
	"context"
	"errors"
	"fmt"

	"countersign/session/account"
)

// accountsState is what a process had heard of changes to accounts at a moment. The
// zero one is of no moment.
type accountsState struct {
	known bool
	// since is the announcement up to which everything was heard, heard counts those
	// about accounts, and what may have hidden some.
	since int64
	heard uint64
}

// accountsNow is to be taken before an account is read: what is read is then as new as
// the state, or newer.
func (m *Manager) accountsNow() accountsState {
	return accountsState{known: true, since: m.feed.since.Load(), heard: m.feed.accounts.Load()}
}

// accountsSame tells whether no account has changed since a state, by what was announced
// up to now. latest is the highest announcement that there was a moment ago: where it
// is the state's own, there is nothing to read.
func (m *Manager) accountsSame(ctx context.Context, before accountsState, latest int64) bool {
	switch {
	case !before.known:
		return false
	case latest == before.since:
		return true
	}
	return m.CatchUp(ctx) == nil && m.feed.accounts.Load() == before.heard
}

// confirm looks whether a proven account still is what it was when it was read, after
// its new session was stored. The password may have been changed, or the account
// disabled, between its proof and the insert: the change has then ended all sessions but
// this one, and was announced. Only if something was, the account is read again.
func (m *Manager) confirm(ctx context.Context, a *account.Account, before accountsState) error {
	over, latest, err := m.beyondCap(ctx, a.ID)
	if err != nil {
		return err
	}
	if !m.accountsSame(ctx, before, latest) {
		if err := m.readAgain(ctx, a); err != nil {
			return err
		}
	}
	return m.enforceCap(ctx, a, over)
}

func (m *Manager) readAgain(ctx context.Context, a *account.Account) error {
	now, err := m.cfg.Accounts.Get(ctx, a.ID)
	switch {
	case errors.Is(err, account.ErrNotFound):
		return &Refusal{Reason: ReasonUnknown}
	case err != nil:
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	case now.Disabled:
		return &Refusal{Reason: ReasonDisabled}
	// A hash that was only strengthened leaves Changed alone.
	case now.PasswordHash != a.PasswordHash && !now.Changed.Equal(a.Changed):
		return &Refusal{Reason: ReasonPassword}
	}
	return nil
}
