package sessiontest

import (
	"slices"
	"testing"
	"time"

	"countersign/session"
)

func touchGoesForwardOnly(t *testing.T, s session.Store) {
	insert(t, s, record(1), record(2))
	seq := latest(t, s)
	later := epoch.Add(time.Minute)
	must(t, s.Touch(t.Context(), []session.Touch{
		{ID: id(1), Seen: later.Add(-time.Second)},
		{ID: id(1), Seen: later},
		{ID: id(1), Seen: later.Add(-time.Minute)},
		{ID: id(7), Seen: later},
	}))
	must(t, s.Touch(t.Context(), []session.Touch{{ID: id(1), Seen: later.Add(-time.Microsecond)}}))
	must(t, s.Touch(t.Context(), nil))
	touched := record(1)
	touched.Seen = later
	wantLive(t, s, touched, record(2))
	wantDead(t, s, id(7))
	wantEnds(t, s, seq)
}

func touchNeverRevives(t *testing.T, s session.Store) {
	insert(t, s, record(1), record(2))
	if _, err := s.Delete(t.Context(), ids(1, 2)); err != nil {
		t.Fatal(err)
	}
	must(t, s.Touch(t.Context(), []session.Touch{{ID: id(1), Seen: epoch.Add(time.Hour)}, {ID: id(2), Seen: epoch.Add(time.Second)}}))
	wantDead(t, s, id(1))
	all, err := s.List(t.Context(), "", 0)
	must(t, err)
	if len(all) != 1 {
		t.Fatalf("%d sessions, want 1", len(all))
	}
}

func touchOfMany(t *testing.T, s session.Store) {
	insert(t, s, records(0, 1500)...)
	var touches []session.Touch
	for n := range 1500 {
		touches = append(touches, session.Touch{ID: id(n), Seen: epoch.Add(time.Duration(n) * time.Microsecond)})
	}
	must(t, s.Touch(t.Context(), touches))
	for _, n := range []int{0, 1, 999, 1000, 1023, 1499} {
		r := record(n)
		r.Seen = touches[n].Seen
		wantLive(t, s, r)
	}
}

func deleteTellsWhichWereThere(t *testing.T, s session.Store) {
	insert(t, s, records(0, 5)...)
	seq := latest(t, s)
	gone, err := s.Delete(t.Context(), []session.Digest{id(3), id(9), id(1), id(3)})
	must(t, err)
	if !sameSet(gone, []session.Digest{id(1), id(3)}) {
		t.Fatalf("deleted %d sessions, want 1 and 3", len(gone))
	}
	wantDead(t, s, id(1), id(3))
	wantLive(t, s, record(0), record(2), record(4))
	wantEnds(t, s, seq, id(1), id(3))
	for _, again := range [][]session.Digest{{id(1), id(3)}, nil} {
		gone, err = s.Delete(t.Context(), again)
		if len(gone) != 0 || err != nil {
			t.Fatalf("deleted %d that were not there, %v", len(gone), err)
		}
	}
	wantEnds(t, s, seq, id(1), id(3))
}

func deletePublic(t *testing.T, s session.Store) {
	insert(t, s, record(1), record(2))
	seq := latest(t, s)
	must(t, s.DeletePublic(t.Context(), record(1).Public))
	wantErr(t, s.DeletePublic(t.Context(), record(1).Public), session.ErrNotFound)
	wantDead(t, s, id(1))
	wantLive(t, s, record(2))
	wantEnds(t, s, seq, id(1))
}

func deleteAccount(t *testing.T, s session.Store) {
	others := record(10)
	others.Account = bob
	insert(t, s, append(records(1, 5), others)...)
	seq := latest(t, s)
	for _, step := range []struct {
		account string
		keep    session.Digest
		want    int
	}{
		{"nobody", session.Digest{}, 0},
		{"", session.Digest{}, 0},
		{alice, id(2), 3},
		{alice, id(2), 0},
		{alice, others.ID, 1}, // somebody else's session to keep keeps nothing
	} {
		n, err := s.DeleteAccount(t.Context(), step.account, step.keep)
		if n != step.want || err != nil {
			t.Fatalf("DeleteAccount(%q): %d, %v, want %d", step.account, n, err, step.want)
		}
		if step.keep == id(2) {
			wantLive(t, s, record(2))
		}
	}
	wantDead(t, s, ids(1, 5)...)
	wantLive(t, s, others)
	wantEnds(t, s, seq, ids(1, 5)...)
}

func list(t *testing.T, s session.Store) {
	var alices, all []session.Record
	for n := range 9 {
		r := record(n)
		r.Created = epoch.Add(time.Duration(n*7%9) * time.Second)
		if n%3 == 0 {
			r.Account = bob
		} else {
			alices = append(alices, r)
		}
		all = append(all, r)
	}
	insert(t, s, all...)
	newest := func(a, b session.Record) int { return b.Created.Compare(a.Created) }
	slices.SortFunc(alices, newest)
	slices.SortFunc(all, newest)
	for _, c := range []struct {
		account string
		limit   int
		want    []session.Record
	}{
		{alice, 0, alices}, {alice, 2, alices[:2]}, {alice, 100, alices},
		{"", 0, all}, {"", 4, all[:4]}, {"nobody", 0, nil}, {"x\x00\xff", 0, nil},
	} {
		got, err := s.List(t.Context(), c.account, c.limit)
		must(t, err)
		if !slices.Equal(got, c.want) {
			t.Errorf("List(%q, %d) gave %d sessions, want %d, newest first", c.account, c.limit, len(got), len(c.want))
		}
	}
}

