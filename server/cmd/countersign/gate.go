package main

import (
	"context"
	"errors"

	"countersign/methods/system"
	"countersign/session"
	"countersign/session/account"
	"countersign/session/throttle"
)

// gate lets the sessions ask the throttle.
type gate struct{ throttle *throttle.Throttle }

// Reserve implements session.Throttle.
func (g gate) Reserve(ctx context.Context, c *session.Credentials) (session.Attempt, error) {
	a, err := g.throttle.Reserve(ctx, throttle.Who{Kind: c.Kind, Name: c.Name, Peer: c.Peer})
	if b, ok := errors.AsType[*throttle.Blocked](err); ok {
		return nil, &session.Throttled{RetryAfter: b.RetryAfter, Scope: string(b.Scope)}
	}
	if err != nil {
		return nil, err
	}
	return a, nil
}

// lockKeeper shows the throttle's locks to the system module.
type lockKeeper struct {
	throttle *throttle.Throttle
	accounts account.Store
}

// List implements system.Locks.
func (k lockKeeper) List(ctx context.Context) ([]system.Lock, error) {
	all, err := k.accounts.List(ctx)
	if err != nil {
		return nil, err
	}
	names := make([]throttle.Name, len(all))
	for i, a := range all {
		names[i] = throttle.Name{Kind: a.Kind, Name: a.Name}
	}
	locks, err := k.throttle.Locks(ctx, names)
	if err != nil {
		return nil, err
	}
	out := make([]system.Lock, len(locks))
	for i, l := range locks {
		out[i] = system.Lock{Scope: string(l.Scope), User: l.Name.Name, Block: l.Block, Failures: l.Failures, Until: l.Until}
	}
	return out, nil
}

// Unlock implements system.Locks.
func (k lockKeeper) Unlock(ctx context.Context, user string) (int, error) {
	return k.throttle.Unlock(ctx, k.throttle.Tag(account.User, user))
}
