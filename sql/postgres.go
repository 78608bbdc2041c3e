package sql

import (
	"context"
	stdsql "database/sql"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

const (
	connectTimeout = 5 * time.Second
	// poolWait bounds the wait for a connection, also for making a new one.
	poolWait = time.Second
	// operationLimit bounds an operation whose caller set no deadline. It is longer
	// than the server's statement timeout, which is the one that should strike: this
	// one is for servers that do not answer at all.
	operationLimit = 5 * time.Second
)

// migrationLock is the key of the advisory lock around migrations: "csgn".
const migrationLock = 0x6373676e

func (db *DB) openPostgres(ctx context.Context, config *pgx.ConnConfig) error {
	db.notices = &notices{}
	db.wait, db.limit = poolWait, operationLimit
	configure(config, db.notices)
	if err := preparePostgres(ctx, *config, db.opts.unsafe); err != nil {
		return fmt.Errorf("%s: %w", db.url, err)
	}
	pool := stdlib.OpenDB(*config)
	n := db.opts.conns(16)
	pool.SetMaxOpenConns(n)
	pool.SetMaxIdleConns(n)
	pool.SetConnMaxIdleTime(5 * time.Minute)
	pool.SetConnMaxLifetime(30 * time.Minute)
	db.writer, db.reader = pool, pool
	db.watch = db.watchPostgres(config)
	return nil
}

// configure sets what the URL left open.
func configure(c *pgx.ConnConfig, n *notices) {
	if c.ConnectTimeout == 0 {
		c.ConnectTimeout = connectTimeout
	}
	// Sessions are read and written on the primary only: a standby may still show
	// one that was ended.
	if c.ValidateConnect == nil {
		c.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsReadWrite
	}
	c.OnNotice = n.add
	defaults := map[string]string{
		"application_name":  "countersign",
		"statement_timeout": "3000",
		// A process that was stopped in the middle of a transaction must not keep
		// the lock on the counter that every logout needs.
		"idle_in_transaction_session_timeout": "5000",
	}
	for name, value := range defaults {
		if _, set := c.RuntimeParams[name]; !set {
			c.RuntimeParams[name] = value
		}
	}
}

// preparePostgres checks the server and migrates, on connections of its own:
// migrations may take longer than a statement may.
func preparePostgres(ctx context.Context, config pgx.ConnConfig, unsafe bool) error {
	params := map[string]string{}
	for name, value := range config.RuntimeParams {
		params[name] = value
	}
	params["statement_timeout"], params["idle_in_transaction_session_timeout"] = "0", "0"
	config.RuntimeParams = params
	pool := stdlib.OpenDB(config)
	defer pool.Close()

	conn, err := pool.Conn(ctx)
	if err != nil {
		return fmt.Errorf("no connection: %w", connectError(err))
	}
	defer conn.Close()
	if err := checkServer(ctx, conn, unsafe); err != nil {
		return err
	}
	// The lock goes with the connection, so a process that dies here blocks nobody.
	if _, err := conn.ExecContext(ctx, `SELECT pg_advisory_lock($1)`, int64(migrationLock)); err != nil {
		return fmt.Errorf("the lock around migrations: %w", err)
	}
	return migrate(ctx, Postgres, pool)
}

func checkServer(ctx context.Context, conn *stdsql.Conn, unsafe bool) error {
	show := func(name string) (value string, err error) {
		err = conn.QueryRowContext(ctx, `SELECT current_setting($1)`, name).Scan(&value)
		return value, err
	}
	encoding, err := show("server_encoding")
	if err != nil {
		return err
	}
	if encoding != "UTF8" {
		return fmt.Errorf("the database has encoding %s, but UTF8 is needed: create it with ENCODING 'UTF8' TEMPLATE template0", encoding)
	}
	for _, name := range []string{"fsync", "synchronous_commit"} {
		value, err := show(name)
		if err != nil {
			return err
		}
		if value == "off" && !unsafe {
			return fmt.Errorf("the server runs with %s=off, so a crash would undo acknowledged logins and logouts: set %s=on", name, name)
		}
	}
	return nil
}
