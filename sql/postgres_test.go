package sql_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"countersign/session"
	"countersign/sql"
	"countersign/sql/sqltest"

	"github.com/jackc/pgx/v5"
)

// patience bounds waits for other processes; the machine may be busy.
const patience = 20 * time.Second

// eventually polls until ok says yes.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within %v", what, patience)
		}
	}
}

func admin(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := conn.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return conn
}

// count runs a query that gives one number.
func count(t *testing.T, conn *pgx.Conn, text string, args ...any) (n int) {
	t.Helper()
	if err := conn.QueryRow(t.Context(), text, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestListenAgain: a listening connection that is cut is made again, and signals then,
// because nobody knows what was missed.
func TestListenAgain(t *testing.T) {
	url := sqltest.PostgresURL(t)
	log := &lockedBuffer{}
	db := sqltest.Open(t, url, sql.AllowUnsafe(), sql.WithLog(slog.New(slog.NewTextHandler(log, nil))))
	conn := admin(t, url)
	signals := db.Sessions().Watch(t.Context())
	hear := func(what string) {
		t.Helper()
		select {
		case <-signals:
		case <-time.After(patience):
			t.Fatalf("%s: no signal", what)
		}
	}
	hear("the first connect")
	const listeners = `FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'`
	for range 3 {
		if n := count(t, conn, `SELECT count(pg_terminate_backend(pid)) `+listeners); n != 1 {
			t.Fatalf("%d listening connections", n)
		}
		hear("after the cut")
		if _, err := db.Sessions().Delete(t.Context(), someIDs(0, 1)); err != nil {
			t.Fatal(err)
		}
		insertAndDelete(t, db)
		hear("a change")
	}
	if text := log.String(); !strings.Contains(text, "was lost") {
		t.Errorf("the log says %q", text)
	}
}

func insertAndDelete(t *testing.T, db *sql.DB) {
	t.Helper()
	err := db.Sessions().Insert(t.Context(), someRecords(0, 1))
	if err == nil {
		_, err = db.Sessions().Delete(t.Context(), someIDs(0, 1))
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestNotifyForEndsOnly (requirements REL-18): a notification makes transactions commit one after
// the other, so logins and touches must not send any.
func TestNotifyForEndsOnly(t *testing.T) {
	url := sqltest.PostgresURL(t)
	db := sqltest.Open(t, url, sql.AllowUnsafe())
	conn := admin(t, url)
	if _, err := conn.Exec(t.Context(), `LISTEN countersign_change`); err != nil {
		t.Fatal(err)
	}
	s := db.Sessions()
	at := someRecords(0, 1)[0].Seen
	step := func(what string, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(what, err)
		}
	}
	step("insert", s.Insert(t.Context(), someRecords(0, 50)))
	step("touch", s.Touch(t.Context(), []session.Touch{{ID: someIDs(0, 1)[0], Seen: at.Add(time.Second)}}))
	_, err := s.Sweep(t.Context(), at, 10)
	step("sweep", err)
	_, err = s.Delete(t.Context(), someIDs(100, 150))
	step("delete nothing", err)
	_, err = s.Delete(t.Context(), someIDs(0, 40))
	step("delete", err)
	for _, want := range []bool{true, false} {
		ctx, cancel := context.WithTimeout(t.Context(), map[bool]time.Duration{true: patience, false: 100 * time.Millisecond}[want])
		n, err := conn.WaitForNotification(ctx)
		cancel()
		switch {
		case want && err != nil:
			t.Fatal("no notification of 40 ends", err)
		case want && n.Payload != "":
			t.Errorf("the notification carries %q", n.Payload)
		case !want && err == nil:
			t.Error("more than one notification")
		}
	}
}

// TestLostConnections: connections cut between two calls are replaced without an
// error; one that is cut while it works gives an error that is none of the contract's.
func TestLostConnections(t *testing.T) {
	url := sqltest.PostgresURL(t)
	db := sqltest.Open(t, url, sql.AllowUnsafe())
	conn := admin(t, url)
	s := db.Sessions()
	insertAndDelete(t, db)
	const others = `FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`
	count(t, conn, `SELECT count(pg_terminate_backend(pid)) `+others)
	eventually(t, "the connections are gone", func() bool { return count(t, conn, `SELECT count(*) `+others) == 0 })
	// The pool looks at connections that were idle for a second before it uses them.
	eventually(t, "a call succeeds", func() bool {
		_, err := s.Get(t.Context(), someIDs(0, 1)[0])
		return errors.Is(err, session.ErrNotFound)
	})

	block, err := conn.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := block.Exec(t.Context(), `LOCK TABLE sessions IN EXCLUSIVE MODE`); err != nil {
		t.Fatal(err)
	}
	outcome := make(chan error, 1)
	go func() { outcome <- s.Insert(t.Context(), someRecords(1, 2)) }()
	killer := admin(t, url)
	eventually(t, "the insert is cut", func() bool {
		return count(t, killer, `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
			WHERE datname = current_database() AND wait_event_type = 'Lock'`) == 1
	})
	err = <-outcome
	if err == nil || errors.Is(err, session.ErrCollision) || errors.Is(err, sql.ErrBusy) {
		t.Errorf("cut in the middle: %v", err)
	}
	if err := block.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// TestStatementTimeout: a statement that waits for a lock too long fails.
func TestStatementTimeout(t *testing.T) {
	url := sqltest.PostgresURL(t)
	db := sqltest.Open(t, url+"&statement_timeout=50", sql.AllowUnsafe())
	conn := admin(t, url)
	if n := count(t, admin(t, url), `SELECT count(*) FROM pg_settings WHERE name = 'statement_timeout' AND setting = '0'`); n != 1 {
		t.Fatal("the server has a timeout of its own")
	}
	block, err := conn.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := block.Exec(t.Context(), `LOCK TABLE sessions IN EXCLUSIVE MODE`); err != nil {
		t.Fatal(err)
	}
	if err := db.Sessions().Insert(t.Context(), someRecords(1, 2)); err == nil || !strings.Contains(err.Error(), "57014") {
		t.Errorf("insert: %v", err)
	}
	if err := block.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := db.Sessions().Insert(t.Context(), someRecords(1, 2)); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

// TestPoolWait: with all connections taken a call fails within about a second, as
// busy.
func TestPoolWait(t *testing.T) {
	url := sqltest.PostgresURL(t)
	db := sqltest.Open(t, url, sql.AllowUnsafe(), sql.WithMaxConns(1))
	conn := admin(t, url)
	block, err := conn.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := block.Exec(t.Context(), `LOCK TABLE sessions IN EXCLUSIVE MODE`); err != nil {
		t.Fatal(err)
	}
	outcome := make(chan error, 1)
	go func() { outcome <- db.Sessions().Insert(t.Context(), someRecords(1, 2)) }()
	watcher := admin(t, url)
	eventually(t, "the insert waits", func() bool {
		return count(t, watcher, `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`) == 1
	})
	if err := db.Ping(t.Context()); !errors.Is(err, sql.ErrBusy) {
		t.Errorf("ping: %v", err)
	}
	if err := block.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-outcome; err != nil {
		t.Error(err)
	}
}

// TestStandbyMissing (requirements REL-2): a commit whose wait for the synchronous standby was
// cancelled is reported by Postgres as success with a warning. It is none.
func TestStandbyMissing(t *testing.T) {
	c := sqltest.Start(t, "fsync=on")
	db := sqltest.Open(t, c.URL("postgres"))
	insertAndDelete(t, db)
	c.Exec(t, `ALTER SYSTEM SET synchronous_standby_names = 'nobody'`)
	c.Exec(t, `SELECT pg_reload_conf()`)
	conn := admin(t, c.URL("postgres"))
	if _, err := conn.Exec(t.Context(), `SET synchronous_commit = local`); err != nil {
		t.Fatal(err)
	}
	s := db.Sessions()
	for name, write := range map[string]func() error{
		"one statement": func() error { return s.Insert(t.Context(), someRecords(1, 2)) },
		"a transaction": func() error { return s.Insert(t.Context(), someRecords(1000, 2500)) },
	} {
		t.Run(name, func(t *testing.T) {
			eventually(t, "the server knows its settings", func() bool {
				return count(t, conn, `SELECT count(*) FROM pg_settings WHERE name = 'synchronous_standby_names' AND setting = 'nobody'`) == 1
			})
			outcome := make(chan error, 1)
			go func() { outcome <- write() }()
			eventually(t, "the commit waits", func() bool {
				return count(t, conn, `SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity WHERE wait_event = 'SyncRep'`) == 1
			})
			err := <-outcome
			if !errors.Is(err, sql.ErrNotReplicated) {
				t.Errorf("the answer is %v", err)
			}
		})
	}
	// Whoever waits for ever is told nothing by the server: the caller's deadline ends it.
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if err := s.Insert(ctx, someRecords(5, 6)); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("without an answer: %v", err)
	}
	c.Exec(t, `ALTER SYSTEM RESET synchronous_standby_names`)
	c.Exec(t, `SELECT pg_reload_conf()`)
	eventually(t, "writing works again", func() bool {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := s.Delete(ctx, someIDs(1, 2))
		return err == nil
	})
}

// lockedBuffer is a log that may be read while it is written.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
