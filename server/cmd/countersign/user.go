package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"countersign/session/account"
	"countersign/session/audit"
	"countersign/sql"
)

type userCmd struct {
	Add     userAddCmd     `cmd:"" help:"Make an account."`
	List    userListCmd    `cmd:"" help:"List the accounts."`
	Passwd  userPasswdCmd  `cmd:"" help:"Set an account's password."`
	Disable userDisableCmd `cmd:"" help:"Shut an account out and end its sessions."`
	Enable  userEnableCmd  `cmd:"" help:"Let a disabled account in again."`
	Delete  userDeleteCmd  `cmd:"" help:"Remove an account and its sessions; its records stay."`
}

// Help shows examples.
func (userCmd) Help() string {
	return `The commands work on the database. A server that runs on it hears of every change at once.

Example:
  countersign user add bubba --role user
  countersign user list`
}

// who names one account.
type who struct {
	Name string `arg:"" help:"Login name of a user, host name of a server."`
	Kind string `help:"Kind of account: user or server." enum:"user,server" default:"user"`
}

func (w *who) find(ctx context.Context, accounts account.Store) (account.Account, error) {
	return findAccount(ctx, accounts, account.Kind(w.Kind), w.Name)
}

func findAccount(ctx context.Context, accounts account.Store, kind account.Kind, name string) (account.Account, error) {
	a, err := accounts.Find(ctx, kind, name)
	if err == nil {
		a, err = accounts.Get(ctx, a.ID)
	}
	if errors.Is(err, account.ErrNotFound) {
		err = fmt.Errorf("there is no %s %s", kind, strconv.Quote(name))
	}
	return a, err
}

type userPasswdCmd struct {
	changing `embed:"" group:"settings"`
	policy   `embed:""`
	who      `embed:""`
	passwordFrom
}

// Help shows examples.
func (userPasswdCmd) Help() string {
	return `Asks for the password twice on a terminal. All sessions of the account end.

Examples:
  countersign user passwd bubba
  pass show countersign/bubba | countersign user passwd bubba --password-stdin
  countersign user passwd my.host.name --kind server --password-stdin < secret`
}

// Run implements the command.
func (c *userPasswdCmd) Run(ctx context.Context, io stdio) error {
	return c.withChanges(ctx, io, false, func(db *sql.DB, r *recorder) error {
		a, err := c.find(ctx, db.Accounts())
		if err != nil {
			return err
		}
		pass, err := c.readNew(io)
		if err != nil {
			return err
		}
		hash, err := c.hash(pass, a.Name)
		if err != nil {
			return err
		}
		err = r.before(about(audit.AccountPassword, &a), func() error {
			return db.Accounts().SetPassword(ctx, a.ID, hash, [32]byte{}, time.Now())
		})
		if err != nil {
			return err
		}
		return say(io, "%s %s has a new password; its sessions have ended.\n", a.Kind, a.Name)
	})
}

type userDisableCmd struct {
	changing `embed:"" group:"settings"`
	who      `embed:""`
}

// Help shows an example.
func (userDisableCmd) Help() string { return "Example:\n  countersign user disable bubba" }

// Run implements the command.
func (c *userDisableCmd) Run(ctx context.Context, io stdio) error {
	return c.change(ctx, io, &c.who, audit.AccountDisable, "is disabled; its sessions have ended", func(accounts account.Store, id string) error {
		return accounts.SetDisabled(ctx, id, true, time.Now())
	})
}

type userEnableCmd struct {
	changing `embed:"" group:"settings"`
	who      `embed:""`
}

// Help shows an example.
func (userEnableCmd) Help() string { return "Example:\n  countersign user enable bubba" }

// Run implements the command.
func (c *userEnableCmd) Run(ctx context.Context, io stdio) error {
	return c.change(ctx, io, &c.who, audit.AccountEnable, "is enabled", func(accounts account.Store, id string) error {
		return accounts.SetDisabled(ctx, id, false, time.Now())
	})
}

type userDeleteCmd struct {
	changing `embed:"" group:"settings"`
	who      `embed:""`
}

// Help shows an example.
func (userDeleteCmd) Help() string {
	return `What the account owned stays, under its number; no new account is given that number by itself.

Example:
  countersign user delete my.host.name --kind server`
}

// Run implements the command.
func (c *userDeleteCmd) Run(ctx context.Context, io stdio) error {
	return c.change(ctx, io, &c.who, audit.AccountDelete, "is deleted; its sessions have ended", func(accounts account.Store, id string) error {
		return accounts.Delete(ctx, id, time.Now())
	})
}

// change finds an account, changes it and says what became of it.
func (c *changing) change(ctx context.Context, io stdio, w *who, event audit.Type, outcome string, f func(accounts account.Store, id string) error) error {
	return c.withChanges(ctx, io, false, attended(ctx, io, func(db *sql.DB, r *recorder) error {
		a, err := w.find(ctx, db.Accounts())
		if err != nil {
			return err
		}
		if err := r.before(about(event, &a), func() error { return f(db.Accounts(), a.ID) }); err != nil {
			return err
		}
		return say(io, "%s %s %s.\n", a.Kind, a.Name, outcome)
	}))
}

// say prints for people.
func say(io stdio, format string, args ...any) error {
	_, err := fmt.Fprintf(io.out, format, args...)
	return err
}
