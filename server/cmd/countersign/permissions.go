package main

import (
	"context"
	"slices"
	"strings"

	"countersign/methods"
	"countersign/session/account"
	"countersign/sql"
)

type permissionsCmd struct {
	location   `embed:"" group:"settings"`
	needs      `embed:""`
	Name       string `arg:"" optional:"" help:"Account to show. Without it: the permissions that methods need."`
	Kind       string `help:"Kind of the account: user or server." enum:"user,server" default:"user"`
	Permission string `help:"Print only this permission, if it is granted, and tell by the exit status." placeholder:"PERMISSION"`
	JSON       bool   `name:"json" help:"Print a JSON array."`
}

// Help shows examples.
func (permissionsCmd) Help() string {
	return `Of an account: what it was granted, a line for each, and the roles that give it; "-" for a grant of its own. With --permission the name and status 0, if the account may use it, and else nothing and status 1.

Without an account: every permission that a method needs, and the method.

Examples:
  countersign permissions
  countersign permissions bubba
  countersign permissions bubba --permission addressbook > /dev/null && echo he may`
}

// heldRow is a permission of an account as --json prints it.
type heldRow struct {
	Permission string   `json:"permission"`
	Direct     bool     `json:"direct"` // granted to the account itself
	Roles      []string `json:"roles"`  // that give it
}

// needRow is a permission of the service as --json prints it.
type needRow struct {
	Permission string   `json:"permission"`
	Methods    []string `json:"methods"`
	Others     []string `json:"only_for_others"` // of the methods, those that everybody may call about what is his own
}

// Run implements the command.
func (c *permissionsCmd) Run(ctx context.Context, io stdio) error {
	if c.Permission != "" && !methods.ValidPermission(c.Permission) {
		return badUse{misuse{checkPermissions([]string{c.Permission})}}
	}
	if c.Name == "" {
		return c.showNeeds(io)
	}
	return c.withDatabase(ctx, false, func(db *sql.DB) error {
		a, err := findAccount(ctx, db.Accounts(), account.Kind(c.Kind), c.Name)
		if err != nil {
			return err
		}
		return c.showHeld(io, &a)
	})
}

func (c *permissionsCmd) showHeld(io stdio, a *account.Account) error {
	rows := heldRows(a)
	if c.Permission != "" {
		return c.answer(io, covering(rows, c.Permission))
	}
	if c.JSON {
		return printJSON(io, rows)
	}
	t := table{{"PERMISSION", "ROLE"}}
	for _, r := range rows {
		roles := r.Roles
		if r.Direct && len(roles) > 0 {
			roles = append([]string{"-"}, roles...)
		}
		t = append(t, []string{r.Permission, strings.Join(roles, ", ")})
	}
	return t.printWhole(io)
}

// answer tells by the exit status too whether any of the rows allows the permission.
func (c *permissionsCmd) answer(io stdio, rows []heldRow) (err error) {
	if c.JSON {
		err = printJSON(io, rows)
	} else if len(rows) > 0 {
		err = say(io, "%s\n", c.Permission)
	}
	if err == nil && len(rows) == 0 {
		err = exitCode(1)
	}
	return err
}

// heldRows gives what an account was granted, each permission once.
func heldRows(a *account.Account) []heldRow {
	rows := []heldRow{}
	for _, h := range a.Held {
		if n := len(rows); n == 0 || rows[n-1].Permission != h.Permission {
			rows = append(rows, heldRow{Permission: h.Permission, Roles: []string{}})
		}
		last := &rows[len(rows)-1]
		if h.Role == "" {
			last.Direct = true
		} else {
			last.Roles = append(last.Roles, h.Role)
		}
	}
	return rows
}

// covering gives the grants that allow a permission.
func covering(rows []heldRow, permission string) []heldRow {
	return slices.DeleteFunc(rows, func(r heldRow) bool {
		return r.Permission != permission && !account.NewGrants([]string{r.Permission}).Allows(permission)
	})
}

func (c *permissionsCmd) showNeeds(io stdio) error {
	all, err := needsOf(c.Modules)
	if err != nil {
		return err
	}
	rows, t := []needRow{}, table{{"PERMISSION", "METHOD", "FOR"}}
	for _, n := range all {
		if c.Permission != "" && n.permission != c.Permission {
			continue
		}
		if len(rows) == 0 || rows[len(rows)-1].Permission != n.permission {
			rows = append(rows, needRow{Permission: n.permission, Others: []string{}})
		}
		last := &rows[len(rows)-1]
		last.Methods = append(last.Methods, n.method)
		use := "calling it"
		if n.others {
			use = "what is others'"
			last.Others = append(last.Others, n.method)
		}
		t = append(t, []string{n.permission, n.method, use})
	}
	if c.JSON {
		return printJSON(io, rows)
	}
	return t.printWhole(io)
}
