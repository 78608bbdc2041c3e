package session_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"countersign/session"
	"countersign/session/account"
	"countersign/sql"
	"countersign/sql/sqltest"
)

func TestMain(m *testing.M) { sqltest.Main(m) }

// door is an authenticator that knows accounts by name and takes one password.
type door struct{ accounts account.Store }

func (d door) Authenticate(ctx context.Context, c session.Credentials) (account.Account, error) {
	a, err := d.accounts.Find(ctx, c.Kind, c.Name)
	if err != nil || c.Password != "open" || a.Disabled {
		return account.Account{}, &session.Refusal{Reason: session.ReasonPassword}
	}
	return a, nil
}

// counted counts what reaches the store of sessions, and fails when told to.
type counted struct {
	session.Store
	calls   atomic.Int64
	failing atomic.Bool
}

var errDown = errors.New("the database is away")

func (c *counted) Get(ctx context.Context, id session.Digest) (session.Record, error) {
	c.calls.Add(1)
	if c.failing.Load() {
		return session.Record{}, errDown
	}
	return c.Store.Get(ctx, id)
}

func (c *counted) Touch(ctx context.Context, touches []session.Touch) error {
	c.calls.Add(1)
	if c.failing.Load() {
		return errDown
	}
	return c.Store.Touch(ctx, touches)
}

func (c *counted) Changes(ctx context.Context, after int64) ([]session.Change, int64, error) {
	if c.failing.Load() {
		return nil, 0, errDown
	}
	return c.Store.Changes(ctx, after)
}

// Watch is silent: these tests catch up when they want to.
func (c *counted) Watch(context.Context) <-chan struct{} { return nil }

// node is one process's Manager over a database that may have others.
type node struct {
	*session.Manager
	store    *counted
	accounts account.Store
}

type clock struct{ now atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.now.Store(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro())
	return c
}

func (c *clock) Now() time.Time          { return time.UnixMicro(c.now.Load()).UTC() }
func (c *clock) advance(d time.Duration) { c.now.Add(d.Microseconds()) }

func newNode(t *testing.T, db *sql.DB, c *clock) *node {
	t.Helper()
	return newNodeWith(t, db, session.Config{Now: c.Now})
}

func newNodeWith(t *testing.T, db *sql.DB, cfg session.Config) *node {
	t.Helper()
	store := &counted{Store: db.Sessions()}
	cfg.Sessions, cfg.Accounts = store, db.Accounts()
	if cfg.Authenticator == nil {
		cfg.Authenticator = door{db.Accounts()}
	}
	m, err := session.NewManager(cfg)
	must(t, err)
	must(t, m.CatchUp(t.Context()))
	return &node{m, store, db.Accounts()}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (n *node) addUser(t *testing.T, name string) account.Account {
	t.Helper()
	a, err := n.accounts.Add(t.Context(), account.Account{Kind: account.User, Name: name, Roles: []string{"user"}})
	must(t, err)
	return a
}

func (n *node) login(t *testing.T, name string) session.Pair {
	t.Helper()
	g, err := n.Login(t.Context(), session.Credentials{Kind: account.User, Name: name, Password: "open"}, session.Terms{})
	must(t, err)
	return g.Pair
}

func (n *node) wantValid(t *testing.T, p session.Pair) session.Session {
	t.Helper()
	s, err := n.Check(t.Context(), p)
	if err != nil {
		t.Fatalf("a live session was refused: %v", err)
	}
	return s
}

func (n *node) wantInvalid(t *testing.T, p session.Pair) {
	t.Helper()
	if _, err := n.Check(t.Context(), p); !errors.Is(err, session.ErrInvalid) {
		t.Fatalf("err %v, want ErrInvalid", err)
	}
}

// both runs a test on either engine, with one account in the database.
func both(t *testing.T, test func(t *testing.T, db *sql.DB, n *node, c *clock)) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		c := newClock()
		n := newNode(t, db, c)
		n.addUser(t, "ann")
		test(t, db, n, c)
	})
}

