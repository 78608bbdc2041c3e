package server_test

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// TestFraming: requests that no HTTP library sends, over a raw socket. Behind each
// stands a second request; alive says that it is answered, which is to say that the
// connection was not closed and that nothing of the first was taken for a request.
func TestFraming(t *testing.T) {
	s := newService(t, options{})
	ping := document("system.methodExist", "system.login")
	chunked := fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(ping), ping)
	smuggled := "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
	for _, c := range []struct {
		why, request string
		status       int
		alive        bool
	}{
		{"a call", posted(plainPath, ping), 200, true},
		{"HTTP/1.0 ends the connection", strings.Replace(posted(plainPath, ping), "HTTP/1.1", "HTTP/1.0", 1), 200, false},
		{"Connection: close", posted(plainPath, ping, "Connection: close"), 200, false},
		{"an absolute target", posted("http://elsewhere.example"+plainPath, ping), 200, true},
		{"a query", posted(plainPath+"?x=y", ping), 200, true},
		{"an escaped path is the path", posted("/%52PC2", ping), 200, true},
		{"chunked is answered, and ends the connection", posted(plainPath, chunked, "Transfer-Encoding: chunked"), 200, false},

		{"a small letter path", posted("/rpc2", ping), 404, true},
		{"a path with a slash behind it", posted(plainPath+"/", ping), 404, true},
		{"a path with two slashes", posted("/"+plainPath, ping), 404, true},
		{"a path with dots", posted("/x/.."+plainPath, ping), 404, true},
		{"no path", posted("*", ping), 404, true},

		{"GET", "GET /RPC2 HTTP/1.1\r\nHost: x\r\n\r\n", 405, true},
		{"PUT with a body", strings.Replace(posted(plainPath, ping), "POST", "PUT", 1), 405, true},
		{"a method in small letters", strings.Replace(posted(plainPath, ping), "POST", "post", 1), 405, true},
		{"a method of its own", strings.Replace(posted(plainPath, ping), "POST", "CALL", 1), 405, true},
		{"another media type", strings.Replace(posted(plainPath, ping), "text/xml", "application/json", 1), 415, true},
		// The body that was refused unread is a request in itself: it must not be answered.
		{"a request as a refused body", strings.Replace(posted(plainPath, smuggled), "text/xml", "text/html", 1), 415, true},

		{"both lengths", posted(plainPath, chunked, "Transfer-Encoding: chunked", fmt.Sprintf("Content-Length: %d", len(chunked))), 200, false},
		{"both lengths, the other way round", posted(plainPath, chunked+smuggled, "Content-Length: 5", "Transfer-Encoding: chunked"), 200, false},
		{"two lengths", posted(plainPath, ping, fmt.Sprintf("Content-Length: %d", len(ping)), "Content-Length: 5"), 400, false},
		{"two lengths in a line", posted(plainPath, ping, fmt.Sprintf("Content-Length: %d, 5", len(ping))), 400, false},
		{"a length with a sign", posted(plainPath, ping, fmt.Sprintf("Content-Length: +%d", len(ping))), 400, false},
		{"a negative length", posted(plainPath, ping, "Content-Length: -1"), 400, false},
		{"a length in hex", posted(plainPath, ping, "Content-Length: 0x10"), 400, false},
		{"an unknown transfer coding", posted(plainPath, ping, "Transfer-Encoding: gzip"), 501, false},
		{"two transfer codings", posted(plainPath, chunked, "Transfer-Encoding: gzip, chunked"), 501, false},
		{"two lines of transfer coding", posted(plainPath, chunked, "Transfer-Encoding: chunked", "Transfer-Encoding: chunked"), 501, false},
		{"a bad chunk", posted(plainPath, "zz\r\nabc\r\n", "Transfer-Encoding: chunked"), 400, false},
		{"a chunk without its end", posted(plainPath, "3\r\nabcdef\r\n", "Transfer-Encoding: chunked"), 400, false},

		{"a blank before the colon", posted(plainPath, ping, "X-A : b"), 400, false},
		{"a folded header", posted(plainPath, ping, "X-A: b\r\n c"), 200, true},
		{"a header without colon", posted(plainPath, ping, "nonsense"), 400, false},
		{"a NUL in a header", posted(plainPath, ping, "X-A: b\x00c"), 400, false},
		{"no Host", "GET /RPC2 HTTP/1.1\r\n\r\n", 400, false},
		{"two Hosts", posted(plainPath, ping, "Host: y"), 400, false},
		{"HTTP/3.0 in words", strings.Replace(posted(plainPath, ping), "HTTP/1.1", "HTTP/3.0", 1), 505, false},
		{"no HTTP at all", "\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", 400, false},
		{"HTTP/2 in clear", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 404, false},
	} {
		t.Run(c.why, func(t *testing.T) {
			answers := exchange(t, s.address(), c.request+last)
			if len(answers) == 0 || answers[0].status != c.status {
				t.Fatalf("%d answers, want status %d first; %+v", len(answers), c.status, first(answers))
			}
			if c.status == 200 && answers[0].value != true {
				t.Errorf("%s", answers[0].body)
			}
			switch {
			case c.alive && (len(answers) != 2 || answers[1].body != lastAnswer):
				t.Errorf("%d answers, want that of the next request and no more", len(answers))
			case !c.alive && len(answers) != 1:
				t.Errorf("%d answers, want the connection closed", len(answers))
			case !c.alive && !answers[0].closed:
				t.Error("the connection was closed without a word")
			}
		})
	}
}

