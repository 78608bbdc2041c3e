package throttletest

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"countersign/session/throttle"
)

func key(account, block string) throttle.Key { return throttle.Key{Account: account, Block: block} }

// full is a counter with something in every field.
func full(k throttle.Key) throttle.Counter {
	at := func(n int) time.Time { return epoch.Add(time.Duration(n)*time.Second + time.Microsecond) }
	return throttle.Counter{
		Key: k, Failures: 1, Run: 2, Pending: 3, Lease: at(4), Epoch: 5, Last: at(6), Until: at(7),
		Disabled: true, Good: at(8), Expires: at(9), Young: 2, YoungLease: at(10),
	}
}

func changeKeepsEveryField(t *testing.T, s throttle.Store) {
	k := key("a", "192.0.2.1/32")
	if got := load(t, s, k); got != (throttle.Counter{Key: k}) {
		t.Fatalf("a counter that is not there is %+v", got)
	}
	want := full(k)
	put(t, s, want)
	if got := load(t, s, k); got != want {
		t.Fatalf("got  %+v\nwant %+v", got, want)
	}
	for _, near := range []throttle.Key{key("a", ""), key("", "192.0.2.1/32"), key("A", "192.0.2.1/32")} {
		if got := load(t, s, near); got != (throttle.Counter{Key: near}) {
			t.Errorf("%+v is there: %+v", near, got)
		}
	}
	must(t, s.Change(t.Context(), []throttle.Key{k}, throttle.Durable, func(all throttle.Counters) {
		if *all[k] != want {
			t.Errorf("Change shows %+v", *all[k])
		}
		*all[k] = throttle.Counter{Key: k}
	}))
	if got := load(t, s, k); got != (throttle.Counter{Key: k}) {
		t.Fatalf("zeros came back as %+v", got)
	}
}

// changeOfMany: more counters than fit into one statement, and a key twice.
func changeOfMany(t *testing.T, s throttle.Store) {
	const n = 2500
	var keys []throttle.Key
	for i := range n {
		keys = append(keys, key(fmt.Sprint("a", i), "local"))
	}
	for i := range 2 {
		must(t, s.Change(t.Context(), append(slices.Clone(keys), keys[0]), throttle.Durability(i), func(all throttle.Counters) {
			for _, c := range all {
				c.Failures++
			}
		}))
	}
	all, err := s.Load(t.Context(), append(slices.Clone(keys), key("nobody", "")))
	must(t, err)
	if len(all) != n+1 {
		t.Fatalf("%d counters, want %d", len(all), n+1)
	}
	for k, c := range all {
		if want := 2; k.Account != "nobody" && c.Failures != want {
			t.Fatalf("%+v has %d failures, want %d", k, c.Failures, want)
		}
	}
}

func resetForgetsFailuresOnly(t *testing.T, s throttle.Store) {
	pair, all, other := full(key("a", "b1")), full(key("a", "")), full(key("b", "b1"))
	clean := throttle.Counter{Key: key("a", "b2"), Good: epoch, Expires: epoch}
	source := full(key("", "b1"))
	put(t, s, pair, all, other, clean, source)
	for _, row := range []struct {
		reset throttle.Key
		want  int
	}{{key("a", ""), 2}, {key("a", ""), 0}, {key("nobody", ""), 0}, {key("", "b1"), 1}, {key("", "b9"), 0}, {key("", ""), 0}, {key("\x00", ""), 0}} {
		n, err := s.Reset(t.Context(), row.reset)
		must(t, err)
		if n != row.want {
			t.Errorf("reset of %+v: %d, want %d", row.reset, n, row.want)
		}
	}
	for _, c := range []throttle.Counter{pair, all, source} {
		want := throttle.Counter{Key: c.Key, Epoch: c.Epoch + 2, Good: c.Good, Expires: c.Expires}
		if got := load(t, s, c.Key); got != want {
			t.Errorf("got  %+v\nwant %+v", got, want)
		}
	}
	for _, c := range []throttle.Counter{other, clean} {
		if got := load(t, s, c.Key); got != c {
			t.Errorf("reset touched %+v", got)
		}
	}
}

func sweepAtTheLimit(t *testing.T, s throttle.Store) {
	for i := range 3 {
		put(t, s, throttle.Counter{Key: key(fmt.Sprint(i), ""), Failures: 1, Expires: epoch.Add(time.Duration(i-1) * time.Microsecond)})
	}
	n, err := s.Sweep(t.Context(), epoch)
	must(t, err)
	if n != 2 || load(t, s, key("2", "")).Failures != 1 || load(t, s, key("1", "")).Failures != 0 {
		t.Fatalf("swept %d", n)
	}
}

