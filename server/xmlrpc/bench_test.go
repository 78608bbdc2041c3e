package xmlrpc_test

import (
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"countersign/methods"
	"countersign/server/wire"
	"countersign/server/wire/wiretest"
	"countersign/server/xmlrpc"
)

// core is dispatch without a service around it: look up, bind, run.
type core struct {
	wiretest.Core
	view *methods.View
}

func (c *core) Call(ctx context.Context, name string, args wire.Args) wire.Outcome {
	entry, ok := c.view.Lookup(name)
	if !ok {
		return c.Fail(methods.Errorf(methods.KindMethodNotFound, "no method of that name"))
	}
	call := methods.Call{Entry: entry}
	var err error
	if call.Params, call.Named, err = args.Values(); err != nil {
		return c.Fail(err)
	}
	v, err := entry.Run(ctx, &call)
	if err != nil {
		return c.Fail(err)
	}
	return wire.Outcome{Value: v}
}

func (c *core) Fail(err error) wire.Outcome {
	return wire.Outcome{Fault: &wire.Fault{Code: 1, Text: err.Error()}}
}

// contact is one struct of the large documents.
type contact struct {
	ID      int       `rpc:"id"`
	Name    string    `rpc:"fn"`
	Email   string    `rpc:"email"`
	Private bool      `rpc:"private"`
	Rev     time.Time `rpc:"rev"`
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

func newCore(b *testing.B) *core {
	b.Helper()
	list := contacts(1000)
	public := methods.Public()
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
	return &core{view: registry.View()}
}

const addCall = `<?xml version="1.0"?><methodCall><methodName>sample.add</methodName><params>` +
	`<param><value><int>5</int></value></param><param><value><int>37</int></value></param></params></methodCall>`

// thousand is a call with a thousand structs of five members, about half a megabyte.
func thousand(method string) string {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0"?><methodCall><methodName>` + method + `</methodName><params><param><value><array><data>`)
	for _, c := range contacts(1000) {
		b.WriteString("<value><struct>")
		for _, m := range [][2]string{
			{"id", fmt.Sprintf("<int>%d</int>", c.ID)},
			{"fn", "<string>" + c.Name + "</string>"},
			{"email", "<string>" + c.Email + "</string>"},
			{"private", "<boolean>1</boolean>"},
			{"rev", "<dateTime.iso8601>20240229T12:30:00</dateTime.iso8601>"},
		} {
			b.WriteString("<member><name>" + m[0] + "</name><value>" + m[1] + "</value></member>")
		}
		b.WriteString("</struct></value>")
	}
	b.WriteString("</data></array></value></param></params></methodCall>")
	return b.String()
}

// BenchmarkAnswer goes from the bytes of a request to the bytes of its answer: parse,
// look up, bind, run, encode.
func BenchmarkAnswer(b *testing.B) {
	for _, c := range []struct{ name, doc, want string }{
		{"add", addCall, "<int>42</int>"},
		{"request-1000-structs-values", thousand("sample.count"), "<int>1000</int>"},
		{"request-1000-structs-typed", thousand("sample.store"), "<int>1000</int>"},
		{"reply-1000-structs", strings.Replace(addCall[:strings.Index(addCall, "<params>")], "add", "list", 1) + "</methodCall>", "Person Number 999"},
	} {
		b.Run(c.name, func(b *testing.B) {
			core := newCore(b)
			req := &wire.Request{Body: []byte(c.doc), Limits: wire.DefaultLimits()}
			var dst []byte
			answer := func() { dst = xmlrpc.Transport{}.Answer(b.Context(), req, core, dst[:0]).Body }
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

// BenchmarkEncodingXML is Token of encoding/xml over the same bytes, to divide by.
func BenchmarkEncodingXML(b *testing.B) {
	for _, c := range []struct{ name, doc string }{
		{"add", addCall},
		{"request-1000-structs", thousand("sample.count")},
	} {
		b.Run(c.name, func(b *testing.B) {
			body := []byte(c.doc)
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				dec := xml.NewDecoder(bytes.NewReader(body))
				for {
					if _, err := dec.Token(); err == io.EOF {
						break
					} else if err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}
