package throttletest

import (
	"context"
	"errors"
	"net/netip"
	"sync"
	"testing"
	"time"

	"countersign/session/account"
	"countersign/session/internal/twin"
	"countersign/session/throttle"
)

// Backend is a kind of store under test.
type Backend struct {
	// Fresh makes an empty database for the time of the test and gives its address.
	Fresh func(t testing.TB) string
	// Open opens the database at an address for the time of the test. It is called
	// several times on one address, also in another process.
	Open func(t testing.TB, address string) throttle.Store
}

// Store runs the suite.
func Store(t *testing.T, b Backend) {
	t.Helper()
	if address, ok := twin.Address(); ok {
		serve(t, b.Open(t, address))
		return
	}
	self := t.Name()
	for _, c := range single {
		t.Run(c.name, func(t *testing.T) { c.run(t, b.Open(t, b.Fresh(t))) })
	}
	for _, c := range double {
		t.Run(c.name, func(t *testing.T) {
			address := b.Fresh(t)
			c.run(t, b.Open(t, address), b.Open(t, address))
		})
	}
	t.Run("TwoProcesses", func(t *testing.T) {
		address := b.Fresh(t)
		twoProcesses(t, b.Open(t, address), twin.Start(t, self, address))
	})
}

// single are the tests of one open database.
var single = []struct {
	name string
	run  func(t *testing.T, s throttle.Store)
}{
	{"ChangeKeepsEveryField", changeKeepsEveryField},
	{"ChangeOfMany", changeOfMany},
	{"ResetForgetsFailuresOnly", resetForgetsFailuresOnly},
	{"SweepAtTheLimit", sweepAtTheLimit},
	{"TrimKeepsTheWorst", trimKeepsTheWorst},
	{"TrimOfKnownBlocks", trimOfKnownBlocks},
	{"WaitingInOrder", waitingInOrder},
	{"CancelledCallsFail", cancelledCallsFail},
	{"Schedule", schedule},
	{"Decay", decay},
	{"SuccessStartsAnew", successStartsAnew},
	{"VoidCountsNothing", voidCountsNothing},
	{"UndecidedCountsAsFailed", undecidedCountsAsFailed},
	{"OthersDoNotKeepItPending", othersDoNotKeepItPending},
	{"DisabledAtAHundred", disabledAtAHundred},
	{"AccountOverAllBlocks", accountOverAllBlocks},
	{"SourceOverAllNames", sourceOverAllNames},
	{"NamelessCountForTheirSource", namelessCountForTheirSource},
	{"IPv6CountsByNetwork", ipv6CountsByNetwork},
	{"SpellingsShareACounter", spellingsShareACounter},
	{"KnownGoodIsNotLockedOut", knownGoodIsNotLockedOut},
	{"KnownGoodForAMonth", knownGoodForAMonth},
	{"LocksAndUnlock", locksAndUnlock},
	{"StrangersNamesAreBounded", strangersNamesAreBounded},
}

// double are the tests of a database that is open twice.
var double = []struct {
	name string
	run  func(t *testing.T, one, two throttle.Store)
}{
	{"SecretIsShared", secretIsShared},
	{"ParallelChangesAddUp", parallelChangesAddUp},
	{"WrongInParallel", wrongInParallel},
	{"RightInParallel", rightInParallel},
	{"Restart", restart},
}

// epoch is when the suite's clocks begin: to the microsecond, in UTC.
var epoch = time.UnixMicro(1_900_000_000_123_456).UTC()

// clock is a time that moves only when told to.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: epoch} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) forward(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// open makes a throttle with the defaults for the time of the test.
func open(t testing.TB, s throttle.Store, c *clock) *throttle.Throttle {
	t.Helper()
	return openWith(t, throttle.Config{Store: s, Now: c.Now})
}

func openWith(t testing.TB, cfg throttle.Config) *throttle.Throttle {
	t.Helper()
	th, err := throttle.New(t.Context(), cfg)
	must(t, err)
	t.Cleanup(th.Close)
	return th
}

// from is a user's attempt.
func from(name, address string) throttle.Who {
	return throttle.Who{Kind: account.User, Name: name, Peer: netip.MustParseAddr(address)}
}

// fail makes one attempt that is granted and fails, and gives what it locks.
func fail(t testing.TB, th *throttle.Throttle, who throttle.Who) []throttle.Lock {
	t.Helper()
	a, err := th.Reserve(t.Context(), who)
	must(t, err)
	locked, err := a.Failed(t.Context())
	must(t, err)
	return locked
}

func succeed(t testing.TB, th *throttle.Throttle, who throttle.Who) {
	t.Helper()
	a, err := th.Reserve(t.Context(), who)
	must(t, err)
	must(t, a.Succeeded(t.Context()))
}

// wantBlocked makes an attempt that must be blocked, and gives how.
func wantBlocked(t testing.TB, th *throttle.Throttle, who throttle.Who, scope throttle.Scope) *throttle.Blocked {
	t.Helper()
	_, err := th.Reserve(t.Context(), who)
	var b *throttle.Blocked
	if !errors.As(err, &b) {
		t.Fatalf("%q from %v: want blocked, got %v", who.Name, who.Peer, err)
	}
	if b.Scope != scope {
		t.Fatalf("blocked by %s, want %s", b.Scope, scope)
	}
	return b
}

// wantFree checks that an attempt may begin and leaves nothing behind.
func wantFree(t testing.TB, th *throttle.Throttle, who throttle.Who) {
	t.Helper()
	a, err := th.Reserve(t.Context(), who)
	must(t, err)
	must(t, a.Void(t.Context()))
}

func load(t testing.TB, s throttle.Store, k throttle.Key) throttle.Counter {
	t.Helper()
	all, err := s.Load(t.Context(), []throttle.Key{k})
	must(t, err)
	return *all[k]
}

// put stores counters as they are.
func put(t testing.TB, s throttle.Store, all ...throttle.Counter) {
	t.Helper()
	keys := make([]throttle.Key, 0, len(all))
	for _, c := range all {
		keys = append(keys, c.Key)
	}
	must(t, s.Change(t.Context(), keys, throttle.Durable, func(stored throttle.Counters) {
		for _, c := range all {
			*stored[c.Key] = c
		}
	}))
}

// parallel runs f n times at once and fails the test with the first error.
func parallel(t testing.TB, n int, f func(ctx context.Context, i int) error) {
	t.Helper()
	var all sync.WaitGroup
	errs := make([]error, n)
	for i := range n {
		all.Go(func() { errs[i] = f(t.Context(), i) })
	}
	all.Wait()
	must(t, errors.Join(errs...))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
