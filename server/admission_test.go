package server_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"countersign/methods"
	"countersign/session"
	"countersign/session/account"
	"countersign/session/apikey"
	"countersign/session/password"
)

// loopback are proxies that tests can be.
var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}

// from gives a client at an address of its own, of a service that trusts the loopback
// as a proxy.
func (c *client) from(n int) *client {
	return c.with("X-Forwarded-For", fmt.Sprintf("192.0.2.%d", n))
}

// authorized gives a client that sends this Authorization header.
func (c *client) authorized(value string) *client { return c.with("Authorization", value) }

// withCookie gives a client that sends the session cookie of a pair.
func (c *client) withCookie(t testing.TB, pair string) *client {
	t.Helper()
	p, ok := session.ParsePair(pair)
	if !ok {
		t.Fatal("no pair")
	}
	h := http.Header{}
	must(t, c.service.cookies.Give(h, p, c.service.clock.Now().Add(time.Hour)))
	set := (&http.Response{Header: h}).Cookies()
	return c.with("Cookie", set[0].Name+"="+set[0].Value)
}

func basicHeader(user, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
}

// mirror is a module that tells its callers who they are.
func mirror() methods.Module {
	return methods.Module{
		Name: "mirror", Help: "Tells who calls.", Run: methods.Public(),
		Methods: []methods.Method{methods.New("who", "Gives the caller's login name, or nothing.", methods.Public(),
			func(_ context.Context, c *methods.Call, _ struct{}) (string, error) {
				if c.Caller == nil {
					return "", nil
				}
				return c.Caller.Name, nil
			}, methods.ReadOnly())},
	}
}

// who tells whom the service takes the client for.
func (c *client) who(t testing.TB) string {
	t.Helper()
	a := c.call(t, "mirror.who")
	name, ok := a.value.(string)
	if !ok {
		t.Fatalf("status %d, %s", a.status, a.body)
	}
	return name
}

// addUser stores a user with a password.
func (s *service) addUser(t testing.TB, a account.Account, pass string) account.Account {
	t.Helper()
	hash, err := password.Hash(s.rand, cheap, []byte(pass))
	must(t, err)
	a.Kind, a.PasswordHash, a.Created, a.Changed = account.User, hash, s.clock.Now(), s.clock.Now()
	a, err = s.db.Accounts().Add(t.Context(), a)
	must(t, err)
	return a
}

// addKey makes an API key for a sample user and gives its text.
func (s *service) addKey(t testing.TB, user string, o apikey.Options) (text string, id session.PublicID) {
	t.Helper()
	draft, err := s.keys.Draft(s.account(t, user).ID, o)
	must(t, err)
	must(t, s.keys.Store(t.Context(), &draft))
	return draft.Text.Reveal(), draft.Key.ID
}

// newAdmission is a service with every way to come in.
func newAdmission(t testing.TB, o options) *service {
	t.Helper()
	o.cookies, o.random, o.proxies = true, true, loopback
	o.modules = append(o.modules, mirror())
	return newService(t, o)
}

