package server_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"countersign/session"
	"countersign/session/account"
	"countersign/session/apikey"
	"countersign/session/audit"
)

// audited are the lines that f leaves in the audit.
func (s *service) audited(t testing.TB, f func()) []map[string]any {
	t.Helper()
	before := len(s.audit.String())
	f()
	var lines []map[string]any
	for line := range strings.Lines(s.audit.String()[before:]) {
		var m map[string]any
		must(t, json.Unmarshal([]byte(line), &m))
		lines = append(lines, m)
	}
	return lines
}

// short is what a line says in the members that matter to this test.
func short(line map[string]any) string {
	var words []string
	for _, name := range []string{"event", "outcome", "user", "actor", "reason", "permission", "role"} {
		if v, ok := line[name]; ok {
			words = append(words, fmt.Sprint(v))
		}
	}
	return strings.Join(words, " ")
}

// TestAudited: who did what leaves exactly these lines, whichever way it was done.
func TestAudited(t *testing.T) {
	s := newAdmission(t, options{remember: remember})
	admin := s.client(plainPath).from(9).login(t, "admin", "admin")
	key, _ := s.addKey(t, "bubba", apikey.Options{})
	s.addUser(t, account.Account{Name: "reader", ReadOnly: true}, "pw")
	plain := s.client(plainPath)
	read := func(c *client) { c.call(t, "addressbook.boaddressbook.read", map[string]any{"id": 1}) }
	for _, c := range []struct {
		why  string
		do   func()
		want []string
	}{
		{"login", func() { plain.tryLogin(t, "bubba", "gump") }, []string{"login ok bubba"}},
		{"login at another endpoint", func() { s.client(egwPath).tryLogin(t, "bubba", "gump") }, []string{"login ok bubba"}},
		{"wrong password", func() { plain.tryLogin(t, "bubba", "x") }, []string{"login refused bubba wrong password"}},
		{"disabled", func() { plain.tryLogin(t, "dan", "legs") }, []string{"login refused dan account disabled"}},
		{"in a batch", func() {
			plain.batch(t, entry("system.login", "bubba", "x"), entry("system.login", "bubba", "gump"))
		}, []string{"login refused bubba wrong password"}},
		{"password", func() { plain.authorized(basicHeader("bubba", "gump")).who(t) }, []string{"credential ok bubba"}},
		{"password, remembered", func() { plain.authorized(basicHeader("bubba", "gump")).who(t) }, nil},
		{"wrong password in Basic", func() { plain.authorized(basicHeader("bubba", "x")).who(t) }, []string{"login refused bubba wrong password"}},
		{"wrong key", func() { plain.authorized("Bearer " + strings.Repeat("x", 40)).who(t) }, []string{"credential refused unknown key"}},
		{"key", func() { plain.authorized("Bearer " + key).who(t) }, nil},
		{"logout", func() { plain.login(t, "bubba", "gump").call(t, "system.logout") }, []string{"login ok bubba", "logout ok bubba bubba"}},
		{"login with a session", func() { plain.login(t, "bubba", "gump").tryLogin(t, "bubba", "gump") },
			[]string{"login ok bubba", "login ok bubba", "logout ok bubba bubba"}},
		{"no right", func() { read(plain.login(t, "jenny", "1234")) }, []string{"login ok jenny", "permission refused jenny permission_denied addressbook"}},
		{"no right, with a password", func() { read(plain.authorized(basicHeader("jenny", "1234"))) },
			[]string{"credential ok jenny", "permission refused jenny permission_denied addressbook"}},
		{"nobody has no right", func() { read(plain) }, nil},
		{"a right", func() { read(plain.authorized("Bearer " + key)) }, nil},
		{"may only read", func() { plain.login(t, "reader", "pw").call(t, "system.createKey") },
			[]string{"login ok reader", "permission refused reader read_only"}},
		{"a right asked for", func() { plain.authorized("Bearer "+key).call(t, "system.canCall", "addressbook.boaddressbook.read") },
			[]string{"permission ok bubba addressbook user"}},
		{"a lock", func() {
			for range freeGuesses + 1 {
				plain.from(1).tryLogin(t, "admin", "x")
			}
		}, []string{
			"login refused admin wrong password", "login refused admin wrong password", "login refused admin wrong password",
			"login refused admin wrong password", "lock ok admin", "login refused admin wrong password",
			"login refused admin throttled: account+source",
		}},
		{"an unlock", func() { admin.call(t, "system.unlock", "admin") }, []string{"unlock ok admin"}},
	} {
		t.Run(c.why, func(t *testing.T) {
			var got []string
			for _, line := range s.audited(t, c.do) {
				got = append(got, short(line))
			}
			if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", c.want) {
				t.Errorf("the audit says\n%q, want\n%q", got, c.want)
			}
		})
	}
}

