package server_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"countersign/methods"
	"countersign/server"
)

// hasty are time-outs that a test can wait for.
var hasty = server.Serving{
	Head: 100 * time.Millisecond, Request: 300 * time.Millisecond, Idle: 100 * time.Millisecond,
	Answer: 100 * time.Millisecond,
}

// TestSlowClients: a client that is slower than the time-outs is answered where it can
// be, and costs its connection; others notice nothing (requirements REL-8).
func TestSlowClients(t *testing.T) {
	s := newService(t, options{})
	r := s.serve(t, hasty)
	others := r.client(s, plainPath)
	call := posted(plainPath, document("system.methodExist", "system.login"))
	for _, c := range []struct {
		why    string
		send   string // at once
		drip   string // then over and over, until the server ends it
		status int    // 0 for none that is ours
		code   int
	}{
		{"silence", "", "", 0, 0},
		{"half a request line", "POST /RP", "", 0, 0},
		{"half a head", call[:60], "", 0, 0},
		{"a head in drops", "POST / HTTP/1.1\r\n", "A: b\r\n", 0, 0},
		{"no body", posted(plainPath, "", "Content-Length: 100"), "", 408, -32010},
		{"half a body", call[:len(call)-20], "", 408, -32010},
		{"a body in drops", posted(plainPath, "", "Content-Length: 10000"), " ", 408, -32010},
		{"chunks in drops", posted(plainPath, "", "Transfer-Encoding: chunked"), "1\r\n \r\n", 408, -32010},
		{"half a gzip head", posted(plainPath, "\x1f\x8b", "Content-Encoding: gzip", "Content-Length: 100"), "", 408, -32010},
		{"half a gzip body", posted(plainPath, packed(t, gzipped, call)[:30], "Content-Encoding: gzip", "Content-Length: 100"), "", 408, -32010},
	} {
		t.Run(c.why, func(t *testing.T) {
			start := time.Now()
			conn, err := net.Dial("tcp", r.address)
			must(t, err)
			defer func() { _ = conn.Close() }()
			must(t, conn.SetDeadline(start.Add(5*time.Second)))
			_, err = io.WriteString(conn, c.send)
			must(t, err)
			stop := make(chan struct{})
			dripping := make(chan struct{})
			go func() {
				defer close(dripping)
				drop(conn, c.drip, stop)
			}()
			others.call(t, "system.methodExist", "system.login").wantValue(t, true)
			in := bufio.NewReader(conn)
			res, err := http.ReadResponse(in, nil)
			close(stop)
			<-dripping
			switch {
			case c.status == 0 && err == nil && res.StatusCode != 400: // net/http's own, at times
				t.Errorf("an answer of %d to half a head", res.StatusCode)
			case c.status != 0 && err != nil:
				t.Error(err)
			case c.status != 0:
				a := readAnswer(t, res)
				a.wantFault(t, c.status, c.code, "did not arrive in time")
				if !a.closed {
					t.Error("the connection goes on")
				}
			}
			if took := time.Since(start); took > 2*time.Second {
				t.Errorf("took %s", took)
			}
		})
	}
}

// drop sends a piece every few milliseconds until the server or the test ends it.
func drop(w io.Writer, piece string, stop <-chan struct{}) {
	if piece == "" {
		return
	}
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-stop:
			return
		case <-tick.C:
			if _, err := io.WriteString(w, piece); err != nil {
				return
			}
		}
	}
}

// TestIdleConnection: a connection that is kept for a next request is not kept for ever.
func TestIdleConnection(t *testing.T) {
	s := newService(t, options{})
	r := s.serve(t, hasty)
	conn, err := net.Dial("tcp", r.address)
	must(t, err)
	defer func() { _ = conn.Close() }()
	must(t, conn.SetDeadline(time.Now().Add(5*time.Second)))
	_, err = io.WriteString(conn, posted(plainPath, document("system.methodExist", "x")))
	must(t, err)
	in := bufio.NewReader(conn)
	res, err := http.ReadResponse(in, nil)
	must(t, err)
	if a := readAnswer(t, res); a.closed || a.value != false {
		t.Fatalf("%+v", a)
	}
	if _, err := in.ReadByte(); err != io.EOF {
		t.Errorf("the connection ends with %v", err)
	}
}

// TestAnswerNotRead: a client that does not take its answer loses the connection, and
// its place is free again.
func TestAnswerNotRead(t *testing.T) {
	m := newTrial()
	s := newService(t, options{modules: []methods.Module{m.module()}, limits: server.Limits{Handler: 100 * time.Millisecond}})
	how := hasty
	how.PerPeer = 1
	r := s.serve(t, how)
	conn, err := net.Dial("tcp", r.address)
	must(t, err)
	defer func() { _ = conn.Close() }()
	_, err = io.WriteString(conn, posted(plainPath, document("trial.big", 64<<20)))
	must(t, err)
	eventually(t, "a place for the next connection", func() bool {
		other, err := net.Dial("tcp", r.address)
		must(t, err)
		defer func() { _ = other.Close() }()
		must(t, other.SetDeadline(time.Now().Add(time.Second)))
		_, err = io.WriteString(other, last)
		if err != nil {
			return false
		}
		res, err := http.ReadResponse(bufio.NewReader(other), nil)
		return err == nil && readAnswer(t, res).body == lastAnswer
	})
	eventually(t, "a line in the log", func() bool {
		return strings.Contains(s.logs.String(), "an answer could not be delivered")
	})
}
