package system

import (
	"context"
	"errors"
	"time"

	"countersign/methods"
	"countersign/methods/signin"
	"countersign/session/account"
	"countersign/session/audit"
	"countersign/session/throttle"
)

// lock is a user, an address block, or a user at a block that must wait.
type lock struct {
	Scope    string    `rpc:"scope" help:"what is locked"`
	User     string    `rpc:"user,omitempty" help:"login name, if it is an account's"`
	Block    string    `rpc:"block,omitempty" help:"range of addresses"`
	Failures int       `rpc:"failures" help:"attempts that failed in a row"`
	Until    time.Time `rpc:"until,omitempty" help:"UTC; absent if only an unlock helps"`
}

func (m *module) locks() []methods.Method {
	access := methods.Permission(manageLocks)
	return []methods.Method{
		methods.New("listLocks", "Lists the users and addresses that must wait before their next login attempt.", access, m.listLocks, methods.ReadOnly()),
		methods.New("unlock", "Releases a user that failed to log in too often; tells how many locks there were.", access, m.unlock),
	}
}

func (m *module) listLocks(ctx context.Context, _ *methods.Call, _ struct{}) ([]lock, error) {
	all, err := m.cfg.Accounts.List(ctx)
	if err != nil {
		return nil, unreachable(err)
	}
	names := make([]throttle.Name, len(all))
	for i, a := range all {
		names[i] = throttle.Name{Kind: a.Kind, Name: a.Name}
	}
	locks, err := m.cfg.Throttle.Locks(ctx, names)
	if err != nil {
		return nil, sessionError(err)
	}
	out := make([]lock, len(locks))
	for i, l := range locks {
		out[i] = lock{Scope: string(l.Scope), User: l.Name.Name, Block: l.Block, Failures: l.Failures, Until: l.Until}
	}
	return out, nil
}

type unlockIn struct {
	User string `rpc:"user" help:"login name"`
}

func (m *module) unlock(ctx context.Context, c *methods.Call, in unlockIn) (int, error) {
	a, err := m.cfg.Accounts.Find(ctx, account.User, in.User)
	if errors.Is(err, account.ErrNotFound) {
		return 0, methods.Errorf(methods.KindNotFound, "no user of that name")
	} else if err != nil {
		return 0, unreachable(err)
	}
	n := 0
	event := signin.About(c, audit.Unlock, &a)
	err = signin.Change(m.cfg.Audit, []audit.Event{event}, func() (err error) {
		n, err = m.cfg.Throttle.Unlock(ctx, account.User, a.Name)
		return err
	})
	return n, sessionError(err)
}
