package throttle

import (
	"context"
	"errors"
	"net/netip"

	"countersign/session"
)

// Gate is a Throttle as a session.Manager asks it.
type Gate struct{ *Throttle }

// Reserve implements session.Throttle.
func (g Gate) Reserve(ctx context.Context, c *session.Credentials) (session.Attempt, error) {
	a, err := g.Throttle.Reserve(ctx, Who{Kind: c.Kind, Name: c.Name, Peer: c.Peer})
	if b, ok := errors.AsType[*Blocked](err); ok {
		return nil, &session.Throttled{RetryAfter: b.RetryAfter, Scope: string(b.Scope)}
	}
	if err != nil {
		return nil, err
	}
	return gated{a}, nil
}

// gated is an Attempt as a session.Manager decides it.
type gated struct{ *Attempt }

// Succeeded implements session.Attempt. The login need not wait for it: until it is
// written the attempt counts as failed, which is the safe side.
func (a gated) Succeeded(context.Context) error {
	a.SucceededSoon()
	return nil
}

// Failed implements session.Attempt.
func (a gated) Failed(ctx context.Context) ([]session.Lock, error) {
	found, err := a.Attempt.Failed(ctx)
	if err != nil {
		return nil, err
	}
	locks := make([]session.Lock, len(found))
	for i, l := range found {
		locks[i] = session.Lock{Account: l.Account != "", Block: l.prefix(), Until: l.Until, Failures: l.Failures}
	}
	return locks, nil
}

// prefix is the block, if it has addresses: a Unix socket has none.
func (k Key) prefix() netip.Prefix {
	block, err := netip.ParsePrefix(k.Block)
	if err != nil {
		return netip.Prefix{}
	}
	return block
}
