package sql

import (
	"context"
	stdsql "database/sql"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	// lookBusy and lookIdle are how often SQLite is asked whether another connection
	// has committed: while somebody does, and after a quiet while. A question
	// reads no disk and takes 8 µs, or 150 µs out of a cold cache; with the waking up
	// that is 1.5 % of a core in busy times and 0.5 % in idle ones.
	lookBusy   = 25 * time.Millisecond
	lookIdle   = 75 * time.Millisecond
	quietAfter = 2 * time.Second
	// proveEvery is how long a listening connection may be silent before it has to
	// prove that it is alive: a half-open one would stay silent for ever.
	proveEvery   = 5 * time.Second
	proveTimeout = 2 * time.Second
	backoffLeast = 50 * time.Millisecond
	backoffMost  = 2 * time.Second
)

// watchSQLite signals when the feed's counter has moved. PRAGMA data_version moves
// with every commit of any other connection, so that the counter is read only then.
func (db *DB) watchSQLite(path string) func(context.Context, func()) {
	return func(ctx context.Context, signal func()) {
		db.rewatch(ctx, func(ctx context.Context) error {
			pool, err := openPool(sqliteDSN(path, false), 1)
			if err != nil {
				return err
			}
			defer pool.Close()
			conn, err := pool.Conn(ctx)
			if err != nil {
				return err
			}
			defer conn.Close()
			return lookSQLite(ctx, conn, signal)
		})
	}
}

func lookSQLite(ctx context.Context, conn *stdsql.Conn, signal func()) error {
	// Not cancelled with ctx: that would cost a goroutine for each of the questions.
	read := func(text string) (n int64, err error) {
		err = conn.QueryRowContext(context.WithoutCancel(ctx), text).Scan(&n)
		return n, err
	}
	version, seq := int64(-1), int64(-1)
	pace := lookBusy
	tick := time.NewTicker(pace)
	defer tick.Stop()
	for same := time.Duration(0); ; same += pace {
		v, err := read(`PRAGMA data_version`)
		if err != nil {
			return err
		}
		if v != version {
			version, same = v, 0
			s, err := read(`SELECT value FROM counters WHERE name = 'change'`)
			if err != nil {
				return err
			}
			if s != seq {
				seq = s
				signal()
			}
		}
		if wanted := paceAfter(same); wanted != pace {
			pace = wanted
			tick.Reset(pace)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

func paceAfter(same time.Duration) time.Duration {
	if same < quietAfter {
		return lookBusy
	}
	return lookIdle
}

// watchPostgres signals at every notification, and after each connect: what happened
// before is unknown then.
func (db *DB) watchPostgres(config *pgx.ConnConfig) func(context.Context, func()) {
	return func(ctx context.Context, signal func()) {
		db.rewatch(ctx, func(ctx context.Context) error {
			conn, err := pgx.ConnectConfig(ctx, config.Copy())
			if err != nil {
				return connectError(err)
			}
			defer func() {
				ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), proveTimeout)
				defer cancel()
				// The connection is given up whatever it says.
				_ = conn.Close(ctx)
			}()
			if _, err := conn.Exec(ctx, "LISTEN "+channel); err != nil {
				return err
			}
			signal()
			return listen(ctx, conn, signal)
		})
	}
}

func listen(ctx context.Context, conn *pgx.Conn, signal func()) error {
	for {
		silence, cancel := context.WithTimeout(ctx, proveEvery)
		_, err := conn.WaitForNotification(silence)
		quiet := silence.Err() != nil
		cancel()
		switch {
		case ctx.Err() != nil:
			return nil
		case err == nil:
			signal()
		case quiet && !conn.IsClosed():
			proof, cancel := context.WithTimeout(ctx, proveTimeout)
			err = conn.Ping(proof)
			cancel()
			if err != nil {
				return fmt.Errorf("the connection does not answer: %w", err)
			}
		default:
			return err
		}
	}
}

// rewatch runs watch again and again, with pauses that grow while it fails at once.
func (db *DB) rewatch(ctx context.Context, watch func(context.Context) error) {
	pause := backoffLeast
	for {
		began := time.Now()
		err := watch(ctx)
		if ctx.Err() != nil {
			return
		}
		db.opts.log.Warn("the connection that listens for changes was lost", "database", db.url, "error", err)
		if time.Since(began) > backoffMost {
			pause = backoffLeast
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause + rand.N(pause)):
		}
		pause = min(2*pause, backoffMost)
	}
}
