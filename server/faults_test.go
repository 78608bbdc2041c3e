package server_test

import (
	"bufio"
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"countersign/methods"
	"countersign/server"
	"countersign/server/wire"
	"countersign/server/xmlrpc"
)

// logLines are the log's lines whose message is msg.
func (s *service) logLines(t testing.TB, msg string) []map[string]any {
	t.Helper()
	var out []map[string]any
	in := bufio.NewScanner(strings.NewReader(s.logs.String()))
	in.Buffer(nil, 1<<20)
	for in.Scan() {
		line := map[string]any{}
		if err := json.Unmarshal(in.Bytes(), &line); err != nil {
			t.Fatalf("a line of the log is no JSON: %v\n%s", err, in.Text())
		}
		if line["msg"] == msg {
			out = append(out, line)
		}
	}
	must(t, in.Err())
	return out
}

// wantInternal checks an internal fault: it names the request, the log has the rest.
func (s *service) wantInternal(t *testing.T, a *answer, code int) map[string]any {
	t.Helper()
	id := a.header.Get("X-Request-Id")
	a.wantFault(t, 200, code, id)
	for _, inside := range []string{internals, "10.1.2.3", "goroutine", ".go:", "runtime error", "panic", "trial"} {
		if strings.Contains(a.body, inside) {
			t.Errorf("the answer shows %q", inside)
		}
	}
	var found map[string]any
	for _, line := range s.logLines(t, "call failed") {
		if line["request"] == id {
			found = line
		}
	}
	if found == nil || found["level"] != "ERROR" || found["kind"] != "internal" {
		t.Fatalf("the log's line for the request is %v", found)
	}
	return found
}

// TestPanic: a panic in a method is an internal fault with the request's id; the log
// has its stack and nothing of its arguments; the service goes on (requirements INP-12).
func TestPanic(t *testing.T) {
	s := newService(t, options{modules: []methods.Module{newTrial().module()}})
	for path, code := range map[string]int{plainPath: -32603, phpgwPath: 17, egwPath: 17} {
		c := s.client(path)
		var a *answer
		recorded := s.audited(t, func() { a = c.call(t, "trial.panic", "private-words") })
		if len(recorded) != 1 || short(recorded[0]) != "panic unknown" || recorded[0]["method"] != "trial.panic" || recorded[0]["request"] != a.header.Get("X-Request-Id") {
			t.Errorf("%s: the audit says %v", path, recorded)
		}
		line := s.wantInternal(t, a, code)
		stack, _ := line["stack"].(string)
		if !strings.Contains(stack, "trial_test.go") || !strings.Contains(stack, "panics") {
			t.Errorf("%s: the stack does not lead to the method: %s", path, stack)
		}
		line = s.wantInternal(t, c.call(t, "trial.index", 7), code)
		if cause, _ := line["cause"].(string); !strings.Contains(cause, "index out of range") {
			t.Errorf("%s: cause %q", path, cause)
		}
		batch := c.call(t, "system.multicall", []any{entry("trial.panic", "private-words"), entry("trial.echo", "next")})
		results, _ := batch.value.([]any)
		if len(results) != 2 || results[0].(map[string]any)["faultCode"] != code {
			t.Errorf("%s: a panic in a batch gives %s", path, batch.body)
		}
		c.call(t, "trial.echo", "alive").wantValue(t, "alive")
	}
	if strings.Contains(s.logs.String()+s.audit.String(), "private-words") {
		t.Error("the log quotes the argument of a method that panicked")
	}
}

// TestInternalErrors: errors that are not made for callers show nothing to them.
func TestInternalErrors(t *testing.T) {
	s := newService(t, options{modules: []methods.Module{newTrial().module()}})
	for path, code := range map[string]int{plainPath: -32603, phpgwPath: 17, egwPath: 17} {
		line := s.wantInternal(t, s.client(path).call(t, "trial.broken"), code)
		if cause, _ := line["cause"].(string); !strings.Contains(cause, internals) {
			t.Errorf("%s: the log's cause is %q", path, cause)
		}
	}
	for path, code := range map[string]int{plainPath: -32603, egwPath: 17} {
		s.wantInternal(t, s.client(path).call(t, "trial.nan"), code)
	}
}

// clumsy is a wire format whose reader panics.
type clumsy struct{ xmlrpc.Transport }

func (clumsy) Name() string { return "clumsy" }

func (clumsy) Answer(context.Context, *wire.Request, wire.Core, []byte) wire.Reply {
	panic("cannot read private-words")
}

