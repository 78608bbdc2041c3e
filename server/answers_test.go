package server_test

import (
	"compress/gzip"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"testing"

	"countersign/methods"
	"countersign/server"
)

// TestHeaders: what every answer carries, whatever it says (requirements INP-13).
func TestHeaders(t *testing.T) {
	s := newService(t, options{modules: []methods.Module{newTrial().module()}})
	user := s.client(plainPath).login(t, "bubba", "gump")
	egw, phpgw := s.client(egwPath), s.client(phpgwPath)
	long := s.client(plainPath + "?" + strings.Repeat("q", 9000))
	const xml, plain = "text/xml; charset=utf-8", "text/plain; charset=utf-8"
	for _, c := range []struct {
		why    string
		a      *answer
		status int
		media  string
	}{
		{"a result", user.call(t, "system.session"), 200, xml},
		{"a large result", user.with("Accept-Encoding", "identity").call(t, "trial.big", 100_000), 200, xml},
		{"a fault", user.call(t, "nosuch"), 200, xml},
		{"a panic", user.call(t, "trial.index", 3), 200, xml},
		{"no call", user.post(t, "<a/>"), 200, xml},
		{"no XML", user.post(t, "a"), 200, xml},
		{"unauthorised, phpgroupware", phpgw.call(t, "x.y.z"), 200, xml},
		{"unauthorised, egroupware", egw.call(t, "x.y.z"), 401, xml},
		{"GET", user.do(t, "GET", ""), 405, xml},
		{"another media type", user.with("Content-Type", "application/json").post(t, "{}"), 415, xml},
		{"an unreadable media type", user.with("Content-Type", "text/xml; charset=a; charset=b").post(t, "{}"), 415, xml},
		{"another coding", user.with("Content-Encoding", "br").post(t, "x"), 415, xml},
		{"a large body", user.post(t, strings.Repeat(" ", 2<<20)), 413, xml},
		{"a long target", long.call(t, "x"), 414, plain},
		{"another path", s.client("/").do(t, "GET", ""), 404, plain},
		{"a path with tricks", s.client("/<script>alert(1)</script>").do(t, "GET", ""), 404, plain},
		{"healthz", s.client("/healthz").do(t, "GET", ""), 200, plain},
		{"livez", s.client("/livez").do(t, "GET", ""), 200, plain},
		{"readyz", s.client("/readyz").do(t, "GET", ""), 200, plain},
		{"readyz by POST", s.client("/readyz").do(t, "POST", ""), 405, plain},
	} {
		t.Run(c.why, func(t *testing.T) {
			if c.a.status != c.status {
				t.Errorf("status %d, want %d", c.a.status, c.status)
			}
			for name, want := range map[string]string{
				"Content-Type": c.media, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff",
				"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
				"Content-Length":          strconv.Itoa(len(c.a.body)),
			} {
				if got := c.a.header[name]; len(got) != 1 || got[0] != want {
					t.Errorf("%s is %q, want %q", name, got, want)
				}
			}
			if id := c.a.header.Get("X-Request-Id"); (id == "") != (c.media == plain) {
				t.Errorf("X-Request-Id is %q", id)
			}
			for _, name := range []string{"Server", "X-Powered-By", "Set-Cookie", "Access-Control-Allow-Origin"} {
				if got := c.a.header.Get(name); got != "" {
					t.Errorf("%s is %q", name, got)
				}
			}
			if challenge := c.a.header.Get("WWW-Authenticate"); (challenge == `Basic realm="eGroupWare xmlrpc"`) != (c.status == 401) {
				t.Errorf("challenge %q", challenge)
			}
			if strings.Contains(c.a.body, "<script>") {
				t.Error("the answer quotes what was asked")
			}
		})
	}
}

// TestStatus: what the pages of the service itself say.
func TestStatus(t *testing.T) {
	s := newService(t, options{})
	for path, want := range map[string]string{"/healthz": "ok\n", "/livez": "ok\n", "/readyz": "ready\n"} {
		if a := s.client(path).do(t, "GET", ""); a.status != 200 || a.body != want {
			t.Errorf("%s: %d %q", path, a.status, a.body)
		}
	}
}

