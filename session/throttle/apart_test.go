package throttle_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"countersign/session/account"
	"countersign/session/throttle"
	"countersign/session/throttle/throttletest"
)

// readAccounts are those that look alike, and a count of how often that was asked. It
// takes some time on the clock to tell.
type readAccounts struct {
	mu    sync.Mutex
	now   time.Time
	takes time.Duration
	alike []account.Alike
	err   error
	reads int
}

func (r *readAccounts) LookAlikes(ctx context.Context) ([]account.Alike, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.reads++
	r.now = r.now.Add(r.takes)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return r.alike, r.err
}

func (r *readAccounts) clock() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.now
}

// TestReadsAccountsAnew: which accounts look alike is read again once they have changed,
// before the next attempt that names anybody, and not without a change or again and again.
func TestReadsAccountsAnew(t *testing.T) {
	r := &readAccounts{now: time.Unix(1e9, 0)}
	th := newThrottle(t, throttle.Config{Accounts: r, Now: r.clock})
	attempts := func(want int, why string) {
		t.Helper()
		before := r.reads
		for i := range 20 {
			who := throttle.Who{Kind: account.User, Name: []string{"alice", "nobody"}[i%2]}
			a, err := th.Reserve(t.Context(), who)
			if err == nil {
				err = a.Void(t.Context())
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if n := r.reads - before; n != want {
			t.Errorf("%s: accounts were read %d times, want %d", why, n, want)
		}
	}
	const second = time.Second
	attempts(0, "in steady state")
	for range 100 {
		th.AccountsChanged()
	}
	attempts(1, "after changes")
	th.AccountsChanged()
	attempts(0, "after one more at once")
	r.now = r.now.Add(second)
	attempts(1, "a second later")
	r.now = r.now.Add(second)
	attempts(0, "without a change")

	r.takes = 2 * second
	th.AccountsChanged()
	attempts(1, "when it takes long")
	th.AccountsChanged()
	r.now = r.now.Add(37 * second)
	attempts(0, "soon after it took long")
	r.now = r.now.Add(second)
	attempts(1, "a while later")
}

// TestKeepsAccountsNotRead: while accounts cannot be read those are kept apart that were,
// logins go on, and the log is told once of it and once of the end.
func TestKeepsAccountsNotRead(t *testing.T) {
	var log bytes.Buffer
	r := &readAccounts{now: time.Unix(1e9, 0), alike: []account.Alike{{Kind: account.User, Names: []string{"alice", "Alice"}}}}
	th := newThrottle(t, throttle.Config{Accounts: r, Now: r.clock, Log: slog.New(slog.NewTextHandler(&log, nil))})
	apart := func() bool { return th.Tag(account.User, "Alice") != th.Tag(account.User, "alice") }
	if !apart() {
		t.Fatal("not kept apart at all")
	}
	r.alike, r.err = nil, errDown
	th.AccountsChanged()
	for range 3 {
		reserve(t, th)
		r.now = r.now.Add(time.Second)
	}
	if !apart() {
		t.Error("what could not be read was taken for nothing")
	}
	if n := strings.Count(log.String(), "\n"); n != 1 || !strings.Contains(log.String(), errDown.Error()) {
		t.Errorf("the log says:\n%s", &log)
	}
	r.err = nil
	reserve(t, th)
	if apart() || r.reads != 5 {
		t.Errorf("kept apart %v after %d readings", apart(), r.reads)
	}
	if n := strings.Count(log.String(), "\n"); n != 2 {
		t.Errorf("the log says:\n%s", &log)
	}
}

// TestUnlockOfBothTags: an account is unlocked by its name, under whatever tag it was
// counted; and the account that is counted by the form does not unlock the other.
func TestUnlockOfBothTags(t *testing.T) {
	s := throttletest.NewMemory()
	r := &readAccounts{now: time.Unix(1e9, 0), alike: []account.Alike{{Kind: account.User, Names: []string{"alice", "Alice"}}}}
	apart := newThrottle(t, throttle.Config{Store: s, Accounts: r, Now: r.clock})
	together := newThrottle(t, throttle.Config{Store: s, Now: r.clock})
	names := []throttle.Name{{Kind: account.User, Name: "Alice"}, {Kind: account.User, Name: "alice"}}
	lockAs := func(name string) {
		t.Helper()
		for range throttle.DefaultRules().Pair.Free {
			who := alice
			who.Name = name
			a, err := apart.Reserve(t.Context(), who)
			if err == nil {
				_, err = a.Failed(t.Context())
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	locked := func(th *throttle.Throttle, names ...throttle.Name) string {
		t.Helper()
		locks, err := th.Locks(t.Context(), names)
		if err != nil {
			t.Fatal(err)
		}
		var found []string
		for _, l := range locks {
			found = append(found, l.Name.Name)
		}
		return strings.Join(found, " ")
	}
	for _, th := range []*throttle.Throttle{apart, together} {
		lockAs("Alice")
		if n, err := th.Unlock(t.Context(), account.User, "alice"); n != 0 || err != nil {
			t.Errorf("unlocking alice releases %d of Alice: %v", n, err)
		}
		for i := range names {
			if got := locked(th, names[i:]...); (got == "Alice") != (i == 0) {
				t.Errorf("%v: locked are %q", names[i:], got)
			}
		}
		if n, err := th.Unlock(t.Context(), account.User, "Alice"); n == 0 || err != nil || locked(th, names...) != "" {
			t.Errorf("unlocking Alice releases %d: %v", n, err)
		}
	}
	lockAs("alice")
	for _, all := range [][]throttle.Name{names, {names[1], names[0]}} {
		if got := locked(apart, all...); got != "alice" {
			t.Errorf("locked are %q, want alice", got)
		}
	}
	if got := locked(apart, names[0]); got != "Alice" {
		t.Errorf("without alice locked are %q, want Alice", got)
	}
}
