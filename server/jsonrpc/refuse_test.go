package jsonrpc

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"countersign/methods"
	"countersign/server/wire"
	"countersign/server/wire/wiretest"
)

// refused are texts that are not JSON, or use what the profile does not have.
var refused = []struct{ why, document string }{
	{"nothing", ``},
	{"blanks", " \n"},
	{"a byte order mark", "\ufeff{}"},
	{"something behind the value", `{} x`},
	{"two values", `{}{}`},
	{"a comma behind the value", `{},`},
	{"NUL behind the value", "{}\x00"},
	{"a form feed as a blank", "\f{}"},
	{"no-break space as a blank", "\u00a0{}"},
	{"a comment", `/* x */{}`},

	{"a word in capitals", `True`},
	{"a word cut off", `[tru]`},
	{"a word too long", `[nulls]`},
	{"NaN", `NaN`},
	{"infinity", `-Infinity`},
	{"a text without quotes", `abc`},
	{"single quotes", `'a'`},

	{"a plus sign", `+1`},
	{"a leading zero", `01`},
	{"minus and a leading zero", `-01`},
	{"a minus sign alone", `-`},
	{"nothing before the point", `.5`},
	{"nothing behind the point", `5.`},
	{"nothing between point and exponent", `5.e1`},
	{"an exponent without digits", `5e`},
	{"an exponent of a sign", `5e+`},
	{"hexadecimal", `0x10`},
	{"underscores", `1_000`},
	{"two signs", `--1`},

	{"a string without end", `"abc`},
	{"a long string without end", `"` + strings.Repeat("a", 100)},
	{"an escape at the end", `"a\`},
	{"an escape that is none", `"\x41"`},
	{"a quote escaped at the end", `"\"`},
	{"a line end in a string", "\"a\nb\""},
	{"a tab in a string", "\"a\tb\""},
	{"NUL in a string", "\"a\x00b\""},
	{"0x1f in a long string", "\"aaaaaaaaaaaaaaaaaaaaa\x1fb\""},
	{"an escaped NUL", `"\u0000"`},
	{"three digits", `"\u00e"`},
	{"digits cut off", `"\u00`},
	{"no hexadecimal digits", `"\u00g0"`},
	{"capital U", `"\U00e9"`},
	{"a high surrogate alone", `"\ud83d"`},
	{"a high surrogate before text", `"\ud83dabcdef"`},
	{"a high surrogate before another escape", `"\ud83d\n12345"`},
	{"a high surrogate before a character", `"\ud83d\u0041"`},
	{"two high surrogates", `"\ud83d\ud83d"`},
	{"a low surrogate alone", `"\ude00"`},
	{"surrogates the wrong way round", `"\ude00\ud83d"`},
	{"a lone byte", "\"\xff\""},
	{"UTF-8 cut off", "\"\xe2\x82\""},
	{"UTF-8 cut off by an escape", "\"\xe2\x82\\n\""},
	{"UTF-8 too long", "\"\xc0\xaf\""},
	{"a surrogate in UTF-8", "\"\xed\xa0\xbd\""},
	{"beyond Unicode", "\"\xf4\x90\x80\x80\""},
	{"Latin-1 late in a string", "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaa\xe9aaaaaaa\""},
	{"Latin-1 in a name", "{\"\xe9\":1}"},

	{"an array without end", `[1`},
	{"an array without end, behind a comma", `[1,`},
	{"a comma at the end of an array", `[1,]`},
	{"a comma alone", `[,]`},
	{"no comma", `[1 2]`},
	{"an array that ends as an object", `[1}`},
	{"an end without a beginning", `]`},

	{"an object without end", `{`},
	{"a name alone", `{"a"`},
	{"a name and a comma", `{"a",1}`},
	{"a name and no value", `{"a":}`},
	{"a member cut off", `{"a":1`},
	{"a comma at the end of an object", `{"a":1,}`},
	{"no comma between members", `{"a":1 "b":2}`},
	{"a name without quotes", `{a:1}`},
	{"a number as a name", `{1:1}`},
	{"an object that ends as an array", `{"a":1]`},
	{"two colons", `{"a"::1}`},

	{"a name twice", `{"a":1,"a":2}`},
	{"a name twice, apart", `{"a":1,"b":2,"c":{},"a":2}`},
	{"a name twice, deep", `[[{"x":{"a":1,"a":1}}]]`},
	{"the empty name twice", `{"":1,"":2}`},
	{"a name twice, once with an escape", `{"ab":1,"\u0061b":2}`},
	{"a name twice in a large object", `{` + manyMembers(50) + `,"m7":1}`},
	{"the empty name twice in a large object", `{"":0,` + manyMembers(50) + `,"":1}`},
	{"a name twice in a large object, once with an escape", `{` + manyMembers(50) + `,"\u006d7":1}`},
}

func manyMembers(n int) string {
	members := make([]string, n)
	for i := range members {
		members[i] = fmt.Sprintf(`"m%d":%d`, i, i)
	}
	return strings.Join(members, ",")
}

func TestRefused(t *testing.T) {
	for _, c := range refused {
		t.Run(c.why, func(t *testing.T) {
			var tape tape
			err := tape.scan(c.document, wire.DefaultLimits(), envelopeDepth)
			wiretest.WantKind(t, err, methods.KindParse)
			if code := methods.AsError(err).Code; code != codeUnreadable {
				t.Errorf("number %d", code)
			}
			// What is refused alone is refused inside a request too.
			if c.document == "" || strings.TrimSpace(c.document) == "" {
				return
			}
			_, err = value(c.document)
			wiretest.WantKind(t, err, methods.KindParse)
		})
	}
}

// TestRefusalsSayWhere: the offset is that of the byte that does not fit.
func TestRefusalsSayWhere(t *testing.T) {
	for document, want := range map[string]string{
		``:                "byte 0: the document ends here",
		`{"a":1`:          "byte 6: the document ends here",
		`{"a":1 x`:        "byte 7: an object goes on with , or ends with }",
		`[1] x`:           "byte 4: something behind the value",
		`[{"a":1,"a":2}]`: "byte 1: an object with two members of one name",
		`["abc\q"]`:       "byte 5: an escape that JSON does not have",
	} {
		var tape tape
		err := tape.scan(document, wire.DefaultLimits(), 0)
		if e := methods.AsError(err); err == nil || e.Public != want {
			t.Errorf("%s: %v, want %s", document, err, want)
		}
	}
}

// TestErrorsTellNothing: requests carry passwords, so no error quotes a text.
func TestErrorsTellNothing(t *testing.T) {
	const secret = "hunter2"
	for _, body := range []string{
		secret, `"` + secret, `["` + secret + `\q"]`, `{"` + secret + `":1,"` + secret + `":2}`, `{"a":"` + secret + `" x`,
		`{"jsonrpc":"` + secret + `","method":"m"}`, `{"method":["` + secret + `"]}`, `{"method":"` + secret + `!"}`,
		`{"jsonrpc":"2.0","method":"m","params":"` + secret + `"}`, `{"Method":"` + secret + `"}`, `{"jsonrpc":"2.0","id":["` + secret + `"]}`,
		`{"method":"m","params":{"` + secret + `":1}}`, `{"method":"m","version":1,"params":"` + secret + `"}`,
	} {
		_, _, _, err := read(body)
		if err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: %v", body, err)
		}
	}
}

