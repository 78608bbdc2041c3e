package throttle

import (
	"context"
	"fmt"
	"time"

	"countersign/session/account"
)

// Name is an account that a list may name.
type Name struct {
	Kind account.Kind
	Name string
}

// Lock is a counter that blocks now.
type Lock struct {
	Key
	Scope Scope
	// Name is the account's, if it is one of those that the list may name: names that
	// were only typed are not kept.
	Name Name
	// Failures is how many are in a row, or of a source, not forgiven yet.
	Failures int
	// Until is when an attempt may begin; zero for disabled accounts.
	Until time.Time
	// Good tells that the account is known good at the block.
	Good bool
}

// maxLocks bounds a list.
const maxLocks = 1000

// Locks lists what is blocked, disabled accounts first, then the longest waits; at most
// 1000. Accounts are named if they are among names, under whichever tag they are counted
// or were before.
func (t *Throttle) Locks(ctx context.Context, names []Name) ([]Lock, error) {
	t.keepUp(ctx)
	now := t.now()
	waiting, err := t.cfg.Store.Waiting(ctx, now, maxLocks)
	if err != nil {
		return nil, fmt.Errorf("throttle: %w", err)
	}
	known := t.named(names)
	locks := make([]Lock, 0, len(waiting))
	for _, c := range waiting {
		l := c.lock()
		l.Good = now.Before(c.Good.Add(t.rules.KnownGood))
		if c.Account != "" {
			l.Name = known[c.Account]
		}
		locks = append(locks, l)
	}
	return locks, nil
}

// named gives names by their tags. The form stands for the account that is counted by it,
// if there is one.
func (t *Throttle) named(names []Name) map[string]Name {
	known := make(map[string]Name, 2*len(names))
	for _, n := range names {
		known[t.ownTag(n.Kind, n.Name)] = n
		form := t.formTag(n.Kind, n.Name)
		if _, taken := known[form]; !taken || !t.apart.has(n) {
			known[form] = n
		}
	}
	return known
}

// lock describes a counter that blocks.
func (c *Counter) lock() Lock {
	l := Lock{Key: c.Key, Scope: c.scope(), Failures: c.Run - c.Pending, Until: c.Until}
	switch l.Scope {
	case ScopeDisabled:
		l.Until = time.Time{}
	case ScopeSource:
		l.Failures = c.settled()
	case ScopePair, ScopeAccount:
	}
	return l
}

func (c *Counter) scope() Scope {
	switch {
	case c.Disabled:
		return ScopeDisabled
	case c.Account == "":
		return ScopeSource
	case c.Block == "":
		return ScopeAccount
	}
	return ScopePair
}

// Unlock forgets the failures of an account, at every block and over all, and enables it
// again. It returns how many counters had any. Those of the form and those of the very name
// go together: which of them count can have changed since, or be about to in another
// process. So one that is kept apart unlocks the one that the form stands for as well.
func (t *Throttle) Unlock(ctx context.Context, kind account.Kind, name string) (int, error) {
	form, err := t.UnlockTag(ctx, t.formTag(kind, name))
	if err != nil {
		return 0, err
	}
	own, err := t.UnlockTag(ctx, t.ownTag(kind, name))
	return form + own, err
}

// UnlockTag is Unlock for the account with the tag, as a Lock has it.
func (t *Throttle) UnlockTag(ctx context.Context, tag string) (int, error) {
	return t.reset(ctx, Key{Account: tag})
}

// UnlockSource forgets the failures of an address block over all names, as Block writes
// it. It returns how many counters had any: 0 or 1.
func (t *Throttle) UnlockSource(ctx context.Context, block string) (int, error) {
	return t.reset(ctx, Key{Block: block})
}

func (t *Throttle) reset(ctx context.Context, key Key) (int, error) {
	n, err := t.cfg.Store.Reset(ctx, key)
	if err != nil {
		return 0, fmt.Errorf("throttle: %w", err)
	}
	return n, nil
}
