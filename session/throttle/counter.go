package throttle

import "time"

// rule is how a counter judges. Its methods expect a counter that was brought up to
// now with advance.
type rule interface {
	// advance does what time alone does: writes off pending attempts whose lease is
	// over, and forgives.
	advance(c *Counter, now time.Time)
	// judge tells whether one more attempt may begin.
	judge(c *Counter, now time.Time) verdict
	// failed notes that one or more attempts, no longer pending, failed at a time.
	failed(c *Counter, at time.Time)
}

// verdict is a counter's word on one more attempt.
type verdict struct {
	blocked, disabled bool
	until             time.Time // of blocked
	// full: free failures are left, but pending attempts hold them.
	full bool
}

// settled are the failures that are decided.
func (c *Counter) settled() int { return c.Failures - c.Pending }

// reserve counts an attempt as failed in advance. It gives the epoch under which the
// attempt is decided.
func (c *Counter) reserve(now time.Time, lease time.Duration) (epoch int64) {
	if c.Epoch == 0 {
		// A counter that is removed and comes back must not take attempts of its former
		// life for its own.
		c.Epoch = now.UnixMicro()
	}
	c.Failures++
	c.Pending++
	if c.Pending == 1 {
		c.Lease = now.Add(lease)
		return c.Epoch
	}
	// Those under way keep their lease, or one whose verifier died would be under way for
	// as long as others come.
	c.Young++
	c.YoungLease = latest(c.YoungLease, now.Add(lease))
	return c.Epoch + 1
}

// decide takes an attempt out of the pending ones. It is false if the attempt was
// written off before.
func (c *Counter) decide(epoch int64) bool {
	switch {
	case epoch == c.Epoch && c.Pending > c.Young:
		c.Pending--
	case epoch == c.Epoch+1 && c.Young > 0:
		c.Young--
		c.Pending--
	default:
		return false
	}
	if c.Pending == c.Young && c.Young > 0 {
		c.grow()
	}
	return true
}

// grow puts the young attempts in the place of the others, of which there are none left.
func (c *Counter) grow() {
	c.Epoch++
	c.Lease, c.Young, c.YoungLease = c.YoungLease, 0, time.Time{}
}

// giveBack uncounts an attempt, in time or not.
func (c *Counter) giveBack(epoch int64) {
	if c.decide(epoch) || c.settled() > 0 {
		c.Failures--
	}
}

// writeOff decides that what has been pending for longer than its lease has failed: its
// verifier died, or lost its store.
func (c *Counter) writeOff(r rule, now time.Time) {
	for c.Pending > 0 && !now.Before(c.Lease) {
		late := c.Lease
		c.Pending = c.Young
		c.grow()
		r.failed(c, late)
	}
}

func latest(times ...time.Time) (last time.Time) {
	for _, t := range times {
		if t.After(last) {
			last = t
		}
	}
	return last
}

// advance implements rule.
func (s *Schedule) advance(c *Counter, now time.Time) {
	c.writeOff(s, now)
	if !now.Before(latest(c.Last, c.Until).Add(s.Quiet)) {
		c.Failures, c.Until = c.Pending, time.Time{}
	}
	if !c.Disabled && !now.Before(c.Last.Add(s.Forget)) {
		c.Run = c.Pending
	}
}

// judge implements rule. When the free failures are used one attempt at a time may
// begin, after each wait.
func (s *Schedule) judge(c *Counter, now time.Time) verdict {
	run := c.Run - c.Pending
	slots := 1
	switch {
	case c.Disabled || run >= s.Disable:
		return verdict{blocked: true, disabled: true}
	case c.settled() < s.Free:
		slots = s.Free - c.settled()
	case now.Before(c.Until):
		return verdict{blocked: true, until: c.Until}
	}
	return verdict{full: c.Pending >= min(slots, s.Disable-run)}
}

// failed implements rule.
func (s *Schedule) failed(c *Counter, at time.Time) {
	c.Last = latest(c.Last, at)
	if wait := s.wait(c.settled()); wait > 0 {
		c.Until = latest(c.Until, at.Add(wait))
	}
	if c.Run-c.Pending >= s.Disable {
		c.Disabled = true
	}
}

// advance implements rule.
func (b *Bucket) advance(c *Counter, now time.Time) {
	if forgiven := min(int(now.Sub(c.Last)/b.Every), c.settled()); forgiven > 0 {
		c.Failures -= forgiven
		c.Last = c.Last.Add(time.Duration(forgiven) * b.Every)
	}
	if c.settled() == 0 {
		c.Last = latest(c.Last, now) // forgiving begins with the next failure, not before
	}
	c.writeOff(b, now)
	b.measure(c)
}

// judge implements rule.
func (b *Bucket) judge(c *Counter, _ time.Time) verdict {
	if c.settled() >= b.Burst {
		return verdict{blocked: true, until: c.Until}
	}
	return verdict{full: c.Pending >= b.Burst-c.settled()}
}

// failed implements rule. Attempts of known good blocks are not judged by their source,
// and can fill it beyond the burst.
func (b *Bucket) failed(c *Counter, _ time.Time) {
	c.Failures = min(c.settled(), b.Burst-1+int(b.MaxWait/b.Every)) + c.Pending
	b.measure(c)
}

// measure keeps Until, for lists.
func (b *Bucket) measure(c *Counter) {
	c.Until = time.Time{}
	if over := c.settled() - b.Burst + 1; over > 0 {
		c.Until = c.Last.Add(time.Duration(over) * b.Every)
	}
}
