package server_test

import (
	"strings"
	"testing"
	"time"

	"countersign/session/account"
	"countersign/session/password"
)

const (
	idle     = time.Hour
	absolute = 12 * time.Hour
)

// advance moves the service's clock and lets it notice.
func (s *service) advance(t testing.TB, d time.Duration) {
	t.Helper()
	s.clock.advance(d)
	must(t, s.sessions.CatchUp(t.Context()))
}

// alive tells whether the session is accepted, without prolonging it.
func (c *client) alive(t testing.TB) bool {
	t.Helper()
	a := c.call(t, "system.session")
	if a.fault != nil && a.fault.code != -32001 {
		t.Fatalf("%+v", a.fault)
	}
	return a.fault == nil
}

// use is a call that prolongs the session.
func (c *client) use(t testing.TB) { c.call(t, "system.listMethods") }

// TestIdleExpiry: a session that is not used ends exactly at its limit: now ≥ limit
// refuses.
func TestIdleExpiry(t *testing.T) {
	s := newService(t, options{})
	c := s.client(plainPath).login(t, "bubba", "gump")
	s.advance(t, idle-time.Microsecond)
	if !c.alive(t) {
		t.Fatal("ended a moment before its limit")
	}
	s.advance(t, time.Microsecond)
	if c.alive(t) {
		t.Error("lives at its limit")
	}
}

// TestUseProlongs: a call prolongs the session; asking who one is does not.
func TestUseProlongs(t *testing.T) {
	s := newService(t, options{})
	used, quiet := s.client(plainPath).login(t, "bubba", "gump"), s.client(plainPath).login(t, "bubba", "gump")
	for range 3 {
		s.advance(t, idle/2-time.Minute)
		used.use(t)
		quiet.call(t, "system.session")
	}
	if !used.alive(t) {
		t.Error("a session in use ended")
	}
	if quiet.alive(t) {
		t.Error("system.session prolongs")
	}
	// A batch of nothing but quiet calls is a call all the same.
	s.advance(t, idle-time.Minute)
	used.batch(t, entry("system.session"))
	s.advance(t, idle-time.Minute)
	if !used.alive(t) {
		t.Error("a batch does not prolong")
	}
}

// TestRefusedCallsDoNotProlong: a call that is refused is no use of the session.
func TestRefusedCallsDoNotProlong(t *testing.T) {
	s := newService(t, options{})
	jenny := s.client(plainPath).login(t, "jenny", "1234")
	s.advance(t, idle-time.Minute)
	jenny.call(t, "addressbook.boaddressbook.read", map[string]any{"id": 1}).wantFault(t, 200, -32003, "")
	jenny.call(t, "nosuch").wantFault(t, 200, -32601, "")
	jenny.post(t, "<a/>").wantFault(t, 200, -32600, "")
	s.advance(t, time.Minute)
	if jenny.alive(t) {
		t.Error("refused calls prolong")
	}
}

// TestAbsoluteExpiry: use does not carry a session over its absolute limit.
func TestAbsoluteExpiry(t *testing.T) {
	s := newService(t, options{})
	c := s.client(plainPath).login(t, "bubba", "gump")
	for range int(absolute / (idle / 2)) {
		c.use(t)
		if !c.alive(t) {
			t.Fatal("a session in use ended early")
		}
		s.advance(t, idle/2-time.Microsecond)
	}
	c.use(t)
	left := absolute - time.Duration(absolute/(idle/2))*(idle/2-time.Microsecond)
	s.advance(t, left-time.Microsecond)
	if !c.alive(t) {
		t.Error("ended a moment before its limit")
	}
	s.advance(t, time.Microsecond)
	if c.alive(t) {
		t.Error("lives at its absolute limit")
	}
}

// TestExpiryTold: system.session says when the session ends, and so it does.
func TestExpiryTold(t *testing.T) {
	s := newService(t, options{})
	c := s.client(plainPath).login(t, "bubba", "gump")
	want := func(idleEnds, end string) {
		t.Helper()
		m, _ := c.call(t, "system.session").value.(map[string]any)
		if m["idle_expires"] != "dateTime.iso8601:"+idleEnds || m["absolute_expires"] != "dateTime.iso8601:"+end {
			t.Errorf("idle %v, absolute %v; want %s, %s", m["idle_expires"], m["absolute_expires"], idleEnds, end)
		}
	}
	want("20010903T11:00:00", "20010903T22:00:00")
	s.advance(t, 30*time.Minute)
	want("20010903T11:00:00", "20010903T22:00:00")
	c.use(t)
	want("20010903T11:30:00", "20010903T22:00:00")
}

// TestExpiredLooksUnknown: an ended session, an unknown one and none give the same
// answer in every dialect.
func TestExpiredLooksUnknown(t *testing.T) {
	s := newService(t, options{})
	for _, path := range []string{plainPath, phpgwPath, egwPath} {
		c := s.client(path).login(t, "bubba", "gump")
		s.advance(t, absolute)
		unknown := s.client(path).basic(strings.Repeat("0", 32) + ":" + strings.Repeat("1", 32))
		const method = "addressbook.boaddressbook.read"
		expired := c.call(t, method)
		for who, other := range map[string]*client{"an unknown pair": unknown, "no pair": s.client(path)} {
			if a := other.call(t, method); a.body != expired.body || a.status != expired.status {
				t.Errorf("%s: expired %d %s, %s %d %s", path, expired.status, expired.body, who, a.status, a.body)
			}
		}
	}
}

