package throttle

import (
	"context"
	"sync/atomic"
	"time"
)

// Attempt is one verification that was counted in advance. It is decided by the first of
// Succeeded, SucceededSoon, Failed and Void that is called; later calls do nothing. One
// that is never decided has failed when its lease is over.
//
// Succeeded, Failed and Void return when the decision is written. When ctx ends before
// that, it is written all the same. Errors: session.ErrUnavailable when the store could
// not be asked; the attempt then stays counted as failed.
type Attempt struct {
	t       *Throttle
	parts   []part
	epochs  []int64
	decided atomic.Bool
}

// Succeeded gives the attempt back, lets the account start anew at this block, and makes
// the block known to be good.
func (a *Attempt) Succeeded(ctx context.Context) error {
	_, err := a.decide(ctx, succeeded)
	return err
}

// SucceededSoon is Succeeded for callers who need not wait: it is written within a
// moment, with what others want written. If it is not, because the process dies or the
// store is away, the attempt stays counted as failed; the log is told.
func (a *Attempt) SucceededSoon() {
	if !a.decided.Swap(true) {
		a.t.queue.soon(newDecision(a, succeeded))
	}
}

// Failed leaves the attempt counted, and tells what is locked by it: without names, and
// without what the others of its counters were before.
func (a *Attempt) Failed(ctx context.Context) ([]Lock, error) { return a.decide(ctx, failed) }

// Void gives back an attempt whose verification never took place. It is not for
// clients that went away: they may have seen enough.
func (a *Attempt) Void(ctx context.Context) error {
	_, err := a.decide(ctx, void)
	return err
}

func (a *Attempt) decide(ctx context.Context, what what) ([]Lock, error) {
	if a.decided.Swap(true) {
		return nil, nil
	}
	o := newDecision(a, what)
	err := a.t.queue.do(ctx, o, 0)
	if err != nil {
		return nil, err
	}
	return o.locked, nil
}

// role is which of an attempt's counters one is.
type role int

const (
	ofPair role = iota
	ofAccount
	ofSource
)

// part is one counter of an attempt.
type part struct {
	key  Key
	rule rule
	role role
}

// what happens to an attempt.
type what int

const (
	reserve what = iota
	succeeded
	failed
	void
)

// apply does an op on the counters. It sets the op's results afresh, so it may be
// repeated on other counters.
func (t *Throttle) apply(all Counters, o *op, now time.Time) {
	o.outcome = outcome{epochs: o.outcome.epochs[:0]}
	for _, p := range o.attempt.parts {
		p.rule.advance(all[p.key], now)
	}
	if o.what == reserve {
		t.reserve(all, o, now)
	} else {
		t.settle(all, o, now)
	}
	for _, p := range o.attempt.parts {
		t.setExpiry(all[p.key])
	}
}

func (t *Throttle) reserve(all Counters, o *op, now time.Time) {
	parts := o.attempt.parts
	if judging := t.judging(all, parts, now); !o.judge(all, judging, now) {
		return
	}
	for _, p := range parts {
		c := all[p.key]
		o.epochs = append(o.epochs, c.reserve(now, t.rules.Lease))
		if p.role != ofSource {
			c.Run++
		}
	}
}

// judging is which counters have a say.
func (t *Throttle) judging(all Counters, parts []part, now time.Time) []part {
	first := all[parts[0].key]
	if parts[0].role == ofPair && !first.Good.IsZero() && now.Before(first.Good.Add(t.rules.KnownGood)) {
		return parts[:1]
	}
	return parts
}

func (t *Throttle) settle(all Counters, o *op, now time.Time) {
	for i, p := range o.attempt.parts {
		c, epoch := all[p.key], o.attempt.epochs[i]
		switch o.what {
		case failed:
			if !c.decide(epoch) {
				continue
			}
			p.rule.failed(c, now)
			if p.rule.judge(c, now).blocked {
				o.locked = append(o.locked, c.lock())
			}
		case void:
			c.giveBack(epoch)
			if p.role != ofSource {
				c.Run = max(c.Run-1, c.Pending)
			}
		case succeeded:
			succeed(c, p, epoch, now)
		case reserve:
		}
	}
}

// succeed: at its own block a success makes up for everything. Over all blocks it ends
// the row of failures, but gives nobody else new free ones.
func succeed(c *Counter, p part, epoch int64, now time.Time) {
	c.giveBack(epoch)
	if p.role != ofSource && !c.Disabled {
		c.Run = c.Pending
	}
	if p.role == ofPair {
		c.Good = latest(c.Good, now)
		c.Failures, c.Until = c.Pending, time.Time{}
	}
}

// never is when a disabled counter expires: the last year that both engines' tools can
// show.
var never = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)

func (t *Throttle) setExpiry(c *Counter) {
	c.Expires = time.Time{}
	if c.Failures > 0 || c.Run > 0 {
		keep := t.rules.Pair.Forget
		if c.Account == "" {
			keep = t.rules.Source.MaxWait
		} else if c.Block == "" {
			keep = t.rules.Account.Forget
		}
		c.Expires = latest(c.Last, c.Until, c.Lease, c.YoungLease).Add(keep)
	}
	if !c.Good.IsZero() {
		c.Expires = latest(c.Expires, c.Good.Add(t.rules.KnownGood))
	}
	if c.Disabled {
		c.Expires = never
	}
}
