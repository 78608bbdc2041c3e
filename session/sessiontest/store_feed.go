package sessiontest

import (
	"context"
	"slices"
	"testing"
	"time"

	"countersign/session"
)

// patience is how long anything that other processes do may take in the suite. It is
// not how long it should take: the machine may be busy.
const patience = 20 * time.Second

func feedTellsEndsOnly(t *testing.T, s session.Store) {
	seq := latest(t, s)
	insert(t, s, records(0, 3)...)
	must(t, s.Touch(t.Context(), []session.Touch{{ID: id(0), Seen: epoch.Add(time.Minute)}}))
	wantEnds(t, s, seq)
	must(t, s.DeletePublic(t.Context(), record(1).Public))
	_, err := s.Delete(t.Context(), ids(0, 1))
	must(t, err)
	wantEnds(t, s, seq, id(1), id(0))
	changes, _, err := s.Changes(t.Context(), seq)
	must(t, err)
	if changes[0].Session != id(1) || changes[1].Session != id(0) {
		t.Fatal("the feed is not in the order of commits")
	}
	wantEnds(t, s, seq+1, id(0))
	wantEnds(t, s, seq+2)
}

func feedTellsWhatIsAnnounced(t *testing.T, s session.Store) {
	seq := latest(t, s)
	must(t, s.Announce(t.Context(), "somebody"))
	must(t, s.Announce(t.Context(), "another"))
	changes, last, err := s.Changes(t.Context(), seq)
	must(t, err)
	want := []session.Change{{Seq: seq + 1, Account: "somebody"}, {Seq: seq + 2, Account: "another"}}
	if !slices.Equal(changes, want) || last != seq+2 {
		t.Fatalf("%+v up to %d, want %+v", changes, last, want)
	}
}

func feedComesInPieces(t *testing.T, s session.Store) {
	insert(t, s, records(0, 2300)...)
	seq := latest(t, s)
	_, err := s.Delete(t.Context(), ids(0, 2300))
	must(t, err)
	f := &follower{store: s, after: seq, ends: map[session.Digest]int{}}
	for _, want := range []int{1000, 1000, 300} {
		changes, last, err := s.Changes(t.Context(), f.after)
		must(t, err)
		if len(changes) != want || last != seq+2300 {
			t.Fatalf("a piece of %d up to %d, want %d up to %d", len(changes), last, want, seq+2300)
		}
		f.after = changes[want-1].Seq
	}
	f.after = seq
	must(t, f.catchUp(t))
	must(t, f.want(ids(0, 2300)...))
}

func watchHearsOfOthers(t *testing.T, one, two session.Store) {
	insert(t, one, records(0, 5)...)
	ctx, cancel := context.WithCancel(t.Context())
	signals := one.Watch(ctx)
	f := follow(t, one)
	for n := range 5 {
		_, err := two.Delete(t.Context(), ids(n, n+1))
		must(t, err)
		began := time.Now()
		for f.ends[id(n)] == 0 {
			select {
			case <-signals:
			case <-time.After(patience):
				t.Fatalf("no signal about session %d", n)
			}
			must(t, f.catchUp(t))
		}
		t.Logf("heard of it after %v", time.Since(began).Round(time.Microsecond))
	}
	// After the end of ctx the channel may be used, but nothing need come.
	cancel()
	select {
	case <-signals:
	default:
	}
}
