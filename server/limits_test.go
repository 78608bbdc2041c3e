package server_test

import (
	"fmt"
	"strings"
	"testing"

	"countersign/methods"
	"countersign/server"
)

// padded makes a document n bytes long, with blanks behind its root.
func padded(t testing.TB, doc string, n int) string {
	t.Helper()
	if len(doc) > n {
		t.Fatalf("a document of %d bytes for %d", len(doc), n)
	}
	return doc + strings.Repeat(" ", n-len(doc))
}

// TestBodyLimit: 1 MiB passes and a byte more does not, however the body comes
// (requirements INP-1).
func TestBodyLimit(t *testing.T) {
	const limit = 1 << 20
	s := newService(t, options{})
	ping := document("system.methodExist", "system.login")
	for _, c := range []struct {
		why     string
		request func(body string) string
	}{
		{"with its length", func(b string) string { return posted(plainPath, b) }},
		{"in chunks", func(b string) string {
			return posted(plainPath, chunks(b[:1000])+chunks(b[1000:])+"0\r\n\r\n", "Transfer-Encoding: chunked")
		}},
		{"gzipped", func(b string) string { return posted(plainPath, packed(t, gzipped, b), "Content-Encoding: gzip") }},
		{"deflated", func(b string) string { return posted(plainPath, packed(t, deflated, b), "Content-Encoding: deflate") }},
	} {
		t.Run(c.why, func(t *testing.T) {
			a := first(exchange(t, s.address(), c.request(padded(t, ping, limit))+last))
			a.wantValue(t, true)
			a = first(exchange(t, s.address(), c.request(padded(t, ping, limit+1))+last))
			a.wantFault(t, 413, -32007, "over the limit")
			if !a.closed {
				t.Error("the connection goes on behind a body that was not read")
			}
		})
	}
	t.Run("configured", func(t *testing.T) {
		small := newService(t, options{limits: server.Limits{Body: 200}})
		small.client(plainPath).post(t, padded(t, ping, 200)).wantValue(t, true)
		small.client(plainPath).post(t, padded(t, ping, 201)).wantFault(t, 413, -32007, "over the limit")
	})
}

// TestLoginBodyLimit: what logs in or out is small, in a batch too.
func TestLoginBodyLimit(t *testing.T) {
	const limit = 16 << 10
	s := newService(t, options{})
	for _, c := range []struct {
		path string
		code int
	}{{plainPath, -32007}, {phpgwPath, 101}, {egwPath, 101}} {
		client := s.client(c.path)
		login := document("system.login", map[string]any{"username": "bubba", "password": "gump"})
		if a := client.post(t, padded(t, login, limit)); a.fault != nil || a.value.(map[string]any)["kp3"] == nil {
			t.Errorf("%s, at the limit: %s", c.path, a.body)
		}
		client.post(t, padded(t, login, limit+1)).wantFault(t, 200, c.code, "over the limit")
		logout := document("system.logout", map[string]any{"sessionid": "x", "kp3": "y"})
		client.post(t, padded(t, logout, limit+1)).wantFault(t, 200, c.code, "over the limit")
		batch := document("system.multicall", []any{entry("system.login", map[string]any{"username": "bubba", "password": "gump"})})
		a := client.post(t, padded(t, batch, limit+1))
		if results, _ := a.value.([]any); len(results) != 1 || results[0].(map[string]any)["faultCode"] != c.code {
			t.Errorf("%s, in a batch: %s", c.path, a.body)
		}
		client.post(t, padded(t, document("system.methodExist", "x"), limit+1)).wantValue(t, false)
	}
}

