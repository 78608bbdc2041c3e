package sql

import (
	"context"
	stdsql "database/sql"
	"errors"
	"fmt"
	"testing"
	"time"

	"countersign/session/throttle"
)

// TestKnownCounters: what is kept in memory of the counters is what the database holds,
// whoever changed it.
func TestKnownCounters(t *testing.T) {
	db, path := openTemp(t)
	other, err := Open(t.Context(), "sqlite:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	here, there := db.Throttle(), other.Throttle()
	key := throttle.Key{Account: "a", Block: "b"}
	now := time.Now()
	fail := func(s throttle.Store) error {
		return s.Change(t.Context(), []throttle.Key{key}, throttle.Ordered, func(all throttle.Counters) {
			c := all[key]
			c.Failures++
			c.Last, c.Expires = now, now.Add(time.Hour)
		})
	}
	check := func(what string, want int) {
		t.Helper()
		var inside throttle.Counter
		err := here.Change(t.Context(), []throttle.Key{key}, throttle.Ordered, func(all throttle.Counters) { inside = *all[key] })
		stored, err2 := here.Load(t.Context(), []throttle.Key{key})
		if err := errors.Join(err, err2); err != nil {
			t.Fatal(err)
		}
		if inside != *stored[key] || inside.Failures != want {
			t.Errorf("%s: known %+v, stored %+v, want %d failures", what, inside, *stored[key], want)
		}
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	check("before anything", 0)
	must(fail(here))
	check("after a change here", 1)
	must(fail(there))
	check("after a change elsewhere", 2)
	must(errors.Join(fail(here), fail(there), fail(here)))
	check("after changes here and there", 5)
	_, err = here.Reset(t.Context(), key)
	must(err)
	check("after a reset here", 0)
	must(fail(here))
	_, err = there.Reset(t.Context(), key)
	must(err)
	check("after a reset elsewhere", 0)
	must(fail(here))
	_, err = here.Sweep(t.Context(), now.Add(2*time.Hour))
	must(err)
	check("after a sweep", 0)
	must(fail(here))
	_, err = here.Trim(t.Context(), 0, 0)
	must(err)
	check("after a trim", 0)

	must(fail(here))
	undone := errors.New("undone")
	if err := db.write(t.Context(), func(t *tx) error {
		all, err := t.lockCounters([]throttle.Key{key})
		if err != nil {
			return err
		}
		all[key].Failures = 99
		return undone
	}); !errors.Is(err, undone) {
		t.Fatal(err)
	}
	check("after a transaction that was undone", 1)
	if err := db.write(t.Context(), func(t *tx) error {
		all, err := t.lockCounters([]throttle.Key{key})
		if err != nil {
			return err
		}
		all[key].Failures = 99
		if err := t.putCounters(all); err != nil {
			return err
		}
		t.knowCounters(all)
		return failCommit(t)
	}); !errors.Is(err, errForeign) {
		t.Fatal(err)
	}
	check("after a commit that failed", 1)
	must(db.with(t.Context(), db.writer, func(_ context.Context, conn *stdsql.Conn) error {
		discard(conn)
		return nil
	}))
	must(fail(there))
	check("on another connection", 2)

	var many []throttle.Key
	for n := range 2 * mostKnown {
		many = append(many, throttle.Key{Block: fmt.Sprint(n)})
	}
	must(here.Change(t.Context(), many, throttle.Ordered, func(throttle.Counters) {}))
	check("after more than are kept", 2)
	if n := len(db.counters.counters); n > mostKnown {
		t.Errorf("%d are kept, want %d at most", n, mostKnown)
	}
}

// failCommit makes the COMMIT of a transaction fail.
func failCommit(t *tx) error {
	if _, err := t.exec(`PRAGMA defer_foreign_keys = 1`); err != nil {
		return err
	}
	_, err := t.exec(`INSERT INTO account_grants (account, permission) VALUES ('nobody', 'x')`)
	return err
}