// TestHead: HEAD has no body in its answer, so that the next one is read right.
func TestHead(t *testing.T) {
	s := newService(t, options{})
	a := s.client(plainPath).do(t, "HEAD", "")
	if a.status != 405 || a.header.Get("Allow") != "POST" || a.body != "" {
		t.Errorf("%d, Allow %q, %q", a.status, a.header.Get("Allow"), a.body)
	}
	for _, path := range []string{"/healthz", "/livez", "/readyz"} {
		if a := s.client(path).do(t, "HEAD", ""); a.status != 200 || a.body != "" {
			t.Errorf("%s: %d %q", path, a.status, a.body)
		}
		if a := s.client(path).do(t, "POST", ""); a.status != 405 || a.header.Get("Allow") != "GET, HEAD" {
			t.Errorf("%s: POST gives %d, Allow %q", path, a.status, a.header.Get("Allow"))
		}
	}
}

// TestExpectContinue: a client that asks first is told to go on, or is refused without
// having sent its body.
func TestExpectContinue(t *testing.T) {
	s := newService(t, options{})
	ping := document("system.methodExist", "system.login")
	t.Run("goes on", func(t *testing.T) {
		conn := s.dial(t)
		head, body, _ := strings.Cut(posted(plainPath, ping, "Expect: 100-continue", "Connection: close"), "\r\n\r\n")
		_, err := conn.Write([]byte(head + "\r\n\r\n"))
		must(t, err)
		const goOn = "HTTP/1.1 100 Continue\r\n\r\n"
		in := bufio.NewReader(conn)
		got := make([]byte, len(goOn))
		_, err = io.ReadFull(in, got)
		must(t, err)
		if string(got) != goOn {
			t.Fatalf("got %q", got)
		}
		if n := in.Buffered(); n > 0 {
			t.Fatalf("%d more bytes came before the body went", n)
		}
		_, err = io.WriteString(conn, body)
		must(t, err)
		res, err := http.ReadResponse(in, nil)
		must(t, err)
		readAnswer(t, res).wantValue(t, true)
	})
	t.Run("is refused for its length", func(t *testing.T) {
		answers := exchange(t, s.address(), posted(plainPath, "", "Expect: 100-continue", "Content-Length: 2000000")+last)
		if len(answers) != 1 || answers[0].status != 413 || !answers[0].closed {
			t.Errorf("%+v", answers)
		}
	})
	t.Run("is refused for its type", func(t *testing.T) {
		request := strings.Replace(posted(plainPath, "", "Expect: 100-continue", "Content-Length: 100"), "text/xml", "text/html", 1)
		conn := s.dial(t) // net/http goes on waiting for the body, so no end is awaited here
		_, err := io.WriteString(conn, request)
		must(t, err)
		res, err := http.ReadResponse(bufio.NewReader(conn), nil)
		must(t, err)
		if a := readAnswer(t, res); a.status != 415 || !a.closed {
			t.Errorf("%+v", a)
		}
	})
	t.Run("for something else is refused", func(t *testing.T) {
		answers := exchange(t, s.address(), posted(plainPath, ping, "Expect: 200-maybe"))
		if len(answers) != 1 || answers[0].status != 417 {
			t.Errorf("%+v", answers)
		}
	})
}
