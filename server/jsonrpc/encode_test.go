package jsonrpc

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"countersign/methods"
	"countersign/server/wire"
	"countersign/server/wire/wiretest"
)

// encoded gives a value's JSON.
func encoded(t testing.TB, v methods.Value) string {
	t.Helper()
	e := encoder{most: math.MaxInt}
	dst := e.value(nil, v)
	if e.err != nil {
		t.Fatalf("%s cannot be encoded: %v", wiretest.Show(v), e.err)
	}
	return string(dst)
}

// TestValuesOut is bugzilla contract §9.
func TestValuesOut(t *testing.T) {
	at := time.Date(2001, 9, 3, 10, 11, 12, 999_999_000, time.FixedZone("", 2*3600))
	for _, c := range []struct {
		why  string
		v    methods.Value
		want string
	}{
		{"nil", methods.Nil(), `null`},
		{"true", methods.Bool(true), `true`},
		{"false", methods.Bool(false), `false`},

		{"an int", methods.Int(-42), `-42`},
		{"an int beyond 53 bits", methods.Int(9007199254740993), `9007199254740993`},
		{"the largest int", methods.Int(math.MaxInt64), `9223372036854775807`},
		{"the smallest long", methods.Long(math.MinInt64), `-9223372036854775808`},

		{"a double", methods.Double(-1.5), `-1.5`},
		{"a whole double", methods.Double(3), `3`},
		{"zero", methods.Double(0), `0`},
		{"minus zero", methods.Double(math.Copysign(0, -1)), `-0`},
		{"the shortest that reads back", methods.Double(0.1), `0.1`},
		{"large, without exponent", methods.Double(1e20), `100000000000000000000`},
		{"large, with exponent", methods.Double(1e21), `1e+21`},
		{"small, without exponent", methods.Double(1e-6), `0.000001`},
		{"small, with exponent", methods.Double(1.5e-7), `1.5e-7`},
		{"the smallest", methods.Double(5e-324), `5e-324`},
		{"the largest", methods.Double(math.MaxFloat64), `1.7976931348623157e+308`},

		{"a date, in UTC", methods.Time(at), `"2001-09-03T08:11:12Z"`},
		{"a date that came with a zone", methods.ZonedTime(at, 120), `"2001-09-03T08:11:12Z"`},
		{"no date", methods.EmptyDate(), `null`},
		{"a year of three digits", methods.FloatingTime(time.Date(999, 1, 2, 3, 4, 5, 0, time.UTC)), `"0999-01-02T03:04:05Z"`},
		{"the last second", methods.FloatingTime(time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)), `"9999-12-31T23:59:59Z"`},

		{"bytes", methods.Bytes([]byte{0, 255}), `"AP8="`},
		{"no bytes", methods.Bytes(nil), `""`},
		{"many bytes on one line", methods.Bytes(make([]byte, 90)), `"` + strings.Repeat("A", 120) + `"`},

		{"a string", methods.String("x"), `"x"`},
		{"an empty string", methods.String(""), `""`},
		{"characters outside ASCII are themselves", methods.String("é€😀\u00a0\ufffd"), "\"é€😀\u00a0\ufffd\""},
		{"escapes", methods.String("\"\\/\b\f\n\r\t"), `"\"\\/\b\f\n\r\t"`},
		{"control characters", methods.String("\x00\x01\x1f\x7f"), `"\u0000\u0001\u001f` + "\x7f\""},
		{"a script", methods.String("</script><!--&"), `"\u003c/script\u003e\u003c!--\u0026"`},
		{"line ends of JavaScript", methods.String("a\u2028b\u2029c"), `"a\u2028b\u2029c"`},
		{"what is not UTF-8", methods.String("a\xffb\xe2\x82c\xed\xa0\x80"), "\"a\ufffdb\ufffd\ufffdc\ufffd\ufffd\ufffd\""},

		{"an array", methods.Array(methods.Int(1), methods.String("x"), methods.Array()), `[1,"x",[]]`},
		{"an empty array", methods.Array(), `[]`},
		{"a struct, in order", methods.Struct(methods.M("b", methods.Int(1)), methods.M("a<\"é", methods.Nil())), `{"b":1,"a\u003c\"é":null}`},
		{"an empty struct", methods.Struct(), `{}`},
		{"an empty name", methods.Struct(methods.M("", methods.Int(1))), `{"":1}`},
		{"of members with one name the last", methods.Struct(methods.M("a", methods.Int(1)), methods.M("b", methods.Int(2)), methods.M("a", methods.Int(3))), `{"b":2,"a":3}`},
		{"of members without name the last", methods.Struct(methods.M("", methods.Int(1)), methods.M("", methods.Int(3))), `{"":3}`},
	} {
		t.Run(c.why, func(t *testing.T) {
			got := encoded(t, c.v)
			if got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
			if !json.Valid([]byte(got)) {
				t.Error("no JSON")
			}
		})
	}
}

// TestManyMembers: doubles are found in structs of every size, wherever they are.
func TestManyMembers(t *testing.T) {
	for _, n := range []int{1, 2, 12, 13, 63, 64, 65, 200} {
		members := make([]methods.Member, 0, n+1)
		for i := range n {
			members = append(members, methods.M(fmt.Sprintf("m%d", i), methods.Int(int64(i))))
		}
		if got := encoded(t, methods.Struct(members...)); strings.Count(got, ":") != n || !json.Valid([]byte(got)) {
			t.Errorf("%d members: %s", n, got)
		}
		for i := range n {
			twice := append(members[:n:n], methods.M(fmt.Sprintf("m%d", i), methods.Bool(true)))
			got := encoded(t, methods.Struct(twice...))
			if strings.Count(got, ":") != n || !strings.HasSuffix(got, fmt.Sprintf(`"m%d":true}`, i)) {
				t.Errorf("%d members, the %dth twice: %s", n, i, got)
			}
		}
	}
}

// TestEscapesAnywhere: each byte that is escaped, at each place in a word.
func TestEscapesAnywhere(t *testing.T) {
	for c := range 256 {
		for at := range 20 {
			s := strings.Repeat("a", at) + string([]byte{byte(c)}) + strings.Repeat("b", 19-at)
			var want strings.Builder
			enc := json.NewEncoder(&want)
			if err := enc.Encode(s); err != nil {
				t.Fatal(err)
			}
			// encoding/json writes U+FFFD as an escape when it stands for a bad byte.
			theirs := strings.ReplaceAll(strings.TrimSuffix(want.String(), "\n"), `\ufffd`, "\ufffd")
			if got := string(appendString(nil, s)); got != theirs {
				t.Errorf("%q: got %s, want %s", s, got, theirs)
			}
		}
	}
}

// TestUnsendable: a value that JSON has no form for is a fault of the method, and nothing
// of it leaves.
func TestUnsendable(t *testing.T) {
	for why, v := range wiretest.Unsendable() {
		e := encoder{most: math.MaxInt}
		if dst := e.value(nil, v); !errors.Is(e.err, errUnsendable) {
			t.Errorf("%s left as %s, %v", why, dst, e.err)
		}
	}
	core := newCore()
	core.run = runs(methods.Array(methods.String("leaks"), methods.Double(math.NaN())))
	reply := post(t, core, wire.Style{}, `{"jsonrpc":"2.0","method":"m","id":7}`)
	if want := `{"jsonrpc":"2.0","error":{"code":-32603,"message":"internal"},"id":7}`; string(reply.Body) != want {
		t.Errorf("got %s, want %s", reply.Body, want)
	}
}
