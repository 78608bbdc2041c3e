package sql

import (
	"context"
	"crypto/rand"
	stdsql "database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/session/account"
)

// accounts implements account.Store.
type accounts struct{ db *DB }

// Add implements account.Store.
func (s *accounts) Add(ctx context.Context, a account.Account) (stored account.Account, err error) {
	if err := s.complete(&a); err != nil {
		return stored, err
	}
	err = s.db.write(ctx, func(t *tx) (err error) {
		if stored, err = t.addAccount(&a); err != nil {
			return err
		}
		return t.announce(changed(a.ID)...)
	})
	if err != nil {
		return account.Account{}, accountError(err)
	}
	return stored, nil
}

// accountError says what a statement ran into in the contract's words.
func accountError(err error) error {
	if errors.Is(err, errUnique) {
		return fmt.Errorf("%w: %w", account.ErrExists, err)
	}
	return err
}

// addAccount adds an account that is complete, and gives it as it is stored.
func (t *tx) addAccount(a *account.Account) (account.Account, error) {
	if err := t.holdNames(); err != nil {
		return account.Account{}, err
	}
	if err := t.claimName(a); err != nil {
		return account.Account{}, err
	}
	number, err := t.takeNumber(a.Number)
	if err != nil {
		return account.Account{}, err
	}
	var v values
	v.row(a.ID, string(a.Kind), a.Name, a.Login, number, a.ActsFor, a.Display, a.Email, a.PasswordHash,
		flag(a.NoMail), flag(a.Disabled), a.DisabledText, flag(a.ReadOnly), micros(a.Created), micros(a.Changed),
		account.Fold(a.Name), account.Fold(a.Email), account.Fold(a.Display), account.Canonical(a.Name), a.Name)
	if _, err := t.exec(`INSERT INTO accounts (`+accountColumns+`, `+accountKeys+`) VALUES `+v.String(), v.args...); err != nil {
		return account.Account{}, err
	}
	if err := t.giveRoles(a.ID, a.Roles); err != nil {
		return account.Account{}, err
	}
	for _, permission := range a.Grants {
		if err := t.grant(a.ID, permission); err != nil {
			return account.Account{}, err
		}
	}
	return t.account(a.ID)
}

// account loads an account that is there.
func (t *tx) account(id string) (account.Account, error) {
	found, err := loadAccounts(t.query, `SELECT id FROM accounts WHERE id = $1`, id)
	if err == nil && len(found) == 0 {
		err = account.ErrNotFound
	}
	if err != nil {
		return account.Account{}, err
	}
	return found[0], nil
}

// complete fills in ID and dates and checks what is given.
func (s *accounts) complete(a *account.Account) error {
	if a.ID == "" {
		var b [16]byte
		if _, err := rand.Read(b[:]); err != nil {
			return fmt.Errorf("an account ID: %w", err)
		}
		a.ID = hex.EncodeToString(b[:])
	}
	if a.Created.IsZero() {
		a.Created = time.Now()
	}
	if a.Changed.IsZero() {
		a.Changed = a.Created
	}
	if len(a.ID) != 32 || strings.Trim(a.ID, "0123456789abcdef") != "" {
		return errors.New("an account ID is 32 lower-case hex digits")
	}
	if err := a.Check(); err != nil {
		return err
	}
	return refuse(append(slices.Concat(a.Roles, a.Grants), a.Login, a.Display, a.Email, a.PasswordHash, a.DisabledText)...)
}

// takeNumber notes that a number is used; 0 asks for the next one that never was.
func (t *tx) takeNumber(number int64) (int64, error) {
	const take = `INSERT INTO used_numbers (number) VALUES ($1) ON CONFLICT (number) DO NOTHING`
	if number != 0 {
		_, err := t.exec(take, number)
		return number, err
	}
	into := func(rows *stdsql.Rows) error { return rows.Scan(&number) }
	err := t.query(into, `UPDATE counters SET value = value + 1 WHERE name = 'number' RETURNING value`)
	for err == nil {
		var n int64
		if n, err = t.exec(take, number); n == 1 || err != nil {
			break
		}
		// Somebody chose numbers from here on: go to the end of the row of them.
		err = t.query(into, `UPDATE counters SET value = (
				SELECT MIN(u.number) + 1 FROM used_numbers u WHERE u.number >= $1
				AND NOT EXISTS (SELECT 1 FROM used_numbers v WHERE v.number = u.number + 1))
			WHERE name = 'number' RETURNING value`, number)
	}
	return number, err
}
