package sql

import (
	"context"
	stdsql "database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"time"
)

// attempts is how often a statement or transaction is run when the engine aborts it,
// which it does to one of two transactions that wait for each other.
const attempts = 4

// query runs a read and calls each for every row, with the rows to scan from.
func (db *DB) query(ctx context.Context, each func(*stdsql.Rows) error, text string, args ...any) error {
	return db.with(ctx, db.reader, func(ctx context.Context, conn *stdsql.Conn) error {
		return scan(each)(conn.QueryContext(ctx, db.text(text, args), args...))
	})
}

// find is query for a read that is over in a moment.
func (db *DB) find(ctx context.Context, each func(*stdsql.Rows) error, text string, args ...any) error {
	return db.with(ctx, db.reader, func(ctx context.Context, conn *stdsql.Conn) error {
		return scan(each)(conn.QueryContext(db.whole(ctx), db.text(text, args), args...))
	})
}

// findFresh is find on the connection that writes, for what is asked about a row just
// written: SQLite's other connections drop what they have in memory after every commit.
func (db *DB) findFresh(ctx context.Context, each func(*stdsql.Rows) error, text string, args ...any) error {
	return db.with(ctx, db.writer, func(ctx context.Context, conn *stdsql.Conn) error {
		return scan(each)(conn.QueryContext(db.whole(ctx), db.text(text, args), args...))
	})
}

// whole is ctx for what should not be interrupted when its caller leaves, because it is
// over in a moment: to watch for that takes a goroutine or two for each statement of
// SQLite. On Postgres the server may be far away.
func (db *DB) whole(ctx context.Context) context.Context {
	if db.engine == SQLite {
		return context.WithoutCancel(ctx)
	}
	return ctx
}

// exec runs one writing statement in a transaction of its own and tells how many
// rows it touched.
func (db *DB) exec(ctx context.Context, text string, args ...any) (n int64, err error) {
	err = db.with(ctx, db.writer, func(ctx context.Context, conn *stdsql.Conn) error {
		ctx = db.whole(ctx)
		result, err := conn.ExecContext(ctx, db.text(text, args), args...)
		if err != nil {
			return err
		}
		if n, err = result.RowsAffected(); err != nil {
			return err
		}
		return db.notices.check(conn)
	})
	return n, err
}

// write runs f in a transaction, commits it if f returns nil and rolls it back
// otherwise. f may run more than once, so it must set what it leaves outside afresh.
// Errors of statements come classified; f's own pass unchanged.
func (db *DB) write(ctx context.Context, f func(*tx) error) error {
	return db.with(ctx, db.writer, func(ctx context.Context, conn *stdsql.Conn) error {
		return db.transact(db.whole(ctx), conn, f)
	})
}

func (db *DB) transact(ctx context.Context, conn *stdsql.Conn, f func(*tx) error) error {
	begun, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	// Also when f panics: a connection with an open transaction cannot be closed.
	defer rollback(begun, conn)
	t := &tx{ctx: ctx, db: db, tx: begun}
	if err := f(t); err != nil {
		return err
	}
	if err := begun.Commit(); err != nil {
		// SQLite keeps the transaction open when COMMIT fails.
		discard(conn)
		if ctx.Err() != nil {
			err = fmt.Errorf("%w: %w", ctx.Err(), err)
		}
		return fmt.Errorf("commit: %w", err)
	}
	if t.announced && db.ring != nil {
		db.ring()
	}
	return db.notices.check(conn)
}

// rollback ends a transaction that was not committed.
func rollback(t *stdsql.Tx, conn *stdsql.Conn) {
	if err := t.Rollback(); err != nil && !errors.Is(err, stdsql.ErrTxDone) {
		discard(conn)
	}
}

// with takes a connection from the pool for f, in bounded time, and runs f again
// while the engine aborts it.
func (db *DB) with(ctx context.Context, pool *stdsql.DB, f func(context.Context, *stdsql.Conn) error) error {
	if _, set := ctx.Deadline(); !set && db.limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, db.limit)
		defer cancel()
	}
	conn, err := take(ctx, pool, db.wait)
	if err != nil {
		return err
	}
	defer conn.Close()
	for range attempts {
		err = classify(f(ctx, conn))
		if !errors.Is(err, errAborted) {
			break
		}
	}
	if broken(err) {
		discard(conn)
	}
	return err
}

func take(ctx context.Context, pool *stdsql.DB, wait time.Duration) (*stdsql.Conn, error) {
	bounded, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	conn, err := pool.Conn(bounded)
	switch {
	case err == nil:
		return conn, nil
	case ctx.Err() == nil && bounded.Err() != nil:
		return nil, fmt.Errorf("%w: no connection within %v", ErrBusy, wait)
	}
	return nil, fmt.Errorf("connect: %w", classify(err))
}

// discard makes the pool close the connection instead of keeping it.
func discard(conn *stdsql.Conn) {
	// The only error there can be is the one that is asked for.
	_ = conn.Raw(func(any) error { return driver.ErrBadConn })
}

// tx is a running transaction of DB.write.
type tx struct {
	ctx       context.Context // a tx lives for one call and belongs to its context
	db        *DB
	tx        *stdsql.Tx
	announced bool
}

// exec runs a statement and tells how many rows it touched.
func (t *tx) exec(text string, args ...any) (int64, error) {
	result, err := t.tx.ExecContext(t.ctx, t.db.text(text, args), args...)
	if err != nil {
		return 0, classify(err)
	}
	return result.RowsAffected()
}

// query runs a statement and calls each for every row. each must not use t.
func (t *tx) query(each func(*stdsql.Rows) error, text string, args ...any) error {
	return classify(scan(each)(t.tx.QueryContext(t.ctx, t.db.text(text, args), args...)))
}

// text is the statement as the engine likes it best.
func (db *DB) text(text string, args []any) string {
	if db.engine == SQLite && len(args) > manyArguments {
		return unnamed(text, len(args))
	}
	return text
}

func scan(each func(*stdsql.Rows) error) func(*stdsql.Rows, error) error {
	return func(rows *stdsql.Rows, err error) error {
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			if err := each(rows); err != nil {
				return err
			}
		}
		return errors.Join(rows.Err(), rows.Close())
	}
}
