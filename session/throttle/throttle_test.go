package throttle_test

import (
	"context"
	"errors"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"countersign/session"
	"countersign/session/account"
	"countersign/session/throttle"
	"countersign/session/throttle/throttletest"
)

var alice = throttle.Who{Kind: account.User, Name: "alice", Peer: netip.MustParseAddr("192.0.2.1")}

func newThrottle(t *testing.T, cfg throttle.Config) *throttle.Throttle {
	t.Helper()
	if cfg.Store == nil {
		cfg.Store = throttletest.NewMemory()
	}
	th, err := throttle.New(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return th
}

func reserve(t *testing.T, th *throttle.Throttle) *throttle.Attempt {
	t.Helper()
	a, err := th.Reserve(t.Context(), alice)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// counterOf is alice's at her address.
func counterOf(t *testing.T, th *throttle.Throttle, s throttle.Store) throttle.Counter {
	t.Helper()
	key := throttle.Key{Account: th.Tag(alice.Kind, alice.Name), Block: throttle.Block(alice.Peer)}
	all, err := s.Load(t.Context(), []throttle.Key{key})
	if err != nil {
		t.Fatal(err)
	}
	return *all[key]
}

// TestWaitsForUndecided: an attempt that finds all places taken waits for one, but not
// for ever, and then gives way without a trace.
func TestWaitsForUndecided(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		th := newThrottle(t, throttle.Config{})
		var held []*throttle.Attempt
		for range 5 {
			held = append(held, reserve(t, th))
		}
		begin := time.Now()
		if _, err := th.Reserve(t.Context(), alice); !errors.Is(err, session.ErrBusy) {
			t.Errorf("no place: %v", err)
		}
		if waited := time.Since(begin); waited != throttle.DefaultRules().Wait {
			t.Errorf("waited %v", waited)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := th.Reserve(ctx, alice); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a caller who leaves: %v", err)
		}
		granted := make(chan *throttle.Attempt)
		go func() { granted <- reserve(t, th) }()
		synctest.Wait()
		select {
		case <-granted:
			t.Error("a sixth attempt began")
		default:
		}
		if err := held[0].Succeeded(t.Context()); err != nil {
			t.Error(err)
		}
		<-granted
		th.Close()
	})
}

// TestQueueIsBounded: attempts that wait are few for each source, and in all.
func TestQueueIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rules := throttle.DefaultRules()
		rules.Queue = 3
		th := newThrottle(t, throttle.Config{Rules: &rules})
		busy := make(chan bool, 100)
		for source := range 4 {
			who := alice
			who.Peer = netip.AddrFrom4([4]byte{192, 0, 2, byte(source)})
			for range 5 {
				if _, err := th.Reserve(t.Context(), who); err != nil {
					t.Fatal(err)
				}
			}
			for range 5 {
				go func() {
					begin := time.Now()
					_, err := th.Reserve(t.Context(), who)
					busy <- errors.Is(err, session.ErrBusy) && time.Since(begin) == 0
				}()
			}
		}
		refused := 0
		for range 20 {
			if <-busy {
				refused++
			}
		}
		if refused != 20-2*3 {
			t.Errorf("%d of 20 were refused at once, want 14", refused)
		}
		th.Close()
	})
}

// failing is a store that cannot be reached.
type failing struct {
	*throttletest.Memory
	down bool
}

var errDown = errors.New("connection refused")

func (s *failing) Change(ctx context.Context, keys []throttle.Key, d throttle.Durability, work func(throttle.Counters)) error {
	if s.down {
		return errDown
	}
	return s.Memory.Change(ctx, keys, d, work)
}

// TestUnreachableStore: without the store nothing is verified, and what was reserved
// before stays counted.
func TestUnreachableStore(t *testing.T) {
	s := &failing{Memory: throttletest.NewMemory()}
	th := newThrottle(t, throttle.Config{Store: s})
	a := reserve(t, th)
	s.down = true
	_, err := th.Reserve(t.Context(), alice)
	for _, err := range []error{err, a.Succeeded(t.Context())} {
		if !errors.Is(err, session.ErrUnavailable) || !errors.Is(err, errDown) {
			t.Errorf("got %v", err)
		}
	}
	s.down = false
	if c := counterOf(t, th, s); c.Failures != 1 || c.Pending != 1 {
		t.Errorf("%+v, want one failure that is pending", c)
	}
}

// TestGivenBackWhenNobodyWaits: an attempt that is granted to a caller who has left does
// not count.
func TestGivenBackWhenNobodyWaits(t *testing.T) {
	s := &slow{Memory: throttletest.NewMemory(), entered: make(chan struct{}), leave: make(chan struct{})}
	th := newThrottle(t, throttle.Config{Store: s})
	ctx, cancel := context.WithCancel(t.Context())
	result := make(chan error)
	go func() {
		_, err := th.Reserve(ctx, alice)
		result <- err
	}()
	<-s.entered
	cancel()
	if err := <-result; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	close(s.leave)
	go func() {
		for range s.entered { // the rest is not slow
		}
	}()
	th.Close()
	if c := counterOf(t, th, s); c.Failures != 0 || c.Pending != 0 {
		t.Errorf("%+v, want no failure", c)
	}
	close(s.entered)
}

type slow struct {
	*throttletest.Memory
	entered, leave chan struct{}
}

func (s *slow) Change(ctx context.Context, keys []throttle.Key, d throttle.Durability, work func(throttle.Counters)) error {
	s.entered <- struct{}{}
	<-s.leave
	return s.Memory.Change(ctx, keys, d, work)
}

// BenchmarkAttempt is one attempt from reservation to decision, without a database.
func BenchmarkAttempt(b *testing.B) {
	th, err := throttle.New(b.Context(), throttle.Config{Store: throttletest.NewMemory()})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		a, err := th.Reserve(b.Context(), alice)
		if err != nil {
			b.Fatal(err)
		}
		if err := a.Succeeded(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}
