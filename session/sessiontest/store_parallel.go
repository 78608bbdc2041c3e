package sessiontest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"countersign/session"
)

// parallel runs f n times at once and fails the test with the first error.
func parallel(t *testing.T, n int, f func(i int) error) {
	t.Helper()
	var all sync.WaitGroup
	errs := make([]error, n)
	for i := range n {
		all.Go(func() { errs[i] = f(i) })
	}
	all.Wait()
	must(t, errors.Join(errs...))
}

// parallelLives: many sessions live and die over two stores at once, with others
// touching and listing them all the time. What was acknowledged is visible at once
// from either store, an ended session never comes back, and a reader of the feed sees
// every end once.
func parallelLives(t *testing.T, one, two session.Store) {
	const workers, lives = 16, 12
	stores := []session.Store{one, two}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	f := follow(t, two)
	var others sync.WaitGroup
	others.Go(func() { disturb(t, ctx, one, workers*lives) })
	others.Go(func() { disturb(t, ctx, two, workers*lives) })
	others.Go(func() {
		for ctx.Err() == nil {
			if err := f.catchUp(t); err != nil {
				t.Error(err)
				return
			}
			time.Sleep(time.Millisecond) // a pace, not a wait for anything
		}
	})
	parallel(t, workers, func(i int) error {
		for n := i * lives; n < (i+1)*lives; n++ {
			if err := live(t, n, stores[n%2], stores[(n+1)%2]); err != nil {
				return fmt.Errorf("session %d: %w", n, err)
			}
		}
		return nil
	})
	stop()
	others.Wait()
	must(t, f.catchUp(t))
	must(t, f.want(ids(0, workers*lives)...))
	left, err := one.List(t.Context(), "", 0)
	must(t, err)
	if len(left) != 0 {
		t.Fatalf("%d ended sessions are back", len(left))
	}
}

func live(t testing.TB, n int, here, there session.Store) error {
	ctx := t.Context()
	if err := here.Insert(ctx, records(n, n+1)); err != nil {
		return err
	}
	if _, err := there.Get(ctx, id(n)); err != nil {
		return fmt.Errorf("acknowledged, but not to be seen: %w", err)
	}
	if err := there.Touch(ctx, []session.Touch{{ID: id(n), Seen: epoch.Add(time.Second)}}); err != nil {
		return err
	}
	gone, err := there.Delete(ctx, ids(n, n+1))
	if err != nil || len(gone) != 1 {
		return fmt.Errorf("delete found %d: %w", len(gone), err)
	}
	for range 3 {
		if _, err := here.Get(ctx, id(n)); !errors.Is(err, session.ErrNotFound) {
			return fmt.Errorf("seen after its end was acknowledged: %w", err)
		}
	}
	return nil
}

// disturb touches and lists until ctx ends.
func disturb(t testing.TB, ctx context.Context, s session.Store, n int) {
	for ctx.Err() == nil {
		var touches []session.Touch
		for range 20 {
			touches = append(touches, session.Touch{ID: id(rand.IntN(n)), Seen: epoch.Add(rand.N(time.Hour))})
		}
		err := s.Touch(t.Context(), touches)
		if err == nil {
			_, err = s.List(t.Context(), alice, 10)
		}
		if err != nil {
			t.Error(err)
			return
		}
	}
}

// parallelDeletesShareOut: of many that delete the same sessions, each in batches of
// its own order, exactly one is told that it ended a session.
func parallelDeletesShareOut(t *testing.T, one, two session.Store) {
	const n = 200
	insert(t, one, records(0, n)...)
	f := follow(t, one)
	var told [n]atomic.Int32
	number := map[session.Digest]int{}
	for i := range n {
		number[id(i)] = i
	}
	stores := []session.Store{one, two}
	parallel(t, 8, func(i int) error {
		order := rand.Perm(n)
		for len(order) > 0 {
			k := min(len(order), 1+rand.IntN(40))
			var batch []session.Digest
			for _, m := range order[:k] {
				batch = append(batch, id(m))
			}
			order = order[k:]
			gone, err := stores[i%2].Delete(t.Context(), batch)
			if err != nil {
				return err
			}
			for _, id := range gone {
				told[number[id]].Add(1)
			}
		}
		return nil
	})
	for i := range told {
		if got := told[i].Load(); got != 1 {
			t.Errorf("%d callers were told that they ended session %d", got, i)
		}
	}
	must(t, f.catchUp(t))
	must(t, f.want(ids(0, n)...))
}

// parallelTouchAndSweep: a session that is touched in time is not swept, whatever
// order the two come in.
func parallelTouchAndSweep(t *testing.T, one, two session.Store) {
	const n = 100
	all := records(0, n)
	for i := range all {
		all[i].End = epoch.Add(1000 * time.Hour)
	}
	insert(t, one, all...)
	// Each round is half an hour, half the idle limit. Even sessions are touched.
	for round := range 4 {
		now := epoch.Add(time.Duration(round) * 30 * time.Minute)
		parallel(t, 4, func(i int) error {
			if i%2 == 1 {
				_, err := []session.Store{one, two}[i/2].Sweep(t.Context(), now, 1000)
				return err
			}
			var touches []session.Touch
			for k := i; k < n; k += 4 {
				touches = append(touches, session.Touch{ID: id(k), Seen: now})
			}
			return []session.Store{two, one}[i/2].Touch(t.Context(), touches)
		})
	}
	for k := range n {
		_, err := one.Get(t.Context(), id(k))
		if alive := err == nil; alive != (k%2 == 0) {
			t.Fatalf("session %d: %v", k, err)
		}
	}
}
