package jsonrpc

import (
	"fmt"
	"math"
	"net/url"
	"strings"
	"testing"

	"countersign/methods"
	"countersign/server/wire"
)

func get(t testing.TB, c *core, style wire.Style, query string) wire.Reply {
	t.Helper()
	req := &wire.Request{
		Limits: wire.DefaultLimits(), Style: style,
		Get: &wire.Get{Query: query, Base: "https://bugs.example:8443", Path: "/jsonrpc.cgi"},
	}
	return Transport{}.Answer(t.Context(), req, c, nil)
}

var perl = wire.Style{JSONLegacy: true, JSONP: true}

const urlbase = `"https://bugs.example:8443/"`

// TestQueries is bugzilla contract §3, and what a query is to everybody else.
func TestQueries(t *testing.T) {
	for _, c := range []struct {
		why    string
		style  wire.Style
		query  string
		told   string
		answer string
	}{
		// Without the legacy look a query is 2.0 unless it says something else.
		{"2.0", wire.Style{}, `method=m&params=[1]&id=7`, "speak 2.0, call m", `{"jsonrpc":"2.0","result":[1],"id":"7"}`},
		{"no id", wire.Style{}, `method=m`, "speak 2.0, call m", `{"jsonrpc":"2.0","result":[],"id":null}`},
		{"an empty id", wire.Style{}, `method=m&id=`, "speak 2.0, call m", `{"jsonrpc":"2.0","result":[],"id":""}`},
		{"named", wire.Style{}, `method=m&params={"a":1}`, "speak 2.0, call m", `{"jsonrpc":"2.0","result":{"a":1},"id":null}`},
		{"jsonrpc", wire.Style{}, `jsonrpc=2.0&method=m`, "speak 2.0, call m", `{"jsonrpc":"2.0","result":[],"id":null}`},
		{"another jsonrpc", wire.Style{}, `jsonrpc=1.0&method=m`, "speak 2.0, fail invalid_request 0", `{"jsonrpc":"2.0","error":{"code":-32600,"message":"invalid_request"},"id":null}`},
		{"an empty jsonrpc", wire.Style{}, `jsonrpc=&method=m`, "speak 2.0, fail invalid_request 0", `{"jsonrpc":"2.0","error":{"code":-32600,"message":"invalid_request"},"id":null}`},
		{"1.1", wire.Style{}, `version=1.1&method=m&id=7`, "speak 1.1, call m", `{"version":"1.1","result":{},"id":"7"}`},
		{"any characters", wire.Style{}, `method=a%20b`, "speak 2.0, call a b", `{"jsonrpc":"2.0","result":[],"id":null}`},
		{"nothing", wire.Style{}, ``, "speak 2.0, fail invalid_request 32000", `{"jsonrpc":"2.0","error":{"code":-32600,"message":"invalid_request"},"id":null}`},
		{"scalar params", wire.Style{}, `method=m&params=5`, "speak 2.0, fail invalid_request 0", `{"jsonrpc":"2.0","error":{"code":-32600,"message":"invalid_request"},"id":null}`},
		{"broken params", wire.Style{}, `method=m&params=[1`, "speak 2.0, fail parse 32000", `{"jsonrpc":"2.0","error":{"code":-32700,"message":"parse"},"id":null}`},
		{"a member twice", wire.Style{}, `method=m&params={"a":1,"a":1}`, "speak 2.0, fail parse 32000", `{"jsonrpc":"2.0","error":{"code":-32700,"message":"parse"},"id":null}`},

		// Bugzilla's.
		{"1.0", legacy, `method=m&params=[{}]&id=12`, "speak 1.0, call m", `{"result":[{}],"error":null,"id":"12"}`},
		{"1.0 without params", legacy, `method=m&id=12`, "speak 1.0, call m", `{"result":[],"error":null,"id":"12"}`},
		{"1.0 without id", legacy, `method=m`, "speak 1.0, call m", `{"result":[],"error":null,"id":` + urlbase + `}`},
		{"1.0, empty id", legacy, `method=m&id=`, "speak 1.0, call m", `{"result":[],"error":null,"id":""}`},
		{"1.0 by an empty version", legacy, `method=m&version=&id=`, "speak 1.0, call m", `{"result":[],"error":null,"id":""}`},
		{"1.0 by version 0", legacy, `method=m&version=0&id=`, "speak 1.0, call m", `{"result":[],"error":null,"id":""}`},
		{"1.1, legacy", legacy, `version=1.1&method=m&params={"a":1}&id=12`, "speak 1.1, call m", `{"version":"1.1","result":{"a":1}}`},
		{"1.1 without params, legacy", legacy, `version=1.1&method=m`, "speak 1.1, call m", `{"version":"1.1","result":{}}`},
		{"another true version has an array for no params", legacy, `version=1.0&method=m`, "speak 1.1, call m", `{"version":"1.1","result":[]}`},
		{"2.0, legacy", legacy, `jsonrpc=2.0&method=m&id=1`, "speak 2.0, call m", `{"jsonrpc":"2.0","result":[],"id":"1"}`},
		{"an object needs a version", legacy, `method=m&params={}&id=1`, "speak 1.0, call m, fail invalid_request 100400", `{"result":null,"error":{"code":100400,"message":"invalid_request"},"id":"1"}`},
		{"a scalar", legacy, `method=m&params=1&version=1.1`, "speak 1.1, call m, fail invalid_request 0", `{"version":"1.1","error":{"name":"JSONRPCError","code":-32600,"message":"invalid_request"},"id":` + urlbase + `}`},
		{"empty params", legacy, `method=m&params=&id=1`, "speak 1.0, fail invalid_request 32000", `{"result":null,"error":{"code":32000,"message":"invalid_request"},"id":"1"}`},
		{"broken params, legacy", legacy, `method=m&params=x&id=1`, "speak 1.0, fail parse 32000", `{"result":null,"error":{"code":32000,"message":"parse"},"id":"1"}`},
		{"no method", legacy, `params=[]`, "speak 1.0, fail invalid_request 32000", `{"result":null,"error":{"code":32000,"message":"invalid_request"},"id":` + urlbase + `}`},
		{"no method in 1.1", legacy, `version=1.1&method=&id=1`, "speak 1.1, fail invalid_request 32000", `{"version":"1.1","error":{"name":"JSONRPCError","code":32000,"message":"invalid_request"},"id":"1"}`},
		{"no method in what is not exactly 1.1", legacy, `version=1.1.&id=1`, "speak 1.0, fail invalid_request 32000", `{"result":null,"error":{"code":32000,"message":"invalid_request"},"id":"1"}`},
		{"a method of other characters", legacy, `method=a-b&id=1`, "speak 1.0, fail invalid_request 100301", `{"result":null,"error":{"code":100301,"message":"invalid_request"},"id":"1"}`},

		// The query itself.
		{"semicolons", wire.Style{}, `method=m;params=[1];id=7`, "speak 2.0, call m", `{"jsonrpc":"2.0","result":[1],"id":"7"}`},
		{"the first value counts", wire.Style{}, `method=m&method=n&id=1&id=2&params=[1]&params=[2]`, "speak 2.0, call m", `{"jsonrpc":"2.0","result":[1],"id":"1"}`},
		{"the first value counts, though empty", wire.Style{}, `method=m&id=&id=2`, "speak 2.0, call m", `{"jsonrpc":"2.0","result":[],"id":""}`},
		{"plus is a blank", wire.Style{}, `method=m&id=a+b%2B&params=["a+b%2B"]`, "speak 2.0, call m", `{"jsonrpc":"2.0","result":["a b+"],"id":"a b+"}`},
		{"escaped names", wire.Style{}, `%6Dethod=m&%69d=1`, "speak 2.0, call m", `{"jsonrpc":"2.0","result":[],"id":"1"}`},
		{"nothing between separators", wire.Style{}, `&&method=m;&;id=1&`, "speak 2.0, call m", `{"jsonrpc":"2.0","result":[],"id":"1"}`},
		{"others are ignored", wire.Style{}, `method=m&Method=n&Bugzilla_login=x&id`, "speak 2.0, call m", `{"jsonrpc":"2.0","result":[],"id":""}`},
		{"an id that would end a script", wire.Style{}, `method=m&id=</script>%00"`, "speak 2.0, call m", `{"jsonrpc":"2.0","result":[],"id":"\u003c/script\u003e\u0000\""}`},
		{"a broken escape", wire.Style{}, `method=m&id=%zz`, "speak 2.0, fail invalid_request 32000", `{"jsonrpc":"2.0","error":{"code":-32600,"message":"invalid_request"},"id":null}`},
		{"an escape cut off", wire.Style{}, `id=1&method=m%2`, "speak 2.0, fail invalid_request 32000", `{"jsonrpc":"2.0","error":{"code":-32600,"message":"invalid_request"},"id":"1"}`},
		{"a broken escape elsewhere does no harm", wire.Style{}, `method=m&x=%zz`, "speak 2.0, call m", `{"jsonrpc":"2.0","result":[],"id":null}`},
		{"Latin-1", wire.Style{}, `method=m&params=["%e9"]`, "speak 2.0, fail invalid_request 32000", `{"jsonrpc":"2.0","error":{"code":-32600,"message":"invalid_request"},"id":null}`},
		{"UTF-8", wire.Style{}, `method=m&params=["%c3%a9"]`, "speak 2.0, call m", `{"jsonrpc":"2.0","result":["é"],"id":null}`},
	} {
		t.Run(c.why, func(t *testing.T) {
			core := newCore()
			core.numbers = c.style.JSONLegacy
			reply := get(t, core, c.style, c.query)
			if got := string(reply.Body); got != c.answer {
				t.Errorf("%s\n got %s\nwant %s", c.query, got, c.answer)
			}
			if got := core.told(); got != c.told {
				t.Errorf("%s\n the core was told %s\nwant %s", c.query, got, c.told)
			}
			success := !strings.Contains(c.answer, `"code"`)
			if reply.Status != 0 || reply.ContentType != "" || reply.Tagged != success {
				t.Errorf("%+v", reply)
			}
		})
	}
}

