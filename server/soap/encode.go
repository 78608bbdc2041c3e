package soap

import (
	"strconv"

	"countersign/methods"
	"countersign/server/internal/xmltext"
	"countersign/server/wire"
)

// encoder appends an envelope.
type encoder struct {
	dst     []byte
	version wire.Version
	year    year
	form    form
	// structs has the names of declared structs, where answers tell them.
	structs map[*methods.Schema]string
}

// prologs are what answers begin with, up to the body's start tag. The prefixes are the
// same in both versions of SOAP; what they stand for is not.
var prologs = func() (all [2][len(years)][3]string) {
	for y := range years {
		for v, envelope := range [...]string{envelope11URI, envelope12URI} {
			encoding := [...]string{encoding11URI, encoding12URI}[v]
			start := `<?xml version="1.0" encoding="UTF-8"?>` + "\n" +
				`<SOAP-ENV:Envelope xmlns:SOAP-ENV="` + envelope +
				`" xmlns:xsd="` + years[y].schema + `" xmlns:xsi="` + years[y].schema + instance +
				`" xmlns:apache="` + apacheURI + `"`
			rules := ` xmlns:SOAP-ENC="` + encoding + `"`
			if envelope == envelope11URI { // 1.2 does not allow the attribute here (part 1, §5.1.1)
				rules += ` SOAP-ENV:encodingStyle="` + encoding + `"`
			}
			const end = "><SOAP-ENV:Body>"
			all[v][y] = [...]string{
				legacy:  start + ` xmlns:si="` + structURI + `"` + rules + end,
				encoded: start + ` xmlns:` + rpcPrefix + `="` + rpcURI + `"` + rules + end,
				literal: start + end,
			}
		}
	}
	return all
}()

const epilog = "</SOAP-ENV:Body></SOAP-ENV:Envelope>"

func (e *encoder) str(s string) { e.dst = append(e.dst, s...) }

func (e *encoder) prolog(f form) {
	e.str(prologs[e.version-wire.SOAP11][e.year][f])
}

// response appends a successful answer to the call in m. It reports false, and the
// envelope is unfinished, if the value is one that cannot be written.
func (e *encoder) response(m *message, out *wire.Outcome, outParams bool) bool {
	e.prolog(e.form)
	prefix := ""
	if m.uri != "" {
		prefix = "m:"
	}
	e.str("<" + prefix)
	e.str(m.name)
	e.str("Response")
	if m.uri != "" {
		e.str(` xmlns:m="`)
		e.dst = xmltext.AppendEscapedAttr(e.dst, m.uri)
		e.str(`"`)
	}
	if e.version == wire.SOAP12 && e.form != literal {
		e.str(` SOAP-ENV:encodingStyle="` + encoding12URI + `"`)
	}
	e.str(">")
	ok := true
	switch {
	case outParams:
		for _, member := range out.Value.Members() {
			ok = ok && e.element(member.Name, member.Value, nil)
		}
	case out.Result != nil && out.Result.Type == methods.TypeNil:
	default:
		ok = e.element(returnName, out.Value, out.Result)
	}
	e.str("</" + prefix)
	e.str(m.name)
	e.str("Response>" + epilog)
	return ok
}

// returnName is the element of a result (phpgroupware contract §7.3).
const returnName = "return"

// fault appends a fault. The number is in the detail, except where the header is at
// fault: SOAP 1.1 §4.4 keeps the detail for the body.
func (e *encoder) fault(f *wire.Fault, c code) {
	e.prolog(literal)
	word := faultCode(e.version, f.Kind, c)
	if e.version == wire.SOAP12 {
		e.str("<SOAP-ENV:Fault><SOAP-ENV:Code><SOAP-ENV:Value>")
		e.str(word)
		e.str(`</SOAP-ENV:Value></SOAP-ENV:Code><SOAP-ENV:Reason><SOAP-ENV:Text xml:lang="en">`)
		e.dst = xmltext.AppendEscaped(e.dst, f.Text)
		e.str("</SOAP-ENV:Text></SOAP-ENV:Reason><SOAP-ENV:Detail>")
		e.number(f.Code)
		e.str("</SOAP-ENV:Detail></SOAP-ENV:Fault>" + epilog)
		return
	}
	e.str("<SOAP-ENV:Fault><faultcode>")
	e.str(word)
	e.str("</faultcode><faultstring>")
	e.dst = xmltext.AppendEscaped(e.dst, f.Text)
	e.str("</faultstring>")
	if c != codeMustUnderstand {
		e.str("<detail>")
		e.number(f.Code)
		e.str("</detail>")
	}
	e.str("</SOAP-ENV:Fault>" + epilog)
}

func (e *encoder) number(code int) {
	e.str(`<code xsi:type="xsd:int">`)
	e.dst = strconv.AppendInt(e.dst, int64(code), 10)
	e.str("</code>")
}

// faultCode gives the code for a kind. It is the receiver's fault if the same message
// may succeed later (SOAP 1.1 §4.4.1, SOAP 1.2 part 1 §5.4.6).
func faultCode(v wire.Version, k methods.Kind, c code) string {
	switch c {
	case codeVersionMismatch:
		return "SOAP-ENV:VersionMismatch"
	case codeMustUnderstand:
		return "SOAP-ENV:MustUnderstand"
	case codeDataEncodingUnknown:
		if v == wire.SOAP12 {
			return "SOAP-ENV:DataEncodingUnknown"
		}
	}
	if sendersFault(k) {
		if v == wire.SOAP12 {
			return "SOAP-ENV:Sender"
		}
		return "SOAP-ENV:Client"
	}
	if v == wire.SOAP12 {
		return "SOAP-ENV:Receiver"
	}
	return "SOAP-ENV:Server"
}

func sendersFault(k methods.Kind) bool {
	switch k {
	case methods.KindInternal, methods.KindOutcomeUnknown, methods.KindBusy, methods.KindTimeout, methods.KindThrottled:
		return false
	}
	return true
}
