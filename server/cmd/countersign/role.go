package main

import (
	"context"
	"slices"
	"strings"

	"countersign/session/account"
	"countersign/sql"
)

type roleCmd struct {
	List     roleListCmd     `cmd:"" help:"List the roles."`
	Show     roleShowCmd     `cmd:"" help:"Show what a role allows and who has it."`
	Set      roleSetCmd      `cmd:"" help:"Make a role, or say anew what it allows."`
	Delete   roleDeleteCmd   `cmd:"" help:"Remove a role and take it from everybody."`
	Assign   roleAssignCmd   `cmd:"" help:"Give an account roles."`
	Unassign roleUnassignCmd `cmd:"" help:"Take roles away from an account."`
}

// Help shows examples.
func (roleCmd) Help() string {
	return `A role is a set of permissions with a name. What an account may do is what its roles and its own grants allow. A server on the database hears of every change at once; sessions go on, with what they may do now.

Example:
  countersign role set editor addressbook tracker.issue.write
  countersign role assign bubba editor`
}

type roleListCmd struct {
	location `embed:"" group:"settings"`
	JSON     bool `name:"json" help:"Print a JSON array."`
}

// Help shows examples.
func (roleListCmd) Help() string {
	return "Examples:\n  countersign role list\n  countersign role list --json | jq -r '.[] | select(.accounts == []) | .name'"
}

// holder is an account as others refer to it.
type holder struct {
	Kind account.Kind `json:"kind"`
	Name string       `json:"name"`
}

// roleRow is a role as --json prints it.
type roleRow struct {
	Name        string   `json:"name"`
	Permissions []string `json:"permissions"`
	Accounts    []holder `json:"accounts"`
}

// roleRows gives the roles with those who have them.
func roleRows(ctx context.Context, accounts account.Store) ([]roleRow, error) {
	roles, err := accounts.Roles(ctx)
	if err != nil {
		return nil, err
	}
	all, err := accounts.List(ctx)
	if err != nil {
		return nil, err
	}
	rows := make([]roleRow, len(roles))
	for i, role := range roles {
		rows[i] = roleRow{role.Name, filled(role.Permissions), []holder{}}
		for _, a := range all {
			if slices.Contains(a.Roles, role.Name) {
				rows[i].Accounts = append(rows[i].Accounts, holder{a.Kind, a.Name})
			}
		}
	}
	return rows, nil
}

// Run implements the command.
func (c *roleListCmd) Run(ctx context.Context, io stdio) error {
	return c.withDatabase(ctx, false, func(db *sql.DB) error {
		rows, err := roleRows(ctx, db.Accounts())
		if err != nil {
			return err
		}
		if c.JSON {
			return printJSON(io, rows)
		}
		t := table{{"ROLE", "PERMISSIONS", "ACCOUNTS"}}
		for _, r := range rows {
			t = append(t, []string{r.Name, strings.Join(r.Permissions, ", "), holdersInWords(r.Accounts)})
		}
		return t.print(io)
	})
}

type roleShowCmd struct {
	location `embed:"" group:"settings"`
	Name     string `arg:"" help:"Name of the role."`
	JSON     bool   `name:"json" help:"Print a JSON object."`
}

// Help shows examples.
func (roleShowCmd) Help() string {
	return "Examples:\n  countersign role show admin\n  countersign role show admin --json | jq -r '.permissions[]'"
}

// Run implements the command.
func (c *roleShowCmd) Run(ctx context.Context, io stdio) error {
	return c.withDatabase(ctx, false, func(db *sql.DB) error {
		rows, err := roleRows(ctx, db.Accounts())
		if err != nil {
			return err
		}
		i := slices.IndexFunc(rows, func(r roleRow) bool { return r.Name == c.Name })
		if i < 0 {
			return noSuchRole(ctx, db.Accounts(), []string{c.Name})
		}
		if c.JSON {
			return printJSON(io, rows[i])
		}
		t := table{{"PERMISSION"}}
		for _, p := range rows[i].Permissions {
			t = append(t, []string{p})
		}
		t = append(t, nil, []string{"ACCOUNT", "KIND"})
		for _, h := range rows[i].Accounts {
			t = append(t, []string{h.Name, string(h.Kind)})
		}
		return t.printWhole(io)
	})
}

// holdersInWords names accounts; servers are marked.
func holdersInWords(list []holder) string {
	words := make([]string, len(list))
	for i, h := range list {
		words[i] = h.Name
		if h.Kind == account.Server {
			words[i] += " (server)"
		}
	}
	return strings.Join(words, ", ")
}
