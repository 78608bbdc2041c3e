package throttletest

import (
	"fmt"
	"testing"
	"time"

	"countersign/session/account"
	"countersign/session/throttle"
)

const (
	freeAccount = 20
	burst       = 20
	perSource   = 5 * time.Second
)

// accountOverAllBlocks: guesses spread over many sources run into the account's own
// counter, which a success elsewhere does not refill.
func accountOverAllBlocks(t *testing.T, s throttle.Store) {
	c := newClock()
	th := open(t, s, c)
	stranger := func(n int) throttle.Who { return from("alice", fmt.Sprintf("203.0.113.%d", n)) }
	for n := range freeAccount - 1 {
		fail(t, th, stranger(n))
	}
	succeed(t, th, from("alice", home))
	fail(t, th, stranger(100))
	if b := wantBlocked(t, th, stranger(101), throttle.ScopeAccount); b.RetryAfter != 1*second {
		t.Errorf("wait %v, want 1s", b.RetryAfter)
	}
	wantFree(t, th, from("bob", "203.0.113.101"))
	c.forward(1 * second)
	fail(t, th, stranger(102))
	if b := wantBlocked(t, th, stranger(103), throttle.ScopeAccount); b.RetryAfter != 2*second {
		t.Errorf("wait %v, want 2s", b.RetryAfter)
	}
}

// sourceOverAllNames: one source trying many names has 20 failures, then one in 5 s.
func sourceOverAllNames(t *testing.T, s throttle.Store) {
	c := newClock()
	th, n := open(t, s, c), 0
	next := func() throttle.Who { n++; return from(fmt.Sprint("name", n), home) }
	for range burst {
		fail(t, th, next())
	}
	for range 3 {
		if b := wantBlocked(t, th, next(), throttle.ScopeSource); b.RetryAfter != perSource {
			t.Errorf("wait %v, want %v", b.RetryAfter, perSource)
		}
		c.forward(perSource - tick)
		wantBlocked(t, th, next(), throttle.ScopeSource)
		c.forward(tick)
		succeed(t, th, next()) // gives its place back
		fail(t, th, next())
	}
	wantFree(t, th, from("name0", abroad))
	c.forward(burst * perSource)
	for range burst {
		fail(t, th, next())
	}
	wantBlocked(t, th, next(), throttle.ScopeSource)

	// Known good blocks are not judged by their source, so they can fill it further:
	// the wait is ten minutes at most.
	c.forward(10 * time.Minute)
	for i := range 60 {
		succeed(t, th, from(fmt.Sprint("neighbour", i), home))
	}
	for i := range 240 {
		fail(t, th, from(fmt.Sprint("neighbour", i%60), home))
	}
	if b := wantBlocked(t, th, next(), throttle.ScopeSource); b.RetryAfter != 10*time.Minute {
		t.Errorf("wait %v, want 10m", b.RetryAfter)
	}
}

// namelessCountForTheirSource: tokens and keys name nobody.
func namelessCountForTheirSource(t *testing.T, s throttle.Store) {
	th := open(t, s, newClock())
	for range burst {
		fail(t, th, from("", home))
	}
	wantBlocked(t, th, from("", home), throttle.ScopeSource)
	wantBlocked(t, th, from("alice", home), throttle.ScopeSource)
	wantFree(t, th, from("", abroad))
}

// ipv6CountsByNetwork: the addresses of a /64 are one source, IPv4 addresses each their
// own, in whatever dress, and what has no address is one as well.
func ipv6CountsByNetwork(t *testing.T, s throttle.Store) {
	th := open(t, s, newClock())
	for i, row := range []struct {
		addresses []string
		apart     string
	}{
		{[]string{"2001:db8:1:2::1", "2001:db8:1:2:ffff::1", "2001:db8:1:2:1:2:3:4"}, "2001:db8:1:3::1"},
		{[]string{home, "::ffff:" + home, "64:ff9b::" + home}, "192.0.2.2"},
		{[]string{"fe80::1%eth0", "fe80::2%eth1"}, "fe80:0:0:1::1"},
	} {
		name := fmt.Sprint("name", i)
		for n := range freePer {
			fail(t, th, from(name, row.addresses[n%len(row.addresses)]))
		}
		for _, a := range row.addresses {
			wantBlocked(t, th, from(name, a), throttle.ScopePair)
		}
		wantFree(t, th, from(name, row.apart))
	}
	local := throttle.Who{Kind: account.User, Name: "alice"}
	for range freePer {
		fail(t, th, local)
	}
	wantBlocked(t, th, local, throttle.ScopePair)
}

// spellingsShareACounter: no back end can be asked more often by spelling a name anew.
// Users and servers are different accounts.
func spellingsShareACounter(t *testing.T, s throttle.Store) {
	th := open(t, s, newClock())
	spellings := []string{"Zoë Smith", " zoe\u0308 smith ", "ZOË  SMITH", "zoë\u00a0smith@default", "Zo\u200bë smith@Default"}
	for _, name := range spellings {
		fail(t, th, from(name, home))
	}
	for _, name := range spellings {
		wantBlocked(t, th, from(name, home), throttle.ScopePair)
	}
	wantFree(t, th, from("zoe smyth", home))
	server := from(spellings[0], home)
	server.Kind = account.Server
	wantFree(t, th, server)
}

