package sql

import (
	"context"
	stdsql "database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/session"
)

func TestUnnamed(t *testing.T) {
	for _, c := range []struct {
		text string
		args int
		want string
	}{
		{"a IN ($1,$2,$3)", 3, "a IN (?,?,?)"},
		{"$1", 1, "?"},
		{"x = $1 AND y IN ($2,$10)", 3, "="},
		{"($1,$2) AND $1", 2, "="},
		{"($2,$1)", 2, "="},
		{"($1,$2)", 3, "="},
		{"($1,$3)", 2, "="},
		{"($1,$20)", 2, "="},
		{"costs $, $1", 1, "="},
		{"none", 0, "none"},
	} {
		if c.want == "=" {
			c.want = c.text
		}
		if got := unnamed(c.text, c.args); got != c.want {
			t.Errorf("unnamed(%q, %d) = %q, want %q", c.text, c.args, got, c.want)
		}
	}
	var v values
	for range 500 {
		v.row(1, 2, 3)
	}
	if got := unnamed(v.String(), len(v.args)); got != strings.Repeat("(?,?,?),", 499)+"(?,?,?)" {
		t.Errorf("rows became %.60q…", got)
	}
}

func TestListIsPadded(t *testing.T) {
	text, args := list(2, []string{"a", "b", "c"}, func(s string) any { return s })
	if text != "($3,$4,$5,$6)" || fmt.Sprint(args) != "[a b c c]" {
		t.Errorf("%s %v", text, args)
	}
	for n, want := range map[int]int{1: 1, 2: 2, 3: 4, 5: 8, 512: 512, 513: 1000, 1000: 1000} {
		if got := padded(n); got != want {
			t.Errorf("padded(%d) = %d, want %d", n, got, want)
		}
	}
}

func TestExpiresIsWhenExpiredSaysYes(t *testing.T) {
	seen := time.UnixMicro(1_900_000_000_000_000)
	for _, r := range []session.Record{
		{Seen: seen, End: seen.Add(time.Hour)},
		{Seen: seen, End: seen.Add(time.Hour), Idle: time.Minute},
		{Seen: seen, End: seen.Add(time.Hour), Idle: 2 * time.Hour},
		{Seen: seen.Add(2 * time.Hour), End: seen.Add(time.Hour), Idle: time.Hour},
	} {
		at := fromMicros(expires(&r))
		if !r.Expired(at) || r.Expired(at.Add(-time.Microsecond)) {
			t.Errorf("%+v does not expire at %v", r, at)
		}
	}
}

func openTemp(t *testing.T, opts ...Option) (db *DB, path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "x.db")
	db, err := Open(t.Context(), "sqlite:"+path, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db, path
}

// TestSQLiteSettings reads the settings back on every kind of connection: a misspelt
// pragma is no error to SQLite.
func TestSQLiteSettings(t *testing.T) {
	db, path := openTemp(t)
	watch, err := openPool(sqliteDSN(path, false), 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer watch.Close()
	for name, c := range map[string]struct {
		pool      *stdsql.DB
		queryOnly string
	}{"writer": {db.writer, "0"}, "reader": {db.reader, "1"}, "watch": {watch, "1"}} {
		for pragma, want := range map[string]string{
			"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "5000", "query_only": c.queryOnly,
		} {
			var got string
			if err := c.pool.QueryRow("PRAGMA " + pragma).Scan(&got); err != nil || got != want {
				t.Errorf("%s: %s is %q, %v, want %q", name, pragma, got, err, want)
			}
		}
	}
}

// TestBusy: the lock of another process and the wait for the one writing connection
// both end as ErrBusy, and leave a database that works.
func TestBusy(t *testing.T) {
	db, path := openTemp(t)
	db.wait = 30 * time.Millisecond
	if _, err := db.writer.Exec(`PRAGMA busy_timeout(30)`); err != nil {
		t.Fatal(err)
	}
	s := db.Sessions()
	r := session.Record{ID: session.Digest{1}}

	other, err := openPool(sqliteDSN(path, true), 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	lock, err := other.Begin()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Insert(t.Context(), []session.Record{r}); !errors.Is(err, ErrBusy) {
		t.Errorf("another process writes: %v", err)
	}
	if _, err := s.Delete(t.Context(), []session.Digest{r.ID}); !errors.Is(err, ErrBusy) {
		t.Errorf("another process writes: %v", err)
	}
	if _, err := s.Get(t.Context(), r.ID); !errors.Is(err, session.ErrNotFound) {
		t.Errorf("a read beside a write: %v", err)
	}
	if err := lock.Rollback(); err != nil {
		t.Fatal(err)
	}

	conn, err := db.writer.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Insert(t.Context(), []session.Record{r}); !errors.Is(err, ErrBusy) {
		t.Errorf("the connection is taken: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if err := s.Insert(ctx, []session.Record{r}); !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, ErrBusy) {
		t.Errorf("the caller's own deadline: %v", err)
	}
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Insert(t.Context(), []session.Record{r}); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

// TestFailedCommit: SQLite keeps a transaction open when its COMMIT fails. The
// connection must not go back to the pool like that.
func TestFailedCommit(t *testing.T) {
	db, _ := openTemp(t)
	if err := db.write(t.Context(), failCommit); !errors.Is(err, errForeign) {
		t.Fatalf("commit: %v", err)
	}
	s := db.Sessions()
	if err := s.Insert(t.Context(), []session.Record{{ID: session.Digest{1}}}); err != nil {
		t.Fatalf("afterwards: %v", err)
	}
	if err := db.query(t.Context(), func(rows *stdsql.Rows) error {
		return errors.New("a row is left of the failed transaction")
	}, `SELECT 1 FROM account_grants`); err != nil {
		t.Error(err)
	}
}

// TestAbortedIsRunAgain: what the engine gives up for another's sake is tried again,
// but not for ever, and nothing else is.
func TestAbortedIsRunAgain(t *testing.T) {
	db, _ := openTemp(t)
	for _, c := range []struct {
		fails, want int
		err         error
	}{{0, 1, errAborted}, {1, 2, errAborted}, {attempts - 1, attempts, errAborted}, {99, attempts, errAborted}, {99, 1, errUnique}} {
		runs := 0
		err := db.write(t.Context(), func(*tx) error {
			if runs++; runs <= c.fails {
				return fmt.Errorf("as if: %w", c.err)
			}
			return nil
		})
		if runs != c.want || (err == nil) != (runs > c.fails) {
			t.Errorf("%v %d times: %d runs, %v", c.err, c.fails, runs, err)
		}
	}
}

// TestPanicGivesTheConnectionBack: there is one writing connection, and a method that
// panics must not take it along.
func TestPanicGivesTheConnectionBack(t *testing.T) {
	db, _ := openTemp(t)
	db.wait = time.Second
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was swallowed")
			}
		}()
		_ = db.write(t.Context(), func(t *tx) error {
			if _, err := t.exec(`DELETE FROM roles`); err != nil {
				return err
			}
			panic("in the middle")
		})
	}()
	roles, err := db.Accounts().Roles(t.Context())
	if err != nil || len(roles) != 2 {
		t.Errorf("%d roles, %v", len(roles), err)
	}
	if err := db.Sessions().Insert(t.Context(), []session.Record{{ID: session.Digest{1}}}); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}