// TestClumsyTransport: a panic outside of every method is an internal fault as well.
func TestClumsyTransport(t *testing.T) {
	s := newService(t, options{wires: []wire.Transport{clumsy{}}, rows: []server.Endpoint{
		{Path: plainPath, Transport: "xmlrpc", Dialect: "plain"}, {Path: "/clumsy", Transport: "clumsy", Dialect: "plain"},
	}})
	recorded := s.audited(t, func() { s.wantInternal(t, s.client("/clumsy").call(t, "x"), -32603) })
	if len(recorded) != 1 || short(recorded[0]) != "panic unknown" || recorded[0]["endpoint"] != "/clumsy" {
		t.Errorf("the audit says %v", recorded)
	}
	s.client(plainPath).call(t, "system.methodExist", "system.login").wantValue(t, true)
	if strings.Contains(s.logs.String(), "private-words") {
		t.Error("the log quotes what the panic says")
	}
}

// TestKinds: every kind of error leaves through every dialect as a well-formed answer
// that does not show its cause.
func TestKinds(t *testing.T) {
	s := newService(t, options{modules: []methods.Module{newTrial().module()}})
	for _, path := range []string{plainPath, phpgwPath, egwPath} {
		for k := range methods.KindCount {
			a := s.client(path).call(t, "trial.kind", int(k))
			if (a.fault == nil) != (a.value != nil) {
				t.Fatalf("%s, %s: %s", path, k, a.body)
			}
			// The old dialects have one word for both: the throttle does not show there.
			unauthorised := (k == methods.KindLoginRequired || k == methods.KindThrottled) && path != plainPath
			if unauthorised != (a.fault == nil) || unauthorised && a.value != "UNAUTHORIZED" || a.fault != nil && a.fault.code == 0 {
				t.Errorf("%s, %s: %s", path, k, a.body)
			}
			if strings.Contains(a.body, internals) {
				t.Errorf("%s, %s: the answer shows the cause", path, k)
			}
		}
	}
}

// TestTimeout: a method that waits is ended at the time for methods.
func TestTimeout(t *testing.T) {
	s := newService(t, options{
		modules: []methods.Module{newTrial().module()}, limits: server.Limits{Handler: 50 * time.Millisecond},
	})
	for path, code := range map[string]int{plainPath: -32010, phpgwPath: 17, egwPath: 17} {
		start := time.Now()
		s.client(path).call(t, "trial.hang").wantFault(t, 200, code, "longer than it may")
		if took := time.Since(start); took < 50*time.Millisecond || took > 2*time.Second {
			t.Errorf("%s: took %s", path, took)
		}
		// A batch has the time of one method.
		start = time.Now()
		batch := s.client(path).call(t, "system.multicall", []any{entry("trial.hang"), entry("trial.hang"), entry("trial.echo", "x")})
		results, _ := batch.value.([]any)
		for i, r := range results {
			if f, _ := r.(map[string]any); f["faultCode"] != code {
				t.Errorf("%s: element %d is %v", path, i, r)
			}
		}
		if took := time.Since(start); len(results) != 3 || took > 2*time.Second {
			t.Errorf("%s: %d results in %s", path, len(results), took)
		}
	}
}

// TestClientGone: a client that leaves ends its call, and is no error of the service.
func TestClientGone(t *testing.T) {
	m := newTrial()
	defer m.release()
	s := newService(t, options{modules: []methods.Module{m.module()}})
	conn := s.dial(t)
	_, err := conn.Write([]byte(posted(plainPath, document("trial.gate"))))
	must(t, err)
	within(t, "a call that waits", m.entered)
	must(t, conn.Close())
	eventually(t, "the end of the call", func() bool { return len(s.logLines(t, "call failed")) == 1 })
	if line := s.logLines(t, "call failed")[0]; line["level"] != "INFO" || line["method"] != "trial.gate" {
		t.Errorf("%v", line)
	}
}

// TestLogLine: what a refused call leaves in the log, and that nothing in it can pass
// for a line of its own (requirements INP-14).
func TestLogLine(t *testing.T) {
	s := newService(t, options{})
	user := s.client(plainPath).login(t, "jenny", "1234")
	user.call(t, "addressbook.boaddressbook.read", map[string]any{"id": 1}).wantFault(t, 200, -32003, "")
	lines := s.logLines(t, "call failed")
	if len(lines) != 1 {
		t.Fatalf("%d lines", len(lines))
	}
	for name, want := range map[string]any{
		"level": "INFO", "kind": "permission_denied", "method": "addressbook.boaddressbook.read",
		"endpoint": plainPath, "user": "jenny", "peer": "127.0.0.1",
	} {
		if lines[0][name] != want {
			t.Errorf("%s is %v, want %v", name, lines[0][name], want)
		}
	}
	if id, _ := lines[0]["session"].(string); len(id) != 16 || strings.Contains(user.pair, id) {
		t.Errorf("session %q", id)
	}
	user.call(t, "a\nb\u202ec\u0085\u00e9"+strings.Repeat("x", 500))
	lines = s.logLines(t, "call failed")
	name, _ := lines[len(lines)-1]["method"].(string)
	if len(name) > 128 || !strings.HasPrefix(name, "a?b?c??xxx") {
		t.Errorf("a name in the log: %q", name)
	}
}
