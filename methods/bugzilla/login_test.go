package bugzilla_test

import (
	"context"
	"regexp"
	"strings"
	"testing"

	"countersign/methods"
	"countersign/session"
	"countersign/sql/sqltest"
)

// tokenOf proves the token of a login's answer as the dialect does: what is behind the
// dash.
func (w *world) tokenOf(v methods.Value) (session.Session, error) {
	w.t.Helper()
	_, secrets, _ := strings.Cut(field(v, "token").Text(), "-")
	pair, ok := session.ParseToken(secrets)
	if !ok {
		w.t.Fatalf("no token in %s", show(v))
	}
	return w.sessions.Check(w.t.Context(), pair)
}

func TestLogin(t *testing.T) {
	w := newWorld(t)
	form := regexp.MustCompile(`^\{id=(\d+) token=(\d+)-[0-9a-f]{64}\}$`)
	for typed, id := range map[string]string{
		"bubba": "3", "BUBBA": "3", "  bubba\t": "3", "Zoe@Example.org": "4", "zoe@example.ORG": "4",
	} {
		v := w.call(stranger, "User.login", "login", typed, "password", good)
		m := form.FindStringSubmatch(show(v))
		if m == nil || m[1] != id || m[2] != id {
			t.Fatalf("%q: %d members, id %s", typed, len(v.Members()), show(field(v, "id")))
		}
		s, err := w.tokenOf(v)
		must(t, err)
		if s.Identity.Account.Number != field(v, "id").Int() || s.OnlyFrom.IsValid() {
			t.Errorf("the session is %+v", s)
		}
	}
	if log := w.audited(); strings.Count(log, `"event":"login","outcome":"ok"`) != 5 || strings.Contains(log, good) {
		t.Errorf("audit:\n%s", log)
	}
}

// TestLoginRefused: every refusal is the same, whatever was wrong.
func TestLoginRefused(t *testing.T) {
	w := newWorld(t)
	for _, c := range [][2]string{
		{"bubba", "wrong password 1"}, {"nobody", good}, {"gone@example.org", good}, {"gone@example.org", "wrong"},
		{"my.host", good}, {"bubba.smith@example.org", good}, {"a:b", good}, {"bubba", strings.Repeat("x", 5000)}, {"bubba", good + " "},
	} {
		v, err := w.try(stranger, "User.login", "login", c[0], "password", c[1])
		w.wantFault(300, "The login or password you entered is not valid.", v, err, "User.login", c[0])
		if e := methods.AsError(err); e.Kind != methods.KindLoginRefused {
			t.Errorf("%q: %v", c, e)
		}
	}
	for _, c := range []struct {
		pairs []any
		words string
	}{
		{[]any{"login", "", "password", good}, "requires a login argument, and that argument was not set"},
		{[]any{"login", " ", "password", good}, "requires a login argument"},
		{[]any{"login", nil, "password", nil}, "requires a login argument"},
		{[]any{"login", "bubba", "password", ""}, "The function User.login requires a password argument"},
		{[]any{"login", "bubba", "password", nil}, "requires a password argument"},
	} {
		w.fails(50, c.words, stranger, "User.login", c.pairs...)
	}
	// What is not there at all is the binder's to find.
	for _, pairs := range [][]any{{}, {"login", "bubba"}, {"password", good}} {
		_, err := w.try(stranger, "User.login", pairs...)
		if e := methods.AsError(err); e.Argument == nil || !e.Argument.Missing {
			t.Errorf("%v: %v", pairs, err)
		}
	}
	if n := strings.Count(w.audited(), `"event":"login","outcome":"refused"`); n != 9 {
		t.Errorf("%d refusals in the audit", n)
	}
}

// TestLoginAmbiguous: of names from before that differ by case the very one is meant.
func TestLoginAmbiguous(t *testing.T) {
	w := newWorld(t)
	other := w.account(3)
	other.ID, other.Number, other.Name, other.PasswordHash = "", 0, "another", ""
	_, err := w.db.Accounts().Add(t.Context(), other)
	must(t, err)
	sqltest.Rename(t, w.db.URL(), "another", "Bubba")
	w.same("exact", field(w.call(stranger, "User.login", "login", "bubba", "password", good), "id"), "3")
	w.fails(300, "not valid", stranger, "User.login", "login", "BUBBA", "password", good)
	w.fails(300, "not valid", stranger, "User.login", "login", "Bubba", "password", good)
}

func TestLoginOnce(t *testing.T) {
	w := newWorld(t)
	e, _ := w.view.Lookup("User.login")
	_, err := e.Run(t.Context(), &methods.Call{
		Entry: e, Named: arguments("login", "bubba", "password", good).Members(), Client: client, Env: &env{},
	})
	if methods.AsError(err).Kind != methods.KindInvalidRequest {
		t.Errorf("a second login in one request: %v", err)
	}
}

