package server_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"countersign/methods"
	"countersign/session/account"
	"countersign/session/apikey"
	"countersign/sql"
)

// verdict is what a caller hears of a call.
type verdict string

const (
	done     verdict = "done"
	logIn    verdict = "log in first"
	denied   verdict = "no right"
	readOnly verdict = "read-only"
	refused  verdict = "denied" // a wire that does not tell the last two apart
)

// wireUnderTest is one transport and dialect as a client of its family sees it. A further
// transport is one more row of wiresUnderTest.
type wireUnderTest struct {
	name string
	// call calls a method without arguments, with whatever Authorization the client has.
	call func(t testing.TB, c *client, method string) verdict
	// coarse wires have one word for every right that is missing.
	coarse bool
}

func wiresUnderTest() []wireUnderTest {
	at := func(path string, read func(a *answer) verdict) func(t testing.TB, c *client, method string) verdict {
		return func(t testing.TB, c *client, method string) verdict {
			t.Helper()
			there := *c
			there.path = path
			return read(there.call(t, method))
		}
	}
	return []wireUnderTest{
		{"xmlrpc plain", at(plainPath, func(a *answer) verdict { return plainVerdict(a.value, a.fault) }), false},
		{"xmlrpc plain, in a batch", func(t testing.TB, c *client, method string) verdict {
			t.Helper()
			switch result := c.batch(t, entry(method))[0].(type) {
			case map[string]any:
				code, _ := result["faultCode"].(int)
				return plainVerdict(nil, &fault{code: code})
			default:
				return plainVerdict(result.([]any)[0], nil)
			}
		}, false},
		{"xmlrpc phpgroupware", at(phpgwPath, func(a *answer) verdict {
			if a.value == "UNAUTHORIZED" {
				return logIn
			}
			return coarseVerdict(a)
		}), true},
		{"xmlrpc egroupware", at(egwPath, func(a *answer) verdict {
			if a.status == http.StatusUnauthorized && a.header.Get("WWW-Authenticate") != "" {
				return logIn
			}
			return coarseVerdict(a)
		}), true},
		{"jsonrpc plain", func(t testing.TB, c *client, method string) verdict {
			t.Helper()
			a := c.json(rpcPath).jsonCall(t, method)
			return plainVerdict(a.value, a.fault)
		}, false},
		{"jsonrpc plain, in a batch", func(t testing.TB, c *client, method string) verdict {
			t.Helper()
			replies := c.json(rpcPath).jsonBatch(t, request(1, "system.methodExist", "x"), request(2, method))
			return plainVerdict(jsonOutcome(replies[1]))
		}, false},
		{"soap plain", func(t testing.TB, c *client, method string) verdict {
			t.Helper()
			a := c.soapCall(t, method)
			return plainVerdict(a.value, a.fault)
		}, false},
		{"jsonrpc bugzilla", func(t testing.TB, c *client, method string) verdict {
			t.Helper()
			return bugzillaVerdict(c.json(jsonCGIPath).jsonPost(t, bugzillaCall(method, map[string]any{})))
		}, true},
		{"xmlrpc bugzilla", at(xmlCGIPath, bugzillaVerdict), true},
	}
}

func bugzillaVerdict(a *answer) verdict {
	switch {
	case a.fault == nil && a.value == "ok":
		return done
	case a.fault != nil && a.fault.code == 410:
		return logIn
	case a.fault != nil && a.fault.code == 304 && strings.Contains(a.fault.text, "you are not authorized"):
		return refused
	}
	return verdict(a.body)
}

func plainVerdict(value any, f *fault) verdict {
	switch {
	case f == nil && value == "ok":
		return done
	case f == nil:
		return verdict(fmt.Sprint(value))
	}
	switch f.code {
	case -32001:
		return logIn
	case -32003:
		return denied
	case -32004:
		return readOnly
	}
	return verdict(fmt.Sprint("fault ", f.code))
}

func coarseVerdict(a *answer) verdict {
	switch {
	case a.fault == nil && a.value == "ok":
		return done
	case a.fault != nil && a.fault.code == 18 && strings.HasPrefix(a.fault.text, "Access denied"):
		return refused
	}
	return verdict(a.body)
}

