package server_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
)

// The JSON-RPC paths of the default table.
const (
	rpcPath      = "/rpc"
	jsonCGIPath  = "/jsonrpc.cgi"
	xmlCGIPath   = "/xmlrpc.cgi"
	jsonType     = "application/json"
	versionField = "jsonrpc"
)

// json gives the client of a JSON-RPC endpoint with the same credentials.
func (c *client) json(path string) *client {
	out := *c
	out.path, out.header = path, c.header.Clone()
	out.header.Set("Content-Type", jsonType)
	return &out
}

// jsonCall makes a call of version 2.0 as a JSON-RPC library would.
func (c *client) jsonCall(t testing.TB, method string, args ...any) *answer {
	t.Helper()
	return c.jsonPost(t, request(1, method, args...))
}

// request is a call of version 2.0 with positional arguments.
func request(id any, method string, args ...any) map[string]any {
	r := map[string]any{versionField: "2.0", "id": id, "method": method}
	if args != nil {
		r["params"] = args
	}
	return r
}

// bugzillaCall is a call of version 1.0 as Bugzilla's clients make it.
func bugzillaCall(method string, members map[string]any) map[string]any {
	return map[string]any{"method": method, "params": []any{members}, "id": 1}
}

// jsonPost sends a document and reads the answer, a single one, as a value or fault.
func (c *client) jsonPost(t testing.TB, document any) *answer {
	t.Helper()
	body, err := json.Marshal(document)
	must(t, err)
	a := c.post(t, string(body))
	if strings.HasPrefix(a.body, "{") {
		a.value, a.fault = jsonOutcome(decoded(t, a.body))
	}
	return a
}

func decoded(t testing.TB, body string) map[string]any {
	t.Helper()
	var reply map[string]any
	must(t, json.Unmarshal([]byte(body), &reply))
	return reply
}

// jsonBatch sends a batch and gives the replies by number.
func (c *client) jsonBatch(t testing.TB, requests ...any) []map[string]any {
	t.Helper()
	body, err := json.Marshal(requests)
	must(t, err)
	var replies []map[string]any
	must(t, json.Unmarshal([]byte(c.post(t, string(body)).body), &replies))
	return replies
}

// jsonOutcome gives the value or the fault of a reply, in the shapes of readAnswer.
func jsonOutcome(reply map[string]any) (any, *fault) {
	if e, ok := reply["error"].(map[string]any); ok {
		code, _ := e["code"].(float64)
		text, _ := e["message"].(string)
		return nil, &fault{code: int(code), text: text}
	}
	return whole(reply["result"]), nil
}

// whole makes integers of numbers that are.
func whole(v any) any {
	switch v := v.(type) {
	case float64:
		if v == math.Trunc(v) {
			return int(v)
		}
	case []any:
		for i := range v {
			v[i] = whole(v[i])
		}
	case map[string]any:
		for name := range v {
			v[name] = whole(v[name])
		}
	}
	return v
}
