package jsonrpc

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"countersign/methods"
	"countersign/server/wire"
	"countersign/server/wire/wiretest"
)

// contact is one struct of the large documents.
type contact struct {
	ID      int       `rpc:"id" json:"id"`
	Name    string    `rpc:"fn" json:"fn"`
	Email   string    `rpc:"email" json:"email"`
	Private bool      `rpc:"private" json:"private"`
	Rev     time.Time `rpc:"rev" json:"rev"`
}

type contactsIn struct {
	Contacts []contact `rpc:"contacts"`
}

type twoIn struct {
	A int `rpc:"a"`
	B int `rpc:"b"`
}

func contacts(n int) []contact {
	list := make([]contact, n)
	for i := range list {
		list[i] = contact{
			i, fmt.Sprintf("Person Number %d", i), fmt.Sprintf("person%d@example.org", i), true,
			time.Date(2024, 2, 29, 12, 30, 0, 0, time.UTC),
		}
	}
	return list
}

// dispatch is the server without a service around it: look up, bind, run.
type dispatch struct {
	wiretest.Core
	view *methods.View
}

func (d *dispatch) Fork() wire.Core { return d }

func (d *dispatch) Call(ctx context.Context, name string, args wire.Args) wire.Outcome {
	entry, ok := d.view.Lookup(name)
	if !ok {
		return d.Fail(methods.Errorf(methods.KindMethodNotFound, "no method of that name"))
	}
	call := methods.Call{Entry: entry}
	var err error
	if call.Params, call.Named, err = args.Values(); err != nil {
		return d.Fail(err)
	}
	v, err := entry.Run(ctx, &call)
	if err != nil {
		return d.Fail(err)
	}
	return wire.Outcome{Value: v}
}

func (d *dispatch) Fail(err error) wire.Outcome {
	return wire.Outcome{Fault: &wire.Fault{Code: 1, Text: err.Error()}}
}

func newDispatch(b *testing.B) *dispatch {
	b.Helper()
	list, public := contacts(1000), methods.Public()
	registry, err := methods.NewRegistry(methods.Module{
		Name: "sample", Help: "Methods to measure with.", Run: public,
		Methods: []methods.Method{
			methods.New("add", "Adds two numbers.", public,
				func(_ context.Context, _ *methods.Call, in twoIn) (int, error) { return in.A + in.B, nil }),
			methods.New("store", "Counts contacts.", public,
				func(_ context.Context, _ *methods.Call, in contactsIn) (int, error) { return len(in.Contacts), nil }),
			methods.Raw("count", "Counts values.", public, nil,
				func(_ context.Context, c *methods.Call) (methods.Value, error) {
					return methods.Int(int64(len(c.Params[0].Items()))), nil
				}),
			methods.New("list", "Gives a thousand contacts.", public,
				func(context.Context, *methods.Call, struct{}) ([]contact, error) { return list, nil }),
		},
	})
	if err != nil {
		b.Fatal(err)
	}
	return &dispatch{view: registry.View()}
}

const addCall = `{"jsonrpc":"2.0","method":"sample.add","params":[5,37],"id":1}`

// thousand is a call with a thousand structs of five members.
func thousand(method string) string {
	list, err := json.Marshal(contacts(1000))
	if err != nil {
		panic(err)
	}
	return `{"jsonrpc":"2.0","method":"` + method + `","params":[` + string(list) + `],"id":1}`
}

// BenchmarkAnswer goes from the bytes of a request to the bytes of its answer: parse,
// look up, bind, run, encode.
func BenchmarkAnswer(b *testing.B) {
	for _, c := range []struct{ name, doc, want string }{
		{"add", addCall, `"result":42`},
		{"add-named", `{"jsonrpc":"2.0","method":"sample.add","params":{"a":5,"b":37},"id":"1"}`, `"result":42`},
		{"batch-50", "[" + strings.Repeat(addCall+",", 49) + addCall + "]", `"result":42`},
		{"request-1000-structs-values", thousand("sample.count"), `"result":1000`},
		{"request-1000-structs-typed", thousand("sample.store"), `"result":1000`},
		{"reply-1000-structs", `{"jsonrpc":"2.0","method":"sample.list","id":1}`, "Person Number 999"},
	} {
		b.Run(c.name, func(b *testing.B) {
			core := newDispatch(b)
			req := &wire.Request{Body: []byte(c.doc), Limits: wire.DefaultLimits()}
			var dst []byte
			answer := func() { dst = Transport{}.Answer(b.Context(), req, core, dst[:0]).Body }
			if answer(); !strings.Contains(string(dst), c.want) {
				b.Fatalf("answer: %.300s", dst)
			}
			b.SetBytes(int64(max(len(c.doc), len(dst))))
			b.ReportAllocs()
			for b.Loop() {
				answer()
			}
		})
	}
}

// documents to decode: what a small call has for params, and what a bulk call has.
func documents() map[string]string {
	list, err := json.Marshal(contacts(1000))
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
	list := contacts(4000)
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
	list := contacts(4000)
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
