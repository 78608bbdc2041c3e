package bugzilla_test

import (
	"strings"
	"testing"

	"countersign/methods"
	"countersign/methods/bugzilla"
	"countersign/session/account"
)

// TestUpdate: what each argument changes, what is told of it, and which lines it leaves
// in the audit. The steps follow each other.
func TestUpdate(t *testing.T) {
	w := newWorld(t)
	editor := w.as("editor@example.org")
	w.audited()
	for _, c := range []struct {
		pairs  []any
		want   string
		events string
	}{
		{[]any{"ids", list(3), "full_name", " Bubba B. "}, "{full_name={removed=Bubba Smith added=Bubba B.}}", "account.change"},
		{[]any{"ids", list("3"), "full_name", "Bubba B."}, "{}", ""},
		{[]any{"names", list("BUBBA")}, "{}", ""},
		{[]any{"ids", list(3), "email", "bb@example.org"}, "{email={removed=bubba.smith@example.org added=bb@example.org}}", "account.change"},
		{[]any{"ids", list(3), "email", "BB@example.org"}, "{email={removed=bb@example.org added=BB@example.org}}", "account.change"},
		{[]any{"ids", list(3), "email_enabled", false}, "{email_enabled={removed=1 added=0}}", "account.change"},
		{[]any{"ids", list(3), "email_enabled", 0}, "{}", ""},
		{[]any{"ids", list(3), "email_enabled", "1"}, "{email_enabled={removed=0 added=1}}", "account.change"},
		{[]any{"ids", list(3), "login_denied_text", "be gone"}, "{login_denied_text={removed= added=be gone}}", "account.disable"},
		{[]any{"ids", list(3), "login_denied_text", "for good"}, "{login_denied_text={removed=be gone added=for good}}", "account.change"},
		{[]any{"ids", list(3), "login_denied_text", " "}, "{login_denied_text={removed=for good added=}}", "account.enable"},
		{[]any{"ids", list(3), "password", "some words in a row"}, "{}", "account.password"},
		{[]any{"ids", list(3), "groups", arguments("add", list("my role", "user"))}, "{groups={removed= added=my role}}", "role"},
		{[]any{"ids", list(3), "groups", arguments("remove", list("user", 6))}, "{groups={removed=my role,user added=}}", "role role"},
		{[]any{"ids", list(3), "groups", arguments("set", list("user", "2"))}, "{groups={removed= added=user}}", "role"},
		{[]any{"ids", list(3), "groups", arguments("set", list())}, "{groups={removed=user added=}}", "role"},
		{[]any{"ids", list(3), "groups", arguments()}, "{}", ""},
		{[]any{"ids", list(3), "groups", arguments("add", list("user"), "remove", list("user"))}, "{groups={removed= added=user}}", "role"},
		{[]any{"ids", list(3), "bless_groups", arguments("add", list("user", "editors"))}, "{bless_groups={removed= added=editors,user}}", "grant grant"},
		{[]any{"ids", list(3), "bless_groups", arguments("set", list("editors"))}, "{bless_groups={removed=user added=}}", "revoke"},
		{[]any{"ids", list(3), "bless_groups", arguments("set", list())}, "{bless_groups={removed=editors added=}}", "revoke"},
	} {
		// Nobody but who holds all of yast's permissions may change its members: take
		// bubba out of it for this test.
		must(t, w.db.Accounts().SetRoles(t.Context(), w.account(3).ID, without(w.account(3).Roles, "yast"), w.now))
		v := w.call(editor, "User.update", c.pairs...)
		w.same(show(arguments(c.pairs...)), v, "{users=[{id=3 changes="+c.want+"}]}")
		var events []string
		for line := range strings.Lines(w.audited()) {
			_, rest, _ := strings.Cut(line, `"event":"`)
			event, rest, _ := strings.Cut(rest, `"`)
			events = append(events, event)
			if !strings.Contains(rest, `"outcome":"ok"`) || !strings.Contains(rest, `"user":"bubba","account":3`) || !strings.Contains(rest, `"actor":"editor@example.org"`) {
				t.Errorf("%v: audit %s", c.pairs, line)
			}
		}
		if got := strings.Join(events, " "); got != c.events {
			t.Errorf("%v: events %q, want %q", c.pairs, got, c.events)
		}
	}
	a := w.account(3)
	if a.Name != "bubba" || a.Email != "BB@example.org" || a.Display != "Bubba B." || a.Disabled || a.NoMail {
		t.Errorf("in the end %+v", a)
	}
	w.call(stranger, "User.login", "login", "bubba", "password", "some words in a row")
}