func trimKeepsTheWorst(t *testing.T, s throttle.Store) {
	counters := []throttle.Counter{
		{Key: key("disabled", ""), Disabled: true},
		{Key: key("run", ""), Failures: 1, Run: 50},
		{Key: key("failures", ""), Failures: 9, Run: 9},
		{Key: key("newer", ""), Failures: 1, Run: 1, Expires: epoch.Add(time.Second)},
		{Key: key("older", ""), Failures: 1, Run: 1, Expires: epoch},
		{Key: key("", "source"), Failures: 1},
	}
	good := throttle.Counter{Key: key("good", "b"), Good: epoch}
	put(t, s, append(slices.Clone(counters), good)...)
	for keep := len(counters); keep >= 0; keep-- {
		n, err := s.Trim(t.Context(), keep, 1)
		must(t, err)
		if want := min(1, len(counters)-keep); n != want {
			t.Fatalf("%d left: removed %d, want %d", keep, n, want)
		}
		for i, c := range counters {
			if there := load(t, s, c.Key) == c; there != (i < keep) {
				t.Fatalf("%d left: %+v there: %v", keep, c.Key, there)
			}
		}
	}
	if got := load(t, s, good.Key); got != good {
		t.Fatalf("what is known good was removed: %+v", got)
	}
}

func trimOfKnownBlocks(t *testing.T, s throttle.Store) {
	for i := range 10 {
		for _, name := range []string{"a", "b"} {
			put(t, s, throttle.Counter{Key: key(name, fmt.Sprint(i)), Good: epoch.Add(time.Duration(i) * time.Second)})
		}
	}
	n, err := s.Trim(t.Context(), 0, 3)
	must(t, err)
	if n != 14 {
		t.Errorf("removed %d, want 14", n)
	}
	for i := range 10 {
		if there := !load(t, s, key("b", fmt.Sprint(i))).Good.IsZero(); there != (i >= 7) {
			t.Errorf("block %d there: %v", i, there)
		}
	}
}

func waitingInOrder(t *testing.T, s throttle.Store) {
	put(t, s,
		throttle.Counter{Key: key("short", ""), Until: epoch.Add(time.Microsecond)},
		throttle.Counter{Key: key("over", ""), Until: epoch},
		throttle.Counter{Key: key("disabled", ""), Disabled: true},
		throttle.Counter{Key: key("", "long"), Until: epoch.Add(time.Hour)},
		throttle.Counter{Key: key("idle", ""), Failures: 3})
	for _, row := range []struct {
		limit int
		want  string
	}{{10, "[{disabled } { long} {short }]"}, {2, "[{disabled } { long}]"}} {
		found, err := s.Waiting(t.Context(), epoch, row.limit)
		must(t, err)
		var keys []throttle.Key
		for _, c := range found {
			keys = append(keys, c.Key)
		}
		if got := fmt.Sprint(keys); got != row.want {
			t.Errorf("got %s, want %s", got, row.want)
		}
	}
}

func cancelledCallsFail(t *testing.T, s throttle.Store) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	k := []throttle.Key{key("a", "")}
	_, loaded := s.Load(ctx, k)
	_, reset := s.Reset(ctx, k[0])
	for what, err := range map[string]error{
		"Load": loaded, "Reset": reset,
		"Change": s.Change(ctx, k, throttle.Durable, func(all throttle.Counters) { all[k[0]].Failures = 1 }),
	} {
		if err == nil {
			t.Errorf("%s passes", what)
		}
	}
	if got := load(t, s, k[0]); got.Failures != 0 {
		t.Error("a cancelled change was made")
	}
}

func secretIsShared(t *testing.T, one, two throttle.Store) {
	fresh := []byte{0, 0xff, 1}
	first, err := one.Secret(t.Context(), fresh)
	must(t, err)
	second, err := two.Secret(t.Context(), []byte("another"))
	must(t, err)
	if !bytes.Equal(first, fresh) || !bytes.Equal(second, fresh) {
		t.Fatalf("secrets %x and %x, want %x", first, second, fresh)
	}
}

// parallelChangesAddUp: no change is lost, of counters that were there and of new ones,
// whatever order they are named in.
func parallelChangesAddUp(t *testing.T, one, two throttle.Store) {
	const workers, rounds = 8, 25
	keys := []throttle.Key{key("a", ""), key("a", "b"), key("", "b")}
	stores := []throttle.Store{one, two}
	parallel(t, workers, func(ctx context.Context, i int) error {
		mine := slices.Clone(keys)
		if i%4 < 2 {
			slices.Reverse(mine)
		}
		for n := range rounds {
			if err := stores[i%2].Change(ctx, mine, throttle.Durability(n%2), func(all throttle.Counters) {
				for _, c := range all {
					c.Failures++
				}
			}); err != nil {
				return err
			}
		}
		return nil
	})
	for _, k := range keys {
		if got := load(t, two, k).Failures; got != workers*rounds {
			t.Errorf("%+v has %d, want %d", k, got, workers*rounds)
		}
	}
}
