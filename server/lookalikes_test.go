package server_test

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"countersign/session/account"
	"countersign/session/throttle"
	"countersign/sql"
	"countersign/sql/sqltest"
)

// TestNoLookAlike: nobody gets an account, or a name, with which the guesses at another
// account could be made good.
func TestNoLookAlike(t *testing.T) {
	s := newAdmission(t, options{})
	s.addUser(t, account.Account{Name: "keeper", Grants: []string{"bugzilla.editusers"}}, "pw")
	s.addUser(t, account.Account{Name: "z\u00f6e@example.org"}, "pw")
	s.addUser(t, account.Account{Name: "ann@example.org", Email: "ann@example.org"}, "pw")
	s.addUser(t, account.Account{Name: "bob@example.org", Email: "bob@example.org"}, "pw")
	keeper := s.client(plainPath).login(t, "keeper", "pw").json(jsonCGIPath)
	for _, name := range []string{"zoe@example.org", "ZOE@example.org", "Ann@example.org"} {
		for method, members := range map[string]map[string]any{
			"User.create": {"email": name}, "User.update": {"names": []any{"bob@example.org"}, "email": name},
		} {
			a := keeper.jsonPost(t, bugzillaCall(method, members))
			a.wantFault(t, 200, 500, fmt.Sprintf("There is already an account with the login name %q.", name))
		}
	}
}

// TestLookAlikesFromBefore: where two accounts look alike already, the owner of neither
// can guess at the other's password longer than any stranger.
func TestLookAlikesFromBefore(t *testing.T) {
	db := sqltest.SQLite(t)
	before := newAdmission(t, options{db: db})
	before.addUser(t, account.Account{Name: "another"}, "mine")
	before.stop()
	sqltest.Rename(t, db.URL(), "another", "Bubba")
	s := newAdmission(t, options{db: sqltest.Open(t, db.URL())})
	passwords := map[string]string{"bubba": "gump", "Bubba": "mine"}
	address := 0
	for owner, victim := range map[string]string{"bubba": "Bubba", "Bubba": "bubba"} {
		address++
		c, verified := s.client(plainPath).from(address), int64(0)
		for round := range 10 {
			if a := c.tryLogin(t, owner, passwords[owner]); a.fault != nil {
				t.Errorf("%s cannot log in: %s", owner, a.body)
			}
			for i := range 4 {
				started := s.checks.n.Load()
				c.tryLogin(t, victim, fmt.Sprint("guess", round, i))
				verified += s.checks.n.Load() - started
			}
		}
		if verified > freeGuesses {
			t.Errorf("%s had %d guesses at %s verified, of 40", owner, verified, victim)
		}
		c.tryLogin(t, victim, passwords[victim]).wantFault(t, 200, -32008, "too many attempts")
		s.client(plainPath).from(100+address).login(t, victim, passwords[victim])
	}
}

// eachLookAlike runs f on either engine for a database in which "Bubba" looks like "bubba",
// and one server that started before it did.
func eachLookAlike(t *testing.T, f func(t *testing.T, open func() *sql.DB, before *service)) {
	t.Helper()
	sqltest.EachURL(t, func(t *testing.T, fresh func(testing.TB) string) {
		url := fresh(t)
		open := func() *sql.DB { return sqltest.Open(t, url, sql.AllowUnsafe()) }
		before := newAdmission(t, options{db: open()})
		before.addUser(t, account.Account{Name: "another"}, "mine")
		before.client(plainPath).login(t, "another", "mine")
		before.pass(t, time.Second) // it has looked, and may look again
		sqltest.Rename(t, url, "another", "Bubba")
		f(t, open, before)
	})
}

// wantTogether guesses at Bubba at one server after the other and checks that they count
// together.
func wantTogether(t *testing.T, address int, services ...*service) {
	t.Helper()
	verified := int64(0)
	for _, s := range services {
		must(t, s.sessions.CatchUp(t.Context()))
		before := s.checks.n.Load()
		for i := range 2 * freeGuesses {
			s.client(plainPath).from(address).tryLogin(t, "Bubba", fmt.Sprint("guess ", i))
		}
		verified += s.checks.n.Load() - before
	}
	if verified != freeGuesses {
		t.Errorf("%d guesses at Bubba were verified, want %d", verified, freeGuesses)
	}
}

// TestLookAlikesOfTwoServers: a server hears that an account is to be counted apart when
// another one finds that it looks like one from before.
func TestLookAlikesOfTwoServers(t *testing.T) {
	eachLookAlike(t, func(t *testing.T, open func() *sql.DB, before *service) {
		wantTogether(t, 1, before, newAdmission(t, options{db: open()}))
	})
}

// TestLookAlikeRemoved: when the first of two accounts that look alike is removed every
// server counts the other one alike, whenever it started. A lock from before is still
// listed under the account's name, and released with it.
func TestLookAlikeRemoved(t *testing.T) {
	for _, way := range []string{"the method", "a throttle of its own"} {
		t.Run(way, func(t *testing.T) {
			eachLookAlike(t, func(t *testing.T, open func() *sql.DB, early *service) {
				db := open()
				of := throttle.Config{Store: db.Throttle(), Accounts: db.Accounts(), Now: early.clock.Now}
				apart, err := throttle.New(t.Context(), of)
				must(t, err)
				for range freeGuesses {
					a, err := apart.Reserve(t.Context(), throttle.Who{Kind: account.User, Name: "Bubba", Peer: netip.MustParseAddr("192.0.2.1")})
					must(t, err)
					_, err = a.Failed(t.Context())
					must(t, err)
				}
				middle := newAdmission(t, options{db: open()})
				must(t, db.Accounts().Delete(t.Context(), early.account(t, "bubba").ID, early.clock.Now()))
				services := []*service{early, middle, newAdmission(t, options{db: open()})}
				for i, s := range services {
					must(t, s.sessions.CatchUp(t.Context()))
					if got := s.lockedUsers(t); len(got) != 1 || got[0] != "Bubba" {
						t.Errorf("server %d lists %q", i, got)
					}
				}
				if way == "the method" {
					a := middle.client(plainPath).from(9).login(t, "admin", "admin").call(t, "system.unlock", "Bubba")
					if a.value == 0 {
						t.Errorf("nothing is released: %s", a.body)
					}
				} else {
					command, err := throttle.New(t.Context(), of)
					must(t, err)
					if n, err := command.Unlock(t.Context(), account.User, "Bubba"); n == 0 || err != nil {
						t.Errorf("%d are released, %v", n, err)
					}
				}
				for i, s := range services {
					if got := s.lockedUsers(t); len(got) != 0 {
						t.Errorf("released, server %d lists %q", i, got)
					}
				}
				wantTogether(t, 2, services...)
			})
		})
	}
}

// lockedUsers are the users that an administrator sees locked.
func (s *service) lockedUsers(t testing.TB) (names []string) {
	t.Helper()
	a := s.client(plainPath).from(9).login(t, "admin", "admin").call(t, "system.listLocks")
	list, ok := a.value.([]any)
	if !ok {
		t.Fatalf("no list: %s", a.body)
	}
	for _, l := range list {
		names = append(names, fmt.Sprint(l.(map[string]any)["user"]))
	}
	return names
}
