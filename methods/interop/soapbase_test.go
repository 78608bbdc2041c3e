package interop

import (
	"context"
	"testing"
	"time"

	"countersign/methods"
	"countersign/methods/methodstest"
)

// soapVectors are those of phpgroupware contract §7.3.
func soapVectors() []vector {
	str, num, dbl := methods.String, methods.Int, methods.Double
	arg := methods.Struct(methods.M("varString", str("arg")), methods.M("varInt", num(34)), methods.M("varFloat", dbl(325.325)))
	date := methods.ZonedTime(time.Date(2001, 5, 24, 17, 31, 41, 0, time.UTC), -420)
	rows := []vector{
		row("", "echoVoid", methods.Nil()),
		row("", "echoString", methods.Nil(), methods.Nil()),
		row("", "echoString", methods.Nil()),
		row("", "echoStringArray", methods.Nil(), methods.Nil()),
		row("", "echoFloat", dbl(3), num(3)),
		row("", "echoHexBinary", methods.Bytes([]byte("soapx4")), methods.Lexical("736f61707834")),
		row("", "echoDecimal", str("12345.67890"), methods.Lexical("12345.67890")),
		row("", "echoDate", methods.Time(date.Time()), date),
	}
	for method, values := range map[string][]methods.Value{
		"echoString":       {str("Hello World!"), str(""), str(">,<,&,\",',\\\n"), str("é€")},
		"echoStringArray":  {methods.Array(str("good"), str("bad")), methods.Array(str("one")), methods.Array()},
		"echoInteger":      {num(34)},
		"echoIntegerArray": {methods.Array(num(1), num(234324324), num(2))},
		"echoFloat":        {dbl(325.325)},
		"echoFloatArray":   {methods.Array(dbl(1.3223), dbl(34.2), dbl(325.325))},
		"echoStruct":       {arg},
		"echoStructArray":  {methods.Array(arg, arg)},
		"echoBase64":       {methods.Bytes([]byte("Nebraska"))},
		"echoHexBinary":    {methods.Bytes([]byte("soapx4"))},
		"echoDecimal":      {str("-1"), str("+.5"), str("5.")},
		"echoBoolean":      {methods.Bool(true), methods.Bool(false)},
	} {
		for _, v := range values {
			rows = append(rows, row("", method, v, v))
		}
	}
	return rows
}

func TestSOAPBaseSuite(t *testing.T) {
	var opts []methodstest.Option
	for _, row := range soapVectors() {
		if row.want.IsNil() && row.method != "echoVoid" {
			continue // nil for nil: no signature can say that
		}
		opts = append(opts, methodstest.Args(row.method, row.args...))
	}
	methodstest.Module(t, SOAPBase("plain"), opts...)
}

func soapView(t *testing.T) *methods.View {
	t.Helper()
	r, err := methods.NewRegistry(SOAPBase("one", "two"))
	if err != nil {
		t.Fatal(err)
	}
	return r.View("two")
}

func TestSOAPBaseVectors(t *testing.T) {
	v := soapView(t)
	for _, row := range soapVectors() {
		e, ok := v.Lookup(row.method)
		if !ok {
			t.Errorf("%s is not there", row.method)
			continue
		}
		got, err := e.Run(context.Background(), &methods.Call{Entry: e, Params: row.args})
		if err != nil || !methods.Equal(got, row.want) {
			t.Errorf("%s: got %v, %v", row.method, got, err)
		}
	}
}

func TestSOAPBaseRefusals(t *testing.T) {
	v := soapView(t)
	for method, arg := range map[string]methods.Value{
		"echoInteger": methods.String("34"), "echoStruct": methods.Struct(), "echoBase64": methods.String("x"),
		"echoHexBinary": methods.String("xyz"), "echoBoolean": methods.Int(1), "echoStringArray": methods.Array(methods.Int(1)),
	} {
		refusesOne(t, v, method, arg)
	}
	for _, text := range []string{"", ".", "-", "1.2.3", "1e5", "--1", "+-1", "five", " 1"} {
		refusesOne(t, v, "echoDecimal", methods.String(text))
	}
	refusesOne(t, v, "echoDecimal", methods.Double(1))
	refusesOne(t, v, "echoHexBinary", methods.Int(1))
}

func refusesOne(t *testing.T, v *methods.View, method string, arg methods.Value) {
	t.Helper()
	e, _ := v.Lookup(method)
	if _, err := e.Run(context.Background(), &methods.Call{Entry: e, Params: []methods.Value{arg}}); err == nil ||
		methods.AsError(err).Kind != methods.KindInvalidParams {
		t.Errorf("%s of %q: %v", method, arg.Text(), err)
	}
}