// TestQueryArguments: a hundred, and not one more.
func TestQueryArguments(t *testing.T) {
	filler := strings.Repeat("a=b;", 99)
	if got := string(get(t, newCore(), wire.Style{}, filler+"method=m").Body); !strings.Contains(got, "result") {
		t.Error(got)
	}
	if got := string(get(t, newCore(), wire.Style{}, filler+"method=m&x").Body); !strings.Contains(got, "-32007") {
		t.Error(got)
	}
	if got := string(get(t, newCore(), wire.Style{}, strings.Repeat("&", 8000)+"method=m").Body); !strings.Contains(got, "-32007") {
		t.Error(got)
	}
}

// TestQueryLimits: params in a query have the limits of a document.
func TestQueryLimits(t *testing.T) {
	nested := func(n int) string {
		return "method=m&params=[" + strings.Repeat("[", n) + strings.Repeat("]", n) + "]"
	}
	if got := string(get(t, newCore(), wire.Style{}, nested(32)).Body); strings.Contains(got, "error") {
		t.Error(got)
	}
	if got := string(get(t, newCore(), wire.Style{}, nested(33)).Body); !strings.Contains(got, "-32007") {
		t.Error(got)
	}
}

func TestJSONP(t *testing.T) {
	ok := wire.Style{JSONP: true}
	const script = "text/javascript; charset=UTF-8"
	refused := `{"jsonrpc":"2.0","error":{"code":32611,"message":"invalid_request"},"id":null}`
	for _, c := range []struct {
		why    string
		style  wire.Style
		query  string
		told   string
		answer string
	}{
		{"a call", ok, `method=m&callback=f`, "anonymous, speak 2.0, call m", `/**/f({"jsonrpc":"2.0","result":[],"id":null})`},
		{"every character", ok, `method=m&callback=a.B_9[0]`, "anonymous, speak 2.0, call m", `/**/a.B_9[0]({"jsonrpc":"2.0","result":[],"id":null})`},
		{"blanks around", ok, `method=m&callback=+%09f%0a`, "anonymous, speak 2.0, call m", `/**/f({"jsonrpc":"2.0","result":[],"id":null})`},
		{"Bugzilla's", perl, `method=m&callback=f&version=1.1`, "anonymous, speak 1.1, call m", `/**/f({"version":"1.1","result":{}})`},
		{"a later error", ok, `callback=f`, "anonymous, speak 2.0, fail invalid_request 32000", `/**/f({"jsonrpc":"2.0","error":{"code":32000,"message":"invalid_request"},"id":null})`},
		{"an error in the query", ok, `id=%zz&callback=f`, "anonymous, speak 2.0, fail invalid_request 32000", `/**/f({"jsonrpc":"2.0","error":{"code":32000,"message":"invalid_request"},"id":null})`},
		{"an error of the call", perl, `method=m&params={}&callback=f&id=1`, "anonymous, speak 1.0, call m, fail invalid_request 100400", `/**/f({"result":null,"error":{"code":100400,"message":"invalid_request"},"id":"1"})`},
		{"line ends of JavaScript", ok, `method=m&params=["%e2%80%a8</script>"]&callback=f`, "anonymous, speak 2.0, call m", `/**/f({"jsonrpc":"2.0","result":["\u2028\u003c/script\u003e"],"id":null})`},

		{"empty", ok, `method=m&callback=`, "speak 2.0, fail invalid_request 32611", refused},
		{"blank", ok, `method=m&callback=+`, "speak 2.0, fail invalid_request 32611", refused},
		{"a call of something else", ok, `method=m&callback=alert(1)`, "speak 2.0, fail invalid_request 32611", refused},
		{"a comment", ok, `method=m&callback=f//`, "speak 2.0, fail invalid_request 32611", refused},
		{"a blank inside", ok, `method=m&callback=a+b`, "speak 2.0, fail invalid_request 32611", refused},
		{"letters outside ASCII", ok, `method=m&callback=%c3%a9`, "speak 2.0, fail invalid_request 32611", refused},
		{"before a missing method", ok, `callback=(`, "speak 2.0, fail invalid_request 32611", refused},
		{"a bad one of Bugzilla's", perl, `method=m&callback=(`, "speak 1.0, fail invalid_request 32611", `{"result":null,"error":{"code":32611,"message":"invalid_request"},"id":` + urlbase + `}`},
		{"switched off", wire.Style{}, `method=m&callback=f`, "speak 2.0, fail invalid_request 32611", refused},
	} {
		t.Run(c.why, func(t *testing.T) {
			core := newCore()
			core.numbers = true
			reply := get(t, core, c.style, c.query)
			if got := string(reply.Body); got != c.answer {
				t.Errorf("%s\n got %s\nwant %s", c.query, got, c.answer)
			}
			if got := core.told(); got != c.told {
				t.Errorf("%s\n the core was told %s\nwant %s", c.query, got, c.told)
			}
			wantType := ""
			if strings.HasPrefix(c.answer, "/**/") {
				wantType = script
			}
			if reply.ContentType != wantType {
				t.Errorf("content type %q", reply.ContentType)
			}
		})
	}
	t.Run("length", func(t *testing.T) {
		for n, good := range map[int]bool{1: true, 128: true, 129: false} {
			body := string(get(t, newCore(), ok, "method=m&callback="+strings.Repeat("f", n)).Body)
			if strings.HasPrefix(body, "/**/") != good {
				t.Errorf("%d characters: %s", n, body)
			}
		}
	})
	t.Run("every byte", func(t *testing.T) {
		const alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.[]"
		for c := range 256 {
			name := "a" + string([]byte{byte(c)}) + "b"
			body := string(get(t, newCore(), ok, "method=m&callback="+url.QueryEscape(name)).Body)
			if strings.HasPrefix(body, "/**/") != strings.Contains(alphabet, name[1:2]) {
				t.Errorf("%q: %s", name, body)
			}
		}
	})
	t.Run("a result that cannot leave", func(t *testing.T) {
		core := newCore()
		core.run = runs(methods.Double(math.NaN()))
		if got := string(get(t, core, ok, "method=m&callback=f").Body); got != `/**/f({"jsonrpc":"2.0","error":{"code":-32603,"message":"internal"},"id":null})` {
			t.Error(got)
		}
	})
	t.Run("is for queries only", func(t *testing.T) {
		if got := string(post(t, newCore(), ok, `{"jsonrpc":"2.0","method":"m","callback":"f","id":1}`).Body); got != `{"jsonrpc":"2.0","result":[],"id":1}` {
			t.Error(got)
		}
	})
	t.Run("clients look for words", func(t *testing.T) { // bugzilla contract §10
		for _, e := range []*methods.Error{errCallback, errNoJSONP} {
			if !strings.Contains(e.Public, "as your 'callback' parameter") {
				t.Error(e.Public)
			}
		}
	})
}

// TestQueryErrorsTellNothing: params may hold a password.
func TestQueryErrorsTellNothing(t *testing.T) {
	const secret = "hunter2"
	for _, query := range []string{
		"method=m&params=" + secret, "method=m&params=[\"" + secret, "callback=" + secret + "!", "jsonrpc=" + secret + "&method=m", "method=m&id=" + secret + "%zz",
	} {
		var said error
		core := &listening{newCore(), &said}
		req := &wire.Request{Limits: wire.DefaultLimits(), Get: &wire.Get{Query: query}, Style: wire.Style{JSONP: true}}
		Transport{}.Answer(t.Context(), req, core, nil)
		if said == nil || strings.Contains(fmt.Sprint(said), secret) {
			t.Errorf("%s: %v", query, said)
		}
	}
}

// listening keeps the error that it is told.
type listening struct {
	*core
	said *error
}

func (l *listening) Fail(err error) wire.Outcome {
	*l.said = err
	return l.core.Fail(err)
}
