package throttletest

import (
	"fmt"
	"testing"
	"time"

	"countersign/session/throttle"
)

const (
	home    = "192.0.2.1"
	abroad  = "198.51.100.7"
	second  = time.Second
	tick    = time.Microsecond
	freePer = 5
)

// waits is the published schedule: after the fifth failure and every further one.
var waits = []time.Duration{
	1 * second, 2 * second, 4 * second, 8 * second, 16 * second, 30 * second,
	60 * second, 120 * second, 240 * second, 480 * second, 900 * second, 900 * second, 900 * second,
}

// schedule: each wait is as published, to the microsecond, and the answer says how much
// of it is left.
func schedule(t *testing.T, s throttle.Store) {
	c := newClock()
	th, who := open(t, s, c), from("alice", home)
	for left := freePer - 1; left > 0; left-- {
		if locked := fail(t, th, who); locked != nil {
			t.Errorf("with %d attempts left it is locked: %+v", left, locked)
		}
		c.forward(tick)
	}
	for n, wait := range waits {
		locked := fail(t, th, who)
		want := throttle.Lock{Key: locked[0].Key, Scope: throttle.ScopePair, Failures: freePer + n, Until: c.Now().Add(wait)}
		if locked[0] != want || locked[0].Block != throttle.Block(who.Peer) || locked[0].Account == "" {
			t.Errorf("wait %d: locked %+v, want %+v", n, locked, want)
		}
		for _, row := range []struct{ past, left time.Duration }{
			{0, wait}, {wait / 2, wait - wait/2}, {wait - tick, tick},
		} {
			now := c.Now()
			c.forward(row.past)
			b := wantBlocked(t, th, who, throttle.ScopePair)
			if b.RetryAfter != row.left || !b.Until.Equal(now.Add(wait)) {
				t.Errorf("wait %d after %v: %v until %v, want %v until %v", n, row.past, b.RetryAfter, b.Until, row.left, now.Add(wait))
			}
			if want := int((row.left + second - 1) / second); b.Seconds() != want {
				t.Errorf("%v are %d seconds, want %d", row.left, b.Seconds(), want)
			}
			c.forward(-row.past)
		}
		c.forward(wait)
	}
	wantFree(t, th, who)
}

// decay: 15 minutes after the end of the last wait the account starts anew; a
// microsecond earlier it does not.
func decay(t *testing.T, s throttle.Store) {
	for _, row := range []struct {
		failures int
		wait     time.Duration
	}{{3, 0}, {5, 1 * second}, {8, 8 * second}} {
		for _, early := range []bool{true, false} {
			c := newClock()
			th, who := open(t, s, c), from(fmt.Sprint("decay", row.failures, early), home)
			for n := range row.failures {
				if n >= freePer {
					c.forward(waits[n-freePer])
				}
				fail(t, th, who)
			}
			c.forward(row.wait + 15*time.Minute)
			want := freePer
			if early {
				c.forward(-tick)
				want = max(1, freePer-row.failures)
			}
			more := 1
			for fail(t, th, who) == nil {
				more++
			}
			if more != want {
				t.Errorf("%d failures, early %v: the %dth after them locks, want the %dth", row.failures, early, more, want)
			}
			_, err := th.UnlockSource(t.Context(), throttle.Block(who.Peer))
			must(t, err)
		}
	}
}

func successStartsAnew(t *testing.T, s throttle.Store) {
	c := newClock()
	th, who := open(t, s, c), from("alice", home)
	for range 3 {
		for range freePer - 1 {
			fail(t, th, who)
		}
		succeed(t, th, who)
	}
	for range freePer {
		fail(t, th, who)
	}
	wantBlocked(t, th, who, throttle.ScopePair)
	c.forward(1 * second)
	succeed(t, th, who) // after a wait too
	for range freePer {
		fail(t, th, who)
	}
	if b := wantBlocked(t, th, who, throttle.ScopePair); b.RetryAfter != 1*second {
		t.Errorf("the wait is %v, want 1s again", b.RetryAfter)
	}
}

