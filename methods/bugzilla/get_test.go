package bugzilla_test

import (
	"strings"
	"testing"

	"countersign/methods"
	"countersign/methods/bugzilla"
	"countersign/session/account"
)

// found gives the ids of the users of an answer, with blanks between.
func (w *world) found(g guest, pairs ...any) string {
	w.t.Helper()
	var ids []string
	for _, u := range field(w.call(g, "User.get", pairs...), "users").Items() {
		ids = append(ids, show(field(u, "id")))
	}
	return strings.Join(ids, " ")
}

// TestGetMembers: what each kind of caller sees of a user (bugzilla contract §13).
func TestGetMembers(t *testing.T) {
	w := newWorld(t)
	bubba, zoe, editor, blesser := w.as("bubba"), w.as("Zoe@Example.org"), w.as("editor@example.org"), w.as("blesser@example.org")
	userGroup := "{id=2 name=user description=What every new account may do}"
	yastGroup := "{id=4 name=yast description=Who keep machines}"
	for _, c := range []struct {
		name string
		who  guest
		id   string
		want string
	}{
		{"a stranger", stranger, "bubba", "{id=3 real_name=Bubba Smith name=bubba}"},
		{"another user", zoe, "bubba", "{id=3 real_name=Bubba Smith name=bubba email=bubba.smith@example.org can_login=true groups=[]}"},
		{"who may give yast", blesser, "bubba", "{id=3 real_name=Bubba Smith name=bubba email=bubba.smith@example.org can_login=true groups=[" + yastGroup + "]}"},
		{"the user", bubba, "bubba", "{id=3 real_name=Bubba Smith name=bubba email=bubba.smith@example.org can_login=true groups=[" +
			userGroup + " " + yastGroup + "] saved_searches=[] saved_reports=[]}"},
		{"an editor", editor, "bubba", "{id=3 real_name=Bubba Smith name=bubba email=bubba.smith@example.org can_login=true groups=[" +
			userGroup + " " + yastGroup + "] email_enabled=true login_denied_text=}"},
		{"an editor on a disabled user", editor, "gone@example.org", "{id=6 real_name=Bubba Gone name=gone@example.org email=gone@example.org can_login=false groups=[" +
			userGroup + "] email_enabled=true login_denied_text=left}"},
		{"without an address", zoe, "tweaker@example.org", "{id=7 real_name= name=tweaker@example.org email=tweaker@example.org can_login=true groups=[]}"},
	} {
		w.same(c.name, w.call(c.who, "User.get", "names", list(c.id)), "{users=["+c.want+"]}")
	}
	// A key that is narrowed to less is not an editor's.
	got := show(w.call(narrowed(t, editor, "addressbook"), "User.get", "names", list("bubba")))
	if strings.Contains(got, "email_enabled") {
		t.Errorf("by a narrowed key: %s", got)
	}
}

func TestGetSelection(t *testing.T) {
	w := newWorld(t)
	editor, bubba := w.as("editor@example.org"), w.as("bubba")
	get := func(g guest, name string, pairs ...any) string {
		t.Helper()
		return show(field(w.call(g, "User.get", append([]any{"names", list(name)}, pairs...)...), "users").Items()[0])
	}
	always := " email_enabled=true login_denied_text=}"
	for _, c := range []struct {
		who  guest
		sel  []any
		want string
	}{
		{stranger, []any{"include_fields", list("name")}, "{name=bubba}"},
		{stranger, []any{"include_fields", list()}, "{id=3 real_name=Bubba Smith name=bubba}"},
		{stranger, []any{"include_fields", list("email", "groups")}, "{}"},
		{stranger, []any{"exclude_fields", list("_all")}, "{}"},
		{editor, []any{"include_fields", list("id")}, "{id=3" + always},
		{editor, []any{"exclude_fields", list("_default")}, "{" + strings.TrimSpace(always)},
		{bubba, []any{"include_fields", list("saved_searches", "can_login")}, "{can_login=true saved_searches=[]}"},
		{bubba, []any{"include_fields", list("groups.name"), "exclude_fields", list("saved_reports")},
			"{groups=[{id=2 name=user description=What every new account may do} {id=4 name=yast description=Who keep machines}]}"},
	} {
		if got := get(c.who, "bubba", c.sel...); got != c.want {
			t.Errorf("%v:\n got %s\nwant %s", c.sel, got, c.want)
		}
	}
}

