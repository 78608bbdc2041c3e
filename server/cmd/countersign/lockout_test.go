package main

import (
	"bytes"
	"context"
	"errors"
	"net/netip"
	"strconv"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"countersign/session/account"
	"countersign/session/throttle"
	"countersign/sql"
	"countersign/sql/sqltest"
)

// TestLockOfLookAlike: of accounts from before that look alike each has locks of its own,
// and is released by its own name.
func TestLockOfLookAlike(t *testing.T) {
	t.Parallel()
	url := sqltest.SQLiteURL(t)
	db := sqltest.Open(t, url)
	for _, name := range []string{"bubba", "another"} {
		if _, err := db.Accounts().Add(t.Context(), account.Account{Kind: account.User, Name: name}); err != nil {
			t.Fatal(err)
		}
	}
	sqltest.Rename(t, url, "another", "Bubba")
	db = sqltest.Open(t, url) // knows them as an upgrade would
	// Eleven failures take 61 s, and then one waits for a minute.
	if _, err := lockOut(t.Context(), db, "Bubba", "192.0.2.1", 11, time.Now().Add(-62*time.Second)); err != nil {
		t.Fatal(err)
	}
	locked := func() []throttle.Lock {
		_, locks, err := locksNow(t.Context(), db, nil)
		if err != nil {
			t.Fatal(err)
		}
		return locks
	}
	if got := locked(); len(got) != 1 || got[0].Name.Name != "Bubba" {
		t.Errorf("locks %+v", got)
	}
	for _, name := range []string{"bubba", "Bubba"} {
		var out bytes.Buffer
		c := lockReleaseCmd{User: name, Kind: string(account.User)}
		if err := c.releaseUser(t.Context(), stdio{out: &out}, db, &recorder{}); err != nil {
			t.Fatal(err)
		}
		if got := locked(); (len(got) == 0) != (name == "Bubba") {
			t.Errorf("after the release of %s: %+v; it says %s", name, got, &out)
		}
	}
}

// cmdLockout is "lockout NAME ADDRESS FAILURES AGO": failed logins for a user in
// $COUNTERSIGN_DATABASE, the first of them some time ago and each as soon as it may be.
func cmdLockout(ts *testscript.TestScript, _ bool, args []string) {
	failures, err := strconv.Atoi(args[2])
	ts.Check(err)
	ago, err := time.ParseDuration(args[3])
	ts.Check(err)
	ctx := context.Background()
	db, err := sql.Open(ctx, ts.Getenv("COUNTERSIGN_DATABASE"))
	ts.Check(err)
	defer func() { ts.Check(db.Close()) }()
	now, err := lockOut(ctx, db, args[0], args[1], failures, time.Now().Add(-ago))
	ts.Check(err)
	if now.After(time.Now()) {
		ts.Fatalf("that many failures take longer: begin earlier by %v", time.Until(now))
	}
}

// lockOut makes failed logins for a user, the first of them at a time and each as soon as
// it may be, and gives the time of the last.
func lockOut(ctx context.Context, db *sql.DB, name, address string, failures int, now time.Time) (time.Time, error) {
	t, err := throttle.New(ctx, throttle.Config{Store: db.Throttle(), Accounts: db.Accounts(), Now: func() time.Time { return now }})
	if err != nil {
		return now, err
	}
	defer t.Close()
	who := throttle.Who{Kind: account.User, Name: name, Peer: netip.MustParseAddr(address)}
	for failures > 0 {
		attempt, err := t.Reserve(ctx, who)
		if blocked, ok := errors.AsType[*throttle.Blocked](err); ok {
			now = now.Add(blocked.RetryAfter)
			continue
		}
		if err == nil {
			_, err = attempt.Failed(ctx)
		}
		if err != nil {
			return now, err
		}
		failures--
	}
	return now, nil
}
