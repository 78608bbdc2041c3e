//go:build unix

package sql

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
)

// lockPath is the file beside a database that is locked while the database is opened, and
// touched when something was announced in it.
func lockPath(path string) string { return path + ".lock" }

// lockFile holds an exclusive lock on the file until it is closed or the process
// dies. It is not the database file: closing any descriptor of that one would drop
// SQLite's own locks in this process.
func lockFile(ctx context.Context, path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("the lock file of the database: %w", err)
	}
	retry := time.NewTicker(5 * time.Millisecond)
	defer retry.Stop()
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return f, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			return nil, errors.Join(fmt.Errorf("lock %s: %w", path, err), f.Close())
		}
		select {
		case <-ctx.Done():
			return nil, errors.Join(fmt.Errorf("another process is opening the database: %w", ctx.Err()), f.Close())
		case <-retry.C:
		}
	}
}
