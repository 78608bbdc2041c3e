package verify

import (
	"context"
	"runtime"
	"sync/atomic"
	"time"
)

// Limits bound the work at one time and the queue before it.
type Limits struct {
	Workers   int           `toml:"workers"`    // jobs at one time; 0 is the number of CPUs
	Queue     int           `toml:"queue"`      // jobs that may wait for a worker; 0 is 64
	QueueWait time.Duration `toml:"queue_wait"` // longest wait; 0 is 2 s

	// Conversations is how many jobs may wait for replies at one time; 0 is half of
	// Workers. It is kept below Workers, so that jobs that ask nothing find one free.
	Conversations int           `toml:"conversations"`
	ReplyWait     time.Duration `toml:"reply_wait"` // longest wait for one reply; 0 is 60 s
}

func (l Limits) withDefaults() Limits {
	if l.Workers <= 0 {
		l.Workers = runtime.NumCPU()
	}
	if l.Queue <= 0 {
		l.Queue = 64
	}
	if l.QueueWait <= 0 {
		l.QueueWait = 2 * time.Second
	}
	if l.Conversations <= 0 {
		l.Conversations = l.Workers / 2
	}
	l.Conversations = min(l.Conversations, l.Workers-1)
	if l.ReplyWait <= 0 {
		l.ReplyWait = time.Minute
	}
	return l
}

// gate hands out permits, one a running job, in the order of asking.
type gate struct {
	limits  Limits
	permits chan struct{} // an element is a permit that is out
	talks   chan struct{} // an element is a conversation that is open
	waiting atomic.Int64
	closed  chan struct{}
}

func newGate(l Limits) *gate {
	l = l.withDefaults()
	return &gate{
		limits: l, closed: make(chan struct{}),
		permits: make(chan struct{}, l.Workers), talks: make(chan struct{}, l.Conversations),
	}
}

// enter takes a permit, which leave gives back. Errors: ErrBusy, ErrClosed, ctx.Err().
func (g *gate) enter(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if g.isClosed() {
		return ErrClosed
	}
	// A channel hands a freed place straight to its longest waiting sender, so
	// this succeeds only when nobody waits.
	select {
	case g.permits <- struct{}{}:
		return g.entered()
	default:
	}
	if g.waiting.Add(1) > int64(g.limits.Queue) {
		g.waiting.Add(-1)
		return ErrBusy
	}
	defer g.waiting.Add(-1)
	timer := time.NewTimer(g.limits.QueueWait)
	defer timer.Stop()
	select {
	case g.permits <- struct{}{}:
		return g.entered()
	case <-timer.C:
		return ErrBusy
	case <-g.closed:
		return ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
}

// entered gives the permit back if the gate closed while it was being taken.
func (g *gate) entered() error {
	if g.isClosed() {
		g.leave()
		return ErrClosed
	}
	return nil
}

func (g *gate) leave() { <-g.permits }

func (g *gate) running() int { return len(g.permits) }

func (g *gate) isClosed() bool {
	select {
	case <-g.closed:
		return true
	default:
		return false
	}
}

// drain takes every permit for good, which means that no job runs. It returns
// false when ctx ends first; the permits it has taken stay taken, and it may be
// called again with their number. The gate must be closed.
func (g *gate) drain(ctx context.Context, taken *int) bool {
	for *taken < g.limits.Workers {
		select {
		case g.permits <- struct{}{}:
			*taken++
		case <-ctx.Done():
			return false
		}
	}
	return true
}
