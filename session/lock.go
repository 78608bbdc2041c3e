package session

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"time"

	"countersign/session/account"
	"countersign/session/audit"
)

// Lock is what a failure locked: an account at a block of addresses, an account
// wherever it is tried from, which has no Block, or a block for all names, which has no
// Account.
type Lock struct {
	Account bool
	Block   netip.Prefix
	// Until is when it ends by itself; zero if only an administrator can end it.
	Until time.Time
	// Failures is how many led to it.
	Failures int
}

// locked records locks, and lets no process remember what was proven for the account.
// Names take equal time whether there is such an account or not.
func (m *Manager) locked(ctx context.Context, c *Credentials, from Origin, locks []Lock) error {
	if len(locks) == 0 {
		return nil
	}
	if slices.ContainsFunc(locks, func(l Lock) bool { return l.Account }) {
		m.forgetProofs(ctx, c)
	}
	who := m.nameOf(ctx, c)
	var faults []error
	for _, l := range locks {
		e := c.event(audit.Lock, audit.OK, from, who)
		if !l.Account {
			e.User, e.Kind = audit.Name{}, ""
		}
		e.Block, e.Until, e.Count = l.Block, l.Until, int64(l.Failures)
		faults = append(faults, m.record(e))
	}
	return errors.Join(faults...)
}

// nobody is announced where there is no account.
const nobody = "00000000000000000000000000000000"

// forgetProofs forgets what was proven for the account that credentials name, here and
// in the other processes.
func (m *Manager) forgetProofs(ctx context.Context, c *Credentials) {
	id := nobody
	a, err := m.cfg.Accounts.Find(ctx, c.Kind, c.Name)
	switch {
	case err == nil:
		id = a.ID
		m.identities.forget(id)
	case !errors.Is(err, account.ErrNotFound):
		m.cfg.Log.Error("the account of a lock could not be read; all proven passwords are forgotten", "err", err)
		m.verified.clear()
	}
	if err := m.cfg.Sessions.Announce(ctx, id); err != nil {
		m.cfg.Log.Error("other processes were not told of a lock", "err", err)
	}
}
