package jsonrpc

import (
	"context"
	"encoding/json"
	"reflect"
	"testing"

	"countersign/methods"
	"countersign/server/wire"
)

// specified are the examples of the JSON-RPC 2.0 specification, §7, word by word.
var specified = []struct{ why, request, response string }{
	{"positional parameters",
		`{"jsonrpc": "2.0", "method": "subtract", "params": [42, 23], "id": 1}`,
		`{"jsonrpc": "2.0", "result": 19, "id": 1}`},
	{"positional parameters, the other way round",
		`{"jsonrpc": "2.0", "method": "subtract", "params": [23, 42], "id": 2}`,
		`{"jsonrpc": "2.0", "result": -19, "id": 2}`},
	{"named parameters",
		`{"jsonrpc": "2.0", "method": "subtract", "params": {"subtrahend": 23, "minuend": 42}, "id": 3}`,
		`{"jsonrpc": "2.0", "result": 19, "id": 3}`},
	{"named parameters in another order",
		`{"jsonrpc": "2.0", "method": "subtract", "params": {"minuend": 42, "subtrahend": 23}, "id": 4}`,
		`{"jsonrpc": "2.0", "result": 19, "id": 4}`},
	{"a notification",
		`{"jsonrpc": "2.0", "method": "update", "params": [1,2,3,4,5]}`, ``},
	{"another",
		`{"jsonrpc": "2.0", "method": "foobar"}`, ``},
	{"a method that does not exist",
		`{"jsonrpc": "2.0", "method": "foobar", "id": "1"}`,
		`{"jsonrpc": "2.0", "error": {"code": -32601, "message": "Method not found"}, "id": "1"}`},
	{"invalid JSON",
		`{"jsonrpc": "2.0", "method": "foobar, "params": "bar", "baz]`,
		`{"jsonrpc": "2.0", "error": {"code": -32700, "message": "Parse error"}, "id": null}`},
	{"an invalid request",
		`{"jsonrpc": "2.0", "method": 1, "params": "bar"}`,
		`{"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null}`},
	{"a batch of invalid JSON",
		`[
  {"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"},
  {"jsonrpc": "2.0", "method"
]`,
		`{"jsonrpc": "2.0", "error": {"code": -32700, "message": "Parse error"}, "id": null}`},
	{"an empty array",
		`[]`,
		`{"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null}`},
	{"an invalid batch that is not empty",
		`[1]`,
		`[{"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null}]`},
	{"an invalid batch",
		`[1,2,3]`,
		`[
  {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null},
  {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null},
  {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null}
]`},
	{"a batch",
		`[
        {"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"},
        {"jsonrpc": "2.0", "method": "notify_hello", "params": [7]},
        {"jsonrpc": "2.0", "method": "subtract", "params": [42,23], "id": "2"},
        {"foo": "boo"},
        {"jsonrpc": "2.0", "method": "foo.get", "params": {"name": "myself"}, "id": "5"},
        {"jsonrpc": "2.0", "method": "get_data", "id": "9"}
    ]`,
		`[
        {"jsonrpc": "2.0", "result": 7, "id": "1"},
        {"jsonrpc": "2.0", "result": 19, "id": "2"},
        {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null},
        {"jsonrpc": "2.0", "error": {"code": -32601, "message": "Method not found"}, "id": "5"},
        {"jsonrpc": "2.0", "result": ["hello", 5], "id": "9"}
    ]`},
	{"a batch of notifications",
		`[
        {"jsonrpc": "2.0", "method": "notify_sum", "params": [1,2,4]},
        {"jsonrpc": "2.0", "method": "notify_hello", "params": [7]}
    ]`, ``},
}

// example is the server that the specification's examples talk to.
type example struct{ *core }

func (e example) Fork() wire.Core { return e }

func (e example) Call(_ context.Context, method string, args wire.Args) wire.Outcome {
	positional, named, err := args.Values()
	if err != nil {
		return e.Fail(err)
	}
	switch method {
	case "subtract":
		if named != nil {
			s := methods.Struct(named...)
			a, _ := s.Field("minuend")
			b, _ := s.Field("subtrahend")
			positional = []methods.Value{a, b}
		}
		return wire.Outcome{Value: methods.Int(positional[0].Int() - positional[1].Int())}
	case "sum":
		var sum int64
		for _, v := range positional {
			sum += v.Int()
		}
		return wire.Outcome{Value: methods.Int(sum)}
	case "get_data":
		return wire.Outcome{Value: methods.Array(methods.String("hello"), methods.Int(5))}
	case "update", "notify_hello", "notify_sum":
		return wire.Outcome{}
	}
	return e.Fail(methods.Errorf(methods.KindMethodNotFound, "no such method"))
}

func (e example) Fail(err error) wire.Outcome {
	out := e.core.Fail(err)
	out.Fault.Text = map[int]string{
		-32700: "Parse error", -32600: "Invalid Request", -32601: "Method not found",
	}[out.Fault.Code]
	return out
}

func TestSpecification(t *testing.T) {
	for _, c := range specified {
		t.Run(c.why, func(t *testing.T) {
			req := &wire.Request{Body: []byte(c.request), Limits: wire.DefaultLimits()}
			reply := Transport{}.Answer(t.Context(), req, example{newCore()}, nil)
			if c.response == "" {
				if len(reply.Body) > 0 {
					t.Errorf("got %s, want no answer", reply.Body)
				}
				return
			}
			var got, want any
			if err := json.Unmarshal(reply.Body, &got); err != nil {
				t.Fatalf("%v: %s", err, reply.Body)
			}
			if err := json.Unmarshal([]byte(c.response), &want); err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got %s, want %s", reply.Body, c.response)
			}
		})
	}
}