func without(list []string, name string) []string {
	var out []string
	for _, s := range list {
		if s != name {
			out = append(out, s)
		}
	}
	return out
}

// TestUpdateRenames: a login name that is the address follows it.
func TestUpdateRenames(t *testing.T) {
	w := newWorld(t)
	editor, zoe := w.as("editor@example.org"), w.as("Zoe@Example.org")
	w.same("zoe", w.call(editor, "User.update", "ids", list(4), "email", "zoe@new.example.org"),
		"{users=[{id=4 changes={email={removed=zoe@example.org added=zoe@new.example.org}}}]}")
	if a := w.account(4); a.Name != "zoe@new.example.org" || a.Email != a.Name {
		t.Errorf("renamed to %+v", a)
	}
	left, err := w.sessions.List(t.Context(), zoe.caller.ID)
	must(t, err)
	if len(left) != 0 {
		t.Error("sessions under the old name live on")
	}
	// Its name is all that is known of its address.
	_, err = w.db.Accounts().Add(t.Context(), account.Account{Kind: account.User, Name: "plain@example.org", Number: 9, Roles: []string{"user"}})
	must(t, err)
	w.same("plain", w.call(editor, "User.update", "names", list("Plain@example.org"), "email", "Plain2@example.org"),
		"{users=[{id=9 changes={email={removed=plain@example.org added=Plain2@example.org}}}]}")
	if a := w.account(9); a.Name != "Plain2@example.org" || a.Email != a.Name {
		t.Errorf("renamed to %+v", a)
	}
}

// TestUpdateEndsSessions: with the password, the name or the permission to log in the
// sessions go, at once.
func TestUpdateEndsSessions(t *testing.T) {
	for argument, ends := range map[string]bool{"password": true, "login_denied_text": true, "full_name": false} {
		w := newWorld(t)
		editor := w.as("editor@example.org")
		v := w.call(stranger, "User.login", "login", "zoe@example.org", "password", good)
		_, err := w.tokenOf(v)
		must(t, err)
		w.call(editor, "User.update", "ids", list(4), argument, "some words in a row")
		if _, err := w.tokenOf(v); (err != nil) != ends {
			t.Errorf("%s: the session answers %v", argument, err)
		}
	}
}

func TestUpdateRefuses(t *testing.T) {
	w := newWorld(t)
	editor, bubba := w.as("editor@example.org"), w.as("bubba")
	_, err := w.try(bubba, "User.update", "ids", list(4), "full_name", "x")
	if e := methods.AsError(err); e.Kind != methods.KindPermissionDenied {
		t.Errorf("without the right: %v", err)
	}
	_, err = w.try(stranger, "User.update", "ids", list(4), "full_name", "x")
	if e := methods.AsError(err); e.Kind != methods.KindLoginRequired {
		t.Errorf("a stranger: %v", err)
	}
	_, err = w.db.Accounts().Add(t.Context(), account.Account{Kind: account.User, Name: "plain@example.org", Number: 9, Roles: []string{"user"}})
	must(t, err)
	before := w.state()
	w.audited()
	for _, c := range []struct {
		code  int
		words string
		pairs []any
	}{
		{50, "one of the following parameters: ids, names", []any{"full_name", "x"}},
		{51, "no user with the id 99", []any{"ids", list(4, 99), "full_name", "x"}},
		{51, "no user with the id 8", []any{"ids", list(8), "full_name", "x"}},
		{51, `no user named "nobody"`, []any{"names", list("zoe@example.org", "nobody"), "full_name", "x"}},
		{52, "must be numeric", []any{"ids", list("x"), "full_name", "x"}},
		{58, "array of scalars", []any{"ids", list(list()), "full_name", "x"}},
		{50, "requires a email argument", []any{"ids", list(4), "email", " "}},
		{501, "didn't pass our syntax checking", []any{"ids", list(4), "email", "zoe"}},
		{500, "There is already an account", []any{"ids", list(4), "email", "BUBBA.smith@example.org"}},
		{500, "There is already an account", []any{"ids", list(4), "email", "Admin@example.org"}},
		{500, "There is already an account", []any{"ids", list(4, 9), "email", "both@example.org"}},
		{502, "password must be at least", []any{"ids", list(4), "password", ""}},
		{502, "password must be at least", []any{"ids", list(4), "full_name", "x", "password", "short"}},
		{305, "not complex", []any{"ids", list(4), "email", "somewhat.longer@x.org", "password", "somewhat.longer"}},
		{54, "too long", []any{"ids", list(4), "login_denied_text", strings.Repeat("x", 2000)}},
		{58, "ids and names", []any{"ids", list(4), "groups", arguments("add", list(true))}},
	} {
		w.fails(c.code, c.words, editor, "User.update", c.pairs...)
		if now := w.state(); now != before {
			t.Fatalf("%v changed something:\n%s\n%s", c.pairs, before, now)
		}
	}
	if log := w.audited(); strings.Contains(log, `"outcome":"ok"`) {
		t.Errorf("audit:\n%s", log)
	}
	w.same("nobody", w.call(editor, "User.update", "ids", list(), "full_name", "x"), "{users=[]}")
}

