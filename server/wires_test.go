package server_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/methods"
	"countersign/session/account"
)

// everyWire makes the same call, with the same credentials, over XML-RPC, JSON-RPC and
// SOAP.
func everyWire(t *testing.T, c *client, method string, args ...any) []*answer {
	t.Helper()
	xml := *c
	xml.path = plainPath
	return []*answer{xml.call(t, method, args...), c.json(rpcPath).jsonCall(t, method, args...), c.soapCall(t, method, args...)}
}

// TestSameKinds: whatever goes wrong has the same number on every wire of the plain
// dialect.
func TestSameKinds(t *testing.T) {
	s := newAdmission(t, options{modules: []methods.Module{newTrial().module(), grid()}})
	s.addUser(t, account.Account{Name: "reader", Grants: []string{"grid.use"}, ReadOnly: true}, "pw")
	nobody := s.client(plainPath)
	me, reader := nobody.login(t, "bubba", "gump"), nobody.login(t, "reader", "pw")
	type situation struct {
		why    string
		c      *client
		method string
		args   []any
		code   int
	}
	table := []situation{
		{"nobody's call", nobody, "system.session", nil, -32001},
		{"nobody asks for what is not there", nobody, "no.such", nil, -32001},
		{"there is no such method", me, "no.such", nil, -32601},
		{"too many arguments", me, "trial.echo", []any{"a", "b"}, -32602},
		{"too few", me, "trial.echo", nil, -32602},
		{"of another type", me, "trial.echo", []any{7}, -32602},
		{"a wrong password", nobody, "system.login", []any{"bubba", "x"}, -32002},
		{"no right", me, "grid.right", nil, -32003},
		{"a reader changes something", reader, "grid.right", nil, -32004},
		{"a panic", me, "trial.panic", []any{"x"}, -32603},
		{"an error of its own", me, "trial.broken", nil, -32603},
		{"a stale session", nobody.basic(me.pair[:len(me.pair)-1] + "x"), "system.session", nil, -32001},
	}
	for k := range methods.KindCount {
		table = append(table, situation{"kind " + k.String(), me, "trial.kind", []any{int(k)}, 0})
	}
	for _, c := range table {
		answers := everyWire(t, c.c, c.method, c.args...)
		for i, a := range answers {
			code := 0
			if a.fault != nil {
				code = a.fault.code
			}
			if c.code != 0 && code != c.code {
				t.Errorf("%s, wire %d: %d, want %d: %s", c.why, i, code, c.code, a.body)
			}
		}
		for _, other := range answers[1:] {
			if x, o := answers[0].fault, other.fault; (x == nil) != (o == nil) || x != nil && x.code != o.code {
				t.Errorf("%s: %s, but %s", c.why, answers[0].body, other.body)
			}
		}
	}
}

// TestOneSession: a session made on one wire works on the others, and ends on all.
func TestOneSession(t *testing.T) {
	s := newService(t, options{random: true})
	for why, end := range map[string]func(c *client) *answer{
		"xmlrpc":  func(c *client) *answer { return c.call(t, "system.logout") },
		"jsonrpc": func(c *client) *answer { return c.json(rpcPath).jsonCall(t, "system.logout") },
		"soap":    func(c *client) *answer { return c.soapCall(t, "system.logout") },
	} {
		grant, _ := s.client(plainPath).json(rpcPath).jsonCall(t, "system.login", "bubba", "gump").value.(map[string]any)
		me := s.client(plainPath).basic(fmt.Sprint(grant["sessionid"], ":", grant["kp3"]))
		for i, a := range everyWire(t, me, "system.session") {
			if a.fault != nil || !strings.Contains(a.body, "bubba") {
				t.Errorf("wire %d: %s", i, a.body)
			}
		}
		if a := end(me); a.fault != nil {
			t.Errorf("%s: %s", why, a.body)
		}
		for i, a := range everyWire(t, me, "system.session") {
			if a.fault == nil || a.fault.code != -32001 {
				t.Errorf("ended over %s, wire %d: %s", why, i, a.body)
			}
		}
	}
}

