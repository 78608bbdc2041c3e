package bugzilla_test

import (
	"errors"
	"strings"
	"testing"

	"countersign/methods"
	"countersign/methods/bugzilla"
	"countersign/session/account"
)

func TestCreate(t *testing.T) {
	w := newWorld(t)
	editor := w.as("editor@example.org")
	w.audited()
	v := w.call(editor, "User.create", "email", " New@example.org ", "full_name", " New One ", "password", "  some words in a row ")
	a := w.account(field(v, "id").Int())
	if a.Name != "New@example.org" || a.Email != a.Name || a.Display != "New One" || strings.Join(a.Roles, " ") != "user" || !a.Created.Equal(w.now.Truncate(1000)) {
		t.Errorf("made %+v", a)
	}
	log := w.audited()
	if !strings.Contains(log, `"event":"account.add","outcome":"ok","peer":"192.0.2.7","user":"New@example.org"`) ||
		!strings.Contains(log, `"actor":"editor@example.org"`) || strings.Contains(log, "some words") {
		t.Errorf("audit:\n%s", log)
	}
	w.call(stranger, "User.login", "login", "new@example.org", "password", "some words in a row")
	// Without a password nobody can log in.
	v = w.call(editor, "User.create", "email", "silent@example.org", "password", "  ")
	if a := w.account(field(v, "id").Int()); a.Display != "" {
		t.Errorf("made %+v", a)
	}
	w.fails(300, "not valid", stranger, "User.login", "login", "silent@example.org", "password", "  ")
	// By a key that is narrowed to it.
	w.call(narrowed(t, editor, bugzilla.EditUsers), "User.create", "email", "third@example.org")
}

func TestCreateRefuses(t *testing.T) {
	w := newWorld(t)
	editor, bubba := w.as("editor@example.org"), w.as("bubba")
	for _, c := range []struct {
		who   guest
		code  int
		words string
		pairs []any
	}{
		{stranger, 304, "you are not authorized to add new users", []any{"email", "new@example.org"}},
		{bubba, 304, "you are not authorized to add new users", []any{"email", "new@example.org"}},
		{narrowed(t, editor, "addressbook"), 304, "not authorized", []any{"email", "new@example.org"}},
		{editor, 50, "requires a email argument", []any{"email", " "}},
		{editor, 500, "There is already an account", []any{"email", "zoe@example.org"}},
		{editor, 500, "There is already an account", []any{"email", "ZOE@EXAMPLE.ORG"}},
		{editor, 500, "There is already an account", []any{"email", "Bubba.Smith@example.org"}}, // an address without being a name
		{editor, 502, "password must be at least 15 characters", []any{"email", "new@example.org", "password", "short"}},
		{editor, 305, "not complex enough", []any{"email", "newcomer.number1@example.org", "password", "newcomer.number1"}},
		{editor, 305, "not complex enough", []any{"email", "new@example.org", "password", "passwordpassword"}},
		{editor, 305, "too long", []any{"email", "new@example.org", "password", strings.Repeat("wörter und ", 200)}},
		{editor, 54, "full_name", []any{"email", "new@example.org", "full_name", strings.Repeat("x", 2000)}},
	} {
		w.fails(c.code, c.words, c.who, "User.create", c.pairs...)
	}
	for _, address := range []string{
		"new", "new@", "@example.org", "new@example", "a@b@c.org", "new example@x.org", "new@example.org\nBcc: a@b.org", "new@exam\rple.org",
		"new@exämple.org", "<new@example.org>", "new,old@example.org", `"new"@example.org`, strings.Repeat("x", 120) + "@example.org",
	} {
		w.fails(501, "didn't pass our syntax checking", editor, "User.create", "email", address)
	}
	if n, err := w.db.Accounts().Count(t.Context()); n != 8 || err != nil {
		t.Errorf("%d accounts, %v", n, err)
	}
}

// TestDeniedIsTold: a right that was asked for and is missing is told to the endpoint,
// which leaves a line.
func TestDeniedIsTold(t *testing.T) {
	w := newWorld(t)
	w.fails(304, "not authorized", w.as("bubba"), "User.create", "email", "new@example.org")
	if got := strings.Join(w.env.denied, " "); got != bugzilla.EditUsers {
		t.Errorf("denied %q", got)
	}
}

// TestCreateUnrecorded: an account that cannot be recorded is not made.
func TestCreateUnrecorded(t *testing.T) {
	w := newWorld(t)
	editor := w.as("editor@example.org")
	w.audit.failing = true
	_, err := w.try(editor, "User.create", "email", "new@example.org")
	if e := methods.AsError(err); e.Kind != methods.KindBusy {
		t.Errorf("made, with %v", err)
	}
	if _, err := w.db.Accounts().Find(t.Context(), account.User, "new@example.org"); !errors.Is(err, account.ErrNotFound) {
		t.Errorf("the account is there: %v", err)
	}
}