// state is all that is stored of accounts and roles.
func (w *world) state() string {
	w.t.Helper()
	var b strings.Builder
	all, err := w.db.Accounts().List(w.t.Context())
	must(w.t, err)
	roles, err := w.db.Accounts().Roles(w.t.Context())
	must(w.t, err)
	for _, a := range all {
		full, err := w.db.Accounts().Get(w.t.Context(), a.ID)
		must(w.t, err)
		b.WriteString(strings.ReplaceAll(strings.TrimSpace(strings.Join([]string{full.Name, full.Email, full.Display, full.DisabledText, full.PasswordHash,
			strings.Join(full.Roles, ","), strings.Join(full.Grants, ","), full.Changed.String()}, "|")), "\n", " ") + "\n")
	}
	for _, r := range roles {
		b.WriteString(r.Name + "=" + strings.Join(r.Permissions, ",") + "\n")
	}
	return b.String()
}

// TestUpdateGivesNothingAway: nobody becomes more by changing users than he is.
func TestUpdateGivesNothingAway(t *testing.T) {
	w := newWorld(t)
	editor, admin := w.as("editor@example.org"), w.as("admin@example.org")
	for _, c := range []struct {
		words string
		pairs []any
	}{
		{"who may do more than you", []any{"ids", list(1), "password", "some words in a row"}},
		{"who may do more than you", []any{"ids", list(4, 1), "full_name", "x"}},
		{"who may do more than you", []any{"ids", list(3), "email", "x@example.org"}}, // is in yast
		{`the group "admin"`, []any{"ids", list(2), "groups", arguments("add", list("admin"))}},
		{`the group "1"`, []any{"ids", list(2), "groups", arguments("set", list(1))}},
		{`the group "yast"`, []any{"ids", list(4), "groups", arguments("add", list("yast"))}},
		{`the group "yast"`, []any{"ids", list(4), "groups", arguments("remove", list("yast"))}},
		{`the group "nosuch"`, []any{"ids", list(4), "groups", arguments("add", list("nosuch"))}},
		{`the group "99"`, []any{"ids", list(4), "groups", arguments("add", list(99))}},
		{`the group "yast"`, []any{"ids", list(2), "bless_groups", arguments("add", list("yast"))}},
		{`the group "admin"`, []any{"ids", list(2), "bless_groups", arguments("set", list("admin"))}},
	} {
		before := w.state()
		w.fails(304, "you are not authorized to", editor, "User.update", c.pairs...)
		w.fails(304, c.words, editor, "User.update", c.pairs...)
		if w.state() != before {
			t.Fatalf("%v changed something", c.pairs)
		}
	}
	// A narrowed key does not widen itself.
	w.fails(304, "who may do more than you", narrowed(t, editor, bugzilla.EditUsers), "User.update", "ids", list(2), "password", "some words in a row")
	// Who holds everything may.
	w.call(admin, "User.update", "ids", list(3), "groups", arguments("add", list("admin")))
	// The right over a group is enough to give it, and a set leaves alone what may not be
	// given.
	must(t, w.db.Accounts().Grant(t.Context(), editor.caller.ID, bugzilla.BlessPrefix+"yast", w.now))
	must(t, w.sessions.CatchUp(t.Context()))
	editor = w.as("editor@example.org")
	w.same("yast", w.call(editor, "User.update", "ids", list(4), "groups", arguments("add", list("yast"))),
		"{users=[{id=4 changes={groups={removed= added=yast}}}]}")
	must(t, w.db.Accounts().SetRole(t.Context(), account.Role{Name: "yast"}, w.now))
	must(t, w.db.Accounts().SetRole(t.Context(), account.Role{Name: "secret", Permissions: []string{"addressbook"}}, w.now))
	must(t, w.db.Accounts().SetRoles(t.Context(), w.account(4).ID, []string{"secret", "user", "yast"}, w.now))
	w.same("set", w.call(narrowed(t, editor, "addressbook", bugzilla.EditUsers), "User.update", "ids", list(4), "groups", arguments("set", list("user"))),
		"{users=[{id=4 changes={groups={removed=secret,yast added=}}}]}")
	w.fails(53, "no name that can be granted", editor, "User.update", "ids", list(4), "bless_groups", arguments("add", list("my role")))
}