// TestHeadLimits: request target, header lines and header bytes.
func TestHeadLimits(t *testing.T) {
	s := newService(t, options{})
	address := s.serve(t, server.Serving{}).address
	get := func(target string, lines ...string) string {
		return "GET " + target + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + strings.Join(lines, "") + "\r\n"
	}
	lines := func(n int) []string { // with Connection, and beside Host, n
		var out []string
		for i := range n - 1 {
			out = append(out, fmt.Sprintf("A%d: b\r\n", i%7))
		}
		return out
	}
	target := func(n int) string { return "/healthz?" + strings.Repeat("q", n-len("/healthz?")) }
	for _, c := range []struct {
		why, request string
		status       int
	}{
		{"a target at the limit", get(target(8 << 10)), 200},
		{"a target over it", get(target(8<<10 + 1)), 414},
		{"a target of an endpoint over it", strings.Replace(posted(plainPath+"?"+strings.Repeat("q", 8<<10), ""), "\r\n\r\n", "\r\nConnection: close\r\n\r\n", 1), 414},
		{"header lines at the limit", get("/healthz", lines(100)...), 200},
		{"header lines over it", get("/healthz", lines(101)...), 431},
		{"header bytes below the limit", get("/healthz", "A: "+strings.Repeat("b", 16<<10-100)+"\r\n"), 200},
		{"header bytes over it", get("/healthz", "A: "+strings.Repeat("b", 16<<10)+"\r\n"), 431},
	} {
		t.Run(c.why, func(t *testing.T) {
			answers := exchange(t, address, c.request)
			if len(answers) != 1 || answers[0].status != c.status || !answers[0].closed {
				t.Errorf("%d answers, want one of %d; %+v", len(answers), c.status, first(answers))
			}
		})
	}
}

// TestDocumentLimits: depth and number of elements, over the socket.
func TestDocumentLimits(t *testing.T) {
	s := newService(t, options{})
	echo := func(element string) *answer {
		return s.client(plainPath).call(t, "interopEchoTests.echoValue", raw(element))
	}
	deep := func(n int) string {
		return "<value>" + strings.Repeat("<array><data><value>", n) + strings.Repeat("</value></data></array>", n) + "</value>"
	}
	if a := echo(deep(32)); a.status != 200 || a.fault != nil {
		t.Errorf("32 deep: %+v", a.fault)
	}
	echo(deep(33)).wantFault(t, 200, -32007, "nest too deep")
	// What is read here does not fit the method: reading it is all that is wanted.
	wide := func(elements int) *answer {
		return s.client(plainPath).call(t, "system.methodExist",
			raw("<value><array><data>"+strings.Repeat("<value/>", elements-7)+"</data></array></value>"))
	}
	wide(100_000).wantFault(t, 200, -32602, "wanted string, got array")
	wide(100_001).wantFault(t, 200, -32007, "too many elements")
}

// TestInFlightLimit: over the bound a request is refused in its own protocol, at once,
// and told when to come back (requirements §2.1, REL-7).
func TestInFlightLimit(t *testing.T) {
	m := newTrial()
	defer m.release()
	s := newService(t, options{modules: []methods.Module{m.module()}, limits: server.Limits{InFlight: 2}})
	results := make(chan *answer, 2)
	for range 2 {
		go func() { results <- s.client(plainPath).call(t, "trial.gate") }()
		within(t, "a call that waits", m.entered)
	}
	for path, code := range map[string]int{plainPath: -32009, phpgwPath: 802, egwPath: 802} {
		a := s.client(path).call(t, "system.methodExist", "x")
		a.wantFault(t, 503, code, "try again")
		if a.header.Get("Retry-After") != "1" {
			t.Errorf("%s: Retry-After is %q", path, a.header.Get("Retry-After"))
		}
	}
	if a := s.client("/readyz").do(t, "GET", ""); a.status != 200 {
		t.Errorf("readyz says %d: it is no call", a.status)
	}
	m.release()
	for range 2 {
		within(t, "the end of a call", results).wantValue(t, "out")
	}
	// The place is free again a moment after the answer arrived.
	eventually(t, "a place for the next call", func() bool {
		return s.client(plainPath).call(t, "system.methodExist", "x").status == 200
	})
}
