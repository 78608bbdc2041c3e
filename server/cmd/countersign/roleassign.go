package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/session/account"
	"countersign/session/audit"
	"countersign/sql"
)

type roleAssignCmd struct {
	changing `embed:"" group:"settings"`
	who      `embed:""`
	Roles    []string `arg:"" name:"role" help:"Roles to give."`
}

// Help shows examples.
func (roleAssignCmd) Help() string {
	return `The account keeps the roles that it has.

Examples:
  countersign role assign bubba editor
  countersign role assign my.host.name editor reader --kind server`
}

// Run implements the command.
func (c *roleAssignCmd) Run(ctx context.Context, io stdio) error {
	return c.changeRoles(ctx, io, &c.who, func(a *account.Account) (roles, changed []string, err error) {
		for _, role := range slices.Compact(slices.Sorted(slices.Values(c.Roles))) {
			if !slices.Contains(a.Roles, role) {
				changed = append(changed, role)
			}
		}
		return append(slices.Clone(a.Roles), changed...), changed, nil
	}, audit.RoleAssigned)
}

type roleUnassignCmd struct {
	changing `embed:"" group:"settings"`
	who      `embed:""`
	Roles    []string `arg:"" name:"role" help:"Roles to take away."`
}

// Help shows an example.
func (roleUnassignCmd) Help() string { return "Example:\n  countersign role unassign bubba editor" }

// Run implements the command.
func (c *roleUnassignCmd) Run(ctx context.Context, io stdio) error {
	return c.changeRoles(ctx, io, &c.who, func(a *account.Account) (roles, changed []string, err error) {
		for _, role := range c.Roles {
			if !slices.Contains(a.Roles, role) {
				return nil, nil, fmt.Errorf("%s %s does not have the role %s but %s; nothing was changed", a.Kind, a.Name, role, rolesInWords(a.Roles))
			}
		}
		roles = slices.DeleteFunc(slices.Clone(a.Roles), func(role string) bool { return slices.Contains(c.Roles, role) })
		return roles, slices.Compact(slices.Sorted(slices.Values(c.Roles))), nil
	}, audit.RoleUnassigned)
}

// changeRoles gives an account the roles that choose wants for it, and says which it
// has then.
func (c *changing) changeRoles(
	ctx context.Context, io stdio, w *who, choose func(*account.Account) (roles, changed []string, err error), reason string,
) error {
	return c.withChanges(ctx, io, false, attended(ctx, io, func(db *sql.DB, r *recorder) error {
		a, err := w.find(ctx, db.Accounts())
		if err != nil {
			return err
		}
		roles, changed, err := choose(&a)
		if err != nil {
			return err
		}
		if len(changed) > 0 {
			if err := checkRolesExist(ctx, db.Accounts(), changed); err != nil {
				return err
			}
			var events []audit.Event
			for _, role := range changed {
				e := about(audit.Role, &a)
				e.Role, e.Reason = role, reason
				events = append(events, e)
			}
			err = r.beforeAll(events, func() error { return db.Accounts().SetRoles(ctx, a.ID, roles, time.Now()) })
			if errors.Is(err, account.ErrNotFound) {
				return fmt.Errorf("%s %s, or one of the roles %s, was deleted just now: %w", a.Kind, a.Name, strings.Join(roles, ", "), err)
			}
			if err != nil {
				return err
			}
		}
		slices.Sort(roles)
		return say(io, "%s %s has %s.\n", a.Kind, a.Name, rolesInWords(roles))
	}))
}

func checkRolesExist(ctx context.Context, accounts account.Store, named []string) error {
	roles, err := accounts.Roles(ctx)
	if err != nil {
		return err
	}
	for _, name := range named {
		if !slices.ContainsFunc(roles, func(r account.Role) bool { return r.Name == name }) {
			return noSuchRole(ctx, accounts, named)
		}
	}
	return nil
}