// account finds a sample user.
func (s *service) account(t testing.TB, name string) account.Account {
	t.Helper()
	a, err := s.db.Accounts().Find(t.Context(), account.User, name)
	must(t, err)
	return a
}

// setRoles changes rights as an administrator in another process would.
func (s *service) setRoles(t testing.TB, name string, roles ...string) {
	t.Helper()
	must(t, s.db.Accounts().SetRoles(t.Context(), s.account(t, name).ID, roles, s.clock.Now()))
	must(t, s.sessions.CatchUp(t.Context()))
}

// TestAccountChanges: what is done to an account holds for its live sessions from the
// next call on, in whichever process it was done; nobody else's session ends.
func TestAccountChanges(t *testing.T) {
	for why, change := range map[string]func(t *testing.T, s *service, a account.Account) error{
		"disabled": func(t *testing.T, s *service, a account.Account) error {
			return s.db.Accounts().SetDisabled(t.Context(), a.ID, true, s.clock.Now())
		},
		"deleted": func(t *testing.T, s *service, a account.Account) error {
			return s.db.Accounts().Delete(t.Context(), a.ID, s.clock.Now())
		},
		"a new password": func(t *testing.T, s *service, a account.Account) error {
			hash, err := password.Hash(s.rand, cheap, []byte("another"))
			must(t, err)
			return s.db.Accounts().SetPassword(t.Context(), a.ID, hash, [32]byte{}, s.clock.Now())
		},
		"logoutAll elsewhere": func(t *testing.T, s *service, _ account.Account) error {
			s.client(plainPath).login(t, "bubba", "gump").call(t, "system.logoutAll").wantValue(t, 3)
			return nil
		},
	} {
		t.Run(why, func(t *testing.T) {
			s := newService(t, options{})
			one, two := s.client(plainPath).login(t, "bubba", "gump"), s.client(phpgwPath).login(t, "bubba", "gump")
			other := s.client(plainPath).login(t, "admin", "admin")
			one.use(t)
			must(t, change(t, s, s.account(t, "bubba")))
			must(t, s.sessions.CatchUp(t.Context()))
			if one.alive(t) {
				t.Error("the session lives")
			}
			two.call(t, "addressbook.boaddressbook.read", map[string]any{"id": 1}).wantValue(t, "UNAUTHORIZED")
			if !other.alive(t) {
				t.Error("another's session ended")
			}
			if why != "logoutAll elsewhere" {
				s.client(plainPath).tryLogin(t, "bubba", "gump").wantFault(t, 200, -32002, "login refused")
			}
		})
	}
}

// TestRightsChange: a right that is taken or given holds from the next call on.
func TestRightsChange(t *testing.T) {
	s := newService(t, options{})
	bubba := s.client(plainPath).login(t, "bubba", "gump")
	read := func() *answer { return bubba.call(t, "addressbook.boaddressbook.read", map[string]any{"id": 1}) }
	if a := read(); a.fault != nil {
		t.Fatalf("%+v", a.fault)
	}
	s.setRoles(t, "bubba")
	read().wantFault(t, 200, -32003, "addressbook")
	s.setRoles(t, "bubba", "user")
	if a := read(); a.fault != nil {
		t.Errorf("%+v", a.fault)
	}
}

// TestLogout: the pair is dead when the answer is there, in each dialect.
func TestLogout(t *testing.T) {
	s := newService(t, options{})
	for _, path := range []string{plainPath, phpgwPath, egwPath} {
		c, other := s.client(path).login(t, "bubba", "gump"), s.client(path).login(t, "bubba", "gump")
		c.path, other.path = plainPath, plainPath
		if !c.alive(t) {
			t.Fatalf("%s: no session", path)
		}
		c.path = path
		wrong := c.pairStruct()
		wrong["kp3"] = strings.Repeat("0", 32)
		s.client(path).call(t, "system.logout", wrong)
		c.path = plainPath
		if !c.alive(t) {
			t.Errorf("%s: a wrong key ends a session", path)
		}
		a := s.client(path).call(t, "system.logout", c.pairStruct())
		if path == plainPath {
			a.wantValue(t, true)
		} else {
			a.wantValue(t, map[string]any{"GOODBYE": "XOXO"})
		}
		if c.alive(t) {
			t.Errorf("%s: lives after its logout", path)
		}
		if !other.alive(t) {
			t.Errorf("%s: another session ended", path)
		}
	}
	me := s.client(plainPath).login(t, "jenny", "1234")
	me.call(t, "system.logout").wantValue(t, true)
	me.call(t, "system.logout").wantFault(t, 200, -32001, "")
	s.client(plainPath).call(t, "system.logout", me.pairStruct()).wantFault(t, 200, -32001, "")
}
