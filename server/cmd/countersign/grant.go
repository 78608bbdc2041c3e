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

// which names permissions, or all.
type which struct {
	Permissions []string `arg:"" optional:"" name:"permission" help:"Dotted names; with * as last component for everything below; * alone for everything."`
	All         bool     `help:"Instead of names: all that there are."`
}

// check sees to it that either names or all were given.
func (w *which) check() error {
	switch {
	case w.All && len(w.Permissions) > 0:
		return badUsef("excessive arguments: either permissions or --all")
	case !w.All && len(w.Permissions) == 0:
		return badUsef("permission missing: name some, or give --all")
	}
	if err := checkPermissions(w.Permissions); err != nil {
		return badUse{misuse{err}}
	}
	return nil
}

type grantCmd struct {
	changing `embed:"" group:"settings"`
	needs    `embed:""`
	who      `embed:""`
	which    `embed:""`
}

// Help shows examples.
func (grantCmd) Help() string {
	return `Prints a line for every permission that the account itself was not granted yet; what its roles give it may be granted as well. --all grants every permission that a method needs, and not those of later methods, as * does. Takes effect on the next call of live sessions.

Examples:
  countersign grant bubba addressbook
  countersign grant alice 'org.opensuse.yast.system.*'
  countersign grant alice --all`
}

// Run implements the command.
func (c *grantCmd) Run(ctx context.Context, io stdio) error {
	if err := c.check(); err != nil {
		return err
	}
	return c.withChanges(ctx, io, false, func(db *sql.DB, r *recorder) error {
		a, err := c.find(ctx, db.Accounts())
		if err != nil {
			return err
		}
		wanted := slices.Compact(slices.Sorted(slices.Values(c.Permissions)))
		if c.All {
			wanted, err = c.candidates()
		} else {
			err = doubt(io, wanted)
		}
		if err != nil {
			return err
		}
		held := ownGrants(&a)
		for _, p := range wanted {
			if slices.Contains(held, p) {
				continue
			}
			e := about(audit.Grant, &a)
			e.Permission = p
			if err := r.before(e, func() error { return db.Accounts().Grant(ctx, a.ID, p, time.Now()) }); err != nil {
				return fmt.Errorf("granting %s: %w", p, err)
			}
			if err := say(io, "granting: %s\n", p); err != nil {
				return err
			}
		}
		return nil
	})
}

// ownGrants are the permissions that an account was granted itself, sorted.
func ownGrants(a *account.Account) []string {
	var own []string
	for _, h := range a.Held {
		if h.Role == "" {
			own = append(own, h.Permission)
		}
	}
	return own
}

type revokeCmd struct {
	changing `embed:"" group:"settings"`
	who      `embed:""`
	which    `embed:""`
}

// Help shows examples.
func (revokeCmd) Help() string {
	return `Prints a line for every permission taken. Only what the account itself was granted can be revoked, under the name that it was granted; what comes from a role goes with "role unassign". If a permission named was not granted, nothing is changed. Takes effect on the next call of live sessions.

Examples:
  countersign revoke bubba addressbook
  countersign revoke alice --all`
}

// Run implements the command.
func (c *revokeCmd) Run(ctx context.Context, io stdio) error {
	if err := c.check(); err != nil {
		return err
	}
	return c.withChanges(ctx, io, false, attended(ctx, io, func(db *sql.DB, r *recorder) error {
		a, err := c.find(ctx, db.Accounts())
		if err != nil {
			return err
		}
		wanted := ownGrants(&a)
		if !c.All {
			wanted = slices.Compact(slices.Sorted(slices.Values(c.Permissions)))
			if err := canRevoke(&a, wanted); err != nil {
				return err
			}
		}
		for _, p := range wanted {
			e := about(audit.Revoke, &a)
			e.Permission = p
			if err := r.before(e, func() error { return db.Accounts().Revoke(ctx, a.ID, p, time.Now()) }); err != nil {
				return fmt.Errorf("revoking %s: %w", p, err)
			}
			if err := say(io, "revoking: %s\n", p); err != nil {
				return err
			}
		}
		return tellRest(io, &a, wanted)
	}))
}

// canRevoke refuses what was not granted to the account itself, and tells where it
// comes from.
func canRevoke(a *account.Account, wanted []string) error {
	own := ownGrants(a)
	var faults []error
	for _, p := range wanted {
		if slices.Contains(own, p) {
			continue
		}
		err := fmt.Errorf("%s %s was not granted %s itself; nothing was changed", a.Kind, a.Name, p)
		if from := sources(a, p, nil); len(from) > 0 {
			err = fmt.Errorf("%w: it is allowed by %s", err, strings.Join(from, ", "))
		}
		faults = append(faults, err)
	}
	return errors.Join(faults...)
}

// tellRest says on standard error what the account may do all the same.
func tellRest(io stdio, a *account.Account, revoked []string) error {
	for _, p := range revoked {
		from := sources(a, p, revoked)
		if len(from) == 0 {
			continue
		}
		_, err := fmt.Fprintf(io.err, "countersign: %s %s still has %s, by %s\n", a.Kind, a.Name, p, strings.Join(from, ", "))
		if err != nil {
			return err
		}
	}
	return nil
}

// sources names what allows a permission, apart from the own grants in without.
func sources(a *account.Account, permission string, without []string) []string {
	var from []string
	for _, row := range covering(heldRows(a), permission) {
		if row.Direct && !slices.Contains(without, row.Permission) {
			from = append(from, "the grant "+row.Permission)
		}
		for _, role := range row.Roles {
			from = append(from, "the role "+role)
		}
	}
	return from
}