// tokens counts as the package's documentation says.
func tokens(document string) int {
	dec := json.NewDecoder(strings.NewReader(document))
	for n := 0; ; n++ {
		if _, err := dec.Token(); err != nil {
			return n
		}
	}
}

// padded is a request of n tokens with these arguments at its end.
func padded(n int, arguments string) string {
	return callOf(strings.Repeat("1,", n-tokens(callOf(arguments))) + arguments)
}

// TestLimits: at each limit a document is read, one over it is too large.
func TestLimits(t *testing.T) {
	small := wire.DefaultLimits()
	small.Elements = 1000
	for _, c := range []struct {
		what   string
		limits wire.Limits
		limit  int
		doc    func(int) string
	}{
		{"nested arrays", wire.DefaultLimits(), 32, func(n int) string {
			return callOf(strings.Repeat("[", n) + strings.Repeat("]", n))
		}},
		{"nested objects", wire.DefaultLimits(), 32, func(n int) string {
			return callOf(strings.Repeat(`{"a":`, n-1) + "{}" + strings.Repeat("}", n-1))
		}},
		{"nested objects in named params", wire.DefaultLimits(), 32, func(n int) string {
			return `{"method":"m","version":"1.1","params":{"x":` + strings.Repeat(`{"a":`, n-1) + "{}" + strings.Repeat("}", n-1) + `}}`
		}},
		{"digits", wire.DefaultLimits(), 64, func(n int) string { return callOf(strings.Repeat("1", n)) }},
		{"digits behind the point", wire.DefaultLimits(), 64, func(n int) string { return callOf("-1." + strings.Repeat("0", n-3)) }},
		{"digits of an exponent", wire.DefaultLimits(), 64, func(n int) string { return callOf("1e" + strings.Repeat("0", n-2)) }},
		{"values", small, 1000, func(n int) string { return padded(n, "1") }},
		{"members", small, 1000, func(n int) string { return padded(n, "{"+manyMembers(300)+"}") }},
		{"arrays", small, 1000, func(n int) string { return padded(n, strings.Repeat("[],", 300)+"[]") }},
		{"the last is an object", small, 1000, func(n int) string { return padded(n, "{}") }},
		{"values, published", wire.DefaultLimits(), 100_000, func(n int) string { return padded(n, "1") }},
	} {
		t.Run(c.what, func(t *testing.T) {
			var tape tape
			if err := tape.scan(c.doc(c.limit), c.limits, envelopeDepth); err != nil {
				t.Errorf("at the limit: %v", err)
			}
			wiretest.WantKind(t, tape.scan(c.doc(c.limit+1), c.limits, envelopeDepth), methods.KindTooLarge)
		})
	}
	t.Run("depth is given back", func(t *testing.T) {
		one := strings.Repeat("[", 31) + strings.Repeat("]", 31)
		if _, err := value("[" + one + "," + one + "]"); err != nil {
			t.Error(err)
		}
	})
	t.Run("in a batch", func(t *testing.T) {
		in := func(n int) string { return callOf(strings.Repeat("[", n) + strings.Repeat("]", n)) }
		if got := string(post(t, newCore(), wire.Style{}, "["+in(32)+"]").Body); strings.Contains(got, "error") {
			t.Error(got)
		}
		if got := string(post(t, newCore(), wire.Style{}, "["+in(33)+"]").Body); !strings.Contains(got, "-32007") {
			t.Error(got)
		}
	})
}

// TestNumbersOutOfRange are told when the argument is asked for.
func TestNumbersOutOfRange(t *testing.T) {
	for _, document := range []string{"1e309", "-1e309", "1e99999", "[1e400]", strings.Repeat("9", 60) + "e300"} {
		_, err := value(document)
		wiretest.WantKind(t, err, methods.KindInvalidParams)
	}
}
