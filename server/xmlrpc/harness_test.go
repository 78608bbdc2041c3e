package xmlrpc

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
		items := make([]string, 0, len(v.Items()))
		for _, item := range v.Items() {
			items = append(items, show(item))
		}
		return "[" + strings.Join(items, " ") + "]"
	default:
		members := make([]string, 0, len(v.Members()))
		for _, m := range v.Members() {
			members = append(members, strconv.Quote(m.Name)+":"+show(m.Value))
		}
		return "{" + strings.Join(members, " ") + "}"
	}
}

func showAll(values []methods.Value) string {
	s := show(methods.Array(values...))
	return s[1 : len(s)-1]
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