func TestGetFinds(t *testing.T) {
	w := newWorld(t)
	bubba := w.as("bubba")
	for _, c := range []struct {
		pairs []any
		want  string
	}{
		{[]any{"ids", list(3, "1", 3, 99999, " 4 ", 8)}, "3 1 4"}, // 8 is a server
		{[]any{"ids", list()}, ""},
		{[]any{"names", list("zoe@example.org", " BUBBA "), "ids", list(3, 2)}, "4 3 2"},
		{[]any{"match", list("bubba")}, "3"}, // a login name hides what it is a part of
		{[]any{"match", list("BUBBA")}, "3"},
		{[]any{"match", list("bubb")}, "3"},
		{[]any{"match", list("bubb"), "include_disabled", true}, "3 6"},
		{[]any{"match", list("bubb"), "include_disabled", 1}, "3 6"},
		{[]any{"match", list("gone@example.ORG")}, "6"},
		{[]any{"match", list("gone@example.or")}, ""},
		{[]any{"match", list("*example.org")}, "1 2 4 5 7"},
		{[]any{"match", list("*example.org"), "limit", 2}, "1 2"},
		{[]any{"match", list("*example.org"), "limit", "2"}, "1 2"},
		{[]any{"match", list("*example.org"), "limit", 0}, "1 2 4 5 7"},
		{[]any{"match", list("*example.org", "bubba"), "limit", 1}, "1 3"}, // for each text
		{[]any{"match", list("edith*")}, "2"},
		{[]any{"match", list("ed")}, ""}, // too short for a part
		{[]any{"match", list("ZOË")}, "4"},
		{[]any{"match", list("", "  ")}, ""},
		{[]any{"match", list()}, ""},
		{[]any{"match", list("my.host")}, ""},
		{[]any{"match", list("%")}, ""},
		{[]any{"ids", list(1), "match", list("*admin*"), "names", list("admin@example.org")}, "1"},
	} {
		if got := w.found(bubba, c.pairs...); got != c.want {
			t.Errorf("%v: %q, want %q", c.pairs, got, c.want)
		}
	}
	w2 := newWorld(t, func(c *bugzilla.Config) { c.Most = 3 })
	if got := w2.found(w2.as("bubba"), "match", list("*"), "limit", 100); got != "1 2 3" {
		t.Errorf("over the site's limit: %q", got)
	}
}

func TestGetRefuses(t *testing.T) {
	w := newWorld(t)
	bubba := w.as("bubba")
	many := make([]any, account.MaxQuery+1)
	for i := range many {
		many[i] = i
	}
	for _, c := range []struct {
		who   guest
		code  int
		words string
		pairs []any
	}{
		{bubba, 50, "one of the following parameters: ids, names, match", nil},
		{bubba, 50, "one of the following parameters", []any{"ids", nil, "limit", 3}},
		{stranger, 50, "one of the following parameters", []any{"include_disabled", true}},
		{stranger, 505, `Logged-out users cannot use the "ids" argument`, []any{"ids", list(1)}},
		{stranger, 505, `Logged-out users cannot use the "ids" argument`, []any{"ids", list(), "names", list("bubba")}},
		{stranger, 505, `Logged-out users cannot use the "match" argument`, []any{"match", list("bubba")}},
		{stranger, 51, `There is no user named "nobody".`, []any{"names", list("bubba", "nobody")}},
		{bubba, 51, "no user named", []any{"names", list("")}},
		{bubba, 51, "no user named", []any{"names", list("my.host")}},
		{bubba, 51, "no user named", []any{"names", list(strings.Repeat("x", 5000))}},
		{bubba, 52, "must be numeric", []any{"ids", list("x")}},
		{bubba, 52, "must be numeric", []any{"ids", list(-1)}},
		{bubba, 52, "must be numeric", []any{"ids", list("+1")}},
		{bubba, 52, "must be numeric", []any{"ids", list(nil)}},
		{bubba, 52, "must be numeric", []any{"ids", list(true)}},
		{bubba, 54, "too large", []any{"ids", list("99999999999999999999")}},
		{bubba, 58, "must be an array of scalars", []any{"ids", list(list(1))}},
		{bubba, 58, "must be an array of scalars", []any{"ids", list(arguments("id", 1))}},
		{bubba, 53, "too many", []any{"ids", list(many...)}},
		{bubba, 53, "too many", []any{"names", list(many...)}},
		{bubba, 53, "too many", []any{"match", list(many...)}},
		{bubba, 53, "too long", []any{"match", list(strings.Repeat("*x", 200))}},
		{bubba, 52, "Invalid parameter limit passed to User.get", []any{"match", list("bubba"), "limit", "few"}},
		{bubba, 52, "must be numeric", []any{"match", list("bubba"), "limit", -1}},
		{bubba, 52, "must be numeric", []any{"match", list("bubba"), "limit", list(1)}},
	} {
		w.fails(c.code, c.words, c.who, "User.get", c.pairs...)
	}
	_, err := w.try(stranger, "User.get", "ids", list(1))
	if e := methods.AsError(err); e.Kind != methods.KindLoginRequired {
		t.Errorf("a stranger's ids: %v", e)
	}
}