// TestCredentialOrder is the documented order of credentials: who a request comes
// from, and how many passwords were verified to find that out. A bad credential never
// falls through to a weaker one: a good cookie beside it changes nothing.
func TestCredentialOrder(t *testing.T) {
	s := newAdmission(t, options{})
	me, admin := s.client(plainPath).login(t, "bubba", "gump"), s.client(plainPath).login(t, "admin", "admin")
	id, key, _ := strings.Cut(me.pair, ":")
	token, zeros := id+key, strings.Repeat("0", 64)
	apiKey, _ := s.addKey(t, "bubba", apikey.Options{})
	// Somebody whose password looks like a session can never use it in Basic.
	s.addUser(t, account.Account{Name: "carol"}, strings.Repeat("1", 64))

	for i, c := range []struct {
		why    string
		values []string // of Authorization
		who    string
		checks int64
	}{
		{"1. the pair", []string{basicHeader(id, key)}, "bubba", 0},
		{"2. the token as its user's password", []string{basicHeader("bubba", token)}, "bubba", 0},
		{"2. with a colon", []string{basicHeader("bubba", me.pair)}, "bubba", 0},
		{"2. of an empty user", []string{basicHeader("", token)}, "bubba", 0},
		{"2. of an empty user, with a colon", []string{basicHeader("", me.pair)}, "bubba", 0},
		{"3. user and password", []string{basicHeader("bubba", "gump")}, "bubba", 1},
		{"3. the password has a colon", []string{basicHeader("bubba", "gump:x")}, "", 1},
		{"4. the token as bearer", []string{"Bearer " + token}, "bubba", 0},
		{"4. with a colon", []string{"bearer " + me.pair}, "bubba", 0},
		{"4. an API key", []string{"Bearer " + apiKey}, "bubba", 0},

		{"the token of another user", []string{basicHeader("admin", token)}, "", 0},
		{"the token of a user in capitals", []string{basicHeader("BUBBA", token)}, "", 0},
		{"the token of nobody", []string{basicHeader("nobody", token)}, "", 0},
		{"an unknown pair", []string{basicHeader(zeros[:32], zeros[:32])}, "", 0},
		{"an unknown token", []string{basicHeader("bubba", zeros)}, "", 0},
		{"a password that is shaped like a token", []string{basicHeader("carol", strings.Repeat("1", 64))}, "", 0},
		{"the id with another's key", []string{basicHeader(id, strings.SplitN(admin.pair, ":", 2)[1])}, "", 0},
		{"a wrong password", []string{basicHeader("bubba", "shrimp")}, "", 1},
		{"an unknown user", []string{basicHeader("nobody", "gump")}, "", 1},
		{"a disabled user", []string{basicHeader("dan", "legs")}, "", 1},
		{"a server's password", []string{basicHeader("my.host.name", "gump")}, "", 1},
		{"an API key as password", []string{basicHeader("bubba", apiKey)}, "", 1},
		{"an empty password", []string{basicHeader("bubba", "")}, "", 0},
		{"an empty user", []string{basicHeader("", "gump")}, "", 0},
		{"an unknown bearer token", []string{"Bearer " + zeros}, "", 0},
		{"an unknown API key", []string{"Bearer " + strings.Repeat("a", 40)}, "", 0},
		{"an API key and a character", []string{"Bearer " + apiKey + "a"}, "", 0},
		{"a password as bearer", []string{"Bearer gump"}, "", 0},
		{"two headers", []string{basicHeader(id, key), basicHeader(id, key)}, "", 0},
		{"two headers, pair and key", []string{basicHeader(id, key), "Bearer " + apiKey}, "", 0},
		{"another scheme", []string{"Digest " + token}, "", 0},
		{"an empty header", []string{""}, "", 0},
		{"the scheme alone", []string{"Bearer"}, "", 0},
	} {
		t.Run(c.why, func(t *testing.T) {
			one := s.client(plainPath).from(i)
			one.header["Authorization"] = c.values
			for _, beside := range []*client{one, one.withCookie(t, admin.pair), one.withCookie(t, me.pair)} {
				before := s.checks.n.Load()
				if who := beside.who(t); who != c.who {
					t.Errorf("it is %q, want %q", who, c.who)
				}
				if n := s.checks.n.Load() - before; n != c.checks {
					t.Errorf("%d passwords were verified, want %d", n, c.checks)
				}
			}
		})
	}

	t.Run("5. the cookie", func(t *testing.T) {
		good := s.client(plainPath).withCookie(t, me.pair)
		if who := good.who(t); who != "bubba" {
			t.Errorf("it is %q", who)
		}
		line := good.header.Get("Cookie")
		for why, other := range map[string]string{"cut": line[:len(line)-4], "twice": line + "; " + line, "in clear": s.cookies.Name() + "=" + me.pair} {
			if who := good.with("Cookie", other).who(t); who != "" {
				t.Errorf("%s: it is %q", why, who)
			}
		}
		if who := s.client(plainPath).withCookie(t, zeros[:32]+":"+zeros[:32]).who(t); who != "" {
			t.Errorf("a well-made cookie of no session: it is %q", who)
		}
	})
	t.Run("never the URL", func(t *testing.T) {
		q := url.Values{"sessionid": {id}, "kp3": {key}, "username": {"bubba"}, "password": {"gump"}, "api_key": {apiKey}, "token": {token}}
		before := s.checks.n.Load()
		if who := s.client(plainPath + "?" + q.Encode()).who(t); who != "" || s.checks.n.Load() != before {
			t.Errorf("it is %q", who)
		}
	})
}

