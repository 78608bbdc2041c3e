package sql

import (
	"bytes"
	"cmp"
	"context"
	stdsql "database/sql"
	"maps"
	"math"
	"slices"
	"time"

	"countersign/session/throttle"
)

// throttleStore implements throttle.Store.
type throttleStore struct{ db *DB }

// Throttle is the store of failed logins.
func (db *DB) Throttle() throttle.Store { return &throttleStore{db} }

const throttleColumns = `account, block, failures, in_row, pending, lease, epoch, failed, waits, disabled, good, expires, young, young_lease`

// Secret implements throttle.Store.
func (s *throttleStore) Secret(ctx context.Context, fresh []byte) (secret []byte, err error) {
	err = s.db.write(ctx, func(t *tx) error {
		return t.query(func(rows *stdsql.Rows) error { return rows.Scan(&secret) },
			`INSERT INTO throttle_secret (id, secret) VALUES (1, $1)
			ON CONFLICT (id) DO UPDATE SET secret = throttle_secret.secret RETURNING secret`, bytes.Clone(fresh))
	})
	return secret, err
}

// Load implements throttle.Store.
func (s *throttleStore) Load(ctx context.Context, keys []throttle.Key) (throttle.Counters, error) {
	return loadCounters(func(each func(*stdsql.Rows) error, text string, args ...any) error {
		return s.db.find(ctx, each, text, args...)
	}, keys)
}