// TestAuditedWhole: a line has everything that its reader needs, and a name that is
// nobody's is not shown: it may be a password.
func TestAuditedWhole(t *testing.T) {
	s := newAdmission(t, options{})
	var a *answer
	line := s.audited(t, func() { a = s.client(plainPath).from(7).tryLogin(t, "bubba", "gump") })[0]
	grant := a.value.(map[string]any)
	me := s.client(plainPath).basic(fmt.Sprint(grant["sessionid"], ":", grant["kp3"]))
	info := me.call(t, "system.session").value.(map[string]any)
	want := map[string]any{
		"time": "2001-09-03T10:00:00.000000Z", "event": "login", "outcome": "ok", "peer": "192.0.2.7", "user": "bubba",
		"account": 500.0, "kind": "user", "node": "test", "request": a.header.Get("X-Request-Id"), "endpoint": plainPath,
		"dialect": "plain", "session": info["session"], "until": "2001-09-03T22:00:00.000000Z",
	}
	if !maps.Equal(line, want) {
		t.Errorf("the line is\n%v, want\n%v", line, want)
	}
	const typed = "correct horse battery staple"
	stranger := s.audited(t, func() { s.client(plainPath).tryLogin(t, typed, "x") })[0]
	again := s.audited(t, func() { s.client(phpgwPath).tryLogin(t, typed, "y") })[0]
	other := s.audited(t, func() { s.client(plainPath).tryLogin(t, typed+"r", "x") })[0]
	if name := fmt.Sprint(stranger["user"]); strings.Contains(name, "horse") || name != again["user"] || name == other["user"] {
		t.Errorf("a stranger is %v, then %v, another %v", stranger["user"], again["user"], other["user"])
	}
	if jenny := s.client(plainPath).login(t, "jenny", "1234"); jenny != nil {
		check := s.audited(t, func() { jenny.call(t, "addressbook.boaddressbook.read", map[string]any{"id": 1}) })[0]
		const text = "Action: addressbook User: jenny Result: no"
		if check["check"] != text || check["method"] != "addressbook.boaddressbook.read" {
			t.Errorf("%v", check)
		}
		if !strings.Contains(s.logs.String(), text) {
			t.Error("the log does not have the check")
		}
	}
}

// TestCapRecorded: the login over the bound of an account's sessions ends the oldest, of
// which there is a line; where that is required and cannot be, the login is refused.
func TestCapRecorded(t *testing.T) {
	buffer := &logBuffer{}
	record := &limited{Log: audit.NewWriter(buffer, audit.Options{}), of: audit.SessionEnd, left: 1}
	s := newAdmission(t, options{record: record})
	s.audit = buffer
	plain := s.client(plainPath)
	oldest := plain.login(t, "bubba", "gump")
	s.advance(t, time.Second)
	second := plain.login(t, "bubba", "gump")
	s.advance(t, time.Second)
	for range session.DefaultPerAccount - 2 {
		plain.tryLogin(t, "bubba", "gump")
	}
	lines := s.audited(t, func() { plain.login(t, "bubba", "gump") })
	if len(lines) != 2 || short(lines[0]) != "session.end ok bubba too many sessions" || short(lines[1]) != "login ok bubba" {
		t.Errorf("%v", lines)
	}
	if oldest.alive(t) || !second.alive(t) {
		t.Errorf("the oldest lives %t, the second %t", oldest.alive(t), second.alive(t))
	}
	plain.tryLogin(t, "bubba", "gump").wantFault(t, http.StatusOK, -32009, "try again")
	infos, err := s.sessions.List(t.Context(), "")
	must(t, err)
	if len(infos) != session.DefaultPerAccount || !second.alive(t) {
		t.Errorf("%d sessions, the second lives %t", len(infos), second.alive(t))
	}
}