func TestLoginCheckLogout(t *testing.T) {
	both(t, func(t *testing.T, _ *sql.DB, n *node, _ *clock) {
		p := n.login(t, "ann")
		if s := n.wantValid(t, p); s.Identity.Account.Name != "ann" || !s.Identity.Grants.Allows("addressbook") {
			t.Errorf("identity %+v", s.Identity)
		}
		n.wantInvalid(t, session.Pair{ID: p.ID, Key: p.ID})
		n.wantInvalid(t, session.Pair{ID: p.Key, Key: p.ID})
		n.wantInvalid(t, session.Pair{ID: p.ID})
		if who, err := n.Logout(t.Context(), session.Pair{ID: p.ID, Key: p.ID}, session.By{}); who != nil || err != nil {
			t.Fatalf("a logout with half of the pair: %v %v", who, err)
		}
		n.wantValid(t, p)
		if who, err := n.Logout(t.Context(), p, session.By{}); who == nil || err != nil {
			t.Fatalf("logout: %v %v", who, err)
		}
		n.wantInvalid(t, p)
		if who, err := n.Logout(t.Context(), p, session.By{}); who != nil || err != nil {
			t.Fatalf("second logout: %v %v", who, err)
		}
	})
}

func TestCheckAsksNoStore(t *testing.T) {
	both(t, func(t *testing.T, db *sql.DB, n *node, c *clock) {
		p := n.login(t, "ann")
		// Another process sees the session for the first time: one question, then none.
		other := newNode(t, db, c)
		for range 100 {
			s := other.wantValid(t, p)
			other.Touch(&s)
			s = n.wantValid(t, p)
			n.Touch(&s)
		}
		if got := n.store.calls.Load(); got != 0 {
			t.Errorf("%d statements where the session was made, want 0", got)
		}
		if got := other.store.calls.Load(); got != 1 {
			t.Errorf("%d statements where it was not, want 1", got)
		}
	})
}

func TestLimits(t *testing.T) {
	both(t, func(t *testing.T, _ *sql.DB, n *node, c *clock) {
		use := func(p session.Pair) {
			must(t, n.CatchUp(t.Context()))
			s := n.wantValid(t, p)
			n.Touch(&s)
		}
		idle := n.login(t, "ann")
		c.advance(time.Hour - time.Microsecond)
		must(t, n.CatchUp(t.Context()))
		n.wantValid(t, idle) // looked at, not used
		c.advance(time.Microsecond)
		must(t, n.CatchUp(t.Context()))
		n.wantInvalid(t, idle)

		used := n.login(t, "ann")
		for range 23 {
			c.advance(30 * time.Minute)
			use(used)
		}
		c.advance(30*time.Minute - time.Microsecond)
		use(used)
		c.advance(time.Microsecond)
		must(t, n.CatchUp(t.Context()))
		n.wantInvalid(t, used)
	})
}

func TestUseReachesTheStore(t *testing.T) {
	both(t, func(t *testing.T, db *sql.DB, n *node, c *clock) {
		p := n.login(t, "ann")
		c.advance(50 * time.Minute)
		must(t, n.CatchUp(t.Context()))
		s := n.wantValid(t, p)
		n.Touch(&s)
		must(t, n.Close(t.Context())) // writes what it knows
		c.advance(50 * time.Minute)
		newNode(t, db, c).wantValid(t, p)
		c.advance(10 * time.Minute)
		newNode(t, db, c).wantInvalid(t, p)
	})
}

func TestRevocationReachesOtherProcesses(t *testing.T) {
	both(t, func(t *testing.T, db *sql.DB, n *node, c *clock) {
		other := newNode(t, db, c)
		ann := n.wantValid(t, n.login(t, "ann"))
		for name, end := range map[string]func(p session.Pair) error{
			"logout": func(p session.Pair) error { _, err := n.Logout(t.Context(), p, session.By{}); return err },
			"revoke": func(p session.Pair) error {
				s := n.wantValid(t, p)
				return n.Revoke(t.Context(), s.Public, session.By{})
			},
			"account": func(session.Pair) error {
				_, err := n.RevokeAccount(t.Context(), ann.Identity.Account.ID, nil, session.By{})
				return err
			},
			"disable": func(session.Pair) error {
				return n.accounts.SetDisabled(t.Context(), ann.Identity.Account.ID, true, c.Now())
			},
		} {
			must(t, n.accounts.SetDisabled(t.Context(), ann.Identity.Account.ID, false, c.Now()))
			must(t, n.CatchUp(t.Context()))
			p := n.login(t, "ann")
			other.wantValid(t, p)
			must(t, end(p))
			must(t, other.CatchUp(t.Context()))
			if _, err := other.Check(t.Context(), p); !errors.Is(err, session.ErrInvalid) {
				t.Errorf("after %s the other process says %v", name, err)
			}
		}
	})
}

