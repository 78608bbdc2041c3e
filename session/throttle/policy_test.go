package throttle

import (
	"slices"
	"testing"
	"time"
)

// TestWait: the published waits in seconds, after the n-th failure.
func TestWait(t *testing.T) {
	short := defaultPair()
	short.Waits, short.MaxWait, short.Free = []time.Duration{3 * time.Second}, 10*time.Second, 1
	for _, row := range []struct {
		schedule Schedule
		want     []int
	}{
		{defaultPair(), []int{0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 30, 60, 120, 240, 480, 900, 900, 900}},
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
	if s := defaultPair(); s.wait(1<<40) != s.MaxWait {
		t.Error("after very many failures the wait is not the longest")
	}
}

// TestUnsafeRules: a throttle that would not throttle is refused, in the words of a
// settings file.
func TestUnsafeRules(t *testing.T) {
	for want, spoil := range map[string]func(*Rules){
		"pair.free: 0 is less than one":                            func(r *Rules) { r.Pair.Free = 0 },
		"pair.waits: there are none":                               func(r *Rules) { r.Pair.Waits = nil },
		"account.waits: 0s is shorter than a millisecond":          func(r *Rules) { r.Account.Waits = []time.Duration{time.Second, 0} },
		"pair.max_wait: 0s is shorter than a millisecond":          func(r *Rules) { r.Pair.MaxWait = 0 },
		"account.quiet: 900ns is shorter than a millisecond":       func(r *Rules) { r.Account.Quiet = 900 },
		"pair.disable: 5 is not more than free, 5":                 func(r *Rules) { r.Pair.Disable = 5 },
		"account.disable: 101 is more than 100":                    func(r *Rules) { r.Account.Disable = 101 },
		"pair.forget: 1m0s is earlier than quiet, 15m0s":           func(r *Rules) { r.Pair.Forget = time.Minute },
		"source.burst: 0 is less than one":                         func(r *Rules) { r.Source.Burst = 0 },
		"source.every: 0s is shorter than a millisecond":           func(r *Rules) { r.Source.Every = 0 },
		"source.max_wait: 1s is shorter than every, 5s":            func(r *Rules) { r.Source.MaxWait = time.Second },
		"known_good: -1s is shorter than a millisecond":            func(r *Rules) { r.KnownGood = -time.Second },
		"known_blocks: 0 is less than one":                         func(r *Rules) { r.KnownBlocks = 0 },
		"lease: 0s is shorter than a millisecond":                  func(r *Rules) { r.Lease = 0 },
		"wait: 0s is shorter than a millisecond":                   func(r *Rules) { r.Wait = 0 },
		"queue: 0 is less than one":                                func(r *Rules) { r.Queue = 0 },
		"rows: -1 is less than one":                                func(r *Rules) { r.Rows = -1 },
		"pair.free: 0 is less than one\nqueue: 0 is less than one": func(r *Rules) { r.Pair.Free, r.Queue = 0, 0 },
	} {
		rules := DefaultRules()
		spoil(&rules)
		if _, err := New(t.Context(), Config{Store: unused{}, Rules: &rules}); err == nil || err.Error() != "throttle: "+want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if _, err := New(t.Context(), Config{}); err == nil {
		t.Error("without a store")
	}
}

// unused is a store that must not be reached.
type unused struct{ Store }
