package jsonrpc

import (
	"context"
	"math"
	"strings"
	"testing"
	"time"

	"countersign/methods"
	"countersign/server/wire/wiretest"
)

// accepted are JSON texts and what they mean.
var accepted = []struct{ why, document, want string }{
	{"null", `null`, "nil"},
	{"true", `true`, "true"},
	{"false", `false`, "false"},

	{"zero", `0`, "0"},
	{"minus zero is zero", `-0`, "0"},
	{"an integer", `42`, "42"},
	{"a negative integer", `-42`, "-42"},
	{"an integer beyond 53 bits is exact", `9007199254740993`, "9007199254740993"},
	{"eighteen digits", `999999999999999999`, "999999999999999999"},
	{"the largest integer", `9223372036854775807`, "9223372036854775807"},
	{"the smallest integer", `-9223372036854775808`, "-9223372036854775808"},
	{"one more is a double", `9223372036854775808`, "9.223372036854776e+18"},
	{"one less is a double", `-9223372036854775809`, "-9.223372036854776e+18"},
	{"64 digits", strings.Repeat("1", 64), "1.1111111111111112e+63"},
	{"a fraction", `-1.5`, "-1.5e+00"},
	{"a whole double", `3.0`, "3e+00"},
	{"an exponent", `1e3`, "1e+03"},
	{"a capital exponent with a sign", `15E-1`, "1.5e+00"},
	{"a plus", `1.5e+3`, "1.5e+03"},
	{"zero with an exponent", `0e0`, "0e+00"},
	{"too small is zero", `1e-400`, "0e+00"},
	{"the largest double", `1.7976931348623157e308`, "1.7976931348623157e+308"},

	{"a string", `"x"`, `"x"`},
	{"an empty string", `""`, `""`},
	{"blanks are text", `" \t\u0020 "`, `" \t  "`},
	{"every short escape", `"\"\\\/\b\f\n\r\t"`, `"\"\\/\b\f\n\r\t"`},
	{"escapes in both cases", `"\u00e9\u00E9\u20aC"`, `"éé€"`},
	{"a surrogate pair", `"\ud83d\ude00"`, `"😀"`},
	{"a surrogate pair in capitals, between text", `"a\uD83D\uDE00b"`, `"a😀b"`},
	{"UTF-8", `"é€😀"`, `"é€😀"`},
	{"U+FFFD is a character", `"\ufffd` + "\ufffd" + `"`, `"��"`},
	{"noncharacters are characters", `"\uffff"`, `"\uffff"`},
	{"DEL", "\"\x7f\"", `"\x7f"`},
	{"an escaped control character", `"\u0001\u001f"`, `"\x01\x1f"`},
	{"long text", `"` + strings.Repeat("abcdefgh", 9) + `é\n"`, `"` + strings.Repeat("abcdefgh", 9) + `é\n"`},

	{"an empty array", `[]`, "[]"},
	{"an array", `[1,"a",null,[true]]`, `[1 "a" nil [true]]`},
	{"an empty object", `{}`, "{}"},
	{"an object, in order", `{"b":1,"a":{"c":[]}}`, `{"b":1 "a":{"c":[]}}`},
	{"an empty name", `{"":1}`, `{"":1}`},
	{"a name with escapes", `{"a\n\u00e9":1}`, `{"a\né":1}`},
	{"names that differ in case", `{"a":1,"A":2}`, `{"a":1 "A":2}`},
	{"the same name in different objects", `{"a":{"a":1},"b":{"a":2}}`, `{"a":{"a":1} "b":{"a":2}}`},
	{"blanks everywhere", " [ 1 ,\t2\r\n, { \"a\" : \n null } , [ ] , { } ] ", `[1 2 {"a":nil} [] {}]`},
}

func TestAccepted(t *testing.T) {
	for _, c := range accepted {
		t.Run(c.why, func(t *testing.T) {
			v, err := value(c.document)
			if err != nil {
				t.Fatal(err)
			}
			if got := wiretest.Show(v); got != c.want {
				t.Errorf("%s\n got %s\nwant %s", c.document, got, c.want)
			}
		})
	}
}

// bound is what binds to arguments of every type.
type bound struct {
	At   time.Time `rpc:"at"`
	Data []byte    `rpc:"data"`
	N    int64     `rpc:"n"`
}

// TestTextsBind: JSON has no dates and no binary data, so texts stand for them.
func TestTextsBind(t *testing.T) {
	var got bound
	entry := methods.New("m", "Takes everything.", methods.Public(),
		func(_ context.Context, _ *methods.Call, in bound) (bool, error) { got = in; return true, nil })
	registry, err := methods.NewRegistry(methods.Module{
		Name: "test", Help: "A test.", Run: methods.Public(), Methods: []methods.Method{entry},
	})
	if err != nil {
		t.Fatal(err)
	}
	m, _ := registry.View().Lookup("test.m")
	for _, params := range []string{
		`["2001-09-03T10:11:12Z","AP8=",9223372036854775807]`,
		`{"n":9223372036854775807,"data":"AP8=","at":"2001-09-03T10:11:12Z"}`,
	} {
		got = bound{}
		call := methods.Call{Entry: m}
		if _, call.Params, call.Named, err = read(`{"jsonrpc":"2.0","method":"m","params":` + params + `}`); err != nil {
			t.Fatal(err)
		}
		if _, err := m.Run(t.Context(), &call); err != nil {
			t.Fatalf("%s: %v", params, err)
		}
		want := time.Date(2001, 9, 3, 10, 11, 12, 0, time.UTC)
		if !got.At.Equal(want) || string(got.Data) != "\x00\xff" || got.N != math.MaxInt64 {
			t.Errorf("%s: %+v", params, got)
		}
	}
}

// TestParams: what stands for no arguments, and which are named.
func TestParams(t *testing.T) {
	for _, c := range []struct{ why, params, positional, named string }{
		{"none", ``, "[]", "none"},
		{"null, which some clients send for none", `,"params":null`, "[]", "none"},
		{"an empty array", `,"params":[]`, "[]", "none"},
		{"an empty object is named", `,"params":{}`, "[]", "{}"},
		{"positional", `,"params":[1,{"a":2}]`, `[1 {"a":2}]`, "none"},
		{"named", `,"params":{"b":1,"a":[2]}`, "[]", `{"b":1 "a":[2]}`},
	} {
		t.Run(c.why, func(t *testing.T) {
			_, positional, named, err := read(`{"jsonrpc":"2.0","method":"m"` + c.params + `}`)
			if err != nil {
				t.Fatal(err)
			}
			gotNamed := "none"
			if named != nil {
				gotNamed = wiretest.Show(methods.Struct(named...))
			}
			if got := wiretest.Show(methods.Array(positional...)); got != c.positional || gotNamed != c.named {
				t.Errorf("got %s, %s", got, gotNamed)
			}
		})
	}
}
