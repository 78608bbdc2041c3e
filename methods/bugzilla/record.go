package bugzilla

import (
	"context"

	"countersign/methods"
	"countersign/methods/signin"
	"countersign/session/account"
	"countersign/session/audit"
)

// recordNew records a new account, and removes it again if that fails.
func (m *module) recordNew(ctx context.Context, c *methods.Call, a *account.Account) error {
	return signin.Made(m.cfg.Audit, signin.About(c, audit.AccountAdd, a), func() error {
		return m.cfg.Accounts.Delete(context.WithoutCancel(ctx), a.ID, m.cfg.Now())
	})
}

// refused leaves a record that the caller lacks a permission, and gives the refusal.
func refused(c *methods.Call, permission string, refusal *methods.Error) error {
	return c.Env.Deny(c.Entry, permission, refusal)
}