func sweepAtTheLimits(t *testing.T, s session.Store) {
	now := epoch.Add(time.Hour)
	ends := func(n int, end time.Time, idle time.Duration) session.Record {
		r := record(n)
		r.End, r.Idle = end, idle
		return r
	}
	all := []session.Record{
		ends(0, now, 0),                                  // over now
		ends(1, now.Add(time.Microsecond), 0),            // not yet
		ends(2, now.Add(time.Hour), time.Hour),           // unused too long now
		ends(3, now.Add(time.Hour), time.Hour+1000),      // not yet
		ends(4, now.Add(-time.Microsecond), 2*time.Hour), // over whatever idle says
		ends(5, now.Add(time.Hour), time.Hour),           // unused too long, but touched below
		ends(6, now.Add(time.Minute), time.Minute),       // touched, but not enough
	}
	insert(t, s, all...)
	all[5].Seen, all[6].Seen = epoch.Add(time.Second), epoch.Add(59*time.Minute)
	must(t, s.Touch(t.Context(), []session.Touch{{ID: id(5), Seen: all[5].Seen}, {ID: id(6), Seen: all[6].Seen}}))
	n, err := s.Sweep(t.Context(), now, 1000)
	must(t, err)
	dead := 0
	for _, r := range all {
		if r.Expired(now) {
			dead++
			wantDead(t, s, r.ID)
		} else {
			wantLive(t, s, r)
		}
	}
	if n != dead || dead != 4 {
		t.Fatalf("swept %d, %d are expired", n, dead)
	}
}

func sweepIsBoundedAndSilent(t *testing.T, s session.Store) {
	insert(t, s, records(0, 25)...)
	seq := latest(t, s)
	now := epoch.Add(13 * time.Hour)
	for i, want := range []int{10, 10, 5, 0} {
		n, err := s.Sweep(t.Context(), now, 10)
		if n != want || err != nil {
			t.Fatalf("sweep %d removed %d, %v, want %d", i, n, err, want)
		}
	}
	wantEnds(t, s, seq)
}

// sweepTakesChildren: children end with a parent that is swept, which others must hear
// of: they have a time of their own.
func sweepTakesChildren(t *testing.T, s session.Store) {
	now := time.Now().UTC().Truncate(time.Microsecond) // a sweep looks at the age of announcements too
	over, child, stranger := record(1), record(2), record(3)
	for _, r := range []*session.Record{&over, &child, &stranger} {
		r.Created, r.Seen, r.Idle, r.End = now.Add(-time.Hour), now, 0, now.Add(time.Hour)
	}
	over.End, child.Parent = now, over.ID
	insert(t, s, over, child, stranger)
	seq := latest(t, s)
	n, err := s.Sweep(t.Context(), now, 1)
	must(t, err)
	if n != 1 {
		t.Errorf("%d sessions were expired, want 1", n)
	}
	wantDead(t, s, id(1), id(2))
	wantLive(t, s, stranger)
	wantEnds(t, s, seq, id(2))
}

func childrenCounted(t *testing.T, s session.Store) {
	insert(t, s, record(0), record(1))
	for n, account := range []string{alice, alice, bob, alice} {
		r := record(10 + n)
		r.Account, r.Parent, r.End = account, id(n%2), epoch.Add(time.Hour)
		if n == 3 {
			r.End = epoch.Add(time.Minute)
		}
		insert(t, s, r)
	}
	for _, row := range []struct {
		account string
		at      time.Duration
		want    int
	}{{alice, 0, 3}, {alice, time.Minute, 2}, {alice, time.Hour, 0}, {bob, 0, 1}, {"nobody", 0, 0}, {"\x00", 0, 0}} {
		n, err := s.Children(t.Context(), row.account, epoch.Add(row.at))
		must(t, err)
		if n != row.want {
			t.Errorf("%q has %d after %v, want %d", row.account, n, row.at, row.want)
		}
	}
}

func sweepForgetsOldAnnouncements(t *testing.T, s session.Store) {
	insert(t, s, records(0, 3)...)
	seq := latest(t, s)
	_, err := s.Delete(t.Context(), ids(0, 2))
	must(t, err)
	// Announcements are dated by the store's own clock, not by the suite's.
	_, err = s.Sweep(t.Context(), time.Now(), 10)
	must(t, err)
	wantEnds(t, s, seq, ids(0, 2)...)
	_, err = s.Sweep(t.Context(), time.Now().Add(100*time.Hour), 10)
	must(t, err)
	changes, last, err := s.Changes(t.Context(), seq)
	must(t, err)
	if len(changes) != 0 || last != seq+2 {
		t.Fatalf("%d announcements are left, latest is %d, want %d", len(changes), last, seq+2)
	}
	_, err = s.Delete(t.Context(), ids(2, 3))
	must(t, err)
	if last := latest(t, s); last != seq+2 && last != seq+3 {
		t.Fatalf("the numbers began anew: %d after %d", last, seq+2)
	}
}
