package sql

import (
	"context"
	stdsql "database/sql"
	"slices"
	"time"

	"countersign/session"
)

const (
	// channel is where Postgres tells that there are new changes. It carries no text.
	channel = "countersign_change"
	// maxChanges is how many announcements Changes gives at once. It is text because as an
	// argument it would make SQLite plan the statement anew every time.
	maxChanges = "1000"
	// changesKept is how long an announcement can be read before a sweep removes it.
	changesKept = time.Hour
)

// announce adds the changes to the feed, as the last step of a transaction: it locks
// the counter, so transactions that announce commit one after the other. The Seq of
// the arguments is not used.
func (t *tx) announce(changes ...session.Change) error {
	if len(changes) == 0 {
		return nil
	}
	var seq int64
	err := t.query(func(rows *stdsql.Rows) error { return rows.Scan(&seq) },
		`UPDATE counters SET value = value + $1 WHERE name = 'change' RETURNING value`, int64(len(changes)))
	if err != nil {
		return err
	}
	seq -= int64(len(changes))
	at := micros(time.Now())
	for chunk := range slices.Chunk(changes, rowsPerStatement) {
		var v values
		for _, c := range chunk {
			seq++
			id := ""
			if c.Account == "" {
				id = hexDigest(c.Session).(string)
			}
			v.row(seq, id, c.Account, at)
		}
		if _, err := t.exec(`INSERT INTO changes (seq, session, account, at) VALUES `+v.String(), v.args...); err != nil {
			return err
		}
	}
	t.announced = true
	if t.db.engine == Postgres {
		_, err = t.exec(`SELECT pg_notify($1, '')`, channel)
	}
	return err
}

// ended makes the announcements of sessions that are over.
func ended(ids []session.Digest) []session.Change {
	changes := make([]session.Change, len(ids))
	for i, id := range ids {
		changes[i].Session = id
	}
	return changes
}

// Changes implements session.Feed. One statement reads the changes and the counter,
// so that no change can come between them.
func (s *sessions) Changes(ctx context.Context, after int64) ([]session.Change, int64, error) {
	var changes []session.Change
	var latest int64
	if after < 0 {
		err := s.db.find(ctx, func(rows *stdsql.Rows) error { return rows.Scan(&latest) },
			`SELECT value FROM counters WHERE name = 'change'`)
		return nil, latest, err
	}
	err := s.db.find(ctx, func(rows *stdsql.Rows) error {
		var seq stdsql.NullInt64
		var id, account stdsql.NullString
		if err := rows.Scan(&latest, &seq, &id, &account); err != nil || !seq.Valid {
			return err
		}
		c := session.Change{Seq: seq.Int64, Account: account.String}
		if id.String != "" {
			if err := unhex(c.Session[:], id.String); err != nil {
				return err
			}
		}
		changes = append(changes, c)
		return nil
	}, `SELECT n.value, c.seq, c.session, c.account
		FROM counters n LEFT JOIN changes c ON c.seq > $1
		WHERE n.name = 'change' ORDER BY c.seq LIMIT `+maxChanges, after)
	if err != nil {
		return nil, 0, err
	}
	return changes, latest, nil
}

// Announce implements session.Feed.
func (s *sessions) Announce(ctx context.Context, account string) error {
	return s.db.write(ctx, func(t *tx) error { return t.announce(changed(account)...) })
}

// Watch implements session.Feed.
func (s *sessions) Watch(ctx context.Context) <-chan struct{} {
	signals := make(chan struct{}, 1)
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(s.db.closed, cancel)
	started := s.db.spawn(func() {
		defer cancel()
		defer stop()
		s.db.watch(ctx, func() {
			select {
			case signals <- struct{}{}:
			default: // the one that waits will do
			}
		})
	})
	if !started {
		cancel()
		stop()
	}
	return signals
}