// TestBatchAtOnce: the calls of a batch run at the same time, within a bound, each with
// the caller's rights, and their answers keep the order.
func TestBatchAtOnce(t *testing.T) {
	m := newTrial()
	defer m.release()
	s := newService(t, options{modules: []methods.Module{m.module()}})
	me := s.client(plainPath).login(t, "bubba", "gump").json(rpcPath)
	var requests []any
	for i := range 10 {
		requests = append(requests, request(2*i, "trial.gate"), request(2*i+1, "system.session"))
	}
	done := make(chan []map[string]any, 1)
	go func() { done <- me.jsonBatch(t, requests...) }()
	within(t, "one call of the batch", m.entered)
	within(t, "another at the same time", m.entered)
	m.release()
	replies := within(t, "the answer", done)
	if len(replies) != len(requests) {
		t.Fatalf("%d answers", len(replies))
	}
	for i, r := range replies {
		who, _ := r["result"].(map[string]any)
		if r["id"] != float64(i) || i%2 == 0 && r["result"] != "out" || i%2 == 1 && who["user"] != "bubba" {
			t.Errorf("answer %d: %v", i, r)
		}
	}
}

// TestBatchLogsOut: what a call of a batch does to the session holds for the batches
// behind it, and at the latest for them.
func TestBatchLogsOut(t *testing.T) {
	s := newService(t, options{})
	me := s.client(plainPath).login(t, "bubba", "gump").json(rpcPath)
	if r := me.jsonBatch(t, request(1, "system.logout"))[0]; r["result"] != true {
		t.Fatalf("%v", r)
	}
	for _, r := range me.jsonBatch(t, request(1, "system.session"), request(2, "system.session")) {
		if _, f := jsonOutcome(r); f == nil || f.code != -32001 {
			t.Errorf("%v", r)
		}
	}
}

// TestIdentitiesOfABatch: an element with credentials of its own is its caller's alone,
// and is nobody else's neighbour (requirements AUT-12).
func TestIdentitiesOfABatch(t *testing.T) {
	s := newService(t, options{random: true})
	admin := s.client(plainPath).login(t, "admin", "admin")
	bubba := s.client(plainPath).login(t, "bubba", "gump")
	token := "500-" + strings.ReplaceAll(bubba.pair, ":", "")
	bugs := admin.json(jsonCGIPath)
	for _, r := range bugs.jsonBatch(t,
		request(1, "User.valid_login", map[string]any{"login": "admin"}),
		request(2, "User.valid_login", map[string]any{"login": "bubba", "Bugzilla_token": token}),
		request(3, "User.valid_login", map[string]any{"login": "admin"}),
		request(4, "User.valid_login", map[string]any{"login": "admin", "Bugzilla_token": "500-none"}),
	) {
		if r["id"] != 4.0 && r["result"] != true || r["id"] == 4.0 && r["error"] == nil {
			t.Errorf("%v", r)
		}
	}
	xml := *admin
	xml.path = xmlCGIPath
	ask := func(members map[string]any) map[string]any { return entry("User.valid_login", members) }
	for i, r := range xml.batch(t, ask(map[string]any{"login": "admin"}), ask(map[string]any{"login": "bubba", "Bugzilla_token": token}), ask(map[string]any{"login": "admin"})) {
		if list, ok := r.([]any); !ok || list[0] != true {
			t.Errorf("element %d: %v", i, r)
		}
	}
	// The session that ends is the element's own: here it has none.
	bugs.jsonBatch(t, request(1, "User.logout", map[string]any{"Bugzilla_login": "bubba", "Bugzilla_password": "gump"}))
	if !admin.alive(t) || !bubba.alive(t) {
		t.Error("somebody else's logout ended a session")
	}
	bugs.jsonBatch(t, request(1, "User.logout", map[string]any{"Bugzilla_token": token}))
	if !admin.alive(t) || bubba.alive(t) {
		t.Error("a logout ended another session than its own")
	}
}

