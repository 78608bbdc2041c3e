package main

import (
	"context"
	"strconv"
	"strings"
	"time"

	"countersign/session/account"
	"countersign/sql"
)

type userListCmd struct {
	location `embed:"" group:"settings"`
	JSON     bool `name:"json" help:"Print a JSON array."`
}

// Help shows examples.
func (userListCmd) Help() string {
	return "Examples:\n  countersign user list\n  countersign user list --json | jq -r '.[] | select(.disabled) | .name'"
}

// accountRow is an account as --json prints it.
type accountRow struct {
	Kind    account.Kind `json:"kind"`
	Name    string       `json:"name"`
	Number  int64        `json:"number"`
	Login   string       `json:"login,omitempty"`    // of a server
	ActsFor int64        `json:"acts_for,omitempty"` // account number; of a server
	Display string       `json:"display"`
	Email   string       `json:"email"`
	Roles   []string     `json:"roles"`
	// Permissions are all that it holds, by its roles too; Grants are the same under the
	// name that they had first.
	Permissions []string  `json:"permissions"`
	Grants      []string  `json:"grants"`
	Disabled    bool      `json:"disabled"`
	ReadOnly    bool      `json:"read_only"`
	Created     time.Time `json:"created"`
	Changed     time.Time `json:"changed"`
}

// Run implements the command.
func (c *userListCmd) Run(ctx context.Context, io stdio) error {
	return c.withDatabase(ctx, false, func(db *sql.DB) error {
		accounts, err := db.Accounts().List(ctx)
		if err != nil {
			return err
		}
		if c.JSON {
			rows := make([]accountRow, len(accounts))
			for i, a := range accounts {
				rows[i] = accountRow{
					Kind: a.Kind, Name: a.Name, Number: a.Number, Login: a.Login, ActsFor: a.ActsFor,
					Display: a.Display, Email: a.Email, Roles: filled(a.Roles), Permissions: filled(a.Grants), Grants: filled(a.Grants),
					Disabled: a.Disabled, ReadOnly: a.ReadOnly, Created: a.Created, Changed: a.Changed,
				}
			}
			return printJSON(io, rows)
		}
		t := table{{"KIND", "NAME", "NUMBER", "ROLES", "STATE", "DISPLAY", "EMAIL"}}
		for _, a := range accounts {
			t = append(t, []string{
				string(a.Kind), a.Name, strconv.FormatInt(a.Number, 10), strings.Join(a.Roles, ","),
				accountState(&a), a.Display, a.Email,
			})
		}
		return t.print(io)
	})
}

// accountState says in words what is unusual about an account.
func accountState(a *account.Account) string {
	var words []string
	if a.Disabled {
		words = append(words, "disabled")
	}
	if a.ReadOnly {
		words = append(words, "read-only")
	}
	if a.Kind == account.Server {
		words = append(words, "login "+a.Login)
		if a.ActsFor != 0 {
			words = append(words, "acts for "+strconv.FormatInt(a.ActsFor, 10))
		}
	}
	return strings.Join(words, ", ")
}

// filled gives an empty list for nil, which JSON would call null.
func filled(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
