package server_test

import (
	"context"
	"net"
	"net/http"
	"testing"
	"time"

	"countersign/server"
)

// running is the service on a listener of its own, run the way main does.
type running struct {
	address string
	stop    func()
	ended   chan error
}

// serve runs the service until the test ends or stop is called, and then gives what
// Serve returned in ended.
func (s *service) serve(t testing.TB, how server.Serving) *running {
	t.Helper()
	l, err := server.Listen("127.0.0.1:0")
	must(t, err)
	return s.serveOn(t, l, how)
}

func (s *service) serveOn(t testing.TB, l net.Listener, how server.Serving) *running {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	r := &running{address: l.Addr().String(), stop: cancel, ended: make(chan error, 1)}
	done := make(chan struct{})
	go func() {
		defer close(done)
		r.ended <- s.server.Serve(ctx, l, how)
	}()
	t.Cleanup(func() {
		cancel()
		<-done
	})
	return r
}

// client is a client of this listener that keeps no connections open.
func (r *running) client(s *service, path string) *client {
	c := s.client(path)
	c.url, c.http = "http://"+r.address, &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	return c
}

// eventually waits for a condition that another goroutine makes true.
func eventually(t testing.TB, what string, condition func() bool) {
	t.Helper()
	deadline := time.After(10 * time.Second)
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !condition() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("not within ten seconds: %s", what)
		}
	}
}

// within waits for something on a channel.
func within[T any](t testing.TB, what string, c <-chan T) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(10 * time.Second):
		t.Fatalf("not within ten seconds: %s", what)
		panic("unreachable")
	}
}
