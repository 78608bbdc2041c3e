package soap

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"countersign/methods"
	"countersign/server/internal/xmltext"
	"countersign/server/wire"
	"countersign/server/wire/wiretest"
)

// Envelopes as toolkits write them, cut around the call.
const (
	start11 = `<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/"` +
		` xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"` +
		` xmlns:SOAP-ENC="http://schemas.xmlsoap.org/soap/encoding/" xmlns:apache="http://xml.apache.org/xml-soap"` +
		` SOAP-ENV:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/">`
	start12 = `<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://www.w3.org/2003/05/soap-envelope"` +
		` xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"` +
		` xmlns:SOAP-ENC="http://www.w3.org/2003/05/soap-encoding" xmlns:apache="http://xml.apache.org/xml-soap">`
	end = `</SOAP-ENV:Envelope>`
)

func body(content string) string { return `<SOAP-ENV:Body>` + content + `</SOAP-ENV:Body>` }

// callOf is a request of SOAP 1.1 with these arguments.
func callOf(arguments string) string {
	return start11 + body(`<m:echo xmlns:m="urn:x">`+arguments+`</m:echo>`) + end
}

// callOf12 is the same in SOAP 1.2.
func callOf12(arguments string) string {
	return start12 + body(`<m:echo xmlns:m="urn:x">`+arguments+`</m:echo>`) + end
}

// literalOf is a request of document/literal.
func literalOf(arguments string) string {
	return start11 + body(`<m:echo xmlns:m="urn:countersign">`+arguments+`</m:echo>`) + end
}

// parse scans a request.
func parse(doc string) (*message, error) {
	m := new(message)
	return m, m.read(new(xmltext.Tape), &wire.Request{Body: []byte(doc), Limits: wire.DefaultLimits()})
}

// read decodes a whole request by position.
func read(doc string) ([]methods.Value, error) {
	m, err := parse(doc)
	if err != nil {
		return nil, err
	}
	values, _, err := m.Values()
	return values, err
}

// show writes a value down so that a difference of type is one of text.
func show(v methods.Value) string {
	switch v.Type() {
	case methods.TypeNil:
		return "nil"
	case methods.TypeBoolean:
		return strconv.FormatBool(v.Bool())
	case methods.TypeInt:
		return strconv.FormatInt(v.Int(), 10)
	case methods.TypeLong:
		return strconv.FormatInt(v.Int(), 10) + "L"
	case methods.TypeDouble:
		return strconv.FormatFloat(v.Double(), 'e', -1, 64)
	case methods.TypeString:
		return strconv.Quote(v.Text())
	case methods.TypeDateTime:
		if methods.Equal(v, methods.EmptyDate()) {
			return "no date"
		}
		s := v.Time().Format("2006-01-02 15:04:05.999999")
		if v.HasZone() {
			s += fmt.Sprintf(" UTC%+d", v.Offset())
		}
		return s
	case methods.TypeBase64:
		return "b64:" + base64.StdEncoding.EncodeToString(v.Bytes())
	case methods.TypeArray:
		return "[" + showAll(v.Items()) + "]"
	default:
		return "{" + showMembers(v.Members()) + "}"
	}
}

func showAll(values []methods.Value) string {
	items := make([]string, len(values))
	for i, v := range values {
		items[i] = show(v)
	}
	return strings.Join(items, " ")
}

func showMembers(list []methods.Member) string {
	members := make([]string, len(list))
	for i, m := range list {
		members[i] = strconv.Quote(m.Name) + ":" + show(m.Value)
	}
	return strings.Join(members, " ")
}

// wantKind checks that err is the public error of a kind.
func wantKind(t *testing.T, err error, kind methods.Kind) *methods.Error {
	t.Helper()
	e, ok := errors.AsType[*methods.Error](err)
	if !ok || e.Kind != kind {
		t.Fatalf("got %v, want an error of kind %s", err, kind)
	}
	if e.Public == "" {
		t.Errorf("an error of kind %s without a text", kind)
	}
	return e
}

// scripted is a core whose outcomes the test chooses; it keeps what it was told. Without
// an outcome it gives the arguments back.
type scripted struct {
	wiretest.Core
	out        *wire.Outcome
	names      map[string]string // that it resolves
	method     string
	failed     []error
	spoken     []wire.Version
	credential []wire.Credential
}

func (s *scripted) Speak(v wire.Version) { s.spoken = append(s.spoken, v) }

func (s *scripted) Identify(_ context.Context, c wire.Credential) {
	s.credential = append(s.credential, c)
}

func (s *scripted) Resolve(name string) (string, bool) {
	full, ok := s.names[name]
	return full, ok
}

func (s *scripted) Call(_ context.Context, method string, args wire.Args) wire.Outcome {
	s.method = method
	if s.out != nil {
		return *s.out
	}
	values, _, err := args.Values()
	if err != nil {
		return s.Fail(err)
	}
	return wire.Outcome{Value: methods.Array(values...)}
}

func (s *scripted) Fail(err error) wire.Outcome {
	s.failed = append(s.failed, err)
	e := methods.AsError(err)
	return wire.Outcome{Fault: &wire.Fault{Code: 77, Text: e.Public, Kind: e.Kind}}
}

// answer runs a request through the transport.
func answer(doc string, core wire.Core, style wire.Style) wire.Reply {
	req := &wire.Request{Body: []byte(doc), Limits: wire.DefaultLimits(), Style: style}
	return Transport{}.Answer(context.Background(), req, core, nil)
}

// content cuts the body's content out of an answer.
func content(t *testing.T, reply wire.Reply) string {
	t.Helper()
	_, rest, ok := strings.Cut(string(reply.Body), "<SOAP-ENV:Body>")
	inner, ok2 := strings.CutSuffix(rest, epilog)
	if !ok || !ok2 {
		t.Fatalf("no envelope: %s", reply.Body)
	}
	return inner
}