// TestSetKeepsWhatMayNotBeGiven: to leave a group out of a set takes the user out of it
// only if the caller may.
func TestSetKeepsWhatMayNotBeGiven(t *testing.T) {
	w := newWorld(t)
	for name, permission := range map[string]string{"narrow": "addressbook", "ushers": bugzilla.BlessPrefix + "user"} {
		must(t, w.db.Accounts().SetRole(t.Context(), account.Role{Name: name, Permissions: []string{permission}}, w.now))
	}
	must(t, w.db.Accounts().SetRoles(t.Context(), w.account(4).ID, []string{"narrow", "user", "ushers"}, w.now))
	editor := w.as("editor@example.org")
	w.same("set", w.call(editor, "User.update", "ids", list(4), "groups", arguments("set", list("user"))),
		"{users=[{id=4 changes={groups={removed=narrow added=}}}]}")
	w.same("nothing", w.call(editor, "User.update", "ids", list(4), "groups", arguments("set", list())),
		"{users=[{id=4 changes={groups={removed=user added=}}}]}")
	w.fails(304, `the group "ushers"`, editor, "User.update", "ids", list(4), "groups", arguments("remove", list("ushers")))
}

// TestUpdateUnrecorded: where a record cannot be kept nothing is changed.
func TestUpdateUnrecorded(t *testing.T) {
	w := newWorld(t)
	editor := w.as("editor@example.org")
	before := w.state()
	w.audit.failing = true
	_, err := w.try(editor, "User.update", "ids", list(4), "full_name", "x", "groups", arguments("set", list()))
	if e := methods.AsError(err); e.Kind != methods.KindBusy || !strings.Contains(e.Public, "nothing was changed") {
		t.Errorf("changed, with %v", err)
	}
	if w.state() != before {
		t.Error("something was changed")
	}
}

// TestUpdateTakenBack: what was recorded as done and was not done gets a second line.
func TestUpdateTakenBack(t *testing.T) {
	w := newWorld(t, func(c *bugzilla.Config) { c.Accounts = forgetful{c.Accounts} })
	editor := w.as("editor@example.org")
	w.audited()
	v, err := w.try(editor, "User.update", "ids", list(4), "full_name", "x", "password", "some words in a row")
	if e := methods.AsError(err); e.Kind != methods.KindConflict {
		t.Errorf("%s, %v", show(v), err)
	}
	log := w.audited()
	for _, want := range []string{
		`"event":"account.change","outcome":"ok"`, `"event":"account.password","outcome":"ok"`,
		`"event":"account.change","outcome":"refused"`, `"event":"account.password","outcome":"refused"`,
	} {
		if !strings.Contains(log, want) {
			t.Errorf("no %s in the audit:\n%s", want, log)
		}
	}
}