func loadCounters(query reader, keys []throttle.Key) (throttle.Counters, error) {
	all := emptyCounters(keys)
	for chunk := range slices.Chunk(keys, rowsPerStatement) {
		var v values
		for i := range padded(len(chunk)) {
			k := chunk[min(i, len(chunk)-1)]
			v.row(k.Account, k.Block)
		}
		err := query(scanCounters(func(c *throttle.Counter) { all[c.Key] = c }),
			`SELECT `+throttleColumns+` FROM throttle WHERE (account, block) IN (VALUES `+v.String()+`)`, v.args...)
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

// Change implements throttle.Store.
func (s *throttleStore) Change(ctx context.Context, keys []throttle.Key, d throttle.Durability, work func(throttle.Counters)) error {
	keys = slices.Compact(slices.SortedFunc(slices.Values(keys), compareThrottleKeys))
	for _, k := range keys {
		if err := refuse(k.Account, k.Block); err != nil {
			return err
		}
	}
	write := s.db.write
	if d == throttle.Ordered {
		write = s.db.writeOrdered
	}
	return write(ctx, func(t *tx) error {
		all, err := t.lockCounters(keys)
		if err != nil {
			return err
		}
		before := make(map[throttle.Key]throttle.Counter, len(all))
		for k, c := range all {
			before[k] = *c
		}
		work(all)
		changed := maps.Clone(all)
		maps.DeleteFunc(changed, func(k throttle.Key, c *throttle.Counter) bool { return before[k] == *c })
		if err := t.putCounters(changed); err != nil {
			return err
		}
		t.knowCounters(all)
		return nil
	})
}

// lockCounters reads counters and keeps other transactions from them. A writing
// transaction has all of SQLite to itself. On Postgres the update that changes nothing
// locks the row, and the insert makes one to lock; in the order of keys, so that two
// processes lock the rows they share one after the other.
func (t *tx) lockCounters(keys []throttle.Key) (throttle.Counters, error) {
	if t.db.engine == SQLite {
		return t.db.counters.load(t, keys)
	}
	all := emptyCounters(keys)
	for chunk := range slices.Chunk(keys, rowsPerStatement) {
		var v values
		for _, k := range chunk {
			v.row(k.Account, k.Block)
		}
		err := t.query(scanCounters(func(c *throttle.Counter) { all[c.Key] = c }),
			`INSERT INTO throttle (account, block) VALUES `+v.String()+`
			ON CONFLICT (account, block) DO UPDATE SET epoch = throttle.epoch RETURNING `+throttleColumns, v.args...)
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (t *tx) putCounters(all throttle.Counters) error {
	changed := slices.SortedFunc(maps.Keys(all), compareThrottleKeys)
	for chunk := range slices.Chunk(changed, rowsPerStatement) {
		var v values
		for _, k := range chunk {
			c := all[k]
			v.row(k.Account, k.Block, int64(c.Failures), int64(c.Run), int64(c.Pending), optionalMicros(c.Lease), c.Epoch,
				optionalMicros(c.Last), optionalMicros(c.Until), flag(c.Disabled), optionalMicros(c.Good), optionalMicros(c.Expires), int64(c.Young), optionalMicros(c.YoungLease))
		}
		_, err := t.exec(`INSERT INTO throttle (`+throttleColumns+`) VALUES `+v.String()+`
			ON CONFLICT (account, block) DO UPDATE SET failures = excluded.failures, in_row = excluded.in_row,
				pending = excluded.pending, lease = excluded.lease, epoch = excluded.epoch, failed = excluded.failed,
				waits = excluded.waits, disabled = excluded.disabled, good = excluded.good, expires = excluded.expires,
				young = excluded.young, young_lease = excluded.young_lease`, v.args...)
		if err != nil {
			return err
		}
	}
	return nil
}

// Waiting implements throttle.Store.
func (s *throttleStore) Waiting(ctx context.Context, now time.Time, limit int) (found []throttle.Counter, err error) {
	err = s.db.query(ctx, scanCounters(func(c *throttle.Counter) { found = append(found, *c) }),
		`SELECT `+throttleColumns+` FROM throttle WHERE disabled = 1 OR waits > $1
		ORDER BY disabled DESC, waits DESC, account, block LIMIT $2`, micros(now), limit)
	return found, err
}

// Reset implements throttle.Store. The epoch of a counter that stays is raised: it
// forgets the pending attempts too, the young ones as well.
func (s *throttleStore) Reset(ctx context.Context, key throttle.Key) (n int, err error) {
	where, arg := `account = $1`, key.Account
	if key.Account == "" {
		where, arg = `account = '' AND block = $1`, key.Block
	}
	if arg == "" || !storable(arg) {
		return 0, nil
	}
	return s.change(ctx, `UPDATE throttle SET failures = 0, in_row = 0, pending = 0, lease = 0, epoch = epoch + 2,
		young = 0, young_lease = 0, failed = 0, waits = 0, disabled = 0 WHERE `+where+` AND (failures > 0 OR in_row > 0 OR disabled = 1)`, arg)
}

// change runs one statement on counters and tells how many it changed.
func (s *throttleStore) change(ctx context.Context, text string, args ...any) (n int, err error) {
	err = s.db.write(ctx, func(t *tx) error {
		t.forgetCounters()
		changed, err := t.exec(text, args...)
		n = int(changed)
		return err
	})
	return n, err
}

// Sweep implements throttle.Store.
func (s *throttleStore) Sweep(ctx context.Context, now time.Time) (int, error) {
	return s.change(ctx, `DELETE FROM throttle WHERE expires <= $1`, micros(now))
}

// Trim implements throttle.Store.
func (s *throttleStore) Trim(ctx context.Context, keep, blocks int) (int, error) {
	_, err := s.change(ctx, `UPDATE throttle SET good = 0 WHERE good > 0 AND (account, block) IN (
		SELECT account, block FROM (SELECT account, block,
			ROW_NUMBER() OVER (PARTITION BY account ORDER BY good DESC, block) AS place FROM throttle WHERE good > 0) AS ranked
		WHERE place > $1)`, blocks)
	if err != nil {
		return 0, err
	}
	return s.change(ctx, `DELETE FROM throttle WHERE good = 0 AND (account, block) IN (
		SELECT account, block FROM throttle WHERE good = 0
		ORDER BY disabled DESC, failures + in_row DESC, expires DESC, account, block LIMIT $1 OFFSET $2)`, int64(math.MaxInt64), keep)
}

func emptyCounters(keys []throttle.Key) throttle.Counters {
	all := make(throttle.Counters, len(keys))
	for _, k := range keys {
		all[k] = &throttle.Counter{Key: k}
	}
	return all
}

func scanCounters(found func(*throttle.Counter)) func(*stdsql.Rows) error {
	return func(rows *stdsql.Rows) error {
		var c throttle.Counter
		var lease, failed, waits, disabled, good, expires, young int64
		err := rows.Scan(&c.Account, &c.Block, &c.Failures, &c.Run, &c.Pending, &lease, &c.Epoch,
			&failed, &waits, &disabled, &good, &expires, &c.Young, &young)
		if err != nil {
			return err
		}
		c.Lease, c.Last, c.Until = fromOptionalMicros(lease), fromOptionalMicros(failed), fromOptionalMicros(waits)
		c.Disabled, c.Good, c.Expires, c.YoungLease = disabled != 0, fromOptionalMicros(good), fromOptionalMicros(expires), fromOptionalMicros(young)
		// A process of the version before takes pending attempts away and leaves the young.
		c.Young = min(c.Young, c.Pending)
		found(&c)
		return nil
	}
}

// asStored is t as it comes back from a row.
func asStored(t time.Time) time.Time { return fromOptionalMicros(optionalMicros(t)) }

func compareThrottleKeys(a, b throttle.Key) int {
	return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.Block, b.Block))
}
