package sql

import (
	"context"
	"time"

	"countersign/session"
	"countersign/session/account"
)

// everyone stands in an announcement for all accounts.
const everyone = "*"

func changed(id string) []session.Change { return []session.Change{{Account: id}} }

// SetPassword implements account.Store.
func (s *accounts) SetPassword(ctx context.Context, id, hash string, keep [32]byte, at time.Time) error {
	if err := refuse(hash); err != nil {
		return err
	}
	return s.update(ctx, id, func(t *tx) ([]session.Change, error) {
		err := t.setAccount(`password_hash = $3`, id, at, hash)
		if err != nil {
			return nil, err
		}
		gone, err := t.endAccountSessions(id, keep)
		return append(ended(gone), changed(id)...), err
	})
}

// Rehash implements account.Store.
func (s *accounts) Rehash(ctx context.Context, id, old, hash string) error {
	if err := refuse(id, old, hash); err != nil {
		return err
	}
	return s.db.write(ctx, func(t *tx) error {
		n, err := t.exec(`UPDATE accounts SET password_hash = $3 WHERE id = $1 AND password_hash = $2`, id, old, hash)
		if n == 0 || err != nil {
			return err
		}
		return t.announce(changed(id)...)
	})
}

// SetDisabled implements account.Store.
func (s *accounts) SetDisabled(ctx context.Context, id string, disabled bool, at time.Time) error {
	return s.update(ctx, id, func(t *tx) ([]session.Change, error) {
		if !disabled {
			return changed(id), t.setAccount(`disabled = 0, disabled_text = ''`, id, at)
		}
		if err := t.setAccount(`disabled = 1`, id, at); err != nil {
			return nil, err
		}
		gone, err := t.endAccountSessions(id, session.Digest{})
		return append(ended(gone), changed(id)...), err
	})
}

// Delete implements account.Store. Roles and grants go with the row.
func (s *accounts) Delete(ctx context.Context, id string, _ time.Time) error {
	return s.update(ctx, id, func(t *tx) ([]session.Change, error) {
		n, err := t.exec(`DELETE FROM accounts WHERE id = $1`, id)
		if err := found(n, err); err != nil {
			return nil, err
		}
		gone, err := t.endAccountSessions(id, session.Digest{})
		return append(ended(gone), changed(id)...), err
	})
}

// update runs a change to one account and announces what it returns.
func (s *accounts) update(ctx context.Context, id string, f func(*tx) ([]session.Change, error)) error {
	if !storable(id) {
		return account.ErrNotFound
	}
	return s.db.write(ctx, func(t *tx) error {
		changes, err := f(t)
		if err != nil {
			return err
		}
		return t.announce(changes...)
	})
}

// setAccount sets columns, whose arguments begin at $3, and the date of the change.
// It also locks the account against other changes until the commit.
func (t *tx) setAccount(set, id string, at time.Time, args ...any) error {
	args = append([]any{id, micros(at)}, args...)
	return found(t.exec(`UPDATE accounts SET changed = $2, `+set+` WHERE id = $1`, args...))
}

// found makes "no row" an error.
func found(n int64, err error) error {
	if n == 0 && err == nil {
		return account.ErrNotFound
	}
	return err
}
