package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/methods"
	"countersign/session/account"
	"countersign/session/audit"
	"countersign/sql"
)

type roleSetCmd struct {
	changing    `embed:"" group:"settings"`
	Name        string   `arg:"" help:"Name of the role: letters, digits, _ - . and blanks."`
	Permissions []string `arg:"" name:"permission" help:"All that the role is to allow: names, a name with * as last component, or * for everything."`
}

// Help shows examples.
func (roleSetCmd) Help() string {
	return `What the role allowed before and is not named now is taken from it.

Examples:
  countersign role set reader addressbook
  countersign role set yast 'org.opensuse.yast.*'`
}

// The fixed wordings of the audit's reason for a change to a role.
const (
	reasonAllows  = "permission added"
	reasonForbids = "permission removed"
	reasonMade    = "role made"
	reasonDeleted = "role deleted"
)

// Run implements the command.
func (c *roleSetCmd) Run(ctx context.Context, io stdio) error {
	if err := errors.Join(checkRoleName(c.Name), checkPermissions(c.Permissions)); err != nil {
		return badUse{misuse{err}}
	}
	wanted := slices.Compact(slices.Sorted(slices.Values(c.Permissions)))
	return c.withChanges(ctx, io, false, attended(ctx, io, func(db *sql.DB, r *recorder) error {
		roles, err := db.Accounts().Roles(ctx)
		if err != nil {
			return err
		}
		if err := doubt(io, wanted); err != nil {
			return err
		}
		old, made := account.Role{}, true
		for _, role := range roles {
			if role.Name == c.Name {
				old, made = role, false
			}
		}
		set := func() error {
			return db.Accounts().SetRole(ctx, account.Role{Name: c.Name, Permissions: wanted}, time.Now())
		}
		if err := r.beforeAll(roleEvents(c.Name, old.Permissions, wanted, made), set); err != nil {
			return err
		}
		verb := "allows"
		if !made {
			verb = "now allows"
		}
		return say(io, "role %s %s %s.\n", c.Name, verb, strings.Join(wanted, ", "))
	}))
}

// roleEvents are a line for every difference.
func roleEvents(name string, old, wanted []string, made bool) []audit.Event {
	var events []audit.Event
	add := func(reason, permission string) {
		events = append(events, audit.Event{Type: audit.Role, Role: name, Reason: reason, Permission: permission})
	}
	if made {
		add(reasonMade, "")
	}
	for _, p := range wanted {
		if !slices.Contains(old, p) {
			add(reasonAllows, p)
		}
	}
	for _, p := range old {
		if !slices.Contains(wanted, p) {
			add(reasonForbids, p)
		}
	}
	return events
}

// checkRoleName keeps names to what lists, files and other programs bear (webyast
// contract §7).
func checkRoleName(name string) error {
	const most = 64
	fits := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_-. ", r)
	}
	if name == "" || len(name) > most || strings.TrimSpace(name) != name || strings.ContainsFunc(name, func(r rune) bool { return !fits(r) }) {
		return fmt.Errorf("%q: the name of a role has up to %d letters, digits, _ - . and blanks, but none at its ends", name, most)
	}
	return nil
}

// checkPermissions refuses what cannot be granted.
func checkPermissions(names []string) error {
	var faults []error
	for _, name := range names {
		if !methods.ValidPermission(name) {
			faults = append(faults, fmt.Errorf("%q is no permission: those are dotted names, with * as last component at most", name))
		}
	}
	return errors.Join(faults...)
}

type roleDeleteCmd struct {
	changing `embed:"" group:"settings"`
	Name     string `arg:"" help:"Name of the role."`
}

// Help shows an example.
func (roleDeleteCmd) Help() string {
	return "Permissions that accounts were granted themselves stay.\n\nExample:\n  countersign role delete editor"
}

// Run implements the command.
func (c *roleDeleteCmd) Run(ctx context.Context, io stdio) error {
	return c.withChanges(ctx, io, false, attended(ctx, io, func(db *sql.DB, r *recorder) error {
		rows, err := roleRows(ctx, db.Accounts())
		if err != nil {
			return err
		}
		i := slices.IndexFunc(rows, func(r roleRow) bool { return r.Name == c.Name })
		if i < 0 {
			return noSuchRole(ctx, db.Accounts(), []string{c.Name})
		}
		e := audit.Event{Type: audit.Role, Role: c.Name, Reason: reasonDeleted, Count: int64(len(rows[i].Accounts))}
		if err := r.before(e, func() error { return db.Accounts().DeleteRole(ctx, c.Name, time.Now()) }); err != nil {
			return err
		}
		if len(rows[i].Accounts) == 0 {
			return say(io, "role %s is deleted; nobody had it.\n", c.Name)
		}
		return say(io, "role %s is deleted; %s had it.\n", c.Name, holdersInWords(rows[i].Accounts))
	}))
}
