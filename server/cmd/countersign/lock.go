package main

import (
	"context"
	"strconv"
	"time"

	"countersign/session/account"
	"countersign/session/throttle"
	"countersign/sql"
)

type lockCmd struct {
	List    lockListCmd    `cmd:"" help:"List what is locked after failed logins."`
	Release lockReleaseCmd `cmd:"" help:"Forget failed logins, and let in again."`
}

// Help shows examples.
func (lockCmd) Help() string {
	return `Logins that fail make the next ones wait: those for the account from that address, those for the account, and those from the address. After very many the account stays shut until it is released.

Example:
  countersign lock list
  countersign lock release bubba`
}

type lockListCmd struct {
	location `embed:"" group:"settings"`
	JSON     bool `name:"json" help:"Print a JSON array."`
}

// Help shows examples.
func (lockListCmd) Help() string {
	return `What only a release opens comes first, then the longest waits. Names that were tried and are no account's are not kept; a tag stands for them.

Examples:
  countersign lock list
  countersign lock list --json | jq -r '.[] | select(.until == null) | .user'`
}

// lockRow is a lock as --json prints it.
type lockRow struct {
	Scope     throttle.Scope `json:"scope"`
	User      string         `json:"user,omitempty"`  // if it is an account's
	Kind      account.Kind   `json:"kind,omitempty"`  // of user
	Tag       string         `json:"tag,omitempty"`   // stands for the name that was tried
	Block     string         `json:"block,omitempty"` // range of addresses, or "local"
	Failures  int            `json:"failures"`
	Until     *time.Time     `json:"until"` // null if only a release helps
	KnownGood bool           `json:"known_good"`
}

// Run implements the command.
func (c *lockListCmd) Run(ctx context.Context, io stdio, env *environment) error {
	rules := env.tables().Throttle
	return c.withDatabase(ctx, false, func(db *sql.DB) error {
		_, locks, err := locksNow(ctx, db, &rules)
		if err != nil {
			return err
		}
		rows := make([]lockRow, len(locks))
		for i, l := range locks {
			rows[i] = lockRow{
				Scope: l.Scope, User: l.Name.Name, Kind: l.Name.Kind, Tag: l.Account, Block: l.Block,
				Failures: l.Failures, Until: given(l.Until), KnownGood: l.Good,
			}
		}
		if c.JSON {
			return printJSON(io, rows)
		}
		t := table{{"LOCKED", "USER", "KIND", "ADDRESSES", "FAILURES", "UNTIL", "NOTE"}}
		for _, r := range rows {
			note := ""
			switch {
			case r.Tag != "" && r.User == "":
				note = "no account, tag " + r.Tag
			case r.KnownGood:
				note = "logged in from there before"
			}
			t = append(t, []string{
				string(r.Scope), r.User, string(r.Kind), r.Block, strconv.Itoa(r.Failures), momentOr(r.Until, "released"), note,
			})
		}
		return t.print(io)
	})
}

// locksNow gives the locks, with the names of accounts.
func locksNow(ctx context.Context, db *sql.DB, rules *throttle.Rules) (*throttle.Throttle, []throttle.Lock, error) {
	t, err := throttle.New(ctx, throttle.Config{Store: db.Throttle(), Accounts: db.Accounts(), Rules: rules})
	if err != nil {
		return nil, nil, err
	}
	accounts, err := db.Accounts().List(ctx)
	if err != nil {
		return nil, nil, err
	}
	names := make([]throttle.Name, len(accounts))
	for i, a := range accounts {
		names[i] = throttle.Name{Kind: a.Kind, Name: a.Name}
	}
	locks, err := t.Locks(ctx, names)
	return t, locks, err
}
