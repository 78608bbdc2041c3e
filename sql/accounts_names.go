package sql

import (
	"context"
	stdsql "database/sql"
	"slices"

	"countersign/session/account"
)

// holdNames keeps every other transaction from giving a name until this one ends. It comes
// before the locks of accounts, those of fillCanonical among them.
func (t *tx) holdNames() error {
	_, err := t.exec(`UPDATE counters SET value = value WHERE name = 'name'`)
	return err
}

// claimName refuses the name that an account is to have if another of its kind has it, or
// one that looks like it. The transaction holds the names. Errors: account.ErrExists, among
// them *account.LookAlike.
func (t *tx) claimName(a *account.Account) error {
	for more := true; more; {
		var err error
		if more, err = t.fillCanonical(); err != nil {
			return err
		}
	}
	var names []string
	err := t.query(func(rows *stdsql.Rows) error {
		var name string
		err := rows.Scan(&name)
		names = append(names, name)
		return err
	}, alikeNames, string(a.Kind), account.Canonical(a.Name), a.ID)
	switch {
	case err != nil || len(names) == 0:
		return err
	case slices.Contains(names, a.Name):
		return account.ErrExists
	}
	return &account.LookAlike{Name: names[0]}
}

// fillCanonical notes the canonical forms of names that have none, as many as fit into a
// statement, and tells whether there may be more. It locks these accounts in no order, and
// Change holds others by then: while a process of the version before still gives names, it
// and a change of several accounts may wait for each other. Postgres then aborts one of
// them, which is run again.
func (t *tx) fillCanonical() (more bool, err error) {
	var v values
	n := 0
	err = t.query(func(rows *stdsql.Rows) error {
		var id, name string
		err := rows.Scan(&id, &name)
		v.row(id, account.Canonical(name), name)
		n++
		return err
	}, noCanonical+` LIMIT $1`, rowsPerStatement)
	if n == 0 || err != nil {
		return false, err
	}
	_, err = t.exec(`WITH news (id, canonical, name) AS (VALUES `+v.String()+`)
		UPDATE accounts SET canonical = news.canonical, canonical_of = news.name
		FROM news WHERE accounts.id = news.id`, v.args...)
	return n == rowsPerStatement, err
}

// fillCanonical notes the canonical forms that a new version of the schema has none of. Who
// keeps in memory which names look alike hears of it.
func (db *DB) fillCanonical(ctx context.Context) error {
	for {
		missing := false
		err := db.query(ctx, func(*stdsql.Rows) error { missing = true; return nil }, noCanonical+` LIMIT 1`)
		if err != nil || !missing {
			return err
		}
		err = db.write(ctx, func(t *tx) error {
			if err := t.holdNames(); err != nil {
				return err
			}
			if _, err := t.fillCanonical(); err != nil {
				return err
			}
			return t.announce(changed(everyone)...)
		})
		if err != nil {
			return err
		}
	}
}

// LookAlikes implements account.Store.
func (s *accounts) LookAlikes(ctx context.Context) ([]account.Alike, error) {
	var found []account.Alike
	last := ""
	err := s.db.query(ctx, func(rows *stdsql.Rows) error {
		var kind account.Kind
		var form, name string
		if err := rows.Scan(&kind, &form, &name); err != nil {
			return err
		}
		if n := len(found); n > 0 && found[n-1].Kind == kind && last == form {
			found[n-1].Names = append(found[n-1].Names, name)
		} else {
			found = append(found, account.Alike{Kind: kind, Names: []string{name}})
		}
		last = form
		return nil
	}, lookAlikes)
	return slices.DeleteFunc(found, func(a account.Alike) bool { return len(a.Names) < 2 }), err
}

const (
	// lookAlikes counts what the index has, before it looks at accounts.
	lookAlikes = `SELECT kind, canonical, name FROM accounts WHERE canonical_of = name AND (kind, canonical) IN
		(SELECT kind, canonical FROM accounts GROUP BY kind, canonical HAVING COUNT(*) > 1) ORDER BY kind, canonical, number`
	alikeNames  = `SELECT name FROM accounts WHERE kind = $1 AND canonical = $2 AND id <> $3 ORDER BY number`
	noCanonical = `SELECT id, name FROM accounts WHERE canonical_of <> name`
)
