package sql_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"countersign/sql"
	"countersign/sql/sqltest"
)

func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	const secret = "p4ssw0rd"
	for _, c := range []struct{ url, want string }{
		{"", "begins with sqlite: or postgres://"},
		{"mysql://u:" + secret + "@h/d", "begins with sqlite: or postgres://"},
		{"sqlite:", "needs the path"},
		{"sqlite::memory:", "would forget"},
		{"sqlite:file::memory:?cache=shared", "would forget"},
		{"sqlite://host/path", "no host"},
		{"sqlite:a\x00b", "NUL"},
		{"sqlite:" + dir, "is a directory"},
		{"sqlite:/dev/null/x", "not a directory"},
		{"postgres://u:" + secret + "/x@127.0.0.1:1/d", "cannot be read"},
		{"postgres://u:" + secret + "%zz@127.0.0.1:1/d", "cannot be read"},
		{"postgres://u:" + secret + "@127.0.0.1:1/d", "no connection"},
		{"postgres://127.0.0.1:1/d?user=u&password=" + secret, "no connection"},
		{"postgres://u:" + secret + "@127.0.0.1:1,127.0.0.1:2/d", "no connection"},
	} {
		t.Run(strings.ReplaceAll(c.url, "/", "|"), func(t *testing.T) {
			db, err := sql.Open(t.Context(), c.url)
			if err == nil {
				t.Fatal("was opened", db.Close())
			}
			text := err.Error()
			if !strings.Contains(text, c.want) || strings.Contains(text, secret) || strings.Contains(text, "\n") {
				t.Errorf("%q\nwant one line with %q and no password", text, c.want)
			}
		})
	}
}

func TestSQLiteFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "dir", "what? 100%#&'é.db")
	db := sqltest.Open(t, "sqlite:"+path)
	if db.URL() != "sqlite:"+path || db.Engine() != sql.SQLite {
		t.Errorf("%s is at %s", db.Engine(), db.URL())
	}
	if err := db.Ping(t.Context()); err != nil {
		t.Error(err)
	}
	err := filepath.WalkDir(filepath.Dir(path), func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
}

func TestPostgresAddresses(t *testing.T) {
	c := sqltest.Start(t, "fsync=on")
	db := sqltest.Open(t, c.SocketURL("postgres"))
	password := strings.Split(strings.Split(c.URL("x"), "@")[0], ":")[2]
	if strings.Contains(db.URL(), password) || db.Engine() != sql.Postgres {
		t.Errorf("%s is at %s", db.Engine(), db.URL())
	}
	if err := db.Ping(t.Context()); err != nil {
		t.Error(err)
	}
	c.Exec(t, `CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0`)
	if _, err := sql.Open(t.Context(), c.URL("latin")); err == nil || !strings.Contains(err.Error(), "encoding LATIN1") {
		t.Errorf("LATIN1: %v", err)
	}
	// A primary that was made a standby, as far as a client can see.
	c.Exec(t, `ALTER DATABASE postgres SET default_transaction_read_only = on`)
	if _, err := sql.Open(t.Context(), c.URL("postgres")); err == nil || !strings.Contains(err.Error(), "read only") {
		t.Errorf("a read-only server: %v", err)
	}
}

func TestNewerSchemaIsRefused(t *testing.T) {
	sqltest.EachURL(t, func(t *testing.T, fresh func(testing.TB) string) {
		url := fresh(t)
		db := sqltest.Open(t, url, sql.AllowUnsafe())
		db.PretendNewerSchema(t)
		_, err := sql.Open(t.Context(), url, sql.AllowUnsafe())
		if !errors.Is(err, sql.ErrNewer) || strings.Contains(err.Error(), "\n") {
			t.Errorf("opened: %v", err)
		}
	})
}

// TestManyStartAtOnce: processes that begin on an empty database at the same time,
// and some that end while others begin.
func TestManyStartAtOnce(t *testing.T) {
	sqltest.EachURL(t, func(t *testing.T, fresh func(testing.TB) string) {
		for range 4 { // they do not get in each other's way every time
			startAtOnce(t, fresh(t))
		}
	})
}

func startAtOnce(t *testing.T, url string) {
	t.Helper()
	const n = 6
	var all []*process
	for i := range n {
		all = append(all, spawn(t, "open", url, strconv.Itoa(i)))
	}
	for _, p := range all {
		p.await(t, "ready")
	}
	for _, p := range all { // now all at once
		if err := p.in.Close(); err != nil {
			t.Fatal(err)
		}
	}
	for _, p := range all {
		p.await(t, "opened and closed")
		if err := p.Wait(); err != nil {
			t.Error(err)
		}
	}
	left, err := sqltest.Open(t, url, sql.AllowUnsafe()).Sessions().List(t.Context(), "", 0)
	if err != nil || len(left) != n {
		t.Errorf("%d sessions, %v, want one of each process", len(left), err)
	}
}

func openAndClose(t *testing.T, url, number string) {
	n, err := strconv.Atoi(number)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println("ready")
	if _, err := os.Stdin.Read(make([]byte, 1)); err == nil {
		t.Fatal("something came on standard input")
	}
	for round := range 5 {
		db, err := sql.Open(t.Context(), url, sql.AllowUnsafe())
		if err != nil {
			t.Fatal(err)
		}
		s := db.Sessions()
		from := n*10 + round
		err = s.Insert(t.Context(), someRecords(from, from+1))
		if err == nil && round > 0 {
			_, err = s.Delete(t.Context(), someIDs(from, from+1))
		}
		if err == nil {
			err = db.Close()
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	fmt.Println("opened and closed")
}

func TestClosedDatabase(t *testing.T) {
	sqltest.EachURL(t, func(t *testing.T, fresh func(testing.TB) string) {
		db, err := sql.Open(t.Context(), fresh(t), sql.AllowUnsafe())
		if err != nil {
			t.Fatal(err)
		}
		// Close ends watches whose context lives on.
		db.Sessions().Watch(context.Background())
		done := make(chan error, 1)
		go func() { done <- db.Close() }()
		select {
		case err := <-done:
			if err != nil {
				t.Error(err)
			}
		case <-time.After(20 * time.Second):
			t.Fatal("Close hangs")
		}
		if db.Ping(t.Context()) == nil {
			t.Error("a closed database answers")
		}
		db.Sessions().Watch(t.Context())
		if err := db.Close(); err != nil {
			t.Errorf("closed twice: %v", err)
		}
	})
}
