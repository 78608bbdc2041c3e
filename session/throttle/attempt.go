package throttle

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"countersign/session"
)

// Attempt is one verification that was counted in advance. It is decided by the first of
// Succeeded, SucceededSoon, Failed and Void that is called; later calls do nothing. One
// that is never decided has failed when its lease is over.
//
// Succeeded, Failed and Void return when the decision is written. When ctx ends before that, it is
// written all the same. Errors: session.ErrUnavailable when the store could not be
// asked; the attempt then stays counted as failed.
type Attempt struct {
	t       *Throttle
	parts   []part
	epochs  []int64
	facts   facts
	decided atomic.Bool
}

// facts are what dialects tell of an attempt.
type facts struct{ left, earlier int }

// Left is how many further attempts are free if this one fails: when it is 0 a failure
// begins a wait. Known good blocks are told their own number.
func (a *Attempt) Left() int { return a.facts.left }

// Earlier is how many attempts on the account have failed since the last success, from
// wherever; for the owner to see at login.
func (a *Attempt) Earlier() int { return a.facts.earlier }

// Succeeded gives the attempt back, lets the account start anew at this block, and makes
// the block known to be good.
func (a *Attempt) Succeeded(ctx context.Context) error { return a.decide(ctx, succeeded) }

// SucceededSoon is Succeeded for callers who need not wait: it is written within a
// moment, with what others want written. If it is not, because the process dies or the
// store is away, the attempt stays counted as failed; the log is told.
func (a *Attempt) SucceededSoon() {
	if !a.decided.Swap(true) {
		a.t.queue.soon(newDecision(a, succeeded))
	}
}

// Failed leaves the attempt counted.
func (a *Attempt) Failed(ctx context.Context) error { return a.decide(ctx, failed) }

// Void gives back an attempt whose verification never took place. It is not for
// clients that went away: they may have seen enough.
func (a *Attempt) Void(ctx context.Context) error { return a.decide(ctx, void) }

// Settle decides by what a session.Authenticator returned: nil is a success; busy,
// unavailable and unusable input are void; a *session.Challenge decides nothing yet;
// everything else, an end of ctx included, is a failure.
func (a *Attempt) Settle(ctx context.Context, err error) error {
	ctx = context.WithoutCancel(ctx)
	var challenge *session.Challenge
	var refusal *session.Refusal
	switch {
	case err == nil:
		return a.Succeeded(ctx)
	case errors.As(err, &challenge):
		return nil
	case errors.Is(err, session.ErrBusy), errors.Is(err, session.ErrUnavailable),
		errors.As(err, &refusal) && refusal.Reason == session.ReasonInput:
		return a.Void(ctx)
	}
	return a.Failed(ctx)
}

func (a *Attempt) decide(ctx context.Context, what what) error {
	if a.decided.Swap(true) {
		return nil
	}
	return a.t.queue.do(ctx, newDecision(a, what), 0)
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
		c.reserve(now, t.rules.Lease)
		if p.role != ofSource {
			c.Run++
		}
		o.epochs = append(o.epochs, c.Epoch)
		switch p.role {
		case ofPair:
			o.facts.left = max(0, t.rules.Pair.Free-c.Failures)
		case ofAccount:
			o.facts.earlier = c.Run - c.Pending
		case ofSource:
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
			if c.decide(epoch) {
				p.rule.failed(c, now)
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
		c.Expires = latest(c.Last, c.Until, c.Lease).Add(keep)
	}
	if !c.Good.IsZero() {
		c.Expires = latest(c.Expires, c.Good.Add(t.rules.KnownGood))
	}
	if c.Disabled {
		c.Expires = never
	}
}
