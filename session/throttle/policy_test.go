package throttle

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// TestWait: the published waits in seconds, after the n-th failure.
func TestWait(t *testing.T) {
	short := DefaultPair()
	short.Waits, short.MaxWait, short.Free = []time.Duration{3 * time.Second}, 10*time.Second, 1
	for _, row := range []struct {
		schedule Schedule
		want     []int
	}{
		{DefaultPair(), []int{0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 30, 60, 120, 240, 480, 900, 900, 900}},
		{short, []int{0, 3, 6, 10, 10}},
	} {
		var got []int
		for n := range row.want {
			got = append(got, int(row.schedule.wait(n)/time.Second))
		}
		if !slices.Equal(got, row.want) {
			t.Errorf("got %v, want %v", got, row.want)
		}
	}
	if s := DefaultPair(); s.wait(1<<40) != s.MaxWait {
		t.Error("after very many failures the wait is not the longest")
	}
}

// TestUnsafePolicies: a throttle that would not throttle is refused.
func TestUnsafePolicies(t *testing.T) {
	pair := func(f func(*Schedule)) Config { s := DefaultPair(); f(&s); return Config{Pair: &s} }
	source := func(f func(*Bucket)) Config { b := DefaultSource(); f(&b); return Config{Source: &b} }
	for name, cfg := range map[string]Config{
		"no store":        {},
		"no free failure": pair(func(s *Schedule) { s.Free = 0 }),
		"no waits":        pair(func(s *Schedule) { s.Waits = nil }),
		"a wait of zero":  pair(func(s *Schedule) { s.Waits = []time.Duration{1, 0} }),
		"no longest wait": pair(func(s *Schedule) { s.MaxWait = 0 }),
		"no quiet":        pair(func(s *Schedule) { s.Quiet = 0 }),
		"never disabled":  pair(func(s *Schedule) { s.Disable = 0 }),
		"forgets at once": pair(func(s *Schedule) { s.Forget = time.Minute }),
		"no burst":        source(func(b *Bucket) { b.Burst = 0 }),
		"no refill":       source(func(b *Bucket) { b.Every = 0 }),
		"no wait":         source(func(b *Bucket) { b.MaxWait = 0 }),
	} {
		if name != "no store" {
			cfg.Store = unused{}
		}
		if _, err := New(t.Context(), cfg); err == nil || !strings.HasPrefix(err.Error(), "throttle: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// unused is a store that must not be reached.
type unused struct{ Store }
