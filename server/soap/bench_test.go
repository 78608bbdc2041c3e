package soap_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"countersign/server/soap"
	"countersign/server/wire/wiretest"
)

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

func rpcCall(method, arguments string) string {
	return encodedStart + `<m:` + method + ` xmlns:m="urn:countersign:rpc">` + arguments + "</m:" + method + "></SOAP-ENV:Body></SOAP-ENV:Envelope>\n"
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
	for _, c := range wiretest.Contacts(1000) {
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

func documents() []wiretest.Document {
	add := `<a xsi:type="xsd:int">5</a><b xsi:type="xsd:int">37</b>`
	megabyte := base64.StdEncoding.EncodeToString(make([]byte, 768<<10))
	contacts := `<contacts xsi:type="SOAP-ENC:Array" SOAP-ENC:arrayType="SOAP-ENC:Struct[1000]">` + thousand(true) + "</contacts>"
	return []wiretest.Document{
		{Name: "add", Body: encodedCall("sample.add", add), Want: ">42</return>"},
		{Name: "add-underscore", Body: encodedCall("sample_add", add), Want: ">42</return>"},
		{Name: "add-literal", Body: literalCall("sample.add", "<a>5</a><b>37</b>"), Want: ">42</return>"},
		{Name: "base64-1MB", Body: encodedCall("sample.size", `<data xsi:type="xsd:base64Binary">`+megabyte+`</data>`), Want: ">786432</return>"},
		{Name: "request-1000-structs", Body: encodedCall("sample.store", contacts), Want: ">1000</return>"},
		{Name: "request-1000-structs-literal", Body: literalCall("sample.store", "<contacts>"+thousand(false)+"</contacts>"), Want: ">1000</return>"},
		{Name: "reply-1000-structs", Body: encodedCall("sample.list", ""), Want: "Person Number 999"},
		{Name: "reply-1000-structs-rpc", Body: rpcCall("sample.list", ""), Want: "Person Number 999"},
		{Name: "reply-1000-structs-literal", Body: literalCall("sample.list", ""), Want: "Person Number 999"},
	}
}

// BenchmarkAnswer goes from the bytes of a request to the bytes of its answer.
func BenchmarkAnswer(b *testing.B) { wiretest.BenchmarkAnswer(b, soap.New(), documents()) }

// BenchmarkEncodingXML is encoding/xml over the same bytes, to divide by.
func BenchmarkEncodingXML(b *testing.B) { wiretest.BenchmarkTokens(b, documents()) }