func TestRevokeAccountKeepsOne(t *testing.T) {
	both(t, func(t *testing.T, _ *sql.DB, n *node, _ *clock) {
		one, two, three := n.login(t, "ann"), n.login(t, "ann"), n.login(t, "ann")
		s := n.wantValid(t, two)
		ended, err := n.RevokeAccount(t.Context(), s.Identity.Account.ID, &s, session.By{})
		if err != nil || ended != 2 {
			t.Fatalf("%d ended, %v", ended, err)
		}
		n.wantInvalid(t, one)
		n.wantValid(t, two)
		n.wantInvalid(t, three)
	})
}

// TestAccountChangesTakeEffect: rights and state are the account's of now, not those
// of the login.
func TestAccountChangesTakeEffect(t *testing.T) {
	both(t, func(t *testing.T, db *sql.DB, n *node, c *clock) {
		p := n.login(t, "ann")
		id := n.wantValid(t, p).Identity.Account.ID
		must(t, db.Accounts().SetRoles(t.Context(), id, nil, c.Now()))
		must(t, n.CatchUp(t.Context()))
		if n.wantValid(t, p).Identity.Grants.Allows("addressbook") {
			t.Error("the right of a role taken away is still there")
		}
		must(t, db.Accounts().Grant(t.Context(), id, "addressbook", c.Now()))
		must(t, n.CatchUp(t.Context()))
		if !n.wantValid(t, p).Identity.Grants.Allows("addressbook") {
			t.Error("a right given is not there")
		}
		must(t, db.Accounts().SetRole(t.Context(), account.Role{Name: "user", Permissions: []string{"x.y"}}, c.Now()))
		must(t, db.Accounts().SetRoles(t.Context(), id, []string{"user"}, c.Now()))
		must(t, n.CatchUp(t.Context()))
		if !n.wantValid(t, p).Identity.Grants.Allows("x.y") {
			t.Error("the new right of a role is not there")
		}
		must(t, db.Accounts().Delete(t.Context(), id, c.Now()))
		must(t, n.CatchUp(t.Context()))
		n.wantInvalid(t, p)
	})
}

// TestOutOfTouch: a process that has not heard of the store for the length of the
// lease trusts nothing it remembers.
func TestOutOfTouch(t *testing.T) {
	both(t, func(t *testing.T, db *sql.DB, n *node, c *clock) {
		p := n.login(t, "ann")
		other := newNode(t, db, c)
		n.wantValid(t, p)
		c.advance(session.Lease)
		before := n.store.calls.Load()
		n.wantValid(t, p)
		if n.store.calls.Load() != before+1 {
			t.Error("memory was trusted past the lease")
		}
		must(t, other.CatchUp(t.Context()))
		_, err := other.Logout(t.Context(), p, session.By{})
		must(t, err)
		n.wantInvalid(t, p)
		n.store.failing.Store(true)
		if _, err := n.Check(t.Context(), p); !errors.Is(err, session.ErrUnavailable) || errors.Is(err, session.ErrInvalid) {
			t.Errorf("with the store away: %v, want ErrUnavailable", err)
		}
		n.store.failing.Store(false)
		must(t, n.CatchUp(t.Context()))
		if n.Cached() != 0 {
			t.Errorf("%d sessions remembered from before the gap", n.Cached())
		}
	})
}

