package jsonrpc

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"countersign/methods"
	"countersign/server/wire"
	"countersign/server/wire/wiretest"
)

const addCall = `{"jsonrpc":"2.0","method":"sample.add","params":[5,37],"id":1}`

// thousand is a call with a thousand structs of five members.
func thousand(method string) string {
	list, err := json.Marshal(wiretest.Contacts(1000))
	if err != nil {
		panic(err)
	}
	return `{"jsonrpc":"2.0","method":"` + method + `","params":[` + string(list) + `],"id":1}`
}

// BenchmarkAnswer goes from the bytes of a request to the bytes of its answer.
func BenchmarkAnswer(b *testing.B) {
	wiretest.BenchmarkAnswer(b, Transport{}, []wiretest.Document{
		{Name: "add", Body: addCall, Want: `"result":42`},
		{Name: "add-named", Body: `{"jsonrpc":"2.0","method":"sample.add","params":{"a":5,"b":37},"id":"1"}`, Want: `"result":42`},
		{Name: "batch-50", Body: "[" + strings.Repeat(addCall+",", 49) + addCall + "]", Want: `"result":42`},
		{Name: "request-1000-structs-values", Body: thousand("sample.count"), Want: `"result":1000`},
		{Name: "request-1000-structs-typed", Body: thousand("sample.store"), Want: `"result":1000`},
		{Name: "reply-1000-structs", Body: `{"jsonrpc":"2.0","method":"sample.list","id":1}`, Want: "Person Number 999"},
	})
}

// documents to decode: what a small call has for params, and what a bulk call has.
func documents() map[string]string {
	list, err := json.Marshal(wiretest.Contacts(1000))
	if err != nil {
		panic(err)
	}
	return map[string]string{
		"small":        `{"method":"sample.add","params":[5,37],"id":1}`,
		"echo":         `{"method":"sample.echo","params":[{"name":"Person Number 1","tags":["a","b"],"age":37,"score":1.5,"private":true}],"id":1}`,
		"1000-structs": `{"method":"m","params":[` + string(list) + `],"id":1}`,
		"base64":       `{"method":"m","params":["` + strings.Repeat("QUJD", 350_000) + `"],"id":1}`,
	}
}

// BenchmarkDecode reads a request and its arguments, to values; BenchmarkDecodeJSON is
// encoding/json at the same work, to divide by: the envelope with raw params, then params.
func BenchmarkDecode(b *testing.B) {
	for name, document := range documents() {
		b.Run(name, func(b *testing.B) {
			body, limits := []byte(document), wire.DefaultLimits()
			var t tape
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				if err := t.scan(string(body), limits, envelopeDepth); err != nil {
					b.Fatal(err)
				}
				c := readCall(&t, 0, wire.Style{})
				if _, _, err := c.Values(); err != nil || c.err != nil {
					b.Fatal(err, c.err)
				}
			}
		})
	}
}

func BenchmarkDecodeJSON(b *testing.B) {
	for name, document := range documents() {
		b.Run(name, func(b *testing.B) {
			body := []byte(document)
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				var request struct {
					Method string          `json:"method"`
					Params json.RawMessage `json:"params"`
					ID     json.RawMessage `json:"id"`
				}
				var params []any
				if err := json.Unmarshal(body, &request); err != nil {
					b.Fatal(err)
				}
				if err := json.Unmarshal(request.Params, &params); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkEncode writes four thousand rows; BenchmarkEncodeJSON is encoding/json with
// the same rows as Go structs, and as maps.
func BenchmarkEncode(b *testing.B) {
	list := wiretest.Contacts(4000)
	rows := make([]methods.Value, len(list))
	for i, c := range list {
		rows[i] = methods.Struct(
			methods.M("id", methods.Int(int64(c.ID))), methods.M("fn", methods.String(c.Name)), methods.M("email", methods.String(c.Email)),
			methods.M("private", methods.Bool(c.Private)), methods.M("rev", methods.Time(c.Rev)))
	}
	out := wire.Outcome{Value: methods.Array(rows...)}
	var dst []byte
	var err error
	b.ReportAllocs()
	for b.Loop() {
		if dst, err = (shape{version: wire.JSON20, id: "1"}).append(dst[:0], out, math.MaxInt); err != nil {
			b.Fatal(err)
		}
	}
	b.SetBytes(int64(len(dst)))
}

func BenchmarkEncodeJSON(b *testing.B) {
	list := wiretest.Contacts(4000)
	maps := make([]map[string]any, len(list))
	for i, c := range list {
		maps[i] = map[string]any{"id": c.ID, "fn": c.Name, "email": c.Email, "private": c.Private, "rev": c.Rev}
	}
	for name, rows := range map[string]any{"structs": list, "maps": maps} {
		b.Run(name, func(b *testing.B) {
			var dst []byte
			var err error
			b.ReportAllocs()
			for b.Loop() {
				if dst, err = json.Marshal(struct {
					JSONRPC string `json:"jsonrpc"`
					Result  any    `json:"result"`
					ID      int    `json:"id"`
				}{"2.0", rows, 1}); err != nil {
					b.Fatal(err)
				}
			}
			b.SetBytes(int64(len(dst)))
		})
	}
}