// TestSilentLogin: no session comes of a login by notification.
func TestSilentLogin(t *testing.T) {
	s := newService(t, options{random: true})
	login := map[string]any{"jsonrpc": "2.0", "method": "system.login", "params": []any{"bubba", "gump"}}
	c := s.client(plainPath).json(rpcPath)
	if a := c.jsonPost(t, login); a.status != http.StatusOK || a.body != "" {
		t.Errorf("status %d, %s", a.status, a.body)
	}
	c.jsonPost(t, []any{login})
	me := s.client(plainPath).login(t, "bubba", "gump")
	if list, _ := me.call(t, "system.listSessions").value.([]any); len(list) != 1 {
		t.Errorf("%d sessions: %v", len(list), list)
	}
}

// TestUnanswered: nothing comes of a notification whose answer would be the only trace of
// what it made, also inside a batch (requirements SES-15), and batches do not nest across
// wires (requirements INP-6).
func TestUnanswered(t *testing.T) {
	s := newService(t, options{random: true})
	me := s.client(plainPath).login(t, "bubba", "gump")
	rpc := me.json(rpcPath)
	silent := func(method string, args ...any) map[string]any {
		r := request(0, method, args...)
		delete(r, "id")
		return r
	}
	for _, method := range []string{"system.createChild", "system.createKey", "system.login"} {
		rpc.jsonPost(t, silent(method, map[string]any{"username": "bubba", "password": "gump"}))
		rpc.jsonPost(t, []any{silent(method, map[string]any{}), silent(method)})
		rpc.jsonPost(t, silent("system.multicall", []any{entry(method, map[string]any{"username": "bubba", "password": "gump"})}))
	}
	bugs := me.json(jsonCGIPath)
	bugs.jsonPost(t, silent("User.login", map[string]any{"login": "bubba", "password": "gump"}))
	bugs.jsonPost(t, silent("system.multicall", []any{entry("User.login", map[string]any{"login": "bubba", "password": "gump"})}))
	sessions, _ := me.call(t, "system.listSessions").value.([]any)
	keys, _ := me.call(t, "system.listKeys").value.([]any)
	if len(sessions) != 1 || len(keys) != 0 {
		t.Errorf("%d sessions, %d keys", len(sessions), len(keys))
	}
	for _, r := range rpc.jsonBatch(t, request(1, "system.multicall", []any{entry("system.session"), entry("system.session")})) {
		for _, result := range r["result"].([]any) {
			if !isFault(whole(result), -32011) {
				t.Errorf("a batch in a batch: %v", result)
			}
		}
	}
}

// TestGetReads: GET calls what changes nothing, without the cookie.
func TestGetReads(t *testing.T) {
	s := newAdmission(t, options{modules: []methods.Module{grid()}, cookies: true})
	me := s.client(plainPath).login(t, "bubba", "gump")
	cookie := s.client(plainPath).withCookie(t, me.pair)
	for _, c := range []struct {
		why, method string
		c           *client
		code        int // 0: it is done
	}{
		{"public, changes something", "grid.public", me, -32600},
		{"public, reads", "grid.public_read", s.client(plainPath), 0},
		{"a session's, reads", "grid.session_read", me, 0},
		{"with a cookie", "grid.session_read", cookie, -32001},
	} {
		there := *c.c
		there.path = rpcPath + "?id=1&method=" + c.method
		a := there.do(t, http.MethodGet, "")
		got := 0
		if reply := decoded(t, a.body); reply["error"] != nil {
			_, f := jsonOutcome(reply)
			got = f.code
		}
		if got != c.code {
			t.Errorf("%s: %s", c.why, a.body)
		}
	}
}

// TestBoundedBatch: a batch over the limits is refused as one, quickly.
func TestBoundedBatch(t *testing.T) {
	s := newService(t, options{})
	c := s.client(plainPath).json(rpcPath)
	start := time.Now()
	a := c.jsonPost(t, slices.Repeat([]any{request(1, "system.methodExist", "x")}, 101))
	if a.fault == nil || a.fault.code != -32007 {
		t.Errorf("%s", a.body)
	}
	if a := c.do(t, http.MethodPost, "["+string(make([]byte, 2<<20))); a.status != http.StatusRequestEntityTooLarge {
		t.Errorf("status %d", a.status)
	}
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("took %s", took)
	}
}
