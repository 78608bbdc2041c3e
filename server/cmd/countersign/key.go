package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"countersign/session"
	"countersign/session/account"
	"countersign/session/apikey"
	"countersign/sql"
)

type keyCmd struct {
	Add    keyAddCmd    `cmd:"" help:"Make an API key."`
	List   keyListCmd   `cmd:"" help:"List the API keys."`
	Rotate keyRotateCmd `cmd:"" help:"Make a key in place of another."`
	Revoke keyRevokeCmd `cmd:"" help:"End API keys."`
}

// Help shows examples.
func (keyCmd) Help() string {
	return `A program carries an API key instead of somebody's password: "Authorization: Bearer KEY". It may do what its account may at that moment, or less. The key is shown once; its id names it everywhere else and opens nothing.

Example:
  countersign key add bubba --name backup --scope addressbook --read-only --expires 90d
  countersign key list`
}

// keyManager makes a manager for one command: it remembers nothing.
func keyManager(db *sql.DB) (*apikey.Manager, error) {
	return apikey.New(apikey.Config{Store: db.APIKeys(), Accounts: storedAccounts{db.Accounts()}})
}

// storedAccounts implements apikey.Accounts without a memory.
type storedAccounts struct{ accounts account.Store }

// Identity implements apikey.Accounts.
func (s storedAccounts) Identity(ctx context.Context, id string) (*session.Identity, error) {
	a, err := s.accounts.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	return &session.Identity{Account: a, Grants: account.NewGrants(a.Grants)}, nil
}

// Trusted implements apikey.Accounts.
func (storedAccounts) Trusted() bool { return false }

type keyListCmd struct {
	location `embed:"" group:"settings"`
	Name     string `arg:"" optional:"" help:"Only keys of this account."`
	Kind     string `help:"Kind of the account: user or server." enum:"user,server" default:"user"`
	JSON     bool   `name:"json" help:"Print a JSON array."`
}

// Help shows examples.
func (keyListCmd) Help() string {
	return `Newest first. A server writes down the last use of a key once a minute.

Examples:
  countersign key list
  countersign key list bubba --json | jq -r '.[] | select(.last_used == null) | .id'`
}

// keyRow is an API key as --json prints it.
type keyRow struct {
	ID          string       `json:"id"`
	User        string       `json:"user"`
	Kind        account.Kind `json:"kind"`
	Name        string       `json:"name"`
	Scope       []string     `json:"scope"` // empty for everything
	ReadOnly    bool         `json:"read_only"`
	Disabled    bool         `json:"account_disabled"`
	Created     time.Time    `json:"created"`
	LastUsed    *time.Time   `json:"last_used"` // null for never
	Expires     *time.Time   `json:"expires"`   // null for never
	RotatedFrom string       `json:"rotated_from,omitempty"`
	ReplacedBy  string       `json:"replaced_by,omitempty"`
}

// Run implements the command.
func (c *keyListCmd) Run(ctx context.Context, io stdio) error {
	return c.withDatabase(ctx, false, func(db *sql.DB) error {
		rows, err := keyRows(ctx, db, account.Kind(c.Kind), c.Name)
		if err != nil {
			return err
		}
		if c.JSON {
			return printJSON(io, rows)
		}
		t := table{{"ID", "USER", "KIND", "NAME", "SCOPE", "CREATED", "LAST USE", "EXPIRES", "STATE"}}
		for _, r := range rows {
			t = append(t, []string{
				r.ID, r.User, string(r.Kind), r.Name, strings.Join(r.Scope, ","),
				moment(r.Created), momentOr(r.LastUsed, "never"), momentOr(r.Expires, "never"), r.state(),
			})
		}
		return t.print(io)
	})
}

// keyRows gives the keys of an account, or everybody's for name "".
func keyRows(ctx context.Context, db *sql.DB, kind account.Kind, name string) ([]keyRow, error) {
	accounts, err := db.Accounts().List(ctx)
	if err != nil {
		return nil, err
	}
	owners, only := map[string]account.Account{}, ""
	for _, a := range accounts {
		owners[a.ID] = a
		if a.Kind == kind && a.Name == name {
			only = a.ID
		}
	}
	if name != "" && only == "" {
		return nil, fmt.Errorf("there is no %s %q", kind, name)
	}
	manager, err := keyManager(db)
	if err != nil {
		return nil, err
	}
	keys, err := manager.List(ctx, only)
	if err != nil {
		return nil, err
	}
	rows := make([]keyRow, len(keys))
	for i, k := range keys {
		owner := owners[k.Account]
		rows[i] = keyRow{
			ID: k.ID.String(), User: owner.Name, Kind: owner.Kind, Name: k.Name, Scope: filled(k.Scope),
			ReadOnly: k.ReadOnly, Disabled: owner.Disabled,
			Created: k.Created, LastUsed: given(k.LastUsed), Expires: given(k.Expires),
			RotatedFrom: idOrNone(k.RotatedFrom), ReplacedBy: idOrNone(k.ReplacedBy),
		}
	}
	return rows, nil
}

// state says in words what is unusual about a key.
func (r *keyRow) state() string {
	var words []string
	if r.ReadOnly {
		words = append(words, "read-only")
	}
	if r.ReplacedBy != "" {
		words = append(words, "replaced by "+r.ReplacedBy)
	}
	if r.Disabled {
		words = append(words, "account disabled")
	}
	return strings.Join(words, ", ")
}

// given is nil for no time, which JSON calls null.
func given(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func idOrNone(id session.PublicID) string {
	if id == (session.PublicID{}) {
		return ""
	}
	return id.String()
}

func momentOr(t *time.Time, otherwise string) string {
	if t == nil {
		return otherwise
	}
	return moment(*t)
}

// publicIDs reads the ids of sessions or keys.
func publicIDs(texts []string) ([]session.PublicID, error) {
	ids := make([]session.PublicID, len(texts))
	for i, text := range texts {
		id, ok := session.ParsePublicID(text)
		if !ok {
			// Not repeated: it might be a sessionid or a key.
			return nil, fmt.Errorf("argument %d is no public id: those have 16 hex digits", i+1)
		}
		ids[i] = id
	}
	return ids, nil
}

// keyFault says in words what became of a key.
func keyFault(id session.PublicID, err error) error {
	switch {
	case errors.Is(err, apikey.ErrNotFound):
		return inWords(err, "there is no key %s", id)
	case errors.Is(err, apikey.ErrRotated):
		return inWords(err, "key %s was rotated before; rotate the one in its place (key list)", id)
	default:
		return err
	}
}