// TestRequestIDs: each request has an id of its own, also of those at the same time.
func TestRequestIDs(t *testing.T) {
	s := newService(t, options{})
	var mu sync.Mutex
	seen := map[string]bool{}
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			c := s.client(plainPath)
			for range 50 {
				id := c.call(t, "system.methodExist", "x").header.Get("X-Request-Id")
				mu.Lock()
				if id == "" || seen[id] {
					t.Errorf("id %q again", id)
				}
				seen[id] = true
				mu.Unlock()
			}
		})
	}
	group.Wait()
	if len(seen) != 200 {
		t.Errorf("%d ids for 200 requests", len(seen))
	}
	// A client's own id is not taken over: it would let clients forge each other's.
	if id := s.client(plainPath).with("X-Request-Id", "mine").call(t, "x").header.Get("X-Request-Id"); id == "mine" {
		t.Error("a client chooses its id")
	}
}

// TestCompressedAnswers: large answers to those who ask for gzip, and only those.
func TestCompressedAnswers(t *testing.T) {
	s := newService(t, options{modules: []methods.Module{newTrial().module()}})
	for _, c := range []struct {
		accept string
		want   bool
	}{
		{"gzip", true}, {"GZIP", true}, {"gzip, deflate", true}, {"deflate, gzip;q=0.5", true}, {"br;q=1.0, gzip ; q=0.8, *;q=0.1", true},
		{"gzip;q=0.001", true}, {"gzip;q=1", true}, {"gzip; q=1.000", true},
		{"", false}, {"identity", false}, {"deflate", false}, {"br", false}, {"gzip;q=0", false}, {"gzip; q=0.0", false},
		{"gzip;Q=0", false}, {"gzip;q=0.000", false}, {"xgzip", false}, {"gzipped", false},
	} {
		t.Run(c.accept, func(t *testing.T) {
			// net/http's client asks for gzip by itself unless told otherwise, and then hides it.
			client := s.client(plainPath).with("Accept-Encoding", c.accept)
			a := client.call(t, "trial.big", 50_000)
			if got := a.header.Get("Content-Encoding"); (got == "gzip") != c.want || got != "" && got != "gzip" {
				t.Fatalf("coding %q", got)
			}
			if n := a.header.Get("Content-Length"); n != strconv.Itoa(len(a.body)) {
				t.Errorf("Content-Length %s of %d bytes", n, len(a.body))
			}
			text := a.body
			if c.want {
				z, err := gzip.NewReader(strings.NewReader(a.body))
				must(t, err)
				plain, err := io.ReadAll(z)
				must(t, err)
				text = string(plain)
				if len(a.body) > 5000 {
					t.Errorf("%d bytes for 50000 times the same", len(a.body))
				}
			}
			if value, _ := readResponse(t, []byte(text)); value != strings.Repeat("x", 50_000) {
				t.Error("the answer is another one")
			}
			small := client.call(t, "trial.big", 100)
			if got := small.header.Get("Content-Encoding"); got != "" {
				t.Errorf("a small answer has coding %q", got)
			}
		})
	}
}

// TestAnswersDoNotMix: buffers are used again, and answers are of all sizes.
func TestAnswersDoNotMix(t *testing.T) {
	s := newService(t, options{modules: []methods.Module{newTrial().module()}, limits: server.Limits{InFlight: 1000}})
	var group sync.WaitGroup
	for worker := range 8 {
		group.Go(func() {
			c := s.client(plainPath)
			if worker%2 == 0 {
				c = c.with("Accept-Encoding", "identity")
			}
			for i := range 40 {
				mine := fmt.Sprintf("%d-%d:", worker, i)
				text := mine + strings.Repeat(mine, i*i*worker)
				c.call(t, "trial.echo", text).wantValue(t, text)
			}
		})
	}
	group.Wait()
}
