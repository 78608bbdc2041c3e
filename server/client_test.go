package server_test

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"html"
	"io"
	"maps"
	"net"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"countersign/session"
)

// The paths of the default table, one for each dialect.
const (
	plainPath = "/RPC2"
	phpgwPath = "/phpgroupware/xmlrpc.php"
	egwPath   = "/egroupware/xmlrpc.php"
)

// client calls one endpoint, as an XML-RPC library would.
type client struct {
	service *service
	url     string
	path    string
	header  http.Header
	http    *http.Client
	pair    string // sessionid:kp3 once logged in
}

func (s *service) client(path string) *client {
	return &client{service: s, url: s.http.URL, path: path, header: http.Header{"Content-Type": {"text/xml"}}, http: s.http.Client()}
}

// with gives a client that sends a header too.
func (c *client) with(name, value string) *client {
	out := *c
	out.header = c.header.Clone()
	out.header.Set(name, value)
	return &out
}

// basic gives a client with these credentials.
func (c *client) basic(pair string) *client {
	out := c.with("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(pair)))
	out.pair = pair
	return out
}

// login gives the client of a new session. Its secrets are two different ones.
func (c *client) login(t testing.TB, user, password string) *client {
	t.Helper()
	a := c.tryLogin(t, user, password)
	grant, ok := a.value.(map[string]any)
	if !ok || grant["sessionid"] == nil {
		t.Fatalf("no login for %s: %s", user, a.body)
	}
	out := c.basic(fmt.Sprint(grant["sessionid"], ":", grant["kp3"]))
	t.Cleanup(func() { c.service.wantNoSecret(t, out.secrets()...) })
	return out
}

func (c *client) tryLogin(t testing.TB, user, password string) *answer {
	t.Helper()
	var pair [2 * session.SecretDigits / 2]byte
	if _, err := rand.Read(pair[:]); err != nil {
		t.Fatal(err)
	}
	c.service.rand.push(t, hex.EncodeToString(pair[:]))
	return c.call(t, "system.login", map[string]any{"username": user, "password": password})
}

// secrets are what may stand in no log.
func (c *client) secrets() []string {
	id, key, _ := strings.Cut(c.pair, ":")
	return []string{id, key, strings.TrimPrefix(c.header.Get("Authorization"), "Basic ")}
}

func (s *service) wantNoSecret(t testing.TB, secrets ...string) {
	t.Helper()
	logs := s.logs.String()
	for _, secret := range secrets {
		if secret != "" && strings.Contains(logs, secret) {
			t.Errorf("the log has a secret in it: %q", secret)
		}
	}
}

// raw is XML that goes into a request as it is.
type raw string

// element writes a value as a client would.
func element(v any) string {
	switch v := v.(type) {
	case raw:
		return string(v)
	case string:
		return "<value><string>" + html.EscapeString(v) + "</string></value>"
	case int:
		return "<value><int>" + strconv.Itoa(v) + "</int></value>"
	case bool:
		if v {
			return "<value><boolean>1</boolean></value>"
		}
		return "<value><boolean>0</boolean></value>"
	case []any:
		var b strings.Builder
		for _, item := range v {
			b.WriteString(element(item))
		}
		return "<value><array><data>" + b.String() + "</data></array></value>"
	case map[string]any:
		var b strings.Builder
		for _, name := range slices.Sorted(maps.Keys(v)) {
			b.WriteString("<member><name>" + html.EscapeString(name) + "</name>" + element(v[name]) + "</member>")
		}
		return "<value><struct>" + b.String() + "</struct></value>"
	}
	panic(fmt.Sprintf("no XML-RPC for a %T", v))
}

// document is a methodCall.
func document(method string, args ...any) string {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0"?><methodCall><methodName>` + html.EscapeString(method) + `</methodName><params>`)
	for _, a := range args {
		b.WriteString("<param>" + element(a) + "</param>")
	}
	return b.String() + "</params></methodCall>"
}

func (c *client) call(t testing.TB, method string, args ...any) *answer {
	t.Helper()
	return c.post(t, document(method, args...))
}

func (c *client) post(t testing.TB, body string) *answer {
	t.Helper()
	return c.do(t, http.MethodPost, body)
}

func (c *client) do(t testing.TB, method, body string) *answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, c.url+c.path, strings.NewReader(body))
	must(t, err)
	req.Header = c.header.Clone()
	res, err := c.http.Do(req)
	must(t, err)
	return readAnswer(t, res)
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
	value  any    // string, int, bool, float64, []any, map[string]any, or for other types "type:text"
	fault  *fault // instead of a value
	closed bool   // the server will close the connection
}

type fault struct {
	code int
	text string
}

