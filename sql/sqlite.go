package sql

import (
	"context"
	stdsql "database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"modernc.org/sqlite"
)

// busyTimeout is how long a connection waits for another process's write lock, and
// how long an operation of ours waits for the writing connection.
const busyTimeout = 5 * time.Second

// openSQLite makes the file readable by its owner only, switches it to WAL and
// migrates it, all under the lock file: switching and migrating are not safe against
// a second process that does the same, and SQLite's busy timeout does not cover them.
func (db *DB) openSQLite(ctx context.Context, path string) error {
	if err := makeFile(path); err != nil {
		return err
	}
	lock, err := lockFile(ctx, lockPath(path))
	if err != nil {
		return err
	}
	defer lock.Close()

	db.wait = busyTimeout
	if db.writer, err = openPool(sqliteDSN(path, true), 1, func() { db.counters.connections.Add(1) }); err != nil {
		return err
	}
	if err := migrate(ctx, db.engine, db.writer); err != nil {
		return fmt.Errorf("%s: %w", db.url, err)
	}
	if db.reader, err = openPool(sqliteDSN(path, false), db.opts.conns(4), nil); err != nil {
		return err
	}
	db.watch = db.watchSQLite(path)
	db.ring = func() {
		now := time.Now() // setting both times is what watchers see; a failure only makes them hear later
		if err := os.Chtimes(lockPath(path), now, now); err != nil {
			db.opts.log.Warn("other processes could not be told of a change", "database", db.url, "error", err)
		}
	}
	return nil
}

// writeOrdered is write for what need not outlast the machine before a later commit
// does. SQLite then leaves the sync, which is half of what a small transaction costs, to
// that commit: all of them go into one log. Postgres commits as always.
func (db *DB) writeOrdered(ctx context.Context, f func(*tx) error) error {
	if db.engine != SQLite {
		return db.write(ctx, f)
	}
	return db.with(ctx, db.writer, func(ctx context.Context, conn *stdsql.Conn) error {
		ctx = db.whole(ctx)
		if _, err := conn.ExecContext(ctx, `PRAGMA synchronous=NORMAL`); err != nil {
			return err
		}
		defer func() {
			if _, err := conn.ExecContext(ctx, `PRAGMA synchronous=FULL`); err != nil {
				discard(conn)
			}
		}()
		return db.transact(ctx, conn, f)
	})
}

// makeFile exists because SQLite itself would create the file with the umask's mode,
// and gives its -wal and -shm files the mode of the file.
func makeFile(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("the directory of the database: %w", err)
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			return fmt.Errorf("the database file: %s is a directory", path)
		}
		return nil // whatever else is wrong with it, SQLite will say
	}
	if err != nil {
		return fmt.Errorf("the database file: %w", err)
	}
	return f.Close()
}

// openPool opens connections; connected, if there is one, is called for each.
func openPool(dsn string, conns int, connected func()) (*stdsql.DB, error) {
	connector, err := sqlite.NewConnector(dsn)
	if err != nil {
		return nil, err
	}
	pool := stdsql.OpenDB(preparing{connector, connected})
	pool.SetMaxOpenConns(conns)
	pool.SetMaxIdleConns(conns)
	return pool, nil
}

// sqliteDSN escapes the path: "?" and "%" mean something in SQLite's URIs. The
// busy timeout comes first because the other pragmas may already have to wait. Only the
// connection that writes keeps what it has read (16 MiB of it): it finds nothing changed.
func sqliteDSN(path string, write bool) string {
	q := "?_pragma=busy_timeout(5000)&_pragma=foreign_keys(1)&_pragma=synchronous(FULL)&_dqs=0&_defensive=1"
	if write {
		q += "&_txlock=immediate&_pragma=journal_mode(WAL)&_pragma=journal_size_limit(67108864)&_pragma=cache_size(-16384)"
	} else {
		q += "&_pragma=query_only(1)"
	}
	return "file:" + (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath() + q
}
