package sql

import (
	"context"
	stdsql "database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"countersign/session/account"
)

// accounts implements account.Store.
type accounts struct{ db *DB }

// Add implements account.Store.
func (s *accounts) Add(ctx context.Context, a account.Account) (stored account.Account, err error) {
	if err := s.complete(&a); err != nil {
		return stored, err
	}
	err = s.db.write(ctx, func(t *tx) error {
		number, err := t.takeNumber(a.Number)
		if err != nil {
			return err
		}
		var v values
		v.row(a.ID, string(a.Kind), a.Name, a.Login, number, a.ActsFor, a.Display, a.Email,
			a.PasswordHash, flag(a.Disabled), flag(a.ReadOnly), micros(a.Created), micros(a.Changed))
		if _, err := t.exec(`INSERT INTO accounts (`+accountColumns+`) VALUES `+v.String(), v.args...); err != nil {
			return err
		}
		if err := t.giveRoles(a.ID, a.Roles); err != nil {
			return err
		}
		for _, permission := range a.Grants {
			if err := t.grant(a.ID, permission); err != nil {
				return err
			}
		}
		found, err := loadAccounts(t.query, `WHERE a.id = $1`, a.ID)
		if err != nil {
			return err
		}
		stored = found[0]
		return t.announce(changed(a.ID)...)
	})
	if errors.Is(err, errUnique) {
		err = fmt.Errorf("%w: %w", account.ErrExists, err)
	}
	if err != nil {
		return account.Account{}, err
	}
	return stored, nil
}

// complete fills in ID and dates and checks what is given.
func (s *accounts) complete(a *account.Account) error {
	if a.ID == "" {
		var b [16]byte
		if _, err := io.ReadFull(s.db.opts.rand, b[:]); err != nil {
			return fmt.Errorf("an account ID: %w", err)
		}
		a.ID = hex.EncodeToString(b[:])
	}
	if a.Created.IsZero() {
		a.Created = s.db.opts.now()
	}
	if a.Changed.IsZero() {
		a.Changed = a.Created
	}
	switch {
	case len(a.ID) != 32 || strings.Trim(a.ID, "0123456789abcdef") != "":
		return errors.New("an account ID is 32 lower-case hex digits")
	case a.Kind != account.User && a.Kind != account.Server:
		return fmt.Errorf("unknown kind of account %q", string(a.Kind))
	case a.Number < 0 || a.ActsFor < 0:
		return errors.New("account numbers begin at 1")
	}
	if err := account.CheckName(a.Name); err != nil {
		return err
	}
	return refuse(append(slices.Concat(a.Roles, a.Grants), a.Login, a.Display, a.Email, a.PasswordHash)...)
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
