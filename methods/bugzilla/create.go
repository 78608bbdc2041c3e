package bugzilla

import (
	"context"
	"errors"
	"strings"

	"countersign/methods"
	"countersign/methods/signin"
	"countersign/session/account"
)

type createIn struct {
	Email    string `rpc:"email" help:"address, which is the login name too"`
	FullName string `rpc:"full_name,optional" help:"name of the person"`
	Password string `rpc:"password,optional,loose" help:"without one the user cannot log in by password"`
}

type createOut struct {
	ID int64 `rpc:"id" help:"number of the new user"`
}

// create makes a user. Who comes with a child session or an API key gives it no password:
// logged in with that he would be more than his credential is.
func (m *module) create(ctx context.Context, c *methods.Call, in createIn) (createOut, error) {
	if !c.Caller.Allows(EditUsers) {
		return createOut{}, refused(c, EditUsers, denied("add new users: that needs the right %s.", EditUsers))
	}
	pass := strings.TrimSpace(in.Password)
	if pass != "" && !c.Caller.Whole {
		return createOut{}, refused(c, EditUsers, denied("give a new user a password with an API key or a session made from another: log in with your password."))
	}
	a, err := m.newcomer(ctx, c, in.Email, in.FullName)
	if err != nil {
		return createOut{}, err
	}
	if pass != "" {
		if a.PasswordHash, err = m.newPassword(ctx, pass, a.Name); err != nil {
			return createOut{}, err
		}
	}
	stored, err := m.cfg.Accounts.Add(ctx, a)
	if err != nil {
		return createOut{}, notMade(err, a.Name)
	}
	return createOut{stored.Number}, m.recordNew(ctx, c, &stored)
}

// newcomer is a user to be made for an address that is still free.
func (m *module) newcomer(ctx context.Context, c *methods.Call, email, name string) (account.Account, error) {
	email = strings.TrimSpace(email)
	if email == "" {
		return account.Account{}, missing(c, "email")
	}
	if err := m.checkAddress(email); err != nil {
		return account.Account{}, err
	}
	if err := m.checkFree(ctx, email, ""); err != nil {
		return account.Account{}, err
	}
	name, err := line(c, "full_name", name)
	if err != nil {
		return account.Account{}, err
	}
	now := m.cfg.Now()
	return account.Account{
		Kind: account.User, Name: email, Email: email, Display: name, Roles: m.cfg.Roles,
		Created: now, Changed: now,
	}, nil
}

// notMade says why an account could not be added or changed.
func notMade(err error, address string) error {
	switch {
	case errors.Is(err, account.ErrExists):
		return exists(address)
	case errors.Is(err, account.ErrNotFound):
		return methods.Wrap(methods.KindConflict, err, "a user or a group of these was removed just now; nothing was changed")
	default:
		return uncertain(err)
	}
}

// uncertain is the error of a change that the store did not confirm.
func uncertain(err error) error {
	if e, ok := errors.AsType[*methods.Error](err); ok {
		return e
	}
	return methods.Wrap(methods.KindOutcomeUnknown, err, "the outcome is unknown; it is safe to ask again")
}

// catchUp ends sessions in the memory of this process at once.
func (m *module) catchUp(ctx context.Context) error {
	if err := m.cfg.Sessions.CatchUp(ctx); err != nil {
		return signin.Busy(err, "it is done; other processes take notice within seconds")
	}
	return nil
}
