package sql

import (
	"cmp"
	"context"
	stdsql "database/sql"
	"slices"

	"countersign/session/account"
)

const (
	accountColumns = `id, kind, name, login, number, acts_for, display, email, password_hash, no_mail, disabled, disabled_text, read_only, created, changed`
	// accountKeys are name, email and display as account.Fold gives them, and the name's
	// canonical form with the name.
	accountKeys = `name_key, email_key, display_key, canonical, canonical_of`
)

// accountQuery reads the accounts whose ids a query gives, "" for all, with what they
// hold, in one statement, that is, as they stood at one moment: one row for each role and
// grant, and at least one for each account. What they hold is looked up by their ids:
// without that SQLite would gather everybody's first.
func accountQuery(ids string) string {
	with, only, held := ``, ``, ``
	if ids != "" {
		with = `WITH picked AS MATERIALIZED (` + ids + `) `
		only, held = ` WHERE a.id IN (SELECT id FROM picked)`, ` WHERE r.account IN (SELECT id FROM picked)`
	}
	return with + `SELECT a.id, a.kind, a.name, a.login, a.number, a.acts_for, a.display, a.email,
		a.password_hash, a.no_mail, a.disabled, a.disabled_text, a.read_only, a.created, a.changed, h.role, h.permission
	FROM accounts a LEFT JOIN (
		SELECT r.account, r.role, '' AS permission FROM account_roles r` + held + `
		UNION ALL SELECT r.account, '', r.permission FROM account_grants r` + held + `
		UNION ALL SELECT r.account, r.role, p.permission FROM account_roles r JOIN role_permissions p ON p.role = r.role` + held + `
	) h ON h.account = a.id` + only
}

// Get implements account.Store.
func (s *accounts) Get(ctx context.Context, id string) (account.Account, error) {
	if !storable(id) {
		return account.Account{}, account.ErrNotFound
	}
	return s.one(ctx, `WHERE id = $1`, id)
}

const findAccount = `SELECT ` + accountColumns + ` FROM accounts WHERE kind = $1 AND name = $2`

// Find implements account.Store.
func (s *accounts) Find(ctx context.Context, kind account.Kind, name string) (account.Account, error) {
	if !storable(name) || !storable(string(kind)) {
		return account.Account{}, account.ErrNotFound
	}
	// The connection that writes has what a login reads in memory.
	var found account.Account
	err := s.db.findFresh(ctx, func(rows *stdsql.Rows) (err error) {
		found, err = scanAccount(rows)
		return err
	}, findAccount, string(kind), name)
	if err == nil && found.ID == "" {
		err = account.ErrNotFound
	}
	return found, err
}

func (s *accounts) one(ctx context.Context, where string, args ...any) (account.Account, error) {
	found, err := loadAccounts(s.reading(ctx), `SELECT id FROM accounts `+where, args...)
	if err != nil {
		return account.Account{}, err
	}
	if len(found) == 0 {
		return account.Account{}, account.ErrNotFound
	}
	return found[0], nil
}

// List implements account.Store.
func (s *accounts) List(ctx context.Context) ([]account.Account, error) {
	found, err := loadAccounts(s.reading(ctx), ``)
	if err != nil {
		return nil, err
	}
	hideHashes(found)
	// Here and not by the engines: Postgres sorts text by the database's language.
	slices.SortFunc(found, func(a, b account.Account) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
	})
	return found, nil
}

func hideHashes(accounts []account.Account) {
	for i := range accounts {
		accounts[i].PasswordHash = ""
	}
}

// Count implements account.Store.
func (s *accounts) Count(ctx context.Context) (n int, err error) {
	err = s.db.query(ctx, func(rows *stdsql.Rows) error { return rows.Scan(&n) }, `SELECT COUNT(*) FROM accounts`)
	return n, err
}

// reader runs a query, in a transaction or outside.
type reader func(each func(*stdsql.Rows) error, text string, args ...any) error

func (s *accounts) reading(ctx context.Context) reader {
	return func(each func(*stdsql.Rows) error, text string, args ...any) error {
		return s.db.query(ctx, each, text, args...)
	}
}

// loadAccounts reads the accounts whose ids a query gives, "" for all.
func loadAccounts(query reader, ids string, args ...any) ([]account.Account, error) {
	var found []account.Account
	at := map[string]int{}
	err := query(func(rows *stdsql.Rows) error {
		var r, p stdsql.NullString
		a, err := scanAccount(rows, &r, &p)
		if err != nil {
			return err
		}
		role, permission := r.String, p.String
		i, known := at[a.ID]
		if !known {
			i = len(found)
			at[a.ID] = i
			found = append(found, a)
		}
		switch {
		case permission != "": // directly, or through the role
			found[i].Held = append(found[i].Held, account.Held{Permission: permission, Role: role})
			found[i].Grants = append(found[i].Grants, permission)
		case role != "":
			found[i].Roles = append(found[i].Roles, role)
		}
		return nil
	}, accountQuery(ids), args...)
	if err != nil {
		return nil, err
	}
	for i := range found {
		slices.Sort(found[i].Roles)
		slices.Sort(found[i].Grants)
		found[i].Grants = slices.Compact(found[i].Grants)
		slices.SortFunc(found[i].Held, func(a, b account.Held) int {
			return cmp.Or(cmp.Compare(a.Permission, b.Permission), cmp.Compare(a.Role, b.Role))
		})
	}
	return found, nil
}

// scanAccount reads accountColumns, and into more what stands after them.
func scanAccount(rows *stdsql.Rows, more ...any) (a account.Account, err error) {
	var kind string
	var noMail, disabled, readOnly, created, changed int64
	err = rows.Scan(append([]any{&a.ID, &kind, &a.Name, &a.Login, &a.Number, &a.ActsFor, &a.Display, &a.Email,
		&a.PasswordHash, &noMail, &disabled, &a.DisabledText, &readOnly, &created, &changed}, more...)...)
	a.Kind = account.Kind(kind)
	a.NoMail, a.Disabled, a.ReadOnly = noMail != 0, disabled != 0, readOnly != 0
	a.Created, a.Changed = fromMicros(created), fromMicros(changed)
	return a, err
}