func readAnswer(t testing.TB, res *http.Response) *answer {
	t.Helper()
	body, err := io.ReadAll(res.Body)
	must(t, errors.Join(err, res.Body.Close()))
	a := &answer{status: res.StatusCode, header: res.Header, body: string(body), closed: res.Close}
	if res.Header.Get("Content-Encoding") == "" && bytes.Contains(body, []byte("<methodResponse>")) {
		a.value, a.fault = readResponse(t, body)
	}
	return a
}

// wantValue checks a successful answer.
func (a *answer) wantValue(t testing.TB, want any) {
	t.Helper()
	if a.status != http.StatusOK || a.fault != nil || !reflect.DeepEqual(a.value, want) {
		t.Errorf("status %d, value %#v, fault %+v; want %#v", a.status, a.value, a.fault, want)
	}
}

// wantFault checks a refusal: status, number, and a piece of its text.
func (a *answer) wantFault(t testing.TB, status, code int, piece string) {
	t.Helper()
	if a.status != status || a.fault == nil || a.fault.code != code || !strings.Contains(a.fault.text, piece) {
		t.Errorf("status %d, value %#v, fault %+v; want %d, fault %d with %q", a.status, a.value, a.fault, status, code, piece)
	}
}

// readResponse reads a methodResponse with encoding/xml: it must be well formed.
func readResponse(t testing.TB, body []byte) (any, *fault) {
	t.Helper()
	var root struct {
		XMLName xml.Name `xml:"methodResponse"`
		Params  []node   `xml:"params>param>value"`
		Fault   []node   `xml:"fault>value"`
	}
	if err := xml.Unmarshal(body, &root); err != nil || len(root.Params)+len(root.Fault) != 1 {
		t.Fatalf("not an answer: %v\n%s", err, body)
	}
	if len(root.Params) == 1 {
		return root.Params[0].value(t), nil
	}
	f, _ := root.Fault[0].value(t).(map[string]any)
	code, isInt := f["faultCode"].(int)
	text, isString := f["faultString"].(string)
	if !isInt || !isString || len(f) != 2 {
		t.Fatalf("not a fault of two members: %s", body)
	}
	return nil, &fault{code, text}
}

type node struct {
	XMLName  xml.Name
	Text     string `xml:",chardata"`
	Children []node `xml:",any"`
}

func (n *node) value(t testing.TB) any {
	t.Helper()
	if n.XMLName.Local != "value" || len(n.Children) != 1 {
		t.Fatalf("a value without a type: %+v", n)
	}
	switch typ := n.Children[0]; typ.XMLName.Local {
	case "string":
		return typ.Text
	case "int":
		i, err := strconv.ParseInt(typ.Text, 10, 32)
		must(t, err)
		return int(i)
	case "boolean":
		return typ.Text == "1"
	case "double":
		f, err := strconv.ParseFloat(typ.Text, 64)
		must(t, err)
		return f
	case "array":
		items := []any{}
		for _, c := range typ.Children[0].Children {
			items = append(items, c.value(t))
		}
		return items
	case "struct":
		members := map[string]any{}
		for _, m := range typ.Children {
			members[m.Children[0].Text] = m.Children[1].value(t)
		}
		return members
	default:
		return typ.XMLName.Local + ":" + typ.Text
	}
}

// exchange writes bytes that no HTTP library would and reads answers until the server
// closes the connection. A request that leaves it open has to be followed by one that
// asks for its end, such as last.
func exchange(t testing.TB, address, request string) []*answer {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	must(t, err)
	defer func() { _ = conn.Close() }()
	must(t, conn.SetDeadline(time.Now().Add(10*time.Second)))
	written := make(chan struct{})
	go func() {
		defer close(written)
		// A server that refuses early does not read the rest: that is no error here.
		_, _ = io.WriteString(conn, request)
	}()
	var answers []*answer
	in := bufio.NewReader(conn)
	for {
		if _, err := in.Peek(1); err != nil {
			break
		}
		res, err := http.ReadResponse(in, nil)
		must(t, err)
		if res.StatusCode == http.StatusContinue {
			continue
		}
		answers = append(answers, readAnswer(t, res))
	}
	_ = conn.Close()
	<-written
	return answers
}

// last is a request that ends its connection. Its answer proves that the connection
// was still good.
const last = "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"

// lastAnswer is the body of the answer to last.
const lastAnswer = "ok\n"

// posted is a request with a body and whatever header lines are given.
func posted(path, body string, lines ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\n", path)
	length := true
	for _, l := range lines {
		b.WriteString(l + "\r\n")
		name, _, _ := strings.Cut(strings.ToLower(l), ":")
		length = length && name != "content-length" && name != "transfer-encoding"
	}
	if length {
		fmt.Fprintf(&b, "Content-Length: %d\r\n", len(body))
	}
	return b.String() + "\r\n" + body
}

// first is the first answer, for messages.
func first(answers []*answer) answer {
	if len(answers) == 0 {
		return answer{}
	}
	return *answers[0]
}
