package sql

import (
	"bytes"
	"context"
	stdsql "database/sql"
	"encoding/hex"
	"slices"

	"countersign/session"
)

// Delete implements session.Store.
func (s *sessions) Delete(ctx context.Context, ids []session.Digest) ([]session.Digest, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	// In order, so that two processes lock the rows they share one after the other.
	ids = slices.Compact(slices.SortedFunc(slices.Values(ids), compareDigests))
	var gone []session.Digest
	err := s.db.write(ctx, func(t *tx) error {
		gone = nil
		for chunk := range slices.Chunk(ids, rowsPerStatement) {
			in, args := list(0, chunk, hexDigest)
			some, err := t.endSessions(`id IN `+in, args...)
			if err != nil {
				return err
			}
			gone = append(gone, some...)
		}
		return t.announce(ended(gone)...)
	})
	if err != nil {
		return nil, err
	}
	return gone, nil
}

// DeletePublic implements session.Store.
func (s *sessions) DeletePublic(ctx context.Context, public session.PublicID) error {
	return s.db.write(ctx, func(t *tx) error {
		gone, err := t.endSessions(`public = $1`, hex.EncodeToString(public[:]))
		if err != nil {
			return err
		}
		if len(gone) == 0 {
			return session.ErrNotFound
		}
		return t.announce(ended(gone)...)
	})
}

// DeleteAccount implements session.Store.
func (s *sessions) DeleteAccount(ctx context.Context, account string, keep session.Digest) (n int, err error) {
	if !storable(account) {
		return 0, nil
	}
	err = s.db.write(ctx, func(t *tx) error {
		gone, err := t.endAccountSessions(account, keep)
		n = len(gone)
		if err != nil {
			return err
		}
		return t.announce(ended(gone)...)
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}

// endAccountSessions removes the account's sessions but keep, which is zero for none.
func (t *tx) endAccountSessions(account string, keep session.Digest) ([]session.Digest, error) {
	if keep == (session.Digest{}) {
		return t.endSessions(`account = $1`, account)
	}
	return t.endSessions(`account = $1 AND id <> $2`, account, hexDigest(keep))
}

// endSessions removes sessions with their children and returns the ids of all, for
// announce. A child has no children.
func (t *tx) endSessions(where string, args ...any) ([]session.Digest, error) {
	gone, err := t.removeSessions(where, args...)
	if err != nil {
		return nil, err
	}
	children, err := t.removeChildren(gone)
	return append(gone, children...), err
}

func (t *tx) removeChildren(parents []session.Digest) (all []session.Digest, err error) {
	for chunk := range slices.Chunk(parents, rowsPerStatement) {
		in, args := list(0, chunk, hexDigest)
		children, err := t.removeSessions(`parent IN `+in, args...)
		if err != nil {
			return nil, err
		}
		all = append(all, children...)
	}
	return all, nil
}

func (t *tx) removeSessions(where string, args ...any) (gone []session.Digest, err error) {
	err = t.query(func(rows *stdsql.Rows) error {
		var text string
		var id session.Digest
		if err := rows.Scan(&text); err != nil {
			return err
		}
		if err := unhex(id[:], text); err != nil {
			return err
		}
		gone = append(gone, id)
		return nil
	}, `DELETE FROM sessions WHERE `+where+` RETURNING id`, args...)
	return gone, err
}

func compareDigests(a, b session.Digest) int { return bytes.Compare(a[:], b[:]) }
