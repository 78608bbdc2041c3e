package sql

import (
	"cmp"
	"context"
	stdsql "database/sql"
	"slices"

	"countersign/session/account"
)

const accountColumns = `id, kind, name, login, number, acts_for, display, email, password_hash, disabled, read_only, created, changed`

// accountQuery reads accounts with what they hold in one statement, that is, as they
// stood at one moment: one row for each role and grant, and at least one for each
// account.
const accountQuery = `SELECT a.id, a.kind, a.name, a.login, a.number, a.acts_for, a.display, a.email,
		a.password_hash, a.disabled, a.read_only, a.created, a.changed, h.role, h.permission
	FROM accounts a LEFT JOIN (
		SELECT account, role, '' AS permission FROM account_roles
		UNION ALL SELECT account, '', permission FROM account_grants
		UNION ALL SELECT r.account, r.role, p.permission FROM account_roles r JOIN role_permissions p ON p.role = r.role
	) h ON h.account = a.id `

// Get implements account.Store.
func (s *accounts) Get(ctx context.Context, id string) (account.Account, error) {
	if !storable(id) {
		return account.Account{}, account.ErrNotFound
	}
	return s.one(ctx, `WHERE a.id = $1`, id)
}

// Find implements account.Store.
func (s *accounts) Find(ctx context.Context, kind account.Kind, name string) (account.Account, error) {
	if !storable(name) || !storable(string(kind)) {
		return account.Account{}, account.ErrNotFound
	}
	return s.one(ctx, `WHERE a.kind = $1 AND a.name = $2`, string(kind), name)
}

func (s *accounts) one(ctx context.Context, where string, args ...any) (account.Account, error) {
	found, err := loadAccounts(s.reading(ctx), where, args...)
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
	for i := range found {
		found[i].PasswordHash = ""
	}
	// Here and not by the engines: Postgres sorts text by the database's language.
	slices.SortFunc(found, func(a, b account.Account) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
	})
	return found, nil
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

func loadAccounts(query reader, where string, args ...any) ([]account.Account, error) {
	var found []account.Account
	at := map[string]int{}
	err := query(func(rows *stdsql.Rows) error {
		a, role, permission, err := scanAccount(rows)
		if err != nil {
			return err
		}
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
	}, accountQuery+where, args...)
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

func scanAccount(rows *stdsql.Rows) (a account.Account, role, permission string, err error) {
	var kind string
	var r, p stdsql.NullString
	var disabled, readOnly, created, changed int64
	err = rows.Scan(&a.ID, &kind, &a.Name, &a.Login, &a.Number, &a.ActsFor, &a.Display, &a.Email,
		&a.PasswordHash, &disabled, &readOnly, &created, &changed, &r, &p)
	a.Kind = account.Kind(kind)
	a.Disabled, a.ReadOnly = disabled != 0, readOnly != 0
	a.Created, a.Changed = fromMicros(created), fromMicros(changed)
	return a, r.String, p.String, err
}
