package server_test

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"html"
	"strconv"
	"strings"
	"testing"
)

// soapPath is the SOAP endpoint of the plain dialect.
const soapPath = "/soap"

// soapCall makes a call without a WSDL, as PHP's client would, with whatever
// Authorization the client has. Arguments are texts and integers.
func (c *client) soapCall(t testing.TB, method string, args ...any) *answer {
	t.Helper()
	var b strings.Builder
	b.WriteString(`<?xml version="1.0"?><e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"` +
		` xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema"><e:Body><m:` + method + ` xmlns:m="urn:test">`)
	for i, a := range args {
		typ := "string"
		if _, ok := a.(int); ok {
			typ = "int"
		}
		fmt.Fprintf(&b, `<param%d xsi:type="xsd:%s">%s</param%d>`, i, typ, html.EscapeString(fmt.Sprint(a)), i)
	}
	b.WriteString(`</m:` + method + `></e:Body></e:Envelope>`)
	there := *c
	there.path = soapPath
	a := there.post(t, b.String())
	a.value, a.fault = soapOutcome(t, a.body)
	return a
}

// soapOutcome gives the text of a simple result, the whole answer for others, or the fault.
func soapOutcome(t testing.TB, body string) (any, *fault) {
	t.Helper()
	var envelope struct {
		Body struct {
			Fault *struct {
				String string `xml:"faultstring"`
				Code   string `xml:"detail>code"`
			} `xml:"Fault"`
			Response struct {
				Return struct {
					Text  string `xml:",chardata"`
					Inner string `xml:",innerxml"`
				} `xml:"return"`
			} `xml:",any"`
		} `xml:"Body"`
	}
	must(t, xml.NewDecoder(bytes.NewReader([]byte(body))).Decode(&envelope))
	if f := envelope.Body.Fault; f != nil {
		code, _ := strconv.Atoi(f.Code)
		return nil, &fault{code: code, text: f.String}
	}
	if r := envelope.Body.Response.Return; strings.Contains(r.Inner, "<") {
		return body, nil
	}
	return envelope.Body.Response.Return.Text, nil
}
