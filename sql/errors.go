package sql

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// ErrBusy: no connection or no lock became free in time. Nothing was changed.
var ErrBusy = errors.New("sql: the database is busy")

// What a statement ran into, for stores to turn into their contract's errors. The
// driver's error is in the chain as well.
var (
	errUnique  = errors.New("sql: exists already")
	errForeign = errors.New("sql: refers to nothing")
	// errAborted: the engine gave the transaction up for another one's sake.
	errAborted = errors.New("sql: aborted by the engine")
)

// classify puts the meaning of a driver's error in front of it.
func classify(err error) error {
	var pg *pgconn.PgError
	var lite *sqlite.Error
	var kind error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &pg):
		kind = classifyPostgres(pg.Code)
	case errors.As(err, &lite):
		kind = classifySQLite(lite.Code())
	}
	if kind == nil {
		return err
	}
	return fmt.Errorf("%w: %w", kind, err)
}

// classifyPostgres reads SQLSTATEs (PostgreSQL manual, appendix A).
func classifyPostgres(code string) error {
	switch code {
	case "23505":
		return errUnique
	case "23503":
		return errForeign
	case "40001", "40P01":
		return errAborted
	case "53300", "55P03": // too many connections, lock not available
		return ErrBusy
	}
	return nil
}

// classifySQLite reads SQLite's extended result codes.
func classifySQLite(code int) error {
	switch code {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		return errUnique
	case sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
		return errForeign
	}
	if code&0xff == sqlite3.SQLITE_BUSY {
		return ErrBusy
	}
	return nil
}

// broken tells whether a connection must not be used again after err. After a failed
// fsync the pages in SQLite's and the kernel's caches may differ from the disk: only
// a new handle reads what is really there.
func broken(err error) bool {
	var lite *sqlite.Error
	if !errors.As(err, &lite) {
		return false
	}
	switch lite.Code() & 0xff {
	case sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return true
	}
	return false
}

// connectError cuts the driver's message to its cause: the front of it repeats user
// and database, and lists every host.
func connectError(err error) error {
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return err
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg
	}
	lines := strings.FieldsFunc(err.Error(), func(r rune) bool { return r == '\n' })
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	return errors.New(strings.Join(lines, "; "))
}
