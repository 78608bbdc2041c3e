package throttletest

import (
	"context"
	"testing"
	"time"

	"countersign/session/throttle"
)

// TestMemory: the store for other tests passes the suite, as far as one process goes.
func TestMemory(t *testing.T) {
	stores := map[string]*Memory{}
	backend := Backend{
		Fresh: func(t testing.TB) string { stores[t.Name()] = NewMemory(); return t.Name() },
		Open:  func(_ testing.TB, address string) throttle.Store { return stores[address] },
	}
	for _, c := range single {
		t.Run(c.name, func(t *testing.T) { c.run(t, backend.Open(t, backend.Fresh(t))) })
	}
	for _, c := range double {
		t.Run(c.name, func(t *testing.T) {
			s := backend.Open(t, backend.Fresh(t))
			c.run(t, s, s)
		})
	}
}

// torn reads and then writes, with time for others in between.
type torn struct{ *Memory }

func (s torn) Change(ctx context.Context, keys []throttle.Key, _ throttle.Durability, work func(throttle.Counters)) error {
	some, err := s.Load(ctx, keys)
	if err != nil {
		return err
	}
	work(some)
	time.Sleep(time.Millisecond) // a plant, not a wait for anything
	s.mu.Lock()
	defer s.mu.Unlock()
	s.store(some)
	return nil
}

// forgetful does not keep what is not decided yet, as one that counts failures only
// after they happened.
type forgetful struct{ *Memory }

func (s forgetful) Change(ctx context.Context, keys []throttle.Key, d throttle.Durability, work func(throttle.Counters)) error {
	return s.Memory.Change(ctx, keys, d, func(all throttle.Counters) {
		work(all)
		for _, c := range all {
			c.Failures -= c.Pending
			c.Run -= min(c.Run, c.Pending)
			c.Pending = 0
		}
	})
}

// TestPlantedBugs: the suite's count of verified guesses sees the mistakes that it is
// there for.
func TestPlantedBugs(t *testing.T) {
	memory := NewMemory()
	for name, s := range map[string]throttle.Store{"read, then write": torn{memory}, "count afterwards": forgetful{NewMemory()}} {
		c := newClock()
		nodes := []*throttle.Throttle{open(t, s, c), open(t, s, c)}
		worst := 0
		for range 20 { // with luck one round finds nothing
			verified, err := guess(t.Context(), from("alice", home), 200, nodes...)
			must(t, err)
			worst = max(worst, verified)
			c.forward(24 * time.Hour)
		}
		if worst <= freePer {
			t.Errorf("%s: no more than %d guesses were verified", name, worst)
		}
	}
}
