package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"countersign/sql"
)

// withDatabase opens the database for a command that does not serve, and closes it
// again. A running server on the same database hears of every change. Unless create is
// set, a SQLite file must exist: a mistyped path should not look like an empty
// service.
func (l *location) withDatabase(ctx context.Context, create bool, work func(*sql.DB) error) error {
	if err := l.complete(); err != nil {
		return misused(err)
	}
	if !create && l.absent() {
		return fmt.Errorf("there is no database %s: is --database the one that the server has?", l.Database)
	}
	if err := leaveToOwner(filesOf(l.Database)...); err != nil {
		return err
	}
	db, err := sql.Open(ctx, l.Database)
	if err != nil {
		return err
	}
	return errors.Join(work(db), db.Close())
}

// absent tells whether the database is a SQLite file that does not exist.
func (l *location) absent() bool {
	path := sqlitePath(l.Database)
	if path == "" {
		return false
	}
	_, err := os.Stat(path)
	return errors.Is(err, fs.ErrNotExist)
}
