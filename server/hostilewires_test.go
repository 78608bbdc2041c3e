package server_test

import (
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"countersign/server"
)

// endless repeats a text for so many bytes, without holding them.
type endless struct {
	text string
	left int
}

func (e *endless) Read(p []byte) (int, error) {
	if e.left <= 0 {
		return 0, io.EOF
	}
	n := 0
	for n < len(p) && n < e.left {
		n += copy(p[n:min(len(p), e.left)], e.text)
	}
	e.left -= n
	return n, nil
}

// TestHostileWires: hostile documents in the formats other than XML-RPC are answered
// within a second, for bounded memory, with the number of what is wrong.
func TestHostileWires(t *testing.T) {
	s := newService(t, options{})
	address := s.serve(t, server.Serving{}).address
	before := s.client(plainPath).login(t, "bubba", "gump")
	soap := func(body string) string {
		return `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" xmlns:enc="http://schemas.xmlsoap.org/soap/encoding/"><e:Body>` + body + `</e:Body></e:Envelope>`
	}
	lol := `<m xmlns="urn:x"><a href="#a0"/></m>`
	for i := range 30 {
		n := strconv.Itoa(i + 1)
		lol += `<x id="a` + strconv.Itoa(i) + `"><b href="#a` + n + `"/><b href="#a` + n + `"/></x>`
	}
	lol += `<x id="a30">lol</x>`
	repeat := strings.Repeat
	for _, c := range []struct {
		why, path, body string
		size            int // repeat body for so many bytes
		status, code    int
	}{
		{"a batch of 100 MB", rpcPath, `{"jsonrpc":"2.0","method":"system.listMethods","id":1},`, 100 << 20, 413, -32007},
		{"a batch of 1 MB of nothing", rpcPath, "[" + repeat("{},", 349_000) + "{}]", 0, 200, -32007},
		{"1 MB of opening brackets", rpcPath, repeat("[", 1<<20), 0, 200, -32007},
		{"1 MB of opening braces", rpcPath, repeat(`{"a":`, 1<<18/2), 0, 200, -32007},
		{"a number of 1 MB", rpcPath, repeat("9", 1<<20), 0, 200, -32007},
		{"100000 members", rpcPath, `{"jsonrpc":"2.0","id":1,"method":"x","params":{` + repeat(`"a":1,`, 49_000) + `"b":2}}`, 0, 200, -32700},
		{"bad UTF-8", rpcPath, "{\"jsonrpc\":\"2.0\",\"method\":\"\xc3\x28\",\"id\":1}", 0, 200, -32700},
		{"a huge method name", rpcPath, `{"jsonrpc":"2.0","id":1,"method":"` + repeat("n", 500_000) + `"}`, 0, 200, -32001},
		{"a huge id", rpcPath, `{"jsonrpc":"2.0","method":"x","id":` + repeat("9", 500_000) + `}`, 0, 200, -32007},
		{"escapes only", rpcPath, `{"jsonrpc":"2.0","id":1,"method":"` + repeat(`\u0041`, 150_000) + `"}`, 0, 200, -32001},

		{"SOAP of 100 MB", soapPath, "<a/>", 100 << 20, 413, -32007},
		{"a document type", soapPath, `<!DOCTYPE e [<!ENTITY a "aaaa">]>` + soap("<m/>"), 0, 500, -32700},
		{"references that grow", soapPath, soap(lol), 0, 500, -32001},
		{"a reference to itself", soapPath, soap(`<m xmlns="urn:x"><a href="#a"/></m><x id="a" href="#a"/>`), 0, 500, -32001},
		{"10000 nested elements", soapPath, soap(repeat("<a>", 10_000) + repeat("</a>", 10_000)), 0, 500, -32007},
		{"a huge arrayType", soapPath, soap(`<m xmlns="urn:x"><a enc:arrayType="x[` + repeat("9", 100_000) + `]"/></m>`), 0, 500, -32001},
		{"no envelope", soapPath, repeat("<a/>", 1), 0, 500, -32600},
		{"1 MB of <", soapPath, repeat("<", 1<<20), 0, 500, -32700},
	} {
		t.Run(c.why, func(t *testing.T) {
			var body io.Reader = strings.NewReader(c.body)
			if c.size > 0 {
				body = &endless{c.body, c.size}
			}
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+address+c.path, body)
			must(t, err)
			req.Header.Set("Content-Type", jsonType)
			if c.path == soapPath {
				req.Header.Set("Content-Type", "text/xml")
			}
			start, memory := time.Now(), allocated()
			res, err := http.DefaultClient.Do(req)
			must(t, err)
			a := readAnswer(t, res)
			took, memory := time.Since(start), allocated()-memory
			if a.status != c.status || !strings.Contains(a.body, strconv.Itoa(c.code)) || len(a.body) > 1500 {
				t.Errorf("status %d, want %d and %d: %.1500s", a.status, c.status, c.code, a.body)
			}
			if took > quick {
				t.Errorf("took %s", took)
			}
			if memory > requestMemory {
				t.Errorf("took %d MiB", memory>>20)
			}
			if a := before.call(t, "system.methodExist", "system.login"); a.value != true {
				t.Errorf("the next caller got %s", a.body)
			}
		})
	}
}
