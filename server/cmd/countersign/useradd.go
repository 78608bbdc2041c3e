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

type userAddCmd struct {
	changing `embed:"" group:"settings"`
	policy   `embed:""`
	who      `embed:""`
	passwordFrom
	NoPassword bool     `help:"No password of its own: only another authenticator, such as PAM, can let it in."`
	Role       []string `help:"Role to hold; may be given several times. Default: user." placeholder:"ROLE" xor:"role"`
	NoRole     bool     `help:"Hold no role: the account can log in and do nothing else." xor:"role"`
	Email      string   `help:"Mail address."`
	Display    string   `help:"Name for people."`
	Number     int64    `help:"Account number; default: the next free one." placeholder:"N"`
	ReadOnly   bool     `help:"Only methods that change nothing."`
	Username   string   `help:"For a server: the user name that it sends besides its host name." placeholder:"LOGIN"`
	ActsFor    string   `help:"For a server: the user whose records it works on." placeholder:"USER"`
}

// defaultRole is what a new account holds when nothing else is said.
const defaultRole = "user"

// Help shows examples.
func (userAddCmd) Help() string {
	return `Asks for the password twice on a terminal.

Examples:
  countersign user add bubba
  countersign user add alice --role admin --email alice@example.org --password-stdin < secret
  countersign user add jenny --no-password      (PAM verifies her password)
  countersign user add --kind server my.host.name --username bubba --acts-for bubba --password-stdin < secret`
}

// Run implements the command.
func (c *userAddCmd) Run(ctx context.Context, io stdio) error {
	if err := c.check(); err != nil {
		return misused(err)
	}
	return c.withChanges(ctx, io, true, func(db *sql.DB, r *recorder) error {
		a, err := c.account(ctx, db.Accounts())
		if err != nil {
			return err
		}
		if a.PasswordHash, err = c.newHash(io); err != nil {
			return err
		}
		stored, err := db.Accounts().Add(ctx, a)
		if err != nil {
			return c.explain(ctx, db.Accounts(), a.Roles, err)
		}
		err = r.after(about(audit.AccountAdd, &stored), func() error {
			return db.Accounts().Delete(context.WithoutCancel(ctx), stored.ID, time.Now())
		})
		if err != nil {
			return err
		}
		return say(io, "%s %s has account number %d and %s.\n", stored.Kind, stored.Name, stored.Number, rolesInWords(stored.Roles))
	})
}

// newHash gives what is stored of the password; "" for none.
func (c *userAddCmd) newHash(io stdio) (string, error) {
	if c.NoPassword {
		return "", nil
	}
	pass, err := c.readNew(io)
	if err != nil {
		return "", err
	}
	return c.hash(pass, c.Name)
}

func (c *userAddCmd) check() error {
	if err := account.CheckName(c.Name); err != nil {
		return err
	}
	server := account.Kind(c.Kind) == account.Server
	switch {
	case c.NoPassword && c.PasswordStdin:
		return errors.New("--no-password and --password-stdin do not go together")
	case server && c.Username == "":
		return errors.New("a server needs --username, the user name that it sends")
	case !server && (c.Username != "" || c.ActsFor != ""):
		return errors.New("--username and --acts-for are for --kind server")
	case c.Number < 0:
		return errors.New("account numbers begin at 1")
	}
	return nil
}

// account is the account to make, without a password.
func (c *userAddCmd) account(ctx context.Context, accounts account.Store) (account.Account, error) {
	a := account.Account{
		Kind: account.Kind(c.Kind), Name: c.Name, Login: c.Username, Number: c.Number,
		Display: c.Display, Email: c.Email, ReadOnly: c.ReadOnly, Roles: c.Role,
	}
	if len(a.Roles) == 0 && !c.NoRole {
		a.Roles = []string{defaultRole}
	}
	if c.ActsFor != "" {
		user, err := findAccount(ctx, accounts, account.User, c.ActsFor)
		if err != nil {
			return a, err
		}
		a.ActsFor = user.Number
	}
	return a, nil
}

// explain says which of the things given is taken or missing.
func (c *userAddCmd) explain(ctx context.Context, accounts account.Store, roles []string, err error) error {
	like, alike := errors.AsType[*account.LookAlike](err)
	switch {
	case alike:
		return fmt.Errorf("%s looks like the %s %s, and logins of the two would be counted as one: choose a name that differs by more than case, accents or blanks",
			cell(c.Name), c.Kind, cell(like.Name))
	case errors.Is(err, account.ErrExists):
		if _, missing := accounts.Find(ctx, account.Kind(c.Kind), c.Name); missing != nil {
			return fmt.Errorf("account number %d is taken", c.Number)
		}
		return fmt.Errorf("there is a %s %s already", c.Kind, c.Name)
	case errors.Is(err, account.ErrNotFound):
		return noSuchRole(ctx, accounts, roles)
	default:
		return err
	}
}

// noSuchRole says which of the roles named are not there, and which are.
func noSuchRole(ctx context.Context, accounts account.Store, named []string) error {
	roles, err := accounts.Roles(ctx)
	if err != nil {
		return err
	}
	names := make([]string, len(roles))
	for i, r := range roles {
		names[i] = r.Name
	}
	missing := slices.DeleteFunc(slices.Clone(named), func(role string) bool { return slices.Contains(names, role) })
	if len(missing) == 0 { // somebody made them just now
		missing = named
	}
	there := "there is none at all"
	if len(names) > 0 {
		there = "there are " + strings.Join(names, ", ")
	}
	return fmt.Errorf("there is no role %s; %s", strings.Join(missing, ", "), there)
}

func rolesInWords(roles []string) string {
	switch len(roles) {
	case 0:
		return "no role"
	case 1:
		return "the role " + roles[0]
	default:
		return "the roles " + strings.Join(roles, ", ")
	}
}
