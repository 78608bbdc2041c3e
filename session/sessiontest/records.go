package sessiontest

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"countersign/session"
)

// epoch is when the sessions of the suite were made: to the microsecond, in UTC.
var epoch = time.UnixMicro(1_900_000_000_123_456).UTC()

// alice and bob are accounts; the suite needs no store of accounts.
const (
	alice = "a11ce000000000000000000000000001"
	bob   = "b0b00000000000000000000000000002"
)

// record makes the n-th session, of alice. Its secrets are not secret.
func record(n int) session.Record {
	r := session.Record{
		ID:      id(n),
		Key:     sha256.Sum256(fmt.Append(nil, "key", n)),
		Account: alice,
		Created: epoch, Seen: epoch, End: epoch.Add(12 * time.Hour),
		Idle: time.Hour,
		Peer: "192.0.2.1:4711", Agent: "sessiontest", Endpoint: "/RPC2",
	}
	binary.BigEndian.PutUint64(r.Public[:], uint64(n))
	return r
}

func id(n int) session.Digest { return sha256.Sum256(fmt.Append(nil, "id", n)) }

// records makes the sessions from..to-1.
func records(from, to int) []session.Record {
	all := make([]session.Record, 0, to-from)
	for n := from; n < to; n++ {
		all = append(all, record(n))
	}
	return all
}

func ids(from, to int) []session.Digest {
	all := make([]session.Digest, 0, to-from)
	for n := from; n < to; n++ {
		all = append(all, id(n))
	}
	return all
}

func insert(t testing.TB, s session.Store, all ...session.Record) {
	t.Helper()
	must(t, s.Insert(t.Context(), all))
}

func get(t testing.TB, s session.Store, id session.Digest) session.Record {
	t.Helper()
	r, err := s.Get(t.Context(), id)
	must(t, err)
	return r
}

// wantLive and wantDead say which sessions there must and must not be.
func wantLive(t testing.TB, s session.Store, all ...session.Record) {
	t.Helper()
	for _, r := range all {
		if got := get(t, s, r.ID); got != r {
			t.Fatalf("got  %+v\nwant %+v", got, r)
		}
	}
}

func wantDead(t testing.TB, s session.Store, all ...session.Digest) {
	t.Helper()
	for _, id := range all {
		_, err := s.Get(t.Context(), id)
		wantErr(t, err, session.ErrNotFound)
	}
}

// latest is the highest sequence number.
func latest(t testing.TB, s session.Store) int64 {
	t.Helper()
	changes, n, err := s.Changes(t.Context(), -1)
	must(t, err)
	if len(changes) != 0 {
		t.Fatalf("Changes(-1) gave %d changes", len(changes))
	}
	return n
}

// wantEnds checks that the feed tells of exactly these ends after a number.
func wantEnds(t testing.TB, s session.Store, after int64, want ...session.Digest) {
	t.Helper()
	changes, last, err := s.Changes(t.Context(), after)
	must(t, err)
	if last != after+int64(len(want)) {
		t.Fatalf("latest is %d, want %d", last, after+int64(len(want)))
	}
	var got []session.Digest
	for i, c := range changes {
		if c.Seq != after+1+int64(i) || c.Account != "" {
			t.Fatalf("change %d is %+v", i, c)
		}
		got = append(got, c.Session)
	}
	if !sameSet(got, want) {
		t.Fatalf("the feed tells of %d ends, want %d: %x", len(got), len(want), got)
	}
}

func sameSet(a, b []session.Digest) bool {
	return slices.Equal(sorted(a), sorted(b))
}

func sorted(all []session.Digest) []session.Digest {
	return slices.SortedFunc(slices.Values(all), func(a, b session.Digest) int { return slices.Compare(a[:], b[:]) })
}

// follower reads a feed to its end again and again, as a process does that keeps
// sessions in memory, and checks its order.
type follower struct {
	store session.Store
	after int64
	ends  map[session.Digest]int
}

func follow(t testing.TB, s session.Store) *follower {
	return &follower{store: s, after: latest(t, s), ends: map[session.Digest]int{}}
}

// catchUp reads what there is. It returns errors for use outside the test's goroutine.
func (f *follower) catchUp(t testing.TB) error {
	for {
		changes, last, err := f.store.Changes(t.Context(), f.after)
		if err != nil {
			return err
		}
		for _, c := range changes {
			if c.Seq != f.after+1 {
				return fmt.Errorf("change %d came after %d", c.Seq, f.after)
			}
			f.after = c.Seq
			f.ends[c.Session]++
		}
		if len(changes) == 0 {
			if last != f.after {
				return fmt.Errorf("latest is %d, but nothing comes after %d", last, f.after)
			}
			return nil
		}
	}
}

// want checks that each of these ends was told of once, and no other.
func (f *follower) want(ends ...session.Digest) error {
	for _, id := range ends {
		if f.ends[id] != 1 {
			return fmt.Errorf("the end of %x was told of %d times", id[:4], f.ends[id])
		}
	}
	if len(f.ends) != len(ends) {
		return errors.New("the feed told of ends that were none")
	}
	return nil
}
