package sql

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	// proveEvery is how long a listening connection may be silent before it has to
	// prove that it is alive: a half-open one would stay silent for ever.
	proveEvery   = 5 * time.Second
	proveTimeout = 2 * time.Second
	backoffLeast = 50 * time.Millisecond
	backoffMost  = 2 * time.Second
)

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
