package sql

import (
	"context"
	stdsql "database/sql"
	"errors"
	"log/slog"
	"runtime"
	"sync"
	"time"

	"countersign/session"
	"countersign/session/account"
)

// Engine names a database engine.
type Engine string

// The engines.
const (
	SQLite   Engine = "sqlite"
	Postgres Engine = "postgres"
)

// DB is an open database with its schema up to date. All methods are safe for
// parallel use.
type DB struct {
	engine Engine
	url    string
	opts   options

	// writer and reader are the same pool on Postgres. SQLite has one writer at a
	// time anyway, so a single connection queues in fair order instead of polling
	// for the file lock.
	writer, reader *stdsql.DB
	// wait bounds the wait for a connection, limit a whole operation (0: no bound).
	wait, limit time.Duration

	notices  *notices
	counters knownCounters // of SQLite
	watch    func(ctx context.Context, signal func())
	ring     func() // tells other processes that something was announced; nil where the engine does

	closed context.Context // ends what outlives the call that began it, at Close
	close  context.CancelFunc
	tasks  sync.WaitGroup
	mu     sync.Mutex // orders tasks.Add against Close
}

type options struct {
	log      *slog.Logger
	maxConns int // to Postgres, or the reading ones to SQLite; 0: what conns says
	unsafe   bool
}

// Option changes how Open opens.
type Option func(*options)

// WithLog is told when the connection that listens for changes is lost and found.
func WithLog(l *slog.Logger) Option { return func(o *options) { o.log = l } }

// AllowUnsafe opens a Postgres that does not sync what it acknowledges. For
// throw-away data only: a crash of the machine undoes logouts.
func AllowUnsafe() Option { return func(o *options) { o.unsafe = true } }

// Open opens the database at url, makes it if it is a SQLite file that does not
// exist, and brings its schema up to date. The url is
//
//	sqlite:PATH              a file; its directory is made if needed
//	postgres://…             or postgresql://…, as libpq understands it
//
// Several processes may open one database at the same time. Errors are one line, fit
// for an operator and without the password.
func Open(ctx context.Context, url string, opts ...Option) (*DB, error) {
	o := options{log: slog.New(slog.DiscardHandler)}
	for _, f := range opts {
		f(&o)
	}
	a, err := parseAddress(url)
	if err != nil {
		return nil, err
	}
	db := &DB{engine: a.engine, url: a.redacted, opts: o}
	db.closed, db.close = context.WithCancel(context.Background())
	if a.engine == SQLite {
		err = db.openSQLite(ctx, a.path)
	} else {
		err = db.openPostgres(ctx, a.config)
	}
	if err == nil {
		err = db.fillCanonical(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// Sessions is the store of sessions.
func (db *DB) Sessions() session.Store { return &sessions{db} }

// Accounts is the store of accounts, roles and grants.
func (db *DB) Accounts() account.Store { return &accounts{db} }

// Engine names the database engine.
func (db *DB) Engine() Engine { return db.engine }

// URL is the address of the database, without a password.
func (db *DB) URL() string { return db.url }

// Ping tells whether the database answers a question.
func (db *DB) Ping(ctx context.Context) error {
	return db.query(ctx, func(*stdsql.Rows) error { return nil }, `SELECT value FROM counters WHERE name = 'change'`)
}

// Close ends the watches, waits for them and closes all connections.
func (db *DB) Close() error {
	db.mu.Lock()
	db.close()
	db.mu.Unlock()
	db.tasks.Wait()
	var errs []error
	if db.writer != nil {
		errs = append(errs, db.writer.Close())
	}
	if db.reader != nil && db.reader != db.writer {
		errs = append(errs, db.reader.Close())
	}
	return errors.Join(errs...)
}

// spawn runs f until Close cancels its context; false after Close.
func (db *DB) spawn(f func()) bool {
	db.mu.Lock()
	defer db.mu.Unlock()
	if db.closed.Err() != nil {
		return false
	}
	db.tasks.Go(f)
	return true
}

// conns bounds the connections: to the engine's own number, and at least one for each CPU.
func (o *options) conns(least int) int {
	if o.maxConns > 0 {
		return o.maxConns
	}
	return max(least, runtime.GOMAXPROCS(0))
}
