package sql

import (
	"context"
	"maps"
	"slices"
	"time"

	"countersign/session"
)

// touch writes when rows were last used. update is a statement over the table news (id,
// seen), which has one row for each id: it must change rows that are there and are
// older, and no others.
func touch[T any](ctx context.Context, db *DB, uses []T, read func(T) (session.Digest, time.Time), update string) error {
	// The engines leave open which of two rows for one id would win.
	last := make(map[session.Digest]int64, len(uses))
	for _, u := range uses {
		id, at := read(u)
		last[id] = max(last[id], micros(at))
	}
	ids := slices.SortedFunc(maps.Keys(last), compareDigests)
	for chunk := range slices.Chunk(ids, rowsPerStatement) {
		var v values
		for i := range padded(len(chunk)) {
			id := chunk[min(i, len(chunk)-1)]
			v.row(hexDigest(id), last[id])
		}
		// The row in front gives Postgres the types; it matches no id.
		_, err := db.exec(ctx, `WITH news (id, seen) AS (VALUES (CAST('' AS TEXT), CAST(0 AS BIGINT)),`+
			v.String()+`) `+update, v.args...)
		if err != nil {
			return err
		}
	}
	return nil
}