func voidCountsNothing(t *testing.T, s throttle.Store) {
	th, who := open(t, s, newClock()), from("alice", home)
	for range 50 {
		wantFree(t, th, who)
	}
	for range freePer {
		a, err := th.Reserve(t.Context(), who)
		must(t, err)
		_, err = a.Failed(t.Context())
		must(t, err)
		must(t, a.Void(t.Context())) // decided already
		must(t, a.Succeeded(t.Context()))
	}
	wantBlocked(t, th, who, throttle.ScopePair)
}

// undecidedCountsAsFailed: whoever dies while verifying gives nobody a free guess, and a
// decision that comes too late is not counted twice.
func undecidedCountsAsFailed(t *testing.T, s throttle.Store) {
	c := newClock()
	th, who := open(t, s, c), from("alice", home)
	var attempts []*throttle.Attempt
	for range freePer {
		a, err := th.Reserve(t.Context(), who)
		must(t, err)
		attempts = append(attempts, a)
	}
	c.forward(throttle.DefaultRules().Lease)
	if b := wantBlocked(t, th, who, throttle.ScopePair); b.RetryAfter != 1*second {
		t.Errorf("wait %v, want 1s", b.RetryAfter)
	}
	for _, a := range attempts[1:] {
		locked, err := a.Failed(t.Context())
		must(t, err)
		if locked != nil {
			t.Errorf("a decision that comes too late locks %+v", locked)
		}
	}
	c.forward(1 * second)
	fail(t, th, who)
	if b := wantBlocked(t, th, who, throttle.ScopePair); b.RetryAfter != 2*second {
		t.Errorf("wait %v after six failures, want 2s", b.RetryAfter)
	}
	must(t, attempts[0].Succeeded(t.Context()))
	wantFree(t, th, who)
}

// othersDoNotKeepItPending: an attempt that nobody will decide has failed when its lease
// is over, though others come and go all the time; none of those is written off early.
func othersDoNotKeepItPending(t *testing.T, s throttle.Store) {
	lease := throttle.DefaultRules().Lease
	c := newClock()
	th, who := open(t, s, c), from("alice", home)
	for range freePer - 1 {
		fail(t, th, who)
	}
	_, err := th.Reserve(t.Context(), who) // its process dies
	must(t, err)
	other := from("bob", home)
	other.Peer = who.Peer
	var held *throttle.Attempt
	for range 5 {
		c.forward(lease / 4)
		next, err := th.Reserve(t.Context(), other)
		must(t, err)
		if held != nil {
			must(t, held.Succeeded(t.Context()))
		}
		held = next
	}
	// 75 s after the last one before it began, the lost one is a failure: the fifth.
	b := load(t, s, throttle.Key{Block: throttle.Block(who.Peer)})
	if b.Pending != 1 {
		t.Errorf("%d attempts are pending, want that of bob alone: %+v", b.Pending, b)
	}
	if _, err := th.Reserve(t.Context(), who); err != nil {
		t.Errorf("after its lease and the wait: %v", err)
	}
	must(t, held.Succeeded(t.Context()))
	if b := load(t, s, throttle.Key{Block: throttle.Block(who.Peer)}); b.Pending != 1 {
		t.Errorf("%d attempts are pending, want that of alice", b.Pending)
	}
}

// disabledAtAHundred: however slowly somebody guesses, after 100 failures in a row the
// account is closed until it is unlocked; a success in between begins a new row.
func disabledAtAHundred(t *testing.T, s throttle.Store) {
	c := newClock()
	th, who := open(t, s, c), from("alice", home)
	slowly := func(n int) {
		for range n {
			fail(t, th, who)
			c.forward(time.Hour)
		}
	}
	slowly(99)
	succeed(t, th, who)
	slowly(99)
	wantFree(t, th, who)
	slowly(1)
	c.forward(365 * 24 * time.Hour)
	if b := wantBlocked(t, th, who, throttle.ScopeDisabled); b.RetryAfter != 0 || !b.Until.IsZero() {
		t.Errorf("a disabled account opens at %v", b.Until)
	}
	wantBlocked(t, th, from("alice", abroad), throttle.ScopeDisabled)
	_, err := th.Sweep(t.Context())
	must(t, err)
	wantBlocked(t, th, who, throttle.ScopeDisabled)
	n, err := th.Unlock(t.Context(), who.Kind, who.Name)
	must(t, err)
	if n == 0 {
		t.Error("nothing was unlocked")
	}
	slowly(99)
	wantFree(t, th, who)
}
