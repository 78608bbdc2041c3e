package xmltext

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"testing"
)

// addCall is the small request of the benchmarks.
const addCall = `<?xml version="1.0"?><methodCall><methodName>sample.add</methodName><params>` +
	`<param><value><int>5</int></value></param><param><value><int>37</int></value></param></params></methodCall>`

// soapCall has what XML-RPC has not: attributes and namespaces.
const soapCall = `<?xml version="1.0" encoding="UTF-8"?>
<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsd="http://www.w3.org/2001/XMLSchema" ` +
	`xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" SOAP-ENV:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/">` +
	`<SOAP-ENV:Body><ns6:system_login xmlns:ns6="http://soapinterop.org"><username xsi:type="xsd:string">bubba</username>` +
	`</ns6:system_login></SOAP-ENV:Body></SOAP-ENV:Envelope>`

// structs is a call with n structs of five members, in one line or indented.
func structs(n int, newline string, name func(i int) string) string {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0"?><methodCall><methodName>addressbook.boaddressbook.write</methodName><params><param><value><array><data>`)
	for i := range n {
		b.WriteString(newline + "<value><struct>")
		for _, m := range [][2]string{
			{"id", fmt.Sprintf("<int>%d</int>", i)},
			{"fn", "<string>" + name(i) + "</string>"},
			{"email", fmt.Sprintf("<string>person%d@example.org</string>", i)},
			{"private", "<boolean>1</boolean>"},
			{"rev", "<dateTime.iso8601>20240229T12:30:00</dateTime.iso8601>"},
		} {
			b.WriteString(newline + "  <member><name>" + m[0] + "</name>" + newline + "    <value>" + m[1] + "</value></member>")
		}
		b.WriteString(newline + "</struct></value>")
	}
	b.WriteString("</data></array></value></param></params></methodCall>")
	return b.String()
}

func attachment(size, line int) string {
	text := base64.StdEncoding.EncodeToString(make([]byte, size*3/4))
	var b strings.Builder
	b.WriteString(`<?xml version="1.0"?><methodCall><methodName>f</methodName><params><param><value><base64>`)
	for len(text) > line {
		b.WriteString(text[:line] + "\n")
		text = text[line:]
	}
	b.WriteString(text + `</base64></value></param></params></methodCall>`)
	return b.String()
}

func benchDocs() map[string]string {
	ascii := func(i int) string { return fmt.Sprintf("Person Number %d", i) }
	return map[string]string{
		"add":              addCall,
		"soap":             soapCall,
		"structs":          structs(1000, "", ascii),
		"structs-indented": structs(1000, "\n    ", ascii),
		"structs-cyrillic": structs(1000, "", func(i int) string { return fmt.Sprintf("Владимир Иванович %d", i) }),
		"structs-escaped":  structs(1000, "", func(i int) string { return fmt.Sprintf("A &amp; B &lt;%d&gt;", i) }),
		"base64":           attachment(1_400_000, 2_000_000),
		"base64-lines":     attachment(1_400_000, 76),
	}
}

func BenchmarkScan(b *testing.B) {
	for name, doc := range benchDocs() {
		b.Run(name, func(b *testing.B) {
			var tape Tape
			body := []byte(doc)
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				text, err := ToUTF8(body, "")
				if err == nil {
					err = tape.Scan(text, published())
				}
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkWalk reads every name and text of the tape.
func BenchmarkWalk(b *testing.B) {
	for name, doc := range benchDocs() {
		b.Run(name, func(b *testing.B) {
			var tape Tape
			if err := tape.Scan(doc, published()); err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(len(doc)))
			b.ReportAllocs()
			sum := 0
			var walk func(e Node)
			walk = func(e Node) {
				sum += len(e.Name())
				if !e.HasElements() {
					sum += len(e.Text())
					return
				}
				for c := e.FirstElement(); c.Exists(); c = c.NextElement() {
					walk(c)
				}
			}
			for b.Loop() {
				walk(tape.Root())
			}
			if sum == 0 {
				b.Fatal("nothing was read")
			}
		})
	}
}

// BenchmarkEncodingXML is Token of encoding/xml on the same bytes.
func BenchmarkEncodingXML(b *testing.B) {
	for name, doc := range benchDocs() {
		b.Run(name, func(b *testing.B) {
			body := []byte(doc)
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				dec := xml.NewDecoder(bytes.NewReader(body))
				for {
					_, err := dec.Token()
					if err == io.EOF {
						break
					}
					if err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}

func BenchmarkAppendEscaped(b *testing.B) {
	for name, s := range map[string]string{
		"short":    "sample.add",
		"ascii":    strings.Repeat("The quick brown fox jumps over it. ", 30),
		"escapes":  strings.Repeat("a < b && c > d; ", 64),
		"cyrillic": strings.Repeat("Владимир Иванович ", 30),
	} {
		b.Run(name, func(b *testing.B) {
			var dst []byte
			b.SetBytes(int64(len(s)))
			b.ReportAllocs()
			for b.Loop() {
				dst = AppendEscaped(dst[:0], s)
			}
		})
	}
}

func BenchmarkValidText(b *testing.B) {
	for name, s := range map[string]string{
		"ascii":    strings.Repeat("The quick brown fox jumps over it. ", 1000),
		"cyrillic": strings.Repeat("Владимир Иванович ", 1000),
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(s)))
			for b.Loop() {
				if !ValidText(s) {
					b.Fatal("refused")
				}
			}
		})
	}
}
