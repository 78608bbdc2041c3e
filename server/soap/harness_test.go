package soap

import (
	"context"
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

// scripted is a core whose outcomes the test chooses; it keeps what it was told. Without
// an outcome it gives the arguments back.
type scripted struct {
	wiretest.Core
	out        *wire.Outcome
	view       *methods.View // of no methods if nil
	method     string
	failed     []error
	spoken     []wire.Version
	credential []wire.Credential
}

func (s *scripted) Speak(v wire.Version) { s.spoken = append(s.spoken, v) }

func (s *scripted) Identify(_ context.Context, c wire.Credential) {
	s.credential = append(s.credential, c)
}

func (s *scripted) View() *methods.View {
	if s.view == nil {
		return s.Core.View()
	}
	return s.view
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
	return New().Answer(context.Background(), req, core, nil)
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
