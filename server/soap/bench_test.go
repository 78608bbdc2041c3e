package soap_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"countersign/methods"
	"countersign/server/soap"
	"countersign/server/wire"
	"countersign/server/wire/wiretest"
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
	if call.Params, call.Named, err = args.(wire.FittedArgs).ValuesFor(entry); err != nil {
		return c.Fail(err)
	}
	v, err := entry.Run(ctx, &call)
	if err != nil {
		return c.Fail(err)
	}
	return wire.Outcome{Value: v, Result: entry.Signatures[0].Result}
}

func (c *core) Fail(err error) wire.Outcome {
	e := methods.AsError(err)
	return wire.Outcome{Fault: &wire.Fault{Code: 1, Text: err.Error(), Kind: e.Kind}}
}

// Resolve knows the methods of this file, which have one dot each.
func (c *core) Resolve(name string) (string, bool) {
	full := strings.Replace(name, "_", ".", 1)
	_, ok := c.view.Lookup(full)
	return full, ok
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

type dataIn struct {
	Data []byte `rpc:"data"`
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
			methods.New("size", "Counts bytes.", public,
				func(_ context.Context, _ *methods.Call, in dataIn) (int, error) { return len(in.Data), nil }),
			methods.New("list", "Gives a thousand contacts.", public,
				func(context.Context, *methods.Call, struct{}) ([]contact, error) { return list, nil }),
		},
	})
	if err != nil {
		b.Fatal(err)
	}
	return &core{view: registry.View()}
}

const (
	encodedStart = `<?xml version="1.0" encoding="UTF-8"?>` + "\n" +
		`<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/" xmlns:ns1="http://soapinterop.org/"` +
		` xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"` +
		` xmlns:SOAP-ENC="http://schemas.xmlsoap.org/soap/encoding/"` +
		` SOAP-ENV:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"><SOAP-ENV:Body>`
	literalStart = `<?xml version="1.0" encoding="utf-8"?>` +
		`<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>`
)

func encodedCall(method, arguments string) string {
	return encodedStart + "<ns1:" + method + ">" + arguments + "</ns1:" + method + "></SOAP-ENV:Body></SOAP-ENV:Envelope>\n"
}

func literalCall(method, arguments string) string {
	return literalStart + `<m:` + method + ` xmlns:m="urn:countersign">` + arguments + "</m:" + method + "></soap:Body></soap:Envelope>"
}

// thousand are a thousand structs of five members.
func thousand(typed bool) string {
	var b strings.Builder
	of := func(t string) string {
		if typed {
			return ` xsi:type="` + t + `"`
		}
		return ""
	}
	for _, c := range contacts(1000) {
		b.WriteString("<item" + of("SOAP-ENC:Struct") + ">")
		for _, m := range [][3]string{
			{"id", "xsd:int", fmt.Sprint(c.ID)}, {"fn", "xsd:string", c.Name}, {"email", "xsd:string", c.Email},
			{"private", "xsd:boolean", "true"}, {"rev", "xsd:dateTime", "2024-02-29T12:30:00Z"},
		} {
			b.WriteString("<" + m[0] + of(m[1]) + ">" + m[2] + "</" + m[0] + ">")
		}
		b.WriteString("</item>")
	}
	return b.String()
}

func benchmarks() []struct{ name, doc, want string } {
	add := `<a xsi:type="xsd:int">5</a><b xsi:type="xsd:int">37</b>`
	megabyte := base64.StdEncoding.EncodeToString(make([]byte, 768<<10))
	return []struct{ name, doc, want string }{
		{"add", encodedCall("sample.add", add), ">42</return>"},
		{"add-underscore", encodedCall("sample_add", add), ">42</return>"},
		{"add-literal", literalCall("sample.add", "<a>5</a><b>37</b>"), ">42</return>"},
		{"base64-1MB", encodedCall("sample.size", `<data xsi:type="xsd:base64Binary">`+megabyte+`</data>`), ">786432</return>"},
		{"request-1000-structs", encodedCall("sample.store",
			`<contacts xsi:type="SOAP-ENC:Array" SOAP-ENC:arrayType="SOAP-ENC:Struct[1000]">`+thousand(true)+"</contacts>"), ">1000</return>"},
		{"request-1000-structs-literal", literalCall("sample.store", "<contacts>"+thousand(false)+"</contacts>"), ">1000</return>"},
		{"reply-1000-structs", encodedCall("sample.list", ""), "Person Number 999"},
		{"reply-1000-structs-literal", literalCall("sample.list", ""), "Person Number 999"},
	}
}

// BenchmarkAnswer goes from the bytes of a request to the bytes of its answer: parse,
// look up, bind, run, encode.
func BenchmarkAnswer(b *testing.B) {
	for _, c := range benchmarks() {
		b.Run(c.name, func(b *testing.B) {
			core := newCore(b)
			limits := wire.DefaultLimits()
			req := &wire.Request{Body: []byte(c.doc), Limits: limits}
			var dst []byte
			answer := func() { dst = soap.Transport{}.Answer(b.Context(), req, core, dst[:0]).Body }
			if answer(); !strings.Contains(string(dst), c.want) {
				b.Fatalf("answer: %.600s", dst)
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
	for _, c := range benchmarks() {
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
