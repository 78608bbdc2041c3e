package sql

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
)

const (
	// keptStatements is how many prepared statements a connection keeps.
	keptStatements = 64
	// longestKept bounds their texts, in bytes: long ones are lists of many rows, which
	// come in many lengths and take longer to run than to prepare.
	longestKept = 4096
)

// preparing makes connections that keep their statements prepared, by their texts:
// preparing a statement of a login takes SQLite several times as long as running it.
// pgx does the same for Postgres by itself.
type preparing struct {
	driver.Connector
	connected func()
}

// Connect implements driver.Connector.
func (p preparing) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := p.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	lite, ok := c.(sqliteConn)
	if !ok {
		return nil, errors.Join(errors.New("sql: a connection of another driver"), c.Close())
	}
	if p.connected != nil {
		p.connected()
	}
	return &preparedConn{sqliteConn: lite, kept: map[string]*keptStatement{}}, nil
}

// sqliteConn is what the pool asks of a connection and SQLite's driver gives it.
type sqliteConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// preparedConn is one connection. The pool lets one goroutine at a time use it.
type preparedConn struct {
	sqliteConn
	kept map[string]*keptStatement
	uses uint64
}

type keptStatement struct {
	driver.Stmt
	run interface {
		driver.StmtExecContext
		driver.StmtQueryContext
	}
	busy bool   // its rows are being read
	used uint64 // when it was used last, counted in uses
}

// ExecContext implements driver.ExecerContext.
func (c *preparedConn) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	s, err := c.statement(ctx, text)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return c.sqliteConn.ExecContext(ctx, text, args)
	}
	result, err := s.run.ExecContext(ctx, args)
	return result, c.after(text, err)
}

// QueryContext implements driver.QueryerContext.
func (c *preparedConn) QueryContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	s, err := c.statement(ctx, text)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return c.sqliteConn.QueryContext(ctx, text, args)
	}
	rows, err := s.run.QueryContext(ctx, args)
	if err != nil {
		return nil, c.after(text, err)
	}
	s.busy = true
	return &keptRows{rows, s}, nil
}

// BeginTx implements driver.ConnBeginTx.
func (c *preparedConn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	if opts != (driver.TxOptions{}) {
		return c.sqliteConn.BeginTx(ctx, opts)
	}
	if _, err := c.ExecContext(ctx, `BEGIN IMMEDIATE`, nil); err != nil {
		return nil, err
	}
	return preparedTx{c}, nil
}

// preparedTx is a running transaction.
type preparedTx struct{ c *preparedConn }

// Commit implements driver.Tx. SQLite keeps some transactions open when their COMMIT
// fails.
func (t preparedTx) Commit() error {
	_, err := t.c.ExecContext(context.Background(), `COMMIT`, nil)
	if err != nil {
		// If there is none any more, that is as well.
		_ = t.Rollback()
	}
	return err
}

// Rollback implements driver.Tx.
func (t preparedTx) Rollback() error {
	_, err := t.c.ExecContext(context.Background(), `ROLLBACK`, nil)
	return err
}

// Close implements driver.Conn.
func (c *preparedConn) Close() error {
	var errs []error
	for text := range c.kept {
		errs = append(errs, c.drop(text))
	}
	return errors.Join(append(errs, c.sqliteConn.Close())...)
}

// keptRows are rows of a kept statement, which is free again when they are closed.
type keptRows struct {
	driver.Rows
	of *keptStatement
}

// Close implements driver.Rows.
func (r *keptRows) Close() error {
	r.of.busy = false
	return r.Rows.Close()
}

// statement gives the prepared statement with the text; nil for one that is not kept.
func (c *preparedConn) statement(ctx context.Context, text string) (*keptStatement, error) {
	c.uses++
	if s := c.kept[text]; s != nil {
		if s.busy {
			return nil, nil
		}
		s.used = c.uses
		return s, nil
	}
	if !keep(text) {
		return nil, nil
	}
	if len(c.kept) >= keptStatements {
		if err := c.dropOldest(); err != nil {
			return nil, err
		}
	}
	prepared, err := c.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	s := &keptStatement{Stmt: prepared, used: c.uses}
	var ok bool
	if s.run, ok = prepared.(interface {
		driver.StmtExecContext
		driver.StmtQueryContext
	}); !ok {
		return nil, errors.Join(fmt.Errorf("sql: a statement of type %T", prepared), prepared.Close())
	}
	c.kept[text] = s
	return s, nil
}

// dataVersion asks for a number that changes when another connection commits.
const dataVersion = `PRAGMA data_version`

// keep tells whether a statement is worth keeping. Most PRAGMAs do what they do while
// they are prepared, so a second run of one would do nothing.
func keep(text string) bool {
	return len(text) <= longestKept && (text == dataVersion || !strings.HasPrefix(text, "PRAGMA"))
}

// after drops a statement that failed, so that what is kept is in a known state.
func (c *preparedConn) after(text string, err error) error {
	if err == nil {
		return nil
	}
	// Closing repeats the error that the statement ended with.
	_ = c.drop(text)
	return err
}

func (c *preparedConn) drop(text string) error {
	s := c.kept[text]
	delete(c.kept, text)
	return s.Close()
}

// dropOldest makes room by the statement that was not used for longest.
func (c *preparedConn) dropOldest() error {
	oldest := ""
	for text, s := range c.kept {
		if !s.busy && (oldest == "" || s.used < c.kept[oldest].used) {
			oldest = text
		}
	}
	if oldest == "" {
		return nil
	}
	return c.drop(oldest)
}
