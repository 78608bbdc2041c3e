package main

import (
	"context"
	"errors"

	"countersign/session"
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
