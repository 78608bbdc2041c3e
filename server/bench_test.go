package server_test

import (
	"io"
	"net/http"
	"testing"
)

// BenchmarkServeHTTP is an authenticated call without net/http around it: admission,
// body, parse, dispatch, method, answer.
func BenchmarkServeHTTP(b *testing.B) {
	for _, c := range []struct{ name, document, want string }{
		{"addtwo", addTwo, "<int>42</int>"},
		{"session", whoAmI, "bubba"},
	} {
		b.Run(c.name, func(b *testing.B) {
			s := newSteady(b)
			r := s.request(c.document)
			s.call(b, r, c.document, c.want)
			body := &rewinding{text: c.document}
			r.Body = body
			a := &keptAnswer{header: http.Header{}}
			b.ReportAllocs()
			for b.Loop() {
				body.at = 0
				a.body.Reset()
				s.server.ServeHTTP(a, r)
			}
		})
	}
}

// rewinding is a body that can be read again.
type rewinding struct {
	text string
	at   int
}

func (r *rewinding) Read(p []byte) (int, error) {
	n := copy(p, r.text[r.at:])
	if r.at += n; r.at == len(r.text) {
		return n, io.EOF
	}
	return n, nil
}

func (r *rewinding) Close() error { return nil }
