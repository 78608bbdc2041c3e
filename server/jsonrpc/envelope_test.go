package jsonrpc

import (
	"math"
	"net/http"
	"strings"
	"testing"

	"countersign/methods"
	"countersign/server/wire"
)

// exchanges by POST: a body, what the core is told, and the answer. "" is no answer.
var exchangesByPost = []struct {
	why    string
	style  wire.Style
	body   string
	told   string
	answer string
}{
	// Versions.
	{"2.0", wire.Style{}, `{"jsonrpc":"2.0","method":"m","params":[1],"id":7}`,
		"speak 2.0, call m", `{"jsonrpc":"2.0","result":[1],"id":7}`},
	{"2.0, members in any order, others ignored", wire.Style{}, `{"id":7,"x":{"id":8},"params":{"a":1},"method":"m","auth":null,"jsonrpc":"2.0"}`,
		"speak 2.0, call m", `{"jsonrpc":"2.0","result":{"a":1},"id":7}`},
	{"2.0, with escapes in it", wire.Style{}, `{"json\u0072pc":"\u0032.0","m\u0065thod":"a\u002eb","id":7}`,
		"speak 2.0, call a.b", `{"jsonrpc":"2.0","result":[],"id":7}`},
	{"jsonrpc counts before version", wire.Style{}, `{"jsonrpc":"2.0","version":"1.1","method":"m","id":7}`,
		"speak 2.0, call m", `{"jsonrpc":"2.0","result":[],"id":7}`},
	{"1.1", wire.Style{}, `{"version":"1.1","method":"m","params":{},"id":7}`,
		"speak 1.1, call m", `{"version":"1.1","result":{},"id":7}`},
	{"1.1 with an array", wire.Style{}, `{"version":"1.1","method":"m","params":[{}],"id":7}`,
		"speak 1.1, call m", `{"version":"1.1","result":[{}],"id":7}`},
	{"1.1 by a number", wire.Style{}, `{"version":1.1,"method":"m","id":7}`,
		"speak 1.1, call m", `{"version":"1.1","result":[],"id":7}`},
	{"1.1 by any text", wire.Style{}, `{"version":"2.0","method":"m","id":7}`,
		"speak 1.1, call m", `{"version":"1.1","result":[],"id":7}`},
	{"1.1 by a text that is a double zero", wire.Style{}, `{"version":"0.0","method":"m","id":7}`,
		"speak 1.1, call m", `{"version":"1.1","result":[],"id":7}`},
	{"1.1 by true", wire.Style{}, `{"version":true,"method":"m","id":7}`,
		"speak 1.1, call m", `{"version":"1.1","result":[],"id":7}`},
	{"1.1 by an array", wire.Style{}, `{"version":[],"method":"m","id":7}`,
		"speak 1.1, call m", `{"version":"1.1","result":[],"id":7}`},
	{"1.1 by a number out of range", wire.Style{}, `{"version":1e999,"method":"m","id":7}`,
		"speak 1.1, call m", `{"version":"1.1","result":[],"id":7}`},
	{"1.0", wire.Style{}, `{"method":"m","params":[],"id":7}`,
		"speak 1.0, call m", `{"result":[],"error":null,"id":7}`},
	{"1.0 by a false version", wire.Style{}, `{"version":false,"method":"m","params":[],"id":7}`,
		"speak 1.0, call m", `{"result":[],"error":null,"id":7}`},
	{"1.0 by an empty version", wire.Style{}, `{"version":"","method":"m","params":[],"id":7}`,
		"speak 1.0, call m", `{"result":[],"error":null,"id":7}`},
	{"1.0 by version 0", wire.Style{}, `{"version":"0","method":"m","params":[],"id":7}`,
		"speak 1.0, call m", `{"result":[],"error":null,"id":7}`},
	{"1.0 by version 0.0", wire.Style{}, `{"version":-0.0e5,"method":"m","params":[],"id":7}`,
		"speak 1.0, call m", `{"result":[],"error":null,"id":7}`},
	{"1.0 by a null version", wire.Style{}, `{"version":null,"method":"m","params":[],"id":7}`,
		"speak 1.0, call m", `{"result":[],"error":null,"id":7}`},
	{"1.0 without params", wire.Style{}, `{"method":"m","id":7}`,
		"speak 1.0, call m", `{"result":[],"error":null,"id":7}`},
	{"another jsonrpc", wire.Style{}, `{"jsonrpc":"2.1","method":"m","id":7}`,
		"speak 2.0, fail invalid_request 0", `{"jsonrpc":"2.0","error":{"code":-32600,"message":"invalid_request"},"id":7}`},
	{"jsonrpc as a number", wire.Style{}, `{"jsonrpc":2.0,"method":"m","id":7}`,
		"speak 2.0, fail invalid_request 0", `{"jsonrpc":"2.0","error":{"code":-32600,"message":"invalid_request"},"id":7}`},
	{"another jsonrpc, legacy", legacy, `{"jsonrpc":"1.0","method":"m","id":7}`,
		"speak 1.1, fail invalid_request 0", `{"version":"1.1","error":{"name":"JSONRPCError","code":-32600,"message":"invalid_request"},"id":7}`},

	// The legacy look.
	{"2.0, legacy", legacy, `{"jsonrpc":"2.0","method":"m","params":[1],"id":7}`,
		"speak 2.0, call m", `{"jsonrpc":"2.0","result":[1],"id":7}`},
	{"a success of 1.1 has no id", legacy, `{"version":"1.1","method":"m","params":{},"id":7}`,
		"speak 1.1, call m", `{"version":"1.1","result":{}}`},
	{"an error of 1.1 has the id", legacy, `{"version":"1.1","method":"m!","id":7}`,
		"speak 1.1, fail invalid_request 100301", `{"version":"1.1","error":{"name":"JSONRPCError","code":100301,"message":"invalid_request"},"id":7}`},
	{"an error of 1.1 without id has none", legacy, `{"version":"1.1","method":"m!"}`,
		"speak 1.1, fail invalid_request 100301", `{"version":"1.1","error":{"name":"JSONRPCError","code":100301,"message":"invalid_request"}}`},
	{"null is no id to an error of 1.1", legacy, `{"version":"1.1","method":"m!","id":null}`,
		"speak 1.1, fail invalid_request 100301", `{"version":"1.1","error":{"name":"JSONRPCError","code":100301,"message":"invalid_request"}}`},
	{"1.0, legacy", legacy, `{"method":"m","params":[{}],"id":7}`,
		"speak 1.0, call m", `{"result":[{}],"error":null,"id":7}`},
	{"an object without method, legacy", legacy, `{"id":7}`,
		"speak 1.0, fail invalid_request 100300", `{"result":null,"error":{"code":100300,"message":"invalid_request"},"id":7}`},

	// What cannot be read.
	{"no JSON", wire.Style{}, `{"jsonrpc":"2.0","method"`,
		"speak 2.0, fail parse 100201", `{"jsonrpc":"2.0","error":{"code":-32700,"message":"parse"},"id":null}`},
	{"no JSON, legacy", legacy, `{"method":"m","id":7`,
		"speak 1.1, fail parse 100201", `{"version":"1.1","error":{"name":"JSONRPCError","code":100201,"message":"parse"}}`},
	{"nothing", wire.Style{}, ``,
		"speak 2.0, fail parse 100201", `{"jsonrpc":"2.0","error":{"code":-32700,"message":"parse"},"id":null}`},
	{"a scalar", wire.Style{}, `7`,
		"speak 2.0, fail invalid_request 0", `{"jsonrpc":"2.0","error":{"code":-32600,"message":"invalid_request"},"id":null}`},
	{"null", wire.Style{}, `null`,
		"speak 2.0, fail invalid_request 0", `{"jsonrpc":"2.0","error":{"code":-32600,"message":"invalid_request"},"id":null}`},
	{"null, legacy", legacy, ` null `,
		"speak 1.1, fail invalid_request 0", `{"version":"1.1","error":{"name":"JSONRPCError","code":-32600,"message":"invalid_request"}}`},
	{"a text, legacy", legacy, `"x"`,
		"speak 1.1, fail invalid_request 0", `{"version":"1.1","error":{"name":"JSONRPCError","code":-32600,"message":"invalid_request"}}`},
	{"an object of any kind", wire.Style{}, `{"foo":"boo"}`,
		"speak 2.0, fail invalid_request 100300", `{"jsonrpc":"2.0","error":{"code":-32600,"message":"invalid_request"},"id":null}`},
	{"an object of any kind with an id", wire.Style{}, `{"foo":"boo","id":"7"}`,
		"speak 2.0, fail invalid_request 100300", `{"jsonrpc":"2.0","error":{"code":-32600,"message":"invalid_request"},"id":"7"}`},

	// Letter case and doubles.
	{"Method", wire.Style{}, `{"jsonrpc":"2.0","Method":"m","id":7}`,
		"speak 2.0, fail invalid_request 0", `{"jsonrpc":"2.0","error":{"code":-32600,"message":"invalid_request"},"id":7}`},
	{"ID beside id", wire.Style{}, `{"jsonrpc":"2.0","method":"m","id":7,"ID":8}`,
		"speak 2.0, fail invalid_request 0", `{"jsonrpc":"2.0","error":{"code":-32600,"message":"invalid_request"},"id":7}`},
	{"PARAMS in 1.0", wire.Style{}, `{"method":"m","PARAMS":[],"id":7}`,
		"speak 1.0, fail invalid_request 0", `{"result":null,"error":{"code":-32600,"message":"invalid_request"},"id":7}`},
	{"a long s in version", wire.Style{}, `{"method":"m","ver` + "\u017f" + `ion":"1.1","id":7}`,
		"speak 1.0, fail invalid_request 0", `{"result":null,"error":{"code":-32600,"message":"invalid_request"},"id":7}`},
	{"JsonRpc", wire.Style{}, `{"JsonRpc":"2.0","method":"m","id":7}`,
		"speak 1.0, fail invalid_request 0", `{"result":null,"error":{"code":-32600,"message":"invalid_request"},"id":7}`},
	{"method twice", wire.Style{}, `{"jsonrpc":"2.0","method":"m","method":"m","id":7}`,
		"speak 2.0, fail parse 100201", `{"jsonrpc":"2.0","error":{"code":-32700,"message":"parse"},"id":null}`},
	{"an argument twice", wire.Style{}, `{"jsonrpc":"2.0","method":"m","params":{"a":1,"a":1},"id":7}`,
		"speak 2.0, fail parse 100201", `{"jsonrpc":"2.0","error":{"code":-32700,"message":"parse"},"id":null}`},

	// Ids.
	{"a text", wire.Style{}, `{"jsonrpc":"2.0","method":"m","id":"7"}`, "speak 2.0, call m", `{"jsonrpc":"2.0","result":[],"id":"7"}`},
	{"an empty text", wire.Style{}, `{"jsonrpc":"2.0","method":"m","id":""}`, "speak 2.0, call m", `{"jsonrpc":"2.0","result":[],"id":""}`},
	{"zero", wire.Style{}, `{"jsonrpc":"2.0","method":"m","id":0}`, "speak 2.0, call m", `{"jsonrpc":"2.0","result":[],"id":0}`},
	{"a fraction as it was written", wire.Style{}, `{"jsonrpc":"2.0","method":"m","id":-1.50E+02}`, "speak 2.0, call m", `{"jsonrpc":"2.0","result":[],"id":-1.50E+02}`},
	{"a long integer", wire.Style{}, `{"jsonrpc":"2.0","method":"m","id":123456789012345678901234567890}`, "speak 2.0, call m", `{"jsonrpc":"2.0","result":[],"id":123456789012345678901234567890}`},
	{"null is an id", wire.Style{}, `{"jsonrpc":"2.0","method":"m","id":null}`, "speak 2.0, call m", `{"jsonrpc":"2.0","result":[],"id":null}`},
	{"a text that would end a script", wire.Style{}, `{"jsonrpc":"2.0","method":"m","id":"</script>&\u003c` + "\u2028\u2029é" + `"}`,
		"speak 2.0, call m", `{"jsonrpc":"2.0","result":[],"id":"\u003c/script\u003e\u0026\u003c\u2028\u2029é"}`},
	{"true, in 2.0", wire.Style{}, `{"jsonrpc":"2.0","method":"m","id":true}`, "speak 2.0, fail invalid_request 0", `{"jsonrpc":"2.0","error":{"code":-32600,"message":"invalid_request"},"id":null}`},
	{"an object, in 2.0", wire.Style{}, `{"jsonrpc":"2.0","method":"m","id":{}}`, "speak 2.0, fail invalid_request 0", `{"jsonrpc":"2.0","error":{"code":-32600,"message":"invalid_request"},"id":null}`},
	{"an array, in 2.0", wire.Style{}, `{"jsonrpc":"2.0","method":"m","id":[1]}`, "speak 2.0, fail invalid_request 0", `{"jsonrpc":"2.0","error":{"code":-32600,"message":"invalid_request"},"id":null}`},
	{"true, in 1.0", wire.Style{}, `{"method":"m","id":true}`, "speak 1.0, call m", `{"result":[],"error":null,"id":true}`},
	{"an object, in 1.0", wire.Style{}, `{"method":"m","id":{"a": ["<",null]}}`, "speak 1.0, call m", `{"result":[],"error":null,"id":{"a": ["\u003c",null]}}`},
	{"an array, in 1.1", wire.Style{}, `{"method":"m","version":1,"id":[ 1 ]}`, "speak 1.1, call m", `{"version":"1.1","result":[],"id":[ 1 ]}`},
	{"null, in 1.1", wire.Style{}, `{"method":"m","version":1,"id":null}`, "speak 1.1, call m", `{"version":"1.1","result":[],"id":null}`},
	{"none, in 1.1", wire.Style{}, `{"method":"m","version":1}`, "speak 1.1, call m", `{"version":"1.1","result":[],"id":null}`},
	{"a long integer, legacy", legacy, `{"method":"m","id":9223372036854775808}`, "speak 1.0, call m", `{"result":[],"error":null,"id":"9223372036854775808"}`},
	{"the longest integer, legacy", legacy, `{"method":"m","id":-9223372036854775808}`, "speak 1.0, call m", `{"result":[],"error":null,"id":-9223372036854775808}`},
	{"a long integer in 2.0, legacy", legacy, `{"jsonrpc":"2.0","method":"m","id":9223372036854775808}`, "speak 2.0, call m", `{"jsonrpc":"2.0","result":[],"id":9223372036854775808}`},
	{"a long integer in 1.0", wire.Style{}, `{"method":"m","id":9223372036854775808}`, "speak 1.0, call m", `{"result":[],"error":null,"id":9223372036854775808}`},

	// Methods.
	{"no method", wire.Style{}, `{"jsonrpc":"2.0","id":7}`, "speak 2.0, fail invalid_request 100300", `{"jsonrpc":"2.0","error":{"code":-32600,"message":"invalid_request"},"id":7}`},
	{"a number as method", wire.Style{}, `{"jsonrpc":"2.0","method":1,"id":7}`, "speak 2.0, fail invalid_request 100300", `{"jsonrpc":"2.0","error":{"code":-32600,"message":"invalid_request"},"id":7}`},
	{"an empty method", wire.Style{}, `{"jsonrpc":"2.0","method":"","id":7}`, "speak 2.0, fail invalid_request 100300", `{"jsonrpc":"2.0","error":{"code":-32600,"message":"invalid_request"},"id":7}`},
	{"any characters in 2.0", wire.Style{}, `{"jsonrpc":"2.0","method":"a b/\u00e9<","id":7}`, "speak 2.0, call a b/é<", `{"jsonrpc":"2.0","result":[],"id":7}`},
	{"the characters of 1.0", wire.Style{}, `{"method":"Az_09.x","id":7}`, "speak 1.0, call Az_09.x", `{"result":[],"error":null,"id":7}`},
	{"others in 1.0", legacy, `{"method":"a-b","id":7}`, "speak 1.0, fail invalid_request 100301", `{"result":null,"error":{"code":100301,"message":"invalid_request"},"id":7}`},
	{"letters outside ASCII in 1.1", wire.Style{}, `{"method":"é","version":1,"id":7}`, "speak 1.1, fail invalid_request 100301", `{"version":"1.1","error":{"name":"JSONRPCError","code":-32600,"message":"invalid_request"},"id":7}`},
	{"no method in 1.1", legacy, `{"version":1,"method":null,"id":7}`, "speak 1.1, fail invalid_request 100300", `{"version":"1.1","error":{"name":"JSONRPCError","code":100300,"message":"invalid_request"},"id":7}`},

	// Params of the wrong shape. In 1.x that is found out when they are asked for.
	{"a text, in 2.0", wire.Style{}, `{"jsonrpc":"2.0","method":"m","params":"x","id":7}`, "speak 2.0, fail invalid_request 0", `{"jsonrpc":"2.0","error":{"code":-32600,"message":"invalid_request"},"id":7}`},
	{"a number, in 1.1", wire.Style{}, `{"version":1,"method":"m","params":5,"id":7}`, "speak 1.1, call m, fail invalid_request 0", `{"version":"1.1","error":{"name":"JSONRPCError","code":-32600,"message":"invalid_request"},"id":7}`},
	{"an object, in 1.0", legacy, `{"method":"m","params":{},"id":7}`, "speak 1.0, call m, fail invalid_request 100400", `{"result":null,"error":{"code":100400,"message":"invalid_request"},"id":7}`},
	{"null, in 1.0", legacy, `{"method":"m","params":null,"id":7}`, "speak 1.0, call m, fail invalid_request 100400", `{"result":null,"error":{"code":100400,"message":"invalid_request"},"id":7}`},
	{"false, in 1.0", legacy, `{"method":"m","params":false,"id":7}`, "speak 1.0, call m, fail invalid_request 100400", `{"result":null,"error":{"code":100400,"message":"invalid_request"},"id":7}`},

	// Notifications.
	{"2.0 without id", wire.Style{}, `{"jsonrpc":"2.0","method":"m"}`, "speak 2.0, unanswered, call m", ``},
	{"2.0 without id, legacy", legacy, `{"jsonrpc":"2.0","method":"m"}`, "speak 2.0, unanswered, call m", ``},
	{"1.0 without id", wire.Style{}, `{"method":"m"}`, "speak 1.0, unanswered, call m", ``},
	{"1.0 with null", wire.Style{}, `{"method":"m","params":[],"id":null}`, "speak 1.0, unanswered, call m", ``},
	{"1.0 with null, legacy", legacy, `{"method":"m","params":[],"id":null}`, "speak 1.0, unanswered, call m", ``},
	{"a failing one", wire.Style{}, `{"jsonrpc":"2.0","method":"m","params":[1e999]}`, "speak 2.0, unanswered, call m, fail invalid_params 0", ``},
	{"a failing one of 1.0", legacy, `{"method":"m","params":{}}`, "speak 1.0, unanswered, call m, fail invalid_request 100400", ``},
	{"what is no call is no notification", wire.Style{}, `{"jsonrpc":"2.0","method":1,"params":"bar"}`, "speak 2.0, fail invalid_request 100300", `{"jsonrpc":"2.0","error":{"code":-32600,"message":"invalid_request"},"id":null}`},
	{"no call in 1.0 either", legacy, `{"method":"a-b"}`, "speak 1.0, fail invalid_request 100301", `{"result":null,"error":{"code":100301,"message":"invalid_request"},"id":null}`},
}

