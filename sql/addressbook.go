package sql

import (
	"context"
	stdsql "database/sql"
	"errors"
	"fmt"

	"countersign/methods/addressbook"
)

// addressBook implements addressbook.Store.
type addressBook struct{ db *DB }

// AddressBook is the store of contacts, categories and custom fields.
func (db *DB) AddressBook() addressbook.Store { return &addressBook{db} }

// Change implements addressbook.Store.
func (s *addressBook) Change(ctx context.Context, work func(addressbook.Tx) error) error {
	return busy(s.db.write(ctx, func(t *tx) error { return work(&addressBookTx{t}) }))
}

// busy says ErrBusy in the contract's word.
func busy(err error) error {
	if errors.Is(err, ErrBusy) {
		return fmt.Errorf("%w: %w", addressbook.ErrBusy, err)
	}
	return err
}

// addressBookTx implements addressbook.Tx.
type addressBookTx struct{ *tx }

// count hands out the next number of a counter.
func (t *addressBookTx) count(name string) (n int64, err error) {
	err = t.query(func(rows *stdsql.Rows) error { return rows.Scan(&n) },
		`UPDATE counters SET value = value + 1 WHERE name = $1 RETURNING value`, name)
	return n, err
}
