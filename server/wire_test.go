package server_test

import (
	"bufio"
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/methods"
	"countersign/server"
)

// update writes what the server answered into the transcripts. Read the difference
// before you commit it: the transcripts are the protocol's documentation.
var update = flag.Bool("update", false, "write the answers into testdata/wire")

// TestWire plays the transcripts of testdata/wire against a real socket. A transcript
// is a text file:
//
//	# a sentence that says why
//	rand HEX            what the next secrets will be (sessionid, kp3)
//	clock +1h           moves the clock
//	with WISH           the service has something more; see wishes
//	eol crlf            request bodies below have CRLF line ends, and one at the end
//	--> POST /path HTTP/1.1
//	--> Header: value
//	(the body, as it is)
//	<-- 200 OK
//	<-- Header: value   only headers named here are compared
//	(the body, as it is)
//
// Each file starts with the sample accounts and contacts. Sample passwords are cheap.
func TestWire(t *testing.T) {
	files, err := filepath.Glob("testdata/wire/*/*.txt")
	must(t, err)
	if len(files) == 0 {
		t.Fatal("no transcripts")
	}
	for _, f := range files {
		t.Run(strings.TrimSuffix(strings.TrimPrefix(f, "testdata/wire/"), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(f)
			must(t, err)
			s := newService(t, wishes(t, string(text)))
			var out strings.Builder
			for _, step := range readTranscript(t, string(text)) {
				out.WriteString(step.play(t, s))
			}
			if *update {
				must(t, os.WriteFile(f, []byte(out.String()), 0o644))
			} else if got := out.String(); got != string(text) {
				t.Errorf("the transcript went otherwise.\n--- want\n%s\n--- got\n%s", text, got)
			}
		})
	}
}

// wishes reads what a transcript wants of its service:
//
//	with jsonp                  every endpoint has JSONP
//	with url credentials        every endpoint takes them
//	with required login PATH    the endpoint refuses anonymous calls
//	with origin ORIGIN          whose pages may call
//	with specification          the methods of the JSON-RPC 2.0 examples
func wishes(t *testing.T, text string) options {
	t.Helper()
	o := options{rows: server.DefaultEndpoints()}
	for line := range strings.Lines(text) {
		wish, ok := strings.CutPrefix(strings.TrimSpace(line), "with ")
		if !ok {
			continue
		}
		word, argument := wish, ""
		if wish == "url credentials" {
			for i := range o.rows {
				o.rows[i].URLCredentials = o.rows[i].Transport == "jsonrpc"
			}
			continue
		}
		if i := strings.LastIndexByte(wish, ' '); i > 0 {
			word, argument = wish[:i], wish[i+1:]
		}
		switch word {
		case "jsonp":
			for i := range o.rows {
				o.rows[i].JSONP = o.rows[i].Transport == "jsonrpc"
			}
		case "required login":
			for i := range o.rows {
				o.rows[i].RequireLogin = o.rows[i].RequireLogin || o.rows[i].Path == argument
			}
		case "origin":
			o.origins = append(o.origins, argument)
		case "specification":
			o.modules = append(o.modules, specification())
		default:
			t.Fatalf("nobody knows how to serve %q", line)
		}
	}
	return o
}

// specification has the methods of the examples in the JSON-RPC 2.0 specification.
func specification() methods.Module {
	type pair struct {
		Minuend    int `rpc:"minuend"`
		Subtrahend int `rpc:"subtrahend"`
	}
	public := methods.Public()
	raw := func(name string, fn func(params []methods.Value) methods.Value) methods.Method {
		return methods.Raw(name, "As the specification has it.", public, nil,
			func(_ context.Context, c *methods.Call) (methods.Value, error) { return fn(c.Params), nil })
	}
	nothing := func([]methods.Value) methods.Value { return methods.Nil() }
	return methods.Module{
		Name: "", Families: []string{"plain"}, Help: "Examples.", Run: public,
		Methods: []methods.Method{
			methods.New("subtract", "Subtracts.", public,
				func(_ context.Context, _ *methods.Call, in pair) (int, error) { return in.Minuend - in.Subtrahend, nil }),
			raw("sum", func(params []methods.Value) methods.Value {
				var sum int64
				for _, p := range params {
					sum += p.Int()
				}
				return methods.Int(sum)
			}),
			raw("get_data", func([]methods.Value) methods.Value { return methods.Array(methods.String("hello"), methods.Int(5)) }),
			raw("update", nothing), raw("notify_hello", nothing), raw("notify_sum", nothing),
		},
	}
}

