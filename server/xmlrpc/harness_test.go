package xmlrpc

import (
	"context"
	"strings"
	"testing"

	"countersign/methods"
	"countersign/server/internal/xmltext"
	"countersign/server/wire"
	"countersign/server/wire/wiretest"
)

// read decodes a whole request, as the transport does for a caller that may call.
func read(body []byte, charset string) (method string, params []methods.Value, err error) {
	var tape xmltext.Tape
	c, err := parse(&tape, &wire.Request{Body: body, Charset: charset, Limits: wire.DefaultLimits()})
	if err != nil {
		return "", nil, err
	}
	params, _, err = c.Values()
	return c.method, params, err
}

// call is a request with these values, each a <value> element.
func callOf(values ...string) string {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0"?><methodCall><methodName>echo</methodName><params>`)
	for _, v := range values {
		b.WriteString("<param>" + v + "</param>")
	}
	return b.String() + "</params></methodCall>"
}

// value reads one <value> element.
func value(t *testing.T, element string) methods.Value {
	t.Helper()
	_, params, err := read([]byte(callOf(element)), "")
	if err != nil || len(params) != 1 {
		t.Fatalf("%s: %d values, %v", element, len(params), err)
	}
	return params[0]
}

// echoCore answers every call with the array of its arguments.
type echoCore struct{ wiretest.Core }

func (echoCore) Call(_ context.Context, method string, args wire.Args) wire.Outcome {
	params, _, err := args.Values()
	if err != nil {
		return echoCore{}.Fail(err)
	}
	return wire.Outcome{Value: methods.Struct(
		methods.M("method", methods.String(method)), methods.M("params", methods.Array(params...)))}
}

func (echoCore) Fail(err error) wire.Outcome {
	e := methods.AsError(err)
	return wire.Outcome{Fault: &wire.Fault{Code: int(e.Kind), Text: e.Public}}
}

// answer runs a request through the transport.
func answer(body []byte, charset string, style wire.Style) wire.Reply {
	req := &wire.Request{Body: body, Charset: charset, Limits: wire.DefaultLimits(), Style: style}
	return Transport{}.Answer(context.Background(), req, echoCore{}, nil)
}
