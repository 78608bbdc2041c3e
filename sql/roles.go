package sql

import (
	"context"
	stdsql "database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/session"
	"countersign/session/account"
)

// SetRoles implements account.Store.
func (s *accounts) SetRoles(ctx context.Context, id string, roles []string, at time.Time) error {
	if refuse(roles...) != nil {
		return account.ErrNotFound
	}
	return s.update(ctx, id, func(t *tx) ([]session.Change, error) {
		if err := t.setAccount(`id = id`, id, at); err != nil {
			return nil, err
		}
		if _, err := t.exec(`DELETE FROM account_roles WHERE account = $1`, id); err != nil {
			return nil, err
		}
		return changed(id), t.giveRoles(id, roles)
	})
}

// giveRoles adds roles to an account that has none.
func (t *tx) giveRoles(id string, roles []string) error {
	roles = slices.Compact(slices.Sorted(slices.Values(roles)))
	if len(roles) == 0 {
		return nil
	}
	in, args := list(1, roles, func(role string) any { return role })
	n, err := t.exec(`INSERT INTO account_roles (account, role) SELECT CAST($1 AS TEXT), name FROM roles WHERE name IN `+in,
		append([]any{id}, args...)...)
	if errors.Is(err, errForeign) || err == nil && n != int64(len(roles)) {
		return fmt.Errorf("%w: one of the roles %s", account.ErrNotFound, strings.Join(roles, ", "))
	}
	return err
}

// Grant implements account.Store.
func (s *accounts) Grant(ctx context.Context, id, permission string, at time.Time) error {
	if err := refuse(permission); err != nil {
		return err
	}
	return s.update(ctx, id, func(t *tx) ([]session.Change, error) {
		if err := t.setAccount(`id = id`, id, at); err != nil {
			return nil, err
		}
		return changed(id), t.grant(id, permission)
	})
}

func (t *tx) grant(id, permission string) error {
	if permission == "" {
		return errors.New("a permission has a name")
	}
	_, err := t.exec(`INSERT INTO account_grants (account, permission) VALUES ($1, $2)
		ON CONFLICT (account, permission) DO NOTHING`, id, permission)
	return err
}

// Revoke implements account.Store.
func (s *accounts) Revoke(ctx context.Context, id, permission string, at time.Time) error {
	if !storable(permission) {
		return account.ErrNotFound
	}
	return s.update(ctx, id, func(t *tx) ([]session.Change, error) {
		if err := t.setAccount(`id = id`, id, at); err != nil {
			return nil, err
		}
		return changed(id), found(t.exec(`DELETE FROM account_grants WHERE account = $1 AND permission = $2`, id, permission))
	})
}

// Roles implements account.Store.
func (s *accounts) Roles(ctx context.Context) ([]account.Role, error) {
	byName := map[string]*account.Role{}
	err := s.db.query(ctx, func(rows *stdsql.Rows) error {
		var role account.Role
		var permission stdsql.NullString
		if err := rows.Scan(&role.Name, &role.Number, &role.Description, &permission); err != nil {
			return err
		}
		known, ok := byName[role.Name]
		if !ok {
			known = &role
			byName[role.Name] = known
		}
		if permission.Valid {
			known.Permissions = append(known.Permissions, permission.String)
		}
		return nil
	}, `SELECT r.name, r.number, r.description, p.permission FROM roles r LEFT JOIN role_permissions p ON p.role = r.name`)
	if err != nil {
		return nil, err
	}
	roles := make([]account.Role, 0, len(byName))
	for _, role := range byName {
		slices.Sort(role.Permissions)
		roles = append(roles, *role)
	}
	slices.SortFunc(roles, func(a, b account.Role) int { return strings.Compare(a.Name, b.Name) })
	return roles, nil
}

// SetRole implements account.Store.
func (s *accounts) SetRole(ctx context.Context, role account.Role, at time.Time) error {
	permissions := slices.Compact(slices.Sorted(slices.Values(role.Permissions)))
	if err := refuse(append([]string{role.Name, role.Description}, permissions...)...); err != nil {
		return err
	}
	if role.Name == "" || slices.Contains(permissions, "") {
		return errors.New("roles and permissions have names")
	}
	return s.db.write(ctx, func(t *tx) error {
		if err := t.keepRole(&role, at); err != nil {
			return err
		}
		if _, err := t.exec(`DELETE FROM role_permissions WHERE role = $1`, role.Name); err != nil {
			return err
		}
		for chunk := range slices.Chunk(permissions, rowsPerStatement) {
			var v values
			for _, permission := range chunk {
				v.row(role.Name, permission)
			}
			if _, err := t.exec(`INSERT INTO role_permissions (role, permission) VALUES `+v.String(), v.args...); err != nil {
				return err
			}
		}
		return t.announce(changed(everyone)...)
	})
}

// keepRole makes the role, or dates it anew. It also locks the role against a second
// change at the same time. Only a new role takes a number.
func (t *tx) keepRole(role *account.Role, at time.Time) error {
	const keep = `description = CASE WHEN $3 = '' THEN roles.description ELSE $3 END`
	n, err := t.exec(`UPDATE roles SET changed = $2, `+keep+` WHERE name = $1`, role.Name, micros(at), role.Description)
	if n > 0 || err != nil {
		return err
	}
	var number int64
	err = t.query(func(rows *stdsql.Rows) error { return rows.Scan(&number) },
		`UPDATE counters SET value = value + 1 WHERE name = 'role' RETURNING value`)
	if err != nil {
		return err
	}
	// Another may have made it while this waited for the counter.
	_, err = t.exec(`INSERT INTO roles (name, changed, description, number) VALUES ($1, $2, $3, $4)
		ON CONFLICT (name) DO UPDATE SET changed = excluded.changed, `+keep, role.Name, micros(at), role.Description, number)
	return err
}

// DeleteRole implements account.Store. Who held it loses it with the row.
func (s *accounts) DeleteRole(ctx context.Context, name string, _ time.Time) error {
	if !storable(name) {
		return account.ErrNotFound
	}
	return s.db.write(ctx, func(t *tx) error {
		if err := found(t.exec(`DELETE FROM roles WHERE name = $1`, name)); err != nil {
			return err
		}
		return t.announce(changed(everyone)...)
	})
}