// grid is a module with a method for every access class, read-only and not.
func grid() methods.Module {
	ok := func(context.Context, *methods.Call, struct{}) (string, error) { return "ok", nil }
	m := methods.Module{Name: "grid", Help: "Every access class.", Run: methods.Public()}
	for name, access := range map[string]methods.Access{
		"public": methods.Public(), "session": methods.AnySession(),
		"right": methods.Permission("grid.use"), "other": methods.Permission("grid.other"),
	} {
		m.Methods = append(m.Methods,
			methods.New(name, "Changes something.", access, ok),
			methods.New(name+"_read", "Changes nothing.", access, ok, methods.ReadOnly()))
	}
	return m
}

// gridMethods are the columns of the table below.
var gridMethods = []string{"public", "public_read", "session", "session_read", "right", "right_read", "other", "other_read"}

// TestAccess is every access class, read-only or not, for every kind of caller, over
// every wire. Users hold grid.use and not grid.other.
func TestAccess(t *testing.T) {
	s := newAdmission(t, options{modules: []methods.Module{grid()}})
	s.addUser(t, account.Account{Name: "user", Grants: []string{"grid.use"}}, "pw")
	s.addUser(t, account.Account{Name: "reader", Grants: []string{"grid.use"}, ReadOnly: true}, "pw")
	s.addUser(t, account.Account{Name: "all", Grants: []string{"*"}}, "pw")
	s.addUser(t, account.Account{Name: "below", Grants: []string{"grid.*"}}, "pw")
	s.addUser(t, account.Account{Name: "none"}, "pw")

	plain := s.client(plainPath)
	session := func(user string) *client { return plain.login(t, user, "pw") }
	with := func(wishes map[string]any) *client {
		wishes["username"], wishes["password"] = "user", "pw"
		return plain.grant(t, "system.login", wishes)
	}
	child := func(wishes map[string]any) *client { return session("user").grant(t, "system.createChild", wishes) }
	key := func(user string, o apikey.Options) *client {
		text, _ := s.addKey(t, user, o)
		return plain.authorized("Bearer " + text)
	}
	scope := func(names ...string) []string { return names }

	const d, l, n, r = done, logIn, denied, readOnly
	for _, c := range []struct {
		why    string
		caller *client
		want   [8]verdict // in the order of gridMethods
	}{
		{"nobody", plain, [8]verdict{d, d, l, l, l, l, l, l}},
		{"a session", session("user"), [8]verdict{d, d, d, d, d, d, n, n}},
		{"user and password", plain.authorized(basicHeader("user", "pw")), [8]verdict{d, d, d, d, d, d, n, n}},
		{"a key", key("user", apikey.Options{}), [8]verdict{d, d, d, d, d, d, n, n}},
		{"everything granted", session("all"), [8]verdict{d, d, d, d, d, d, d, d}},
		{"everything below granted", session("below"), [8]verdict{d, d, d, d, d, d, d, d}},
		{"nothing granted", session("none"), [8]verdict{d, d, d, d, n, n, n, n}},

		{"a read-only user's session", session("reader"), [8]verdict{r, d, r, d, r, d, n, n}},
		{"a read-only user's password", plain.authorized(basicHeader("reader", "pw")), [8]verdict{r, d, r, d, r, d, n, n}},
		{"a read-only user's key", key("reader", apikey.Options{}), [8]verdict{r, d, r, d, r, d, n, n}},
		{"a read-only session", with(map[string]any{"read_only": true}), [8]verdict{r, d, r, d, r, d, n, n}},
		{"a read-only key", key("user", apikey.Options{ReadOnly: true}), [8]verdict{r, d, r, d, r, d, n, n}},
		{"a read-only key to everything", key("all", apikey.Options{ReadOnly: true}), [8]verdict{r, d, r, d, r, d, r, d}},

		{"a child", child(map[string]any{}), [8]verdict{d, d, d, d, d, d, n, n}},
		{"a read-only child", child(map[string]any{"read_only": true}), [8]verdict{r, d, r, d, r, d, n, n}},
		{"a child for other things", child(map[string]any{"scope": []any{"grid.other"}}), [8]verdict{d, d, d, d, n, n, n, n}},
		{"a read-only child with the right", child(map[string]any{"scope": []any{"grid.use"}, "read_only": true}), [8]verdict{r, d, r, d, r, d, n, n}},
		{"a key with the right", key("all", apikey.Options{Scope: scope("grid.use")}), [8]verdict{d, d, d, d, d, d, n, n}},
		{"a key for what its user may not", key("user", apikey.Options{Scope: scope("grid.other")}), [8]verdict{d, d, d, d, n, n, n, n}},
	} {
		for _, w := range wiresUnderTest() {
			t.Run(c.why+"/"+w.name, func(t *testing.T) {
				for i, method := range gridMethods {
					want := c.want[i]
					if w.coarse && (want == denied || want == readOnly) {
						want = refused
					}
					if got := w.call(t, c.caller, "grid."+method); got != want {
						t.Errorf("%s: %q, want %q", method, got, want)
					}
				}
			})
		}
	}
}

