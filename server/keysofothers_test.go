package server_test

import (
	"fmt"
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	"countersign/session/account"
	"countersign/session/apikey"
)

// TestKeysOfOthers: the right over others' keys does not let its holder act as somebody
// who may do more. To list keys and to end them it is enough.
func TestKeysOfOthers(t *testing.T) {
	s := newAdmission(t, options{})
	s.addUser(t, account.Account{Name: "helper", Grants: []string{"keys.manage", "addressbook", "tracker.*"}}, "pw")
	s.addUser(t, account.Account{Name: "clerk", Grants: []string{"addressbook", "tracker.issue.read"}}, "pw")
	s.addUser(t, account.Account{Name: "tracer", Grants: []string{"tracker.*", "sessions.manage"}}, "pw")
	helper := s.client(plainPath).login(t, "helper", "pw")
	for owner, may := range map[string]bool{"clerk": true, "helper": true, "admin": false, "tracer": false} {
		_, id := s.addKey(t, owner, apikey.Options{})
		calls := map[string]func() *answer{
			"createKey": func() *answer { return helper.call(t, "system.createKey", map[string]any{"user": owner}) },
			"createKey, narrowed": func() *answer {
				return helper.call(t, "system.createKey", map[string]any{"user": owner, "scope": []any{"addressbook"}})
			},
			"rotateKey": func() *answer { return helper.call(t, "system.rotateKey", id.String(), 60) },
		}
		for name, call := range calls {
			var a *answer
			var lines []string
			for _, line := range s.audited(t, func() { a = call() }) {
				lines = append(lines, short(line))
			}
			if may {
				text := fmt.Sprint(a.value.(map[string]any)["key"])
				if who := s.client(plainPath).authorized("Bearer " + text).who(t); who != owner {
					t.Errorf("%s for %s: a key of %q", name, owner, who)
				}
				continue
			}
			a.wantFault(t, http.StatusOK, -32003, "may do more than you")
			if got := strings.Join(lines, ", "); got != "permission refused helper permission_denied keys.manage" {
				t.Errorf("%s for %s: the audit says %q", name, owner, got)
			}
		}
		left, err := s.keys.List(t.Context(), s.account(t, owner).ID)
		must(t, err)
		if want := map[bool]int{true: 4, false: 1}[may]; len(left) != want {
			t.Errorf("%s has %d keys, want %d", owner, len(left), want)
		}
		if a := helper.call(t, "system.listKeys", owner); a.fault != nil || len(a.value.([]any)) != len(left) {
			t.Errorf("listKeys of %s: %s", owner, a.body)
		}
		helper.call(t, "system.revokeKey", id.String()).wantValue(t, true)
	}
}

// TestDeniedInside: a right that a method asks for itself and the caller lacks leaves the
// line that dispatch leaves.
func TestDeniedInside(t *testing.T) {
	s := newAdmission(t, options{})
	_, key := s.addKey(t, "admin", apikey.Options{})
	s.client(plainPath).login(t, "admin", "admin")
	infos, err := s.sessions.List(t.Context(), s.account(t, "admin").ID)
	must(t, err)
	jenny := s.client(plainPath).login(t, "jenny", "1234")
	own, ownID := s.addKey(t, "jenny", apikey.Options{})
	const sessions, keys = "sessions.manage", "keys.manage"
	for _, c := range []struct {
		who        *client
		permission string
		method     string
		args       []any
		code       int
	}{
		{jenny, sessions, "system.listSessions", []any{"admin"}, -32003},
		{jenny, sessions, "system.listSessions", []any{"*"}, -32003},
		{jenny, sessions, "system.listSessions", []any{"nobody"}, -32003},
		{jenny, keys, "system.listKeys", []any{"admin"}, -32003},
		{jenny, keys, "system.createKey", []any{map[string]any{"user": "admin"}}, -32003},
		{jenny, sessions, "system.endSession", []any{infos[0].Public.String()}, -32005},
		{jenny, sessions, "system.endSession", []any{"0011223344556677"}, -32005},
		{jenny, keys, "system.revokeKey", []any{key.String()}, -32005},
		{jenny, keys, "system.rotateKey", []any{key.String()}, -32005},
		{jenny, keys, "system.revokeKey", []any{"0011223344556677"}, -32005},
		{s.client(plainPath).authorized("Bearer " + own), keys, "system.listKeys", []any{"admin"}, -32003},
	} {
		var a *answer
		lines := s.audited(t, func() { a = c.who.call(t, c.method, c.args...) })
		a.wantFault(t, http.StatusOK, c.code, "")
		if len(lines) != 1 || short(lines[0]) != "permission refused jenny permission_denied "+c.permission {
			t.Fatalf("%s: %v", c.method, lines)
		}
		line := lines[0]
		if line["method"] != c.method || line["check"] != "Action: "+c.permission+" User: jenny Result: no" || line["request"] != a.header.Get("X-Request-Id") {
			t.Errorf("%s: %v", c.method, line)
		}
		if byKey := c.who != jenny; byKey != (line["key"] == ownID.String()) || byKey == (line["session"] != nil) {
			t.Errorf("%s: %v", c.method, line)
		}
	}
	bubba := s.client(plainPath).login(t, "bubba", "gump").json(jsonCGIPath)
	lines := s.audited(t, func() {
		bubba.jsonPost(t, bugzillaCall("User.create", map[string]any{"email": "new@example.org"})).wantFault(t, http.StatusOK, 304, "not authorized")
	})
	if len(lines) != 1 || short(lines[0]) != "permission refused bubba permission_denied bugzilla.editusers" {
		t.Errorf("User.create: %v", lines)
	}
}

// TestLongTimes: a length of time that no duration can hold is refused, not turned into
// another.
func TestLongTimes(t *testing.T) {
	s := newAdmission(t, options{})
	bubba := s.client(plainPath).login(t, "bubba", "gump").json(rpcPath)
	_, id := s.addKey(t, "bubba", apikey.Options{})
	const most = math.MaxInt64 / int(time.Second)
	before := s.audit.String()
	for _, n := range []int{-1, -most, most + 1, 10_000_000_000, 18_446_744_074, math.MaxInt64} {
		for name, a := range map[string]*answer{
			"idle":     bubba.jsonCall(t, "system.createChild", map[string]any{"idle": n}),
			"lifetime": bubba.jsonCall(t, "system.createChild", map[string]any{"lifetime": n}),
			"of a key": bubba.jsonCall(t, "system.createKey", map[string]any{"lifetime": n}),
			"overlap":  bubba.jsonCall(t, "system.rotateKey", id.String(), n),
		} {
			if a.fault == nil || a.fault.code != -32602 || !strings.Contains(a.body, "length of time") {
				t.Errorf("%s %d: %s", name, n, a.body)
			}
		}
	}
	if s.audit.String() != before {
		t.Error("something was made")
	}
	for _, a := range []*answer{
		bubba.jsonCall(t, "system.createChild", map[string]any{"idle": most, "lifetime": most}),
		bubba.jsonCall(t, "system.createKey", map[string]any{"lifetime": most}),
	} {
		if a.fault != nil {
			t.Errorf("%d seconds: %s", most, a.body)
		}
	}
}
