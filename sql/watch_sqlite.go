package sql

import (
	"context"
	stdsql "database/sql"
	"errors"
	"time"
)

// watchSQLite signals when another process has announced something: when the file that
// announcers touch was touched, or, where files cannot be watched, when the feed's
// counter has moved.
func (db *DB) watchSQLite(path string) func(context.Context, func()) {
	return func(ctx context.Context, signal func()) {
		db.rewatch(ctx, func(ctx context.Context) error {
			err := watchFile(ctx, lockPath(path), signal)
			if errors.Is(err, errCannotWatch) {
				return lookOften(ctx, path, signal)
			}
			return err
		})
	}
}

// errCannotWatch: the system has no way to watch a file, or none left.
var errCannotWatch = errors.New("sql: files cannot be watched")

const (
	// lookBusy and lookIdle are how often SQLite is asked whether another connection
	// has committed: while somebody does, and after a quiet while. With the waking up
	// that is 1.5 % of a core in busy times and 0.5 % in idle ones.
	lookBusy   = 25 * time.Millisecond
	lookIdle   = 75 * time.Millisecond
	quietAfter = 2 * time.Second
)

// lookOften is watchFile without a file. PRAGMA data_version moves with every commit of
// any other connection, so that the counter is read only then.
func lookOften(ctx context.Context, path string, signal func()) error {
	pool, err := openPool(sqliteDSN(path, false), 1, nil)
	if err != nil {
		return err
	}
	defer pool.Close()
	conn, err := pool.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	version, err := conn.PrepareContext(ctx, dataVersion)
	if err != nil {
		return err
	}
	defer version.Close()
	counter, err := conn.PrepareContext(ctx, `SELECT value FROM counters WHERE name = 'change'`)
	if err != nil {
		return err
	}
	defer counter.Close()
	return look(ctx, version, counter, signal)
}

func look(ctx context.Context, dataVersion, counter *stdsql.Stmt, signal func()) error {
	// Not cancelled with ctx: that would cost a goroutine for each of the questions.
	read := func(s *stdsql.Stmt) (n int64, err error) {
		err = s.QueryRowContext(context.WithoutCancel(ctx)).Scan(&n)
		return n, err
	}
	version, seq := int64(-1), int64(-1)
	pace := lookBusy
	tick := time.NewTicker(pace)
	defer tick.Stop()
	for same := time.Duration(0); ; same += pace {
		v, err := read(dataVersion)
		if err != nil {
			return err
		}
		if v != version {
			version, same = v, 0
			s, err := read(counter)
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
