package bugzilla_test

import (
	"strings"
	"testing"
	"time"

	"countersign/methods/bugzilla"
	"countersign/session/account"
)

func TestFacts(t *testing.T) {
	w := newWorld(t)
	w.same("version", w.call(stranger, "Bugzilla.version"), "{version=5.0.6}")
	w.same("time", w.call(stranger, "Bugzilla.time"),
		"{db_time=2026-01-02T03:04:05Z web_time=2026-01-02T03:04:05Z web_time_utc=2026-01-02T03:04:05Z tz_name=UTC tz_short_name=UTC tz_offset=+0000}")
	w.same("timezone", w.call(stranger, "Bugzilla.timezone"), "{timezone=+0000}")
	w.same("extensions", w.call(stranger, "Bugzilla.extensions"), "{extensions={}}")
	w = newWorld(t, func(c *bugzilla.Config) {
		c.Version, c.Extensions = "5.2+", map[string]string{"Sessions": "1.0", "Audit": "2"}
	})
	w.same("version", w.call(stranger, "Bugzilla.version"), "{version=5.2+}")
	w.same("extensions", w.call(stranger, "Bugzilla.extensions"), "{extensions={Audit={version=2} Sessions={version=1.0}}}")
}

func TestParameters(t *testing.T) {
	w := newWorld(t, func(c *bugzilla.Config) {
		c.RequireLogin, c.EmailFilter = true, true
		c.Parameters = map[string]string{"urlbase": "https://elsewhere.example.org/", "secretparam": "x"}
	})
	get := func(g guest, pairs ...any) map[string]string {
		t.Helper()
		out := map[string]string{}
		for _, m := range field(w.call(g, "Bugzilla.parameters", pairs...), "parameters").Members() {
			out[m.Name] = m.Value.Text()
			if m.Value.Type().String() != "string" {
				t.Errorf("%s is %v", m.Name, m.Value.Type())
			}
		}
		return out
	}
	w.same("a stranger", w.call(stranger, "Bugzilla.parameters"), "{parameters={maintainer=maintainer@example.org requirelogin=1}}")
	bubba, tweaker := w.as("bubba"), w.as("tweaker@example.org")
	own := get(bubba)
	if len(own) != 31 || own["urlbase"] != "https://elsewhere.example.org/" || own["mailfrom"] != "maintainer@example.org" ||
		own["useclassification"] != "0" || own["emailregexpdesc"] == "" {
		t.Errorf("a user sees %d: %v", len(own), own)
	}
	all := get(tweaker)
	for name, value := range own {
		if v, ok := all[name]; !ok || v != value {
			t.Errorf("who tweaks does not see %s", name)
		}
	}
	if all["secretparam"] != "x" || all["webservice_email_filter"] != "1" || all["maxusermatches"] != "1000" || own["secretparam"] != "" {
		t.Errorf("who tweaks sees %v", all)
	}
	if got := get(bubba, "include_fields", list("urlbase", "secretparam", "nosuch")); len(got) != 1 || got["urlbase"] == "" {
		t.Errorf("selected: %v", got)
	}
	if got := get(bubba, "exclude_fields", list("urlbase")); len(got) != 30 {
		t.Errorf("%d of 31 without one", len(got))
	}
	if got := get(stranger, "include_fields", list("urlbase")); len(got) != 0 {
		t.Errorf("a stranger gets %v", got)
	}
}

func TestLastAuditTime(t *testing.T) {
	w := newWorld(t)
	later := w.now.Add(time.Hour)
	must(t, w.db.Accounts().SetRoles(t.Context(), w.account(3).ID, []string{"user"}, later))
	const users, groups = "2026-01-02T04:04:05Z", "2026-01-02T03:04:05Z"
	for _, c := range []struct {
		class []any
		want  string
	}{
		{nil, users},
		{[]any{"class", list()}, users},
		{[]any{"class", list("Bugzilla::User")}, users},
		{[]any{"class", list("Bugzilla::Group")}, groups},
		{[]any{"class", list("Bugzilla::Group", "Bugzilla::User")}, users},
		{[]any{"class", list("Bugzilla::Group", "User")}, groups},
		{[]any{"class", list("User", "Bugzilla::User; --")}, users}, // no class at all
		{[]any{"class", list("Bugzilla::Product")}, "nil"},
		{[]any{"class", list("Bugzilla", "bugzilla::User")}, "nil"},
	} {
		w.same(strings.TrimSpace(show(arguments(c.class...))), w.call(stranger, "Bugzilla.last_audit_time", c.class...), "{last_audit_time="+c.want+"}")
	}
	must(t, w.db.Accounts().SetRole(t.Context(), account.Role{Name: "yast"}, later.Add(time.Hour)))
	w.same("a group", w.call(stranger, "Bugzilla.last_audit_time"), "{last_audit_time=2026-01-02T05:04:05Z}")
}
