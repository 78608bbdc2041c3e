package server

import (
	"context"
	"sync"
	"time"

	"countersign/session"
)

// callContext is a request's context with a deadline whose timer is made only when
// somebody waits for it: most methods return before they would.
type callContext struct {
	context.Context // the request's
	deadline        time.Time
	once            sync.Once
	timed           context.Context
	cancel          context.CancelFunc
	session         *session.Session // nil for a caller without one
}

// Value implements context.Context: methods that deal in sessions find theirs here, and
// never one of a context around it, which may be another caller's.
func (c *callContext) Value(key any) any {
	switch {
	case key != session.Key:
		return c.Context.Value(key)
	case c.session == nil:
		return nil
	}
	return c.session
}

func (c *callContext) arm() context.Context {
	c.once.Do(func() { c.timed, c.cancel = context.WithDeadline(c.Context, c.deadline) })
	return c.timed
}

// Deadline implements context.Context.
func (c *callContext) Deadline() (time.Time, bool) { return c.deadline, true }

// Done implements context.Context.
func (c *callContext) Done() <-chan struct{} { return c.arm().Done() }

// Err implements context.Context.
func (c *callContext) Err() error { return c.arm().Err() }

// ended stands in for the context of a call that is over.
var ended = func() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}()

// release frees the timer, if there is one.
func (c *callContext) release() {
	c.once.Do(func() { c.timed = ended })
	if c.cancel != nil {
		c.cancel()
	}
}