// TestServersOnly: a client that names itself a server must hold a server's
// credentials, of whatever kind (phpgroupware contract §1.2).
func TestServersOnly(t *testing.T) {
	s := newAdmission(t, options{})
	user := s.client(plainPath).login(t, "bubba", "gump")
	apiKey, _ := s.addKey(t, "bubba", apikey.Options{})
	grant, err := s.sessions.Login(t.Context(), session.Credentials{
		Kind: account.Server, Name: "my.host.name", Login: "bubba", Password: "gump",
	}, session.Terms{})
	must(t, err)
	machine := grant.Pair.ID.Reveal() + ":" + grant.Pair.Key.Reveal()
	for why, c := range map[string]struct {
		header string
		who    string
	}{
		"a server's session": {basicHeader("", machine), "my.host.name"},
		"a user's session":   {basicHeader("", user.pair), ""},
		"a user's password":  {basicHeader("bubba", "gump"), ""},
		"a user's API key":   {"Bearer " + apiKey, ""},
	} {
		for _, path := range []string{phpgwPath, egwPath} {
			if who := s.client(path).with("X-PHPGW-Server", "my.host.name").authorized(c.header).who(t); who != c.who {
				t.Errorf("%s at %s: it is %q, want %q", why, path, who, c.who)
			}
		}
	}
}

// TestOneCheckPerRequest: however a request is made up, at most one password is
// verified for it (requirements AUT-6).
func TestOneCheckPerRequest(t *testing.T) {
	s := newAdmission(t, options{remember: time.Minute})
	login := func(password string) any { return entry("system.login", "bubba", password) }
	who := entry("mirror.who")
	for _, c := range []struct {
		why    string
		auth   string
		calls  []any
		checks int64
		login  bool // a session comes of it
	}{
		{"a login", "", []any{login("gump")}, 1, true},
		{"a login between others", "", []any{who, login("gump"), who}, 1, true},
		{"a right login behind a wrong one", "", []any{login("x"), login("gump"), login("gump")}, 1, false},
		{"a login behind wrong Basic", basicHeader("bubba", "x"), []any{login("gump"), who, login("gump")}, 1, false},
		{"a login behind right Basic", basicHeader("bubba", "gump"), []any{login("gump"), who}, 1, false},
		{"a login behind remembered Basic", basicHeader("bubba", "gump"), []any{login("gump"), login("gump")}, 1, true},
		{"many calls with Basic", basicHeader("admin", "admin"), []any{who, who, who, who, who}, 1, false},
		{"a login behind a bad token", basicHeader("", strings.Repeat("0", 64)), []any{login("gump")}, 1, true},
		{"a login behind a bad key", "Bearer " + strings.Repeat("a", 40), []any{login("gump")}, 1, true},
	} {
		t.Run(c.why, func(t *testing.T) {
			one := s.client(plainPath)
			if c.auth != "" {
				one = one.authorized(c.auth)
			}
			before := s.checks.n.Load()
			results := one.batch(t, c.calls...)
			if n := s.checks.n.Load() - before; n != c.checks {
				t.Errorf("%d passwords were verified, want %d", n, c.checks)
			}
			if got := strings.Contains(fmt.Sprint(results), "kp3"); got != c.login {
				t.Errorf("a session is %v: %v", got, results)
			}
		})
	}
}

// TestLoginEndsSession: whatever session a request proved ends with the login in it.
func TestLoginEndsSession(t *testing.T) {
	s := newAdmission(t, options{})
	for why, present := range map[string]func(c *client) *client{
		"pair":   func(c *client) *client { return s.client(plainPath).authorized(c.header.Get("Authorization")) },
		"token":  func(c *client) *client { return s.client(plainPath).authorized(basicHeader("bubba", c.pair)) },
		"bearer": func(c *client) *client { return s.client(plainPath).authorized("Bearer " + c.pair) },
		"cookie": func(c *client) *client { return s.client(plainPath).withCookie(t, c.pair) },
	} {
		me := s.client(plainPath).login(t, "bubba", "gump")
		present(me).tryLogin(t, "bubba", "wrong").wantFault(t, 200, -32002, "login refused")
		if !me.alive(t) {
			t.Errorf("%s: a refused login ends a session", why)
		}
		if a := present(me).tryLogin(t, "bubba", "gump"); a.fault != nil {
			t.Fatalf("%s: %+v", why, a.fault)
		}
		if me.alive(t) {
			t.Errorf("%s: the session lives on", why)
		}
	}
}
