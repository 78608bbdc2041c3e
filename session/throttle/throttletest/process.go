package throttletest

import (
	"context"
	"fmt"
	"strconv"
	"testing"

	"countersign/session/internal/twin"
	"countersign/session/throttle"
)

// serve is the second process: "wrong 100 alice" and "right 25 alice" make so many
// attempts at once and answer how many of them were verified.
func serve(t *testing.T, s throttle.Store) {
	th := open(t, s, newClock())
	twin.Serve(t, func(order string) (string, error) {
		n, err := obey(t.Context(), th, order)
		return strconv.Itoa(n), err
	})
}

func obey(ctx context.Context, th *throttle.Throttle, order string) (int, error) {
	var verb, name string
	var n int
	if _, err := fmt.Sscan(order, &verb, &n, &name); err != nil {
		return 0, err
	}
	switch verb {
	case "wrong":
		return guess(ctx, from(name, home), n, th)
	case "right":
		return n, login(ctx, from(name, home), n, th)
	}
	return 0, fmt.Errorf("unknown order %q", order)
}

// tell gives the second process an order and waits for how many were verified.
func tell(p *twin.Process, verb string, n int, name string) (int, error) {
	answer, err := p.Do(fmt.Sprint(verb, " ", n, " ", name))
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(answer)
}

// twoProcesses: two processes on one database share the counters.
func twoProcesses(t *testing.T, s throttle.Store, p *twin.Process) {
	th := open(t, s, newClock())
	for i := range 5 {
		name := fmt.Sprint("wrong", i)
		verified := both(t, func() (int, error) { return tell(p, "wrong", 100, name) }, func(ctx context.Context) (int, error) {
			return guess(ctx, from(name, home), 100, th)
		})
		if verified != freePer {
			t.Errorf("%d guesses of 200 in two processes were verified, want %d", verified, freePer)
		}
		wantBlocked(t, th, from(name, home), throttle.ScopePair)
		_, err := th.UnlockSource(t.Context(), home+"/32")
		must(t, err)
	}
	for i := range 3 {
		name := fmt.Sprint("right", i)
		both(t, func() (int, error) { return tell(p, "right", 25, name) }, func(ctx context.Context) (int, error) {
			return 25, login(ctx, from(name, home), 25, th)
		})
	}
	n, err := tell(p, "wrong", 20, "later")
	must(t, err)
	wantBlocked(t, th, from("later", home), throttle.ScopePair)
	if n != freePer {
		t.Errorf("%d guesses were verified, want %d", n, freePer)
	}
	if _, err := th.Unlock(t.Context(), "user", "later"); err != nil {
		t.Fatal(err)
	}
	if n, err = tell(p, "right", 1, "later"); n != 1 || err != nil {
		t.Errorf("unlocked here, the other process lets in %d: %v", n, err)
	}
}

// both has an order obeyed in the second process and runs f here at the same time, and
// adds the answers up.
func both(t *testing.T, order func() (int, error), f func(context.Context) (int, error)) int {
	t.Helper()
	var answers [2]int
	parallel(t, 2, func(ctx context.Context, i int) (err error) {
		if i == 0 {
			answers[i], err = order()
		} else {
			answers[i], err = f(ctx)
		}
		return err
	})
	return answers[0] + answers[1]
}
