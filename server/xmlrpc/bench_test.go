package xmlrpc_test

import (
	"fmt"
	"strings"
	"testing"

	"countersign/server/wire/wiretest"
	"countersign/server/xmlrpc"
)

const addCall = `<?xml version="1.0"?><methodCall><methodName>sample.add</methodName><params>` +
	`<param><value><int>5</int></value></param><param><value><int>37</int></value></param></params></methodCall>`

// thousand is a call with a thousand structs of five members, about half a megabyte.
func thousand(method string) string {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0"?><methodCall><methodName>` + method + `</methodName><params><param><value><array><data>`)
	for _, c := range wiretest.Contacts(1000) {
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

// BenchmarkAnswer goes from the bytes of a request to the bytes of its answer.
func BenchmarkAnswer(b *testing.B) {
	wiretest.BenchmarkAnswer(b, xmlrpc.Transport{}, []wiretest.Document{
		{Name: "add", Body: addCall, Want: "<int>42</int>"},
		{Name: "request-1000-structs-values", Body: thousand("sample.count"), Want: "<int>1000</int>"},
		{Name: "request-1000-structs-typed", Body: thousand("sample.store"), Want: "<int>1000</int>"},
		{
			Name: "reply-1000-structs", Want: "Person Number 999",
			Body: `<?xml version="1.0"?><methodCall><methodName>sample.list</methodName></methodCall>`,
		},
	})
}

// BenchmarkEncodingXML is encoding/xml over the same bytes, to divide by.
func BenchmarkEncodingXML(b *testing.B) {
	wiretest.BenchmarkTokens(b, []wiretest.Document{
		{Name: "add", Body: addCall}, {Name: "request-1000-structs", Body: thousand("sample.count")},
	})
}