// TestNothingLeaks: every kind of secret, right and wrong, in every place where one can
// be offered, is found in no log and no audit line.
func TestNothingLeaks(t *testing.T) {
	s := newAdmission(t, options{remember: remember})
	var secrets []string
	note := func(all ...string) { secrets = append(secrets, all...) }
	const right, wrong, fresh = "Tr0ub4dor and three", "Tr0ub4dor and four", "a long walk to the harbour"
	note(right, wrong, fresh)
	s.addUser(t, account.Account{Name: "carol", Roles: []string{"admin"}}, right)
	key, id := s.addKey(t, "carol", apikey.Options{Name: "backup"})
	note(key)
	send := func(c *client) {
		for _, name := range []string{"Authorization", "Cookie"} {
			value := c.header.Get(name)
			_, value, _ = strings.Cut(value, " ")
			note(value)
		}
		for _, path := range []string{plainPath, phpgwPath, egwPath} {
			there := *c
			there.path = path
			there.call(t, "mirror.who")
			there.call(t, "addressbook.boaddressbook.read", map[string]any{"id": 1})
			there.call(t, "system.nosuch", wrong)
			there.with("Sec-Fetch-Site", "cross-site").call(t, "mirror.who")
			there.post(t, "<a>"+right)
		}
	}
	me := s.client(plainPath).login(t, "carol", right)
	sid, kp3, _ := strings.Cut(me.pair, ":")
	note(me.secrets()...)
	cookie := s.client(plainPath).withCookie(t, me.pair)
	_, value, _ := strings.Cut(cookie.header.Get("Cookie"), "=")
	note(value)
	child := me.grant(t, "system.createChild", map[string]any{})
	note(child.secrets()...)
	for i, c := range []*client{
		me, child, cookie,
		s.client(plainPath).authorized(basicHeader("carol", me.pair)),
		s.client(plainPath).authorized(basicHeader("", sid+kp3)),
		s.client(plainPath).authorized("Bearer " + sid + kp3),
		s.client(plainPath).authorized("Bearer " + key),
		s.client(plainPath).authorized(basicHeader("carol", right)),
		s.client(plainPath).authorized(basicHeader("carol", wrong)),
		s.client(plainPath).authorized(basicHeader(right, "carol")),
		s.client(plainPath).authorized(basicHeader("carol", key)),
		s.client(plainPath).authorized(basicHeader("bubba", sid+kp3)),
		s.client(plainPath).authorized(basicHeader(kp3, sid)),
		s.client(plainPath).authorized("Bearer " + key[1:] + "a"),
		s.client(plainPath).authorized("Bearer " + right),
		s.client(plainPath).authorized("Digest " + right),
		s.client(plainPath).authorized(me.pair),
		s.client(plainPath).with("Cookie", s.cookies.Name()+"="+me.pair),
		s.client(plainPath).with("Cookie", s.cookies.Name()+"="+value[1:]),
	} {
		send(c.from(i))
	}
	for range freeGuesses + 1 {
		s.client(plainPath).from(99).tryLogin(t, "carol", wrong)
	}
	made := me.call(t, "system.createKey", map[string]any{}).value.(map[string]any)
	note(fmt.Sprint(made["key"]))
	rotated := me.call(t, "system.rotateKey", id.String()).value.(map[string]any)
	note(fmt.Sprint(rotated["key"]))
	me.call(t, "system.setPassword", wrong, fresh)
	me.call(t, "system.setPassword", right, "short")
	if a := me.call(t, "system.setPassword", right, fresh); a.fault != nil {
		t.Fatalf("%+v", a.fault)
	}
	note(s.account(t, "carol").PasswordHash)
	s.advance(t, time.Second)
	me.call(t, "system.logout", me.pairStruct())

	if lines := s.audit.String(); strings.Count(lines, "\n") < 30 || strings.Count(s.logs.String(), "call failed") < 60 {
		t.Errorf("what was looked through is not what happened:\n%s", lines)
	}
	for where, text := range map[string]string{"log": s.logs.String(), "audit": s.audit.String()} {
		for _, secret := range secrets {
			if at := strings.Index(text, secret); secret != "" && at >= 0 {
				t.Errorf("the %s has %q: %s", where, secret, text[max(0, at-200):min(len(text), at+100)])
			}
		}
		for _, digest := range []session.Digest{mustSecret(t, sid).Digest(), mustSecret(t, kp3).Digest()} {
			if strings.Contains(text, fmt.Sprintf("%x", digest)) {
				t.Errorf("the %s has what is kept of a secret", where)
			}
		}
	}
}

func mustSecret(t testing.TB, digits string) session.Secret {
	t.Helper()
	s, ok := session.ParseSecret(digits)
	if !ok {
		t.Fatal("no secret")
	}
	return s
}
