package sql

import (
	"context"
	stdsql "database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"countersign/session"
)

// sessions implements session.Store.
type sessions struct{ db *DB }

const sessionColumns = `id, secret, public, account, server, read_only, created, seen, ends, idle, peer, agent, endpoint, parent, scope, only_from`

// Insert implements session.Store. Up to a thousand sessions are one statement.
func (s *sessions) Insert(ctx context.Context, records []session.Record) error {
	var err error
	switch {
	case len(records) == 0:
		return nil
	case len(records) <= rowsPerStatement && s.db.engine == SQLite:
		var text string
		var args []any
		if text, args, err = insertSessions(records); err == nil {
			_, err = s.db.exec(ctx, text, args...)
		}
	default:
		err = s.db.write(ctx, func(t *tx) error {
			if err := t.holdAccounts(records); err != nil {
				return err
			}
			return t.insertSessions(records)
		})
	}
	return collision(err)
}

func (t *tx) insertSessions(records []session.Record) error {
	for chunk := range slices.Chunk(records, rowsPerStatement) {
		text, args, err := insertSessions(chunk)
		if err != nil {
			return err
		}
		if _, err := t.exec(text, args...); err != nil {
			return err
		}
	}
	return nil
}

// holdAccounts keeps the accounts of new sessions from being changed until the commit: a
// change of one ends its sessions, and must either see these or be seen by whoever
// confirms them. It comes before sessions are touched, as in a change, so that neither
// waits for the other. On SQLite the transaction itself does all that.
func (t *tx) holdAccounts(records []session.Record) error {
	if t.db.engine == SQLite {
		return nil
	}
	ids := make([]string, len(records))
	for i := range records {
		if err := refuse(records[i].Account); err != nil {
			return err
		}
		ids[i] = records[i].Account
	}
	return t.query(func(*stdsql.Rows) error { return nil },
		`SELECT 1 FROM accounts WHERE id = ANY($1) ORDER BY id FOR SHARE`, ids)
}

func insertSessions(records []session.Record) (string, []any, error) {
	var v values
	for i := range records {
		r := &records[i]
		if err := refuse(r.Account); err != nil {
			return "", nil, err
		}
		onlyFrom, err := optionalAddr(r.OnlyFrom)
		if err != nil {
			return "", nil, err
		}
		v.row(hexDigest(r.ID), hexDigest(r.Key), hex.EncodeToString(r.Public[:]), r.Account,
			flag(r.Server), flag(r.ReadOnly), micros(r.Created), micros(r.Seen), micros(r.End),
			r.Idle.Microseconds(), clean(r.Peer), clean(r.Agent), clean(r.Endpoint),
			optionalDigest(r.Parent), r.Scope, onlyFrom, expires(r))
	}
	return `INSERT INTO sessions (` + sessionColumns + `, expires) VALUES ` + v.String(), v.args, nil
}

// optionalDigest writes a digest, and the zero one as nothing.
func optionalDigest(d session.Digest) string {
	if d == (session.Digest{}) {
		return ""
	}
	return hex.EncodeToString(d[:])
}

// expires is the first moment at which session.Record.Expired says yes.
func expires(r *session.Record) int64 {
	if r.Idle > 0 {
		return min(micros(r.End), micros(r.Seen)+r.Idle.Microseconds())
	}
	return micros(r.End)
}

func collision(err error) error {
	if errors.Is(err, errUnique) {
		return fmt.Errorf("%w: %w", session.ErrCollision, err)
	}
	return err
}

// Get implements session.Store.
func (s *sessions) Get(ctx context.Context, id session.Digest) (session.Record, error) {
	found, err := s.read(ctx, s.db.find, `WHERE id = $1`, hexDigest(id))
	if err != nil {
		return session.Record{}, err
	}
	if len(found) == 0 {
		return session.Record{}, session.ErrNotFound
	}
	return found[0], nil
}

// List implements session.Store.
func (s *sessions) List(ctx context.Context, account string, limit int) ([]session.Record, error) {
	most := int64(math.MaxInt64)
	if limit > 0 {
		most = int64(limit)
	}
	switch {
	case account == "":
		return s.read(ctx, s.db.query, `ORDER BY created DESC, id LIMIT $1`, most)
	case !storable(account):
		return nil, nil
	}
	return s.read(ctx, s.db.query, `WHERE account = $1 ORDER BY created DESC, id LIMIT $2`, account, most)
}

