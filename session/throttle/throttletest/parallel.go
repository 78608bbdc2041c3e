package throttletest

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"countersign/session"
	"countersign/session/throttle"
)

// work stands for a verification: a moment in which others do the same.
func work() { time.Sleep(rand.N(2 * time.Millisecond)) }

// guess makes n wrong attempts at once, spread over throttles, and gives how many of
// them were verified.
func guess(ctx context.Context, who throttle.Who, n int, over ...*throttle.Throttle) (int, error) {
	var verified atomic.Int32
	errs := make([]error, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			a, err := over[i%len(over)].Reserve(ctx, who)
			var blocked *throttle.Blocked
			switch {
			case errors.As(err, &blocked), errors.Is(err, session.ErrBusy):
			case err != nil:
				errs[i] = err
			default:
				verified.Add(1)
				work()
				_, errs[i] = a.Failed(ctx)
			}
		})
	}
	all.Wait()
	return int(verified.Load()), errors.Join(errs...)
}

// login makes n right attempts at once, spread over throttles. All must pass.
func login(ctx context.Context, who throttle.Who, n int, over ...*throttle.Throttle) error {
	errs := make([]error, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			a, err := over[i%len(over)].Reserve(ctx, who)
			if err == nil {
				work()
				err = a.Succeeded(ctx)
			}
			errs[i] = err
		})
	}
	all.Wait()
	return errors.Join(errs...)
}

// wrongInParallel: 200 wrong passwords at once are five guesses, over two nodes too
// (requirement AUT-3); after each wait it is one.
func wrongInParallel(t *testing.T, one, two throttle.Store) {
	c := newClock()
	nodes := []*throttle.Throttle{open(t, one, c), open(t, two, c)}
	for round, name := range []string{"alice", "bob", "carol"} {
		who := from(name, home)
		verified, err := guess(t.Context(), who, 200, nodes[:1+round%2]...)
		must(t, err)
		if verified != freePer {
			t.Errorf("%s: %d guesses of 200 were verified, want %d", name, verified, freePer)
		}
		for _, wait := range waits[:3] {
			c.forward(wait)
			verified, err := guess(t.Context(), who, 50, nodes...)
			must(t, err)
			if verified != 1 {
				t.Errorf("%s: %d guesses were verified after a wait, want 1", name, verified)
			}
		}
	}
}

// rightInParallel: 50 right passwords at once all pass (requirement AUT-3), on one node
// and on two, from one source, with a few failures before and from behind a wait.
func rightInParallel(t *testing.T, one, two throttle.Store) {
	c := newClock()
	nodes := []*throttle.Throttle{open(t, one, c), open(t, two, c)}
	for round, failures := range []int{0, 0, freePer - 1, freePer} {
		who := from([]string{"alice", "bob", "carol", "dave"}[round], home)
		for range failures {
			fail(t, nodes[0], who)
		}
		c.forward(1 * second)
		must(t, login(t.Context(), who, 50, nodes[:1+round%2]...))
	}
}

// restart: what one process counted, the next one knows.
func restart(t *testing.T, one, two throttle.Store) {
	c := newClock()
	before, who := open(t, one, c), from("alice", home)
	for range freePer {
		fail(t, before, who)
	}
	good := from("bob", home)
	succeed(t, before, good)
	before.Close()
	after := open(t, two, c)
	if b := wantBlocked(t, after, who, throttle.ScopePair); b.RetryAfter != 1*second {
		t.Errorf("the wait is %v, want 1s", b.RetryAfter)
	}
	if before.Tag(who.Kind, who.Name) != after.Tag(who.Kind, who.Name) {
		t.Error("a name has another tag after a restart")
	}
	if got := load(t, two, key(after.Tag(good.Kind, good.Name), home+"/32")); !got.Good.Equal(epoch) {
		t.Errorf("bob's block is good since %v", got.Good)
	}
}