// step is one piece of a transcript: a comment or directive, or an exchange.
type step struct {
	line     string // the comment, blank line or directive
	crlf     bool
	head     []string // of the request
	body     string
	expected []string // head of the answer
	answer   string   // its body
}

func readTranscript(t *testing.T, text string) []*step {
	t.Helper()
	var steps []*step
	var now *step
	crlf, answering := false, false
	lines := strings.SplitAfter(text, "\n")
	for i := 0; i < len(lines); i++ {
		line := strings.TrimSuffix(lines[i], "\n")
		request, isRequest := strings.CutPrefix(line, "--> ")
		answer, isAnswer := strings.CutPrefix(line, "<-- ")
		directive := strings.HasPrefix(line, "# ") || strings.HasPrefix(line, "rand ") ||
			strings.HasPrefix(line, "clock ") || strings.HasPrefix(line, "with ") || strings.HasPrefix(line, "eol ")
		switch {
		case isRequest && (now == nil || answering):
			now, answering = &step{crlf: crlf, head: []string{request}}, false
			steps = append(steps, now)
		case isRequest:
			now.head = append(now.head, request)
		case isAnswer:
			answering = true
			now.expected = append(now.expected, answer)
		case directive && (now == nil || answering):
			crlf = line == "eol crlf" || crlf && line != "eol lf"
			steps, now = append(steps, &step{line: lines[i]}), nil
		case now == nil:
			steps = append(steps, &step{line: lines[i]})
		case answering:
			now.answer += lines[i]
		default:
			now.body += lines[i]
		}
	}
	return steps
}

// play does the step and gives the text it should have had.
func (st *step) play(t *testing.T, s *service) string {
	t.Helper()
	words := strings.Fields(st.line)
	switch {
	case len(words) > 1 && words[0] == "rand":
		s.rand.push(t, strings.Join(words[1:], ""))
	case len(words) == 2 && words[0] == "clock":
		d, err := time.ParseDuration(words[1])
		must(t, err)
		s.clock.advance(d)
		must(t, s.sessions.CatchUp(t.Context()))
	}
	if st.head == nil {
		return st.line
	}
	status, header, body := st.send(t, s)
	var out strings.Builder
	for _, h := range st.head {
		fmt.Fprintf(&out, "--> %s\n", h)
	}
	out.WriteString(st.body)
	fmt.Fprintf(&out, "<-- %s\n", status)
	for _, h := range st.headersToShow(header) {
		fmt.Fprintf(&out, "<-- %s: %s\n", h, strings.Join(header[h], ", "))
	}
	out.WriteString(body)
	if !strings.HasSuffix(body, "\n") {
		out.WriteString("\n")
	}
	// Blank lines that set steps apart are the writer's.
	trailing := st.answer[len(strings.TrimRight(st.answer, "\n")):]
	if len(trailing) > 1 {
		out.WriteString(trailing[1:])
	}
	return out.String()
}

// headersToShow are the headers that the transcript names; in a new one, the type.
func (st *step) headersToShow(header http.Header) []string {
	var named []string
	for _, e := range st.expected[min(1, len(st.expected)):] {
		name, _, _ := strings.Cut(e, ":")
		named = append(named, name)
	}
	if st.expected == nil {
		named = []string{"Content-Type"}
	}
	return slices.DeleteFunc(named, func(n string) bool {
		return !slices.Contains(slices.Collect(maps.Keys(header)), n)
	})
}

// send writes the request byte for byte and reads the answer.
func (st *step) send(t *testing.T, s *service) (status string, header http.Header, body string) {
	t.Helper()
	content := strings.TrimSuffix(st.body, "\n")
	if st.crlf {
		content = strings.ReplaceAll(content, "\n", "\r\n") + "\r\n"
	}
	var req bytes.Buffer
	has := map[string]bool{}
	for _, h := range st.head {
		name, _, _ := strings.Cut(h, ":")
		has[strings.ToLower(name)] = true
		req.WriteString(h + "\r\n")
	}
	if !has["host"] {
		fmt.Fprintf(&req, "Host: %s\r\n", s.address())
	}
	if !has["content-length"] && !has["transfer-encoding"] && strings.HasPrefix(st.head[0], "POST") {
		fmt.Fprintf(&req, "Content-Length: %d\r\n", len(content))
	}
	req.WriteString("Connection: close\r\n\r\n" + content)
	c := s.dial(t)
	_, err := c.Write(req.Bytes())
	must(t, err)
	verb, _, _ := strings.Cut(st.head[0], " ")
	res, err := http.ReadResponse(bufio.NewReader(c), &http.Request{Method: verb})
	must(t, err)
	b, err := io.ReadAll(res.Body)
	must(t, err)
	return res.Status, res.Header, string(b)
}