// TestLoginRestricted: the token holds at the address of the login only.
func TestLoginRestricted(t *testing.T) {
	w := newWorld(t)
	for _, yes := range []any{true, 1, "1"} {
		v := w.call(stranger, "User.login", "login", "bubba", "password", good, "restrict_login", yes)
		s, err := w.tokenOf(v)
		must(t, err)
		if s.OnlyFrom != client.Peer {
			t.Errorf("restrict_login %v: bound to %v", yes, s.OnlyFrom)
		}
	}
	for _, no := range []any{false, 0, "0", nil} {
		s, err := w.tokenOf(w.call(stranger, "User.login", "login", "bubba", "password", good, "restrict_login", no))
		must(t, err)
		if s.OnlyFrom.IsValid() {
			t.Errorf("restrict_login %v: bound to %v", no, s.OnlyFrom)
		}
	}
}

// TestLoginEndsOld: a live session that comes with a login ends.
func TestLoginEndsOld(t *testing.T) {
	w := newWorld(t)
	old := w.call(stranger, "User.login", "login", "bubba", "password", good)
	s, err := w.tokenOf(old)
	must(t, err)
	before := guest{caller: &methods.Caller{ID: s.Identity.Account.ID, Name: "bubba", Number: 3}, session: &s}
	w.fails(300, "not valid", before, "User.login", "login", "bubba", "password", "wrong")
	_, err = w.tokenOf(old)
	must(t, err)
	next := w.call(before, "User.login", "login", "zoe@example.org", "password", good)
	if _, err := w.tokenOf(old); err == nil {
		t.Error("the old session lives")
	}
	_, err = w.tokenOf(next)
	must(t, err)
}

func TestLogout(t *testing.T) {
	w := newWorld(t)
	one, two := w.as("bubba"), w.as("bubba")
	w.audited()
	w.same("logout", w.call(one, "User.logout"), "nil")
	if !w.env.dropped {
		t.Error("the cookie was not dropped")
	}
	left, err := w.sessions.List(t.Context(), one.caller.ID)
	must(t, err)
	if len(left) != 1 || left[0].Public != two.session.Public {
		t.Errorf("%d sessions are left", len(left))
	}
	if log := w.audited(); !strings.Contains(log, `"event":"logout","outcome":"ok","peer":"192.0.2.7","user":"bubba"`) {
		t.Errorf("audit:\n%s", log)
	}
	// Twice, without a session, and by key: nothing happens, and that is fine.
	for _, g := range []guest{one, stranger, {caller: two.caller}} {
		w.same("logout", w.call(g, "User.logout"), "nil")
	}
	left, err = w.sessions.List(context.Background(), one.caller.ID)
	must(t, err)
	if len(left) != 1 {
		t.Errorf("%d sessions are left", len(left))
	}
}

func TestValidLogin(t *testing.T) {
	w := newWorld(t)
	bubba := w.as("bubba")
	key := narrowed(t, bubba, "addressbook")
	host := guest{caller: &methods.Caller{Name: "bubba", Server: true}}
	for _, c := range []struct {
		who   guest
		login string
		want  string
	}{
		{bubba, "bubba", "true"},
		{key, "bubba", "true"},
		{bubba, "Bubba", "false"},
		{bubba, " bubba", "false"},
		{bubba, "nobody", "false"},
		{stranger, "bubba", "false"},
		{host, "bubba", "false"},
	} {
		w.same(c.login, w.call(c.who, "User.valid_login", "login", c.login), c.want)
	}
	w.fails(50, "User.valid_login requires a login argument", bubba, "User.valid_login", "login", "")
}

// TestReaders: read-only callers may log in and out, and ask, but change nothing; by GET
// only what the contract has there.
func TestReaders(t *testing.T) {
	w := newWorld(t)
	readOnly := "Bugzilla.extensions Bugzilla.list_methods Bugzilla.parameters Bugzilla.time Bugzilla.timezone Bugzilla.version User.get User.list_methods"
	mayCall := "Bugzilla.last_audit_time User.login User.logout User.valid_login"
	for _, e := range w.view.Entries() {
		listed := strings.Contains(" "+readOnly+" ", " "+e.FullName+" ")
		if e.ReadOnly != listed {
			t.Errorf("%s is read-only: %v", e.FullName, e.ReadOnly)
		}
		if e.ForReaders != strings.Contains(" "+mayCall+" ", " "+e.FullName+" ") {
			t.Errorf("%s is for readers: %v", e.FullName, e.ForReaders)
		}
	}
}
