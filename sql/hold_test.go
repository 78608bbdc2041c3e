package sql_test

import (
	"testing"
	"time"

	"countersign/session"
	"countersign/session/account"
	"countersign/sql"
	"countersign/sql/sqltest"
)

// TestInsertBesideAChange: a session that is stored while its account is being changed
// waits for the change. Otherwise neither would know of the other: the change would not
// end the session, and its login would not see that the password is another one.
func TestInsertBesideAChange(t *testing.T) {
	url := sqltest.PostgresURL(t)
	db := sqltest.Open(t, url, sql.AllowUnsafe())
	a, err := db.Accounts().Add(t.Context(), account.Account{Kind: account.User, Name: "bubba"})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now().UTC().Truncate(time.Microsecond)
	record := func(n byte) session.Record {
		return session.Record{
			ID: session.Digest{n}, Key: session.Digest{n}, Public: session.PublicID{n}, Account: a.ID,
			Created: now, Seen: now, End: now.Add(time.Hour),
		}
	}
	conn, watcher := admin(t, url), admin(t, url)
	if err := db.Sessions().Insert(t.Context(), []session.Record{record(1)}); err != nil {
		t.Fatal(err)
	}
	change, err := conn.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := change.Exec(t.Context(), `UPDATE accounts SET password_hash = 'other' WHERE id = $1`, a.ID); err != nil {
		t.Fatal(err)
	}
	stored := make(chan error, 1)
	go func() { stored <- db.Sessions().Insert(t.Context(), []session.Record{record(2)}) }()
	eventually(t, "a new session that waits", func() bool {
		return count(t, watcher, `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`) == 1
	})
	if _, err := change.Exec(t.Context(), `DELETE FROM sessions WHERE account = $1`, a.ID); err != nil {
		t.Fatal(err)
	}
	if err := change.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-stored:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(patience):
		t.Fatal("still waiting")
	}
}
