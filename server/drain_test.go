package server_test

import (
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"countersign/methods"
	"countersign/server"
)

// TestDrain: when the service is told to end, /readyz says no at once, calls are still
// taken while it lingers, none under way is lost, and Serve returns nil
// (requirements REL-16).
func TestDrain(t *testing.T) {
	m := newTrial()
	defer m.release()
	s := newService(t, options{modules: []methods.Module{m.module()}})
	linger := make(chan time.Duration, 1)
	r := s.serve(t, server.Serving{Linger: func() time.Duration { return <-linger }})
	client := r.client(s, plainPath)
	kept := r.client(s, plainPath)
	kept.http = &http.Client{Transport: &http.Transport{}} // keeps its connection
	if a := kept.call(t, "system.methodExist", "x"); a.closed {
		t.Error("a connection ends before anybody drains")
	}
	get := func(path string) *answer { return r.client(s, path).do(t, "GET", "") }
	if a := get("/readyz"); a.status != 200 || a.body != "ready\n" {
		t.Fatalf("before: %d %q", a.status, a.body)
	}
	under := make(chan *answer, 1)
	go func() { under <- client.call(t, "trial.gate") }()
	within(t, "a call that waits", m.entered)

	r.stop()
	eventually(t, "readyz says no", func() bool { return get("/readyz").status == 503 })
	if a := get("/readyz"); a.body != "not ready: draining\n" {
		t.Errorf("readyz says %q", a.body)
	}
	for _, path := range []string{"/livez", "/healthz"} {
		if a := get(path); a.status != 200 {
			t.Errorf("%s says %d: the process lives", path, a.status)
		}
	}
	if a := kept.call(t, "system.methodExist", "system.login"); a.value != true || !a.closed {
		t.Errorf("a call while lingering: %s, connection kept: %v", a.body, !a.closed)
	}
	linger <- 0
	eventually(t, "the listener is closed", func() bool {
		c, err := net.Dial("tcp", r.address)
		if err == nil {
			_ = c.Close()
		}
		return err != nil
	})
	select {
	case err := <-r.ended:
		t.Fatalf("ended with a call under way: %v", err)
	default:
	}
	m.release()
	within(t, "the answer of the call under way", under).wantValue(t, "out")
	if err := within(t, "the end of Serve", r.ended); err != nil {
		t.Error(err)
	}
}

// TestDrainGivesUp: a call that does not end in time is cut off, and Serve says so.
func TestDrainGivesUp(t *testing.T) {
	m := newTrial()
	defer m.release()
	s := newService(t, options{modules: []methods.Module{m.module()}})
	r := s.serve(t, server.Serving{Finish: 50 * time.Millisecond})
	conn, err := net.Dial("tcp", r.address)
	must(t, err)
	defer func() { _ = conn.Close() }()
	_, err = conn.Write([]byte(posted(plainPath, document("trial.gate"))))
	must(t, err)
	within(t, "a call that waits", m.entered)
	r.stop()
	err = within(t, "the end of Serve", r.ended)
	if err == nil || !strings.Contains(err.Error(), "cut off") {
		t.Errorf("Serve returns %v", err)
	}
}

// TestServeEndsByItself: a listener that breaks is an error, also while lingering.
func TestServeEndsByItself(t *testing.T) {
	s := newService(t, options{})
	for _, lingering := range []bool{false, true} {
		l, err := server.Listen("127.0.0.1:0")
		must(t, err)
		asked := make(chan struct{})
		r := s.serveOn(t, l, server.Serving{Linger: func() time.Duration { close(asked); return time.Minute }})
		if lingering {
			r.stop()
			within(t, "lingering begins", asked)
		}
		must(t, l.Close())
		if err := within(t, "the end of Serve", r.ended); err == nil {
			t.Errorf("lingering %v: Serve returns nil", lingering)
		}
	}
}
