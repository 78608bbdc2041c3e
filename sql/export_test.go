package sql

import "testing"

// WithMaxConns bounds the connections to Postgres, or the reading ones to SQLite.
func WithMaxConns(n int) Option { return func(o *options) { o.maxConns = n } }

// PretendNewerSchema makes the database look as if a later version had migrated it.
func (db *DB) PretendNewerSchema(t testing.TB) {
	t.Helper()
	_, err := db.exec(t.Context(), `INSERT INTO schema_version (id, version_id, is_applied) VALUES (9999, 9999, $1)`, true)
	if err != nil {
		t.Fatal(err)
	}
}