// Beyond implements session.Store. The first question is answered from an index alone,
// and for nearly every account with no.
func (s *sessions) Beyond(ctx context.Context, account string, most int, now time.Time) (ids []session.Digest, latest int64, err error) {
	if !storable(account) {
		account = "" // nobody's
	}
	var many bool
	err = s.db.findFresh(ctx, func(rows *stdsql.Rows) error { return rows.Scan(&latest, &many) },
		`SELECT value, EXISTS (SELECT 1 FROM sessions WHERE account = $1 LIMIT 1 OFFSET $2) FROM counters WHERE name = 'change'`,
		account, most)
	if err != nil || !many {
		return nil, latest, err
	}
	// SQLite knows no OFFSET without a limit, and as an argument it would make SQLite plan
	// the statement anew every time.
	err = s.db.find(ctx, func(rows *stdsql.Rows) error {
		var text string
		var id session.Digest
		if err := rows.Scan(&text); err != nil {
			return err
		}
		err := unhex(id[:], text)
		ids = append(ids, id)
		return err
	}, `SELECT id FROM sessions WHERE account = $1 AND parent = '' AND expires > $2
		ORDER BY created DESC, id LIMIT 2147483647 OFFSET $3`, account, micros(now), most)
	if err != nil {
		return nil, 0, err
	}
	return ids, latest, nil
}

// Children implements session.Store.
func (s *sessions) Children(ctx context.Context, account string, now time.Time) (n int, err error) {
	if !storable(account) {
		return 0, nil
	}
	err = s.db.findFresh(ctx, func(rows *stdsql.Rows) error { return rows.Scan(&n) },
		`SELECT COUNT(*) FROM sessions WHERE account = $1 AND parent <> '' AND expires > $2`, account, micros(now))
	return n, err
}

func (s *sessions) read(ctx context.Context, query ctxReader, where string, args ...any) ([]session.Record, error) {
	var found []session.Record
	err := query(ctx, func(rows *stdsql.Rows) error {
		r, err := scanSession(rows)
		found = append(found, r)
		return err
	}, `SELECT `+sessionColumns+` FROM sessions `+where, args...)
	if err != nil {
		return nil, err
	}
	return found, nil
}

// ctxReader is DB.query or DB.find.
type ctxReader func(ctx context.Context, each func(*stdsql.Rows) error, text string, args ...any) error

func scanSession(rows *stdsql.Rows) (r session.Record, err error) {
	var id, key, public, parent, onlyFrom string
	var server, readOnly, created, seen, ends, idle int64
	err = rows.Scan(&id, &key, &public, &r.Account, &server, &readOnly, &created, &seen, &ends, &idle,
		&r.Peer, &r.Agent, &r.Endpoint, &parent, &r.Scope, &onlyFrom)
	if err != nil {
		return r, err
	}
	if r.OnlyFrom, err = fromOptionalAddr(onlyFrom); err != nil {
		return r, err
	}
	r.Server, r.ReadOnly = server != 0, readOnly != 0
	r.Created, r.Seen, r.End = fromMicros(created), fromMicros(seen), fromMicros(ends)
	r.Idle = time.Duration(idle) * time.Microsecond
	if parent != "" {
		err = unhex(r.Parent[:], parent)
	}
	return r, errors.Join(err, unhex(r.ID[:], id), unhex(r.Key[:], key), unhex(r.Public[:], public))
}

// Touch implements session.Store.
func (s *sessions) Touch(ctx context.Context, touches []session.Touch) error {
	return touch(ctx, s.db, touches, func(t session.Touch) (session.Digest, time.Time) { return t.ID, t.Seen },
		`UPDATE sessions SET seen = news.seen,
			expires = CASE WHEN idle > 0 AND news.seen + idle < ends THEN news.seen + idle ELSE ends END
		FROM news WHERE sessions.id = news.id AND sessions.seen < news.seen`)
}

// Sweep implements session.Store.
func (s *sessions) Sweep(ctx context.Context, now time.Time, limit int) (n int, err error) {
	if limit <= 0 {
		return 0, nil
	}
	err = s.db.write(ctx, func(t *tx) error {
		// The outer condition is looked at again when another process has touched the
		// row meanwhile; the inner one is not.
		expired, err := t.removeSessions(`expires <= $1
			AND id IN (SELECT id FROM sessions WHERE expires <= $1 ORDER BY expires LIMIT $2)`, micros(now), limit)
		if err != nil {
			return err
		}
		n = len(expired)
		children, err := t.removeChildren(expired)
		if err != nil {
			return err
		}
		return t.announce(ended(children)...)
	})
	if err != nil {
		return 0, err
	}
	_, err = s.db.exec(ctx, `DELETE FROM changes WHERE at <= $1
		AND seq IN (SELECT seq FROM changes ORDER BY seq LIMIT $2)`, micros(now.Add(-changesKept)), limit)
	return n, err
}