func TestExchanges(t *testing.T) {
	for _, c := range exchangesByPost {
		t.Run(c.why, func(t *testing.T) {
			core := newCore()
			core.numbers = c.style.JSONLegacy
			reply := post(t, core, c.style, c.body)
			if got := string(reply.Body); got != c.answer {
				t.Errorf("%s\n got %s\nwant %s", c.body, got, c.answer)
			}
			if got := core.told(); got != c.told {
				t.Errorf("%s\n the core was told %s\nwant %s", c.body, got, c.told)
			}
			if reply.Status != 0 || reply.ContentType != "" || reply.Tagged {
				t.Errorf("%+v", reply)
			}
		})
	}
}

// TestParamsText: clients look for the version in the text (bugzilla contract §2).
func TestParamsText(t *testing.T) {
	if !strings.Contains(errParamsArray.Public, "JSONRPC 1.0") {
		t.Error(errParamsArray.Public)
	}
}

// TestDetail: 2.0 has a place for more than the message says.
func TestDetail(t *testing.T) {
	out := wire.Outcome{Fault: &wire.Fault{Code: -32700, Text: "Parse error", Detail: "byte 7: <"}}
	for version, want := range map[wire.Version]string{
		wire.JSON20: `{"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error","data":"byte 7: \u003c"},"id":null}`,
		wire.JSON11: `{"version":"1.1","error":{"name":"JSONRPCError","code":-32700,"message":"Parse error"},"id":null}`,
		wire.JSON10: `{"result":null,"error":{"code":-32700,"message":"Parse error"},"id":null}`,
	} {
		if got := string(shape{version: version}.must(nil, out)); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestCharset(t *testing.T) {
	for _, c := range []struct {
		charset, body string
		ok            bool
	}{
		{"", callOf(`"é"`), true}, {"utf-8", callOf(`"é"`), true}, {"utf8", callOf(`"é"`), true},
		{"us-ascii", callOf(`"é"`), true}, // a lie that changes nothing
		{"iso-8859-1", callOf(`"e"`), true}, {"iso-8859-1", callOf(`"é"`), false}, {"utf-16", callOf(`"é"`), false},
	} {
		core := newCore()
		req := &wire.Request{Body: []byte(c.body), Charset: c.charset, Limits: wire.DefaultLimits()}
		reply := Transport{}.Answer(t.Context(), req, core, nil)
		if refused := strings.Contains(string(reply.Body), "-32701"); refused == c.ok {
			t.Errorf("%s: %s", c.charset, reply.Body)
		}
	}
}

func TestRefuse(t *testing.T) {
	fault := wire.Outcome{Fault: &wire.Fault{Code: 15, Text: "<no>"}, Status: http.StatusForbidden}
	value := wire.Outcome{Value: methods.String("UNAUTHORIZED")}
	for _, c := range []struct {
		style wire.Style
		out   wire.Outcome
		want  string
	}{
		{wire.Style{}, fault, `{"jsonrpc":"2.0","error":{"code":15,"message":"\u003cno\u003e"},"id":null}`},
		{legacy, fault, `{"version":"1.1","error":{"name":"JSONRPCError","code":15,"message":"\u003cno\u003e"}}`},
		{wire.Style{}, value, `{"jsonrpc":"2.0","result":"UNAUTHORIZED","id":null}`},
		{legacy, value, `{"version":"1.1","result":"UNAUTHORIZED"}`},
		{wire.Style{}, wire.Outcome{Value: methods.Double(math.NaN())}, `{"jsonrpc":"2.0","result":null,"id":null}`},
	} {
		reply := Transport{}.Refuse(c.out, c.style, []byte("before"))
		if string(reply.Body) != "before"+c.want || reply.Status != c.out.Status {
			t.Errorf("got %d %s, want %s", reply.Status, reply.Body, c.want)
		}
	}
}
