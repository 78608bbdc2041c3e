package main

import (
	"context"
	"errors"
	"net/netip"
	"strconv"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"countersign/session/account"
	"countersign/session/throttle"
	"countersign/sql"
)

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
	now := time.Now().Add(-ago)
	t, err := throttle.New(ctx, throttle.Config{Store: db.Throttle(), Now: func() time.Time { return now }})
	ts.Check(err)
	defer t.Close()
	who := throttle.Who{Kind: account.User, Name: args[0], Peer: netip.MustParseAddr(args[1])}
	for failures > 0 {
		attempt, err := t.Reserve(ctx, who)
		if blocked, ok := errors.AsType[*throttle.Blocked](err); ok {
			now = now.Add(blocked.RetryAfter)
			continue
		}
		ts.Check(err)
		_, err = attempt.Failed(ctx)
		ts.Check(err)
		failures--
	}
	if now.After(time.Now()) {
		ts.Fatalf("that many failures take longer: begin earlier by %v", time.Until(now))
	}
}
