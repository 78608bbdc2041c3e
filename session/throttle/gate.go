package throttle

import (
	"context"
	"errors"

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