// knownGoodIsNotLockedOut: a stranger who exhausts the account and the source leaves the
// owner's own bucket alone, which has the same schedule.
func knownGoodIsNotLockedOut(t *testing.T, s throttle.Store) {
	c := newClock()
	th, owner := open(t, s, c), from("alice", home)
	succeed(t, th, owner)
	for n := range freeAccount {
		fail(t, th, from("alice", fmt.Sprintf("203.0.113.%d", n)))
	}
	for n := range burst {
		fail(t, th, from(fmt.Sprint("name", n), home))
	}
	wantBlocked(t, th, from("alice", abroad), throttle.ScopeAccount)
	wantBlocked(t, th, from("bob", home), throttle.ScopeSource)
	succeed(t, th, owner)
	wantBlocked(t, th, from("alice", abroad), throttle.ScopeAccount)
	for range freePer {
		fail(t, th, owner)
	}
	if b := wantBlocked(t, th, owner, throttle.ScopePair); b.RetryAfter != 1*second {
		t.Errorf("wait %v, want 1s", b.RetryAfter)
	}
	// Strangers can have the account disabled, for strangers.
	for range 100 - freePer {
		c.forward(time.Hour)
		fail(t, th, from("alice", abroad))
	}
	wantBlocked(t, th, from("alice", "203.0.113.200"), throttle.ScopeDisabled)
	wantFree(t, th, owner)
}

// knownGoodForAMonth: 30 days after the last login from there a block is strange again.
func knownGoodForAMonth(t *testing.T, s throttle.Store) {
	for _, row := range []struct {
		age  time.Duration
		good bool
	}{{30*24*time.Hour - tick, true}, {30 * 24 * time.Hour, false}} {
		c := newClock()
		name := fmt.Sprint("alice", row.good)
		th, owner := open(t, s, c), from(name, home)
		succeed(t, th, owner)
		c.forward(row.age)
		_, err := th.Sweep(t.Context())
		must(t, err)
		for n := range freeAccount {
			fail(t, th, from(name, fmt.Sprintf("203.0.113.%d", n)))
		}
		if row.good {
			wantFree(t, th, owner)
		} else {
			wantBlocked(t, th, owner, throttle.ScopeAccount)
		}
		for n := range freeAccount {
			_, err := th.UnlockSource(t.Context(), throttle.Block(from("", fmt.Sprintf("203.0.113.%d", n)).Peer))
			must(t, err)
		}
	}
}

// locksAndUnlock: a list tells accounts that it may name from names that were only
// typed; unlocking works for all of them, and at once.
func locksAndUnlock(t *testing.T, s throttle.Store) {
	c := newClock()
	th := open(t, s, c)
	alice, typo := from("alice", home), from("hunter2", abroad)
	for range freePer {
		fail(t, th, alice)
		fail(t, th, typo)
	}
	for n := range burst {
		fail(t, th, from(fmt.Sprint("name", n), "2001:db8::1"))
	}
	names := []throttle.Name{{Kind: account.User, Name: "Alice"}, {Kind: account.Server, Name: "hunter2"}}
	locks, err := th.Locks(t.Context(), names)
	must(t, err)
	got := map[string]throttle.Lock{}
	for _, l := range locks {
		got[l.Block] = l
	}
	until := epoch.Add(1 * second)
	tag := func(w throttle.Who) string { return th.Tag(w.Kind, w.Name) }
	for _, want := range []throttle.Lock{
		{Key: key(tag(alice), home+"/32"), Scope: throttle.ScopePair, Name: names[0], Failures: freePer, Until: until},
		{Key: key(tag(typo), abroad+"/32"), Scope: throttle.ScopePair, Failures: freePer, Until: until},
		{Key: key("", "2001:db8::/64"), Scope: throttle.ScopeSource, Failures: burst, Until: epoch.Add(perSource)},
	} {
		if got[want.Block] != want {
			t.Errorf("got  %+v\nwant %+v", got[want.Block], want)
		}
	}
	if len(locks) != 3 {
		t.Errorf("%d locks, want 3", len(locks))
	}
	for _, who := range []throttle.Who{alice, typo} {
		n, err := th.Unlock(t.Context(), who.Kind, who.Name)
		must(t, err)
		if n != 2 { // at its block and over all
			t.Errorf("unlocked %d counters, want 2", n)
		}
		wantFree(t, th, who)
	}
	if n, err := th.UnlockSource(t.Context(), "2001:db8::/64"); n != 1 || err != nil {
		t.Errorf("unlocked %d sources: %v", n, err)
	}
	locks, err = th.Locks(t.Context(), names)
	must(t, err)
	if len(locks) != 0 {
		t.Errorf("still locked: %+v", locks)
	}
}