// grant gives the client of a session that a call with these wishes makes.
func (c *client) grant(t testing.TB, method string, wishes map[string]any) *client {
	t.Helper()
	a := c.call(t, method, wishes)
	grant, ok := a.value.(map[string]any)
	if !ok || grant["kp3"] == nil {
		t.Fatalf("%s: status %d, %s", method, a.status, a.body)
	}
	return c.basic(fmt.Sprint(grant["sessionid"], ":", grant["kp3"]))
}

// TestGrantsTakeEffect: a right that is given or taken, to the user or to a role, in
// another process, holds for the next calls of a live session, a child, a key and a
// remembered password, on both engines.
func TestGrantsTakeEffect(t *testing.T) {
	eachShared(t, func(t *testing.T, open func() *sql.DB) {
		s := newAdmission(t, options{db: open(), remember: remember, modules: []methods.Module{grid()}})
		elsewhere := open().Accounts()
		a := s.addUser(t, account.Account{Name: "user"}, "pw")
		now := s.clock.Now()
		must(t, elsewhere.SetRole(t.Context(), account.Role{Name: "gridder"}, now))
		key, _ := s.addKey(t, "user", apikey.Options{})
		me := s.client(plainPath).login(t, "user", "pw")
		callers := map[string]*client{
			"session":  me,
			"child":    me.grant(t, "system.createChild", map[string]any{}),
			"key":      s.client(plainPath).authorized("Bearer " + key),
			"password": s.client(plainPath).authorized(basicHeader("user", "pw")),
		}
		ctx := t.Context()
		for _, step := range []struct {
			why    string
			change func() error
			want   verdict
		}{
			{"nothing", func() error { return nil }, denied},
			{"granted", func() error { return elsewhere.Grant(ctx, a.ID, "grid.use", now) }, done},
			{"revoked", func() error { return elsewhere.Revoke(ctx, a.ID, "grid.use", now) }, denied},
			{"granted by *", func() error { return elsewhere.Grant(ctx, a.ID, "grid.*", now) }, done},
			{"revoked again", func() error { return elsewhere.Revoke(ctx, a.ID, "grid.*", now) }, denied},
			{"in a role without", func() error { return elsewhere.SetRoles(ctx, a.ID, []string{"gridder"}, now) }, denied},
			{"the role gets it", func() error {
				return elsewhere.SetRole(ctx, account.Role{Name: "gridder", Permissions: []string{"grid.use"}}, now)
			}, done},
			{"the role loses it", func() error { return elsewhere.SetRole(ctx, account.Role{Name: "gridder"}, now) }, denied},
			{"the role has it again", func() error {
				return elsewhere.SetRole(ctx, account.Role{Name: "gridder", Permissions: []string{"grid.use"}}, now)
			}, done},
			{"the role is gone", func() error { return elsewhere.DeleteRole(ctx, "gridder", now) }, denied},
		} {
			must(t, step.change())
			must(t, s.sessions.CatchUp(ctx))
			for why, c := range callers {
				a := c.call(t, "grid.right")
				if got := plainVerdict(a.value, a.fault); got != step.want {
					t.Errorf("%s: the %s hears %q, want %q", step.why, why, got, step.want)
				}
			}
		}
	})
}

// TestReadersLeave: whoever may change nothing may still log out, log in as somebody
// else and send batches.
func TestReadersLeave(t *testing.T) {
	s := newAdmission(t, options{})
	s.addUser(t, account.Account{Name: "reader", ReadOnly: true}, "pw")
	for _, path := range []string{plainPath, phpgwPath, egwPath} {
		me := s.client(path).login(t, "reader", "pw")
		if a := me.tryLogin(t, "bubba", "gump"); !a.admitted() {
			t.Errorf("%s: %s", path, a.body)
		}
		me = s.client(path).login(t, "reader", "pw")
		me.batch(t, entry("mirror.who"), entry("system.logout", me.pairStruct()))
		if me.path = plainPath; me.alive(t) {
			t.Errorf("%s: a reader cannot log out", path)
		}
	}
}
