package server_test

import (
	"fmt"
	"testing"
	"time"

	"countersign/session/account"
	"countersign/session/password"
	"countersign/sql"
)

// remember is how long a proven password is remembered in these tests.
const remember = 60 * time.Second

// setPassword changes a password as another program on the database would.
func (s *service) setPassword(t testing.TB, user, pass string) {
	t.Helper()
	hash, err := password.Hash(s.rand, cheap, []byte(pass))
	must(t, err)
	must(t, s.db.Accounts().SetPassword(t.Context(), s.account(t, user).ID, hash, [32]byte{}, s.clock.Now()))
}

// wantChecks runs f and counts the passwords that are verified meanwhile.
func (s *service) wantChecks(t testing.TB, want int64, f func()) {
	t.Helper()
	before := s.checks.n.Load()
	f()
	if n := s.checks.n.Load() - before; n != want {
		t.Errorf("%d passwords were verified, want %d", n, want)
	}
}

// pass lets time go by in a service that never loses touch with its database.
func (s *service) pass(t testing.TB, d time.Duration) {
	t.Helper()
	for ; d > 0; d -= time.Second {
		s.advance(t, min(d, time.Second))
	}
}

// TestBasicRemembered: a client that sends its password with every call has it verified
// once in a while; what does not hold is never remembered (requirements AUT-13).
func TestBasicRemembered(t *testing.T) {
	s := newAdmission(t, options{remember: remember})
	right, wrong := s.client(plainPath).authorized(basicHeader("bubba", "gump")), s.client(plainPath).authorized(basicHeader("bubba", "shrimp"))
	call := func(c *client, want string) {
		t.Helper()
		if who := c.who(t); who != want {
			t.Errorf("it is %q, want %q", who, want)
		}
	}
	s.wantChecks(t, 1, func() {
		for range 5 {
			call(right, "bubba")
		}
	})
	s.pass(t, remember-time.Microsecond)
	s.wantChecks(t, 0, func() { call(right, "bubba") })
	s.advance(t, time.Microsecond)
	s.wantChecks(t, 1, func() { call(right, "bubba"); call(right, "bubba") })
	s.wantChecks(t, 3, func() {
		call(wrong, "")
		call(wrong, "")
		call(wrong, "")
	})
	// A proof is for the address that it came from: guesses at another are guesses.
	s.wantChecks(t, 1, func() { call(right.from(9), "bubba"); call(right.from(9), "bubba") })
	// It is the password that was proven, not the account, and not for another account.
	s.addUser(t, account.Account{Name: "bubb"}, "x")
	s.wantChecks(t, 2, func() {
		call(s.client(plainPath).authorized(basicHeader("jenny", "gump")), "")
		call(s.client(plainPath).authorized(basicHeader("bubb", "agump")), "")
	})
}

// TestBasicForgotten: whatever is done to the account, a remembered password helps
// nobody any more.
func TestBasicForgotten(t *testing.T) {
	for why, c := range map[string]struct {
		change func(t *testing.T, s *service, a account.Account) error
		who    string // whom the old password makes
	}{
		"a new password": {func(t *testing.T, s *service, _ account.Account) error {
			s.setPassword(t, "bubba", "another")
			return nil
		}, ""},
		"disabled": {func(t *testing.T, s *service, a account.Account) error {
			return s.db.Accounts().SetDisabled(t.Context(), a.ID, true, s.clock.Now())
		}, ""},
		"deleted": {func(t *testing.T, s *service, a account.Account) error {
			return s.db.Accounts().Delete(t.Context(), a.ID, s.clock.Now())
		}, ""},
		"other roles": {func(t *testing.T, s *service, a account.Account) error {
			return s.db.Accounts().SetRoles(t.Context(), a.ID, nil, s.clock.Now())
		}, "bubba"},
	} {
		t.Run(why, func(t *testing.T) {
			s := newAdmission(t, options{remember: remember})
			bubba, admin := s.client(plainPath).authorized(basicHeader("bubba", "gump")), s.client(plainPath).authorized(basicHeader("admin", "admin"))
			bubba.who(t)
			admin.who(t)
			must(t, c.change(t, s, s.account(t, "bubba")))
			must(t, s.sessions.CatchUp(t.Context()))
			s.wantChecks(t, 1, func() {
				if who := bubba.who(t); who != c.who {
					t.Errorf("it is %q, want %q", who, c.who)
				}
				if who := admin.who(t); who != "admin" {
					t.Errorf("another is %q", who)
				}
			})
		})
	}
}

// TestBasicLocked: a lock holds for a remembered password from the failure on that
// brought it; at an address that the owner is known from, strangers lock nobody out.
func TestBasicLocked(t *testing.T) {
	s := newAdmission(t, options{remember: remember})
	right := s.client(plainPath).from(1).authorized(basicHeader("bubba", "gump"))
	right.who(t)
	for i := range 5 {
		s.client(plainPath).from(1).authorized(basicHeader("bubba", fmt.Sprint("guess", i))).who(t)
	}
	s.wantChecks(t, 0, func() {
		if who := right.who(t); who != "" {
			t.Errorf("while it is locked it is %q", who)
		}
		right.call(t, "system.session").wantFault(t, 200, -32008, "too many attempts")
	})
	s.advance(t, time.Second)
	if who := right.who(t); who != "bubba" {
		t.Errorf("after the wait it is %q", who)
	}
	for i := range 30 {
		s.client(plainPath).from(2).authorized(basicHeader("bubba", fmt.Sprint("guess", i))).who(t)
	}
	if who := right.who(t); who != "bubba" {
		t.Errorf("a stranger's guesses make the owner %q", who)
	}
	if who := right.from(2).who(t); who != "" {
		t.Errorf("the right password, which is remembered elsewhere, makes the stranger %q", who)
	}
	if a := right.call(t, "system.session"); a.fault != nil {
		t.Errorf("%+v", a.fault)
	}
}

// TestBasicLockedElsewhere: a lock that guesses at another process brought holds for the
// password that this one remembers, as soon as it hears of it.
func TestBasicLockedElsewhere(t *testing.T) {
	eachShared(t, func(t *testing.T, open func() *sql.DB) {
		here := newAdmission(t, options{db: open(), remember: remember})
		elsewhere := newAdmission(t, options{db: open(), remember: remember})
		right := here.client(plainPath).from(1).authorized(basicHeader("bubba", "gump"))
		right.who(t)
		here.client(plainPath).from(2).tryLogin(t, "nobody", "x") // with it the success is written
		for i := range freeGuesses {
			elsewhere.client(plainPath).from(1).authorized(basicHeader("bubba", fmt.Sprint("guess", i))).who(t)
		}
		here.wantChecks(t, 0, func() {
			poll(t, "the news", func() bool { return right.who(t) == "" })
		})
	})
}