// TestTouchesSurviveAFailingStore: uses that could not be written are written later.
func TestTouchesSurviveAFailingStore(t *testing.T) {
	both(t, func(t *testing.T, db *sql.DB, n *node, c *clock) {
		p := n.login(t, "ann")
		c.advance(50 * time.Minute)
		must(t, n.CatchUp(t.Context()))
		s := n.wantValid(t, p)
		n.Touch(&s)
		n.store.failing.Store(true)
		if _, err := n.List(t.Context(), ""); !errors.Is(err, session.ErrUnavailable) {
			t.Fatalf("err %v", err)
		}
		n.store.failing.Store(false)
		infos, err := n.List(t.Context(), "")
		must(t, err)
		if len(infos) != 1 || !infos[0].Seen.Equal(c.Now()) {
			t.Errorf("list %+v, want one session seen at %v", infos, c.Now())
		}
	})
}

func TestSweep(t *testing.T) {
	both(t, func(t *testing.T, _ *sql.DB, n *node, c *clock) {
		n.login(t, "ann")
		n.login(t, "ann")
		c.advance(30 * time.Minute)
		must(t, n.CatchUp(t.Context()))
		late := n.login(t, "ann")
		c.advance(30 * time.Minute)
		must(t, n.CatchUp(t.Context()))
		swept, err := n.Sweep(t.Context())
		if err != nil || swept != 2 {
			t.Fatalf("%d swept, %v; want 2", swept, err)
		}
		n.wantValid(t, late)
	})
}

// TestParallelLoginsShareCommits: many logins at once all succeed, each with a pair of
// its own, and logouts among them end just their own.
func TestParallelLoginsShareCommits(t *testing.T) {
	both(t, func(t *testing.T, db *sql.DB, n *node, c *clock) {
		const parallel = 64
		pairs := make([]session.Pair, parallel)
		var wg sync.WaitGroup
		faults := make(chan error, parallel)
		for i := range parallel {
			wg.Go(func() {
				g, err := n.Login(t.Context(), session.Credentials{Kind: account.User, Name: "ann", Password: "open"}, session.Terms{})
				if err == nil && i%2 == 1 {
					_, err = n.Logout(t.Context(), g.Pair, session.By{})
				}
				pairs[i] = g.Pair
				if err != nil {
					faults <- fmt.Errorf("login %d: %w", i, err)
				}
			})
		}
		wg.Wait()
		close(faults)
		for err := range faults {
			t.Error(err)
		}
		fresh := newNode(t, db, c)
		for i, p := range pairs {
			if i%2 == 0 {
				fresh.wantValid(t, p)
			} else {
				fresh.wantInvalid(t, p)
			}
		}
	})
}

// TestAbandonedLogin: a session whose client has gone before it was made is ended.
func TestAbandonedLogin(t *testing.T) {
	both(t, func(t *testing.T, _ *sql.DB, n *node, _ *clock) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		a, err := n.accounts.Find(t.Context(), account.User, "ann")
		must(t, err)
		_, err = n.OpenForTest(ctx, a)
		if err == nil {
			t.Fatal("a login for nobody succeeded")
		}
		must(t, n.Close(t.Context()))
		infos, err := n.List(t.Context(), "")
		must(t, err)
		if len(infos) != 0 {
			t.Errorf("%d sessions are left that nobody has the secrets of", len(infos))
		}
	})
}

func TestTermsAndInfo(t *testing.T) {
	both(t, func(t *testing.T, _ *sql.DB, n *node, c *clock) {
		long := make([]byte, 300)
		for i := range long {
			long[i] = 'x'
		}
		g, err := n.Login(t.Context(), session.Credentials{Kind: account.User, Name: "ann", Password: "open"},
			session.Terms{Idle: time.Minute, Absolute: time.Hour, ReadOnly: true, Origin: session.Origin{Agent: string(long), Endpoint: "/RPC2"}})
		must(t, err)
		s := n.wantValid(t, g.Pair)
		if !s.ReadOnly || !s.IdleEnds.Equal(c.Now().Add(time.Minute)) || !s.End.Equal(c.Now().Add(time.Hour)) {
			t.Errorf("session %+v", s)
		}
		infos, err := n.List(t.Context(), s.Identity.Account.ID)
		must(t, err)
		if len(infos) != 1 || infos[0].Public != s.Public || len(infos[0].Agent) != 256 || infos[0].Endpoint != "/RPC2" {
			t.Errorf("list %+v", infos)
		}
	})
}
