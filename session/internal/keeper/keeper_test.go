package keeper

import (
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// TestRunsAfterEachKick: what was handed in before a Kick is seen by a run after it,
// however many kick at once, and no two runs overlap.
func TestRunsAfterEachKick(t *testing.T) {
	var in, done atomic.Int64
	var running atomic.Bool
	k := New(func() {
		if running.Swap(true) {
			t.Error("two runs at a time")
		}
		done.Store(in.Load())
		running.Store(false)
	})
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for n := range 500 {
				in.Add(1)
				k.Kick()
				if n%100 == 99 {
					k.Stop()
				}
			}
		})
	}
	all.Wait()
	k.Stop()
	if in.Load() != done.Load() {
		t.Errorf("the last run saw %d of %d", done.Load(), in.Load())
	}
}

// TestLingers: the goroutine stays for a while, ends by itself, and a later Kick has
// another one.
func TestLingers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		runs := 0
		k := New(func() { runs++ })
		alive := func() bool {
			k.mu.Lock()
			defer k.mu.Unlock()
			return k.alive
		}
		for want := 1; want <= 3; want++ {
			k.Kick()
			synctest.Wait()
			if runs != want || !alive() {
				t.Fatalf("%d runs, want %d; alive %v", runs, want, alive())
			}
			time.Sleep(linger - 1)
			if !alive() {
				t.Fatal("it did not linger")
			}
			if want == 2 {
				continue // before its time is over
			}
			time.Sleep(time.Nanosecond)
			synctest.Wait()
			if alive() {
				t.Fatal("it lingers for ever")
			}
		}
	})
}

// TestStop waits for the work that is under way and leaves no goroutine.
func TestStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		finished := 0
		k := New(func() {
			time.Sleep(time.Second)
			finished++
		})
		k.Stop()
		k.Kick()
		synctest.Wait()
		k.Kick() // once more, after the run that is under way
		k.Stop()
		if finished != 2 || k.alive {
			t.Errorf("stopped after %d of 2 runs; alive %v", finished, k.alive)
		}
	})
}

// TestKickWithin: the work runs when the time is over, with a Kick that comes before, or
// when the Keeper is stopped; once for all of them.
func TestKickWithin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var runs atomic.Int64
		k := New(func() { runs.Add(1) })
		start := time.Now()
		check := func(what string, after time.Duration, want int64) {
			t.Helper()
			synctest.Wait()
			if took, ran := time.Since(start), runs.Swap(0); took != after || ran != want {
				t.Errorf("%s: %d runs after %v, want %d after %v", what, ran, took, want, after)
			}
			start = time.Now()
		}
		k.KickWithin(time.Second)
		time.Sleep(time.Second - time.Nanosecond)
		check("too early", time.Second-time.Nanosecond, 0)
		time.Sleep(time.Nanosecond)
		check("in time", time.Nanosecond, 1)
		k.KickWithin(time.Second)
		k.KickWithin(time.Minute)
		k.Kick()
		time.Sleep(time.Hour)
		check("with a kick", time.Hour, 1)
		k.KickWithin(time.Second)
		k.Stop()
		check("stopped", 0, 1)
		time.Sleep(time.Hour)
		check("afterwards", time.Hour, 0)
	})
}
