package system

import (
	"context"
	"errors"
	"time"

	"countersign/methods"
	"countersign/session/account"
	"countersign/session/audit"
)

// Locks shows and releases the locks of login throttling.
type Locks interface {
	// List gives what is locked, the longest waits first.
	List(ctx context.Context) ([]Lock, error)
	// Unlock releases a user and tells how many counters that was.
	Unlock(ctx context.Context, user string) (int, error)
}

// Lock is a user, an address block, or a user at a block that must wait.
type Lock struct {
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

func (m *module) listLocks(ctx context.Context, _ *methods.Call, _ struct{}) ([]Lock, error) {
	locks, err := m.cfg.Locks.List(ctx)
	if err != nil {
		return nil, sessionError(err)
	}
	return locks, nil
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
	n, err := m.cfg.Locks.Unlock(ctx, a.Name)
	if err != nil {
		return 0, sessionError(err)
	}
	return n, m.record(c, audit.Event{Type: audit.Unlock, User: audit.Known(a.Name), Account: a.Number, Count: int64(n)})
}