func TestGetByGroup(t *testing.T) {
	w := newWorld(t)
	everybody := list(1, 2, 3, 4, 5, 6, 7)
	bubba, editor, blesser := w.as("bubba"), w.as("editor@example.org"), w.as("blesser@example.org")
	for _, c := range []struct {
		who   guest
		pairs []any
		want  string
	}{
		{bubba, []any{"groups", list("yast")}, "3"},
		{bubba, []any{"group_ids", list(4)}, "3"},
		{bubba, []any{"groups", list("user")}, "2 3 4 5 6"},
		{bubba, []any{"groups", list("yast"), "group_ids", list("2")}, "2 3 4 5 6"}, // in any of them
		{bubba, []any{"groups", list()}, ""},
		{editor, []any{"groups", list("admin")}, "1"},
		{editor, []any{"groups", list("my role")}, ""},
		{blesser, []any{"groups", list("yast")}, "3"},
	} {
		if got := w.found(c.who, append([]any{"ids", everybody}, c.pairs...)...); got != c.want {
			t.Errorf("%v: %q, want %q", c.pairs, got, c.want)
		}
	}
	for _, c := range []struct {
		who   guest
		code  int
		words string
		pairs []any
	}{
		{bubba, 804, `"admin", is not valid here`, []any{"groups", list("admin")}},
		{bubba, 804, "is not valid here", []any{"groups", list("nosuch")}},
		{bubba, 804, "is not valid here", []any{"groups", list("YAST")}},
		{bubba, 51, "no group with the id 1.", []any{"group_ids", list(1)}},
		{bubba, 51, "no group with the id 99.", []any{"group_ids", list(99)}},
		{bubba, 52, "must be numeric", []any{"group_ids", list("yast")}},
		{stranger, 804, "is not valid here", []any{"groups", list("user")}},
		{stranger, 51, "no group", []any{"group_ids", list(2)}},
		{blesser, 804, "is not valid here", []any{"groups", list("editors")}},
	} {
		w.fails(c.code, c.words, c.who, "User.get", append([]any{"names", list("bubba")}, c.pairs...)...)
	}
}

// TestEmailFilter: strangers do not see addresses.
func TestEmailFilter(t *testing.T) {
	w := newWorld(t, func(c *bugzilla.Config) { c.EmailFilter = true })
	w.same("a stranger", w.call(stranger, "User.get", "names", list("editor@example.org", "bubba")),
		"{users=[{id=2 real_name=Edith Editor name=editor} {id=3 real_name=Bubba Smith name=bubba}]}")
	got := show(w.call(w.as("bubba"), "User.get", "names", list("editor@example.org")))
	if !strings.Contains(got, "name=editor@example.org email=editor@example.org") {
		t.Errorf("a user sees %s", got)
	}
}
