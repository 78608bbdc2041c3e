package pamauth

import (
	"context"
	"errors"
	"fmt"

	"countersign/session"
	"countersign/session/account"
	"countersign/session/audit"
)

// account finds the account of a name that PAM has granted, or makes it.
func (a *Authenticator) account(ctx context.Context, name string) (account.Account, error) {
	if err := account.CheckName(name); err != nil {
		// A module may set PAM_USER to anything, nothing among it.
		return account.Account{}, fmt.Errorf("%w: PAM granted an unusable name: %w", session.ErrUnavailable, err)
	}
	found, err := a.cfg.Accounts.Find(ctx, account.User, name)
	if errors.Is(err, account.ErrNotFound) {
		if !a.cfg.AutoCreate {
			return account.Account{}, refuse(session.ReasonUnknown)
		}
		found, err = a.create(ctx, name)
	}
	_, refused := errors.AsType[*session.Refusal](err)
	switch {
	case refused:
		return account.Account{}, err
	case err != nil && ctx.Err() != nil:
		return account.Account{}, ctx.Err()
	case err != nil:
		return account.Account{}, fmt.Errorf("%w: %w", session.ErrUnavailable, err)
	case found.Disabled:
		return account.Account{}, refuse(session.ReasonDisabled)
	}
	return found, nil
}

// reasonFirst is why an account was made, for the audit.
const reasonFirst = "first login by PAM"

// create makes an account that can log in through PAM only. Of two logins at once the
// later finds the account of the earlier. A name that looks like another account's is
// refused: whether both are one person is for an administrator to say.
func (a *Authenticator) create(ctx context.Context, name string) (account.Account, error) {
	made, err := a.cfg.Accounts.Add(ctx, account.Account{
		Kind: account.User, Name: name, Roles: a.cfg.Roles, Created: a.cfg.Now(),
	})
	if like, ok := errors.AsType[*account.LookAlike](err); ok {
		a.cfg.Log.Warn("no account is made for a user of PAM, whose name looks like an account's", "name", name, "like", like.Name)
		return account.Account{}, refuse(session.ReasonUnknown)
	}
	if errors.Is(err, account.ErrExists) {
		return a.cfg.Accounts.Find(ctx, account.User, name)
	}
	if err != nil {
		a.cfg.Log.Error("no account can be made for a user of PAM", "roles", a.cfg.Roles, "err", err)
		return account.Account{}, err
	}
	event := audit.Event{
		Type: audit.AccountAdd, Reason: reasonFirst, User: audit.Known(made.Name), Account: made.Number, Kind: string(made.Kind),
	}
	err = audit.Made(a.cfg.Audit, event, func() error {
		return a.cfg.Accounts.Delete(context.WithoutCancel(ctx), made.ID, a.cfg.Now())
	})
	if err != nil {
		return account.Account{}, err
	}
	a.cfg.Log.Info("an account was made for a user of PAM", "account", made.ID, "roles", made.Roles)
	return made, nil
}
