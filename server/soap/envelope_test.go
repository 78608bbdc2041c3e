package soap

import (
	"net/http"
	"strings"
	"testing"

	"countersign/methods"
	"countersign/server/wire"
	"countersign/server/wire/wiretest"
)

const call = `<m:echo xmlns:m="urn:x"/>`

// TestEnvelopes that are read.
func TestEnvelopes(t *testing.T) {
	for _, c := range []struct {
		why, doc string
		version  wire.Version
		year     year
		form     form
	}{
		{"SOAP 1.1", start11 + body(call) + end, wire.SOAP11, y2001, legacy},
		{"SOAP 1.2", start12 + body(call) + end, wire.SOAP12, y2001, legacy},
		{"an empty header", start11 + `<SOAP-ENV:Header/>` + body(call) + end, wire.SOAP11, y2001, legacy},
		{"1999", strings.ReplaceAll(start11, schema2001, schema1999) + body(call) + end, wire.SOAP11, y1999, legacy},
		{"2000", strings.ReplaceAll(start11, schema2001, schema2000) + body(call) + end, wire.SOAP11, y2000, legacy},
		{"no year", `<e:Envelope xmlns:e="` + envelope11URI + `"><e:Body>` + call + `</e:Body></e:Envelope>`, wire.SOAP11, y2001, legacy},
		{"a year in the body", `<e:Envelope xmlns:e="` + envelope11URI + `"><e:Body xmlns:i="` + schema1999 + instance + `">` + call + `</e:Body></e:Envelope>`, wire.SOAP11, y1999, legacy},
		{"a year in the call", `<e:Envelope xmlns:e="` + envelope11URI + `"><e:Body><echo xmlns="urn:x" xmlns:d="` + schema2000 + `"/></e:Body></e:Envelope>`, wire.SOAP11, y2000, legacy},
		{"the default namespace", `<Envelope xmlns="` + envelope11URI + `"><Body>` + call + `</Body></Envelope>`, wire.SOAP11, y2001, legacy},
		{"the call in no namespace", start11 + body(`<echo/>`) + end, wire.SOAP11, y2001, legacy},
		{"document/literal", start11 + body(`<echo xmlns="urn:countersign"/>`) + end, wire.SOAP11, y2001, literal},
		{"rpc/encoded", start11 + body(`<echo xmlns="urn:countersign:rpc"/>`) + end, wire.SOAP11, y2001, encoded},
		{"comments, instructions and blanks", "<?xml version='1.0'?>\n<!-- a --><?b c?>" + start11 + " \n" + body("\t<!-- d -->"+call+" ") + "\n" + end + "<!-- e -->", wire.SOAP11, y2001, legacy},
		{"values behind the call", start11 + body(call+`<a id="1"/><b id="2"/>`) + end, wire.SOAP11, y2001, legacy},
		{"values before the call", start11 + body(`<a id="1" SOAP-ENC:root="0"/>`+call) + end, wire.SOAP11, y2001, legacy},
		{"a list of encoding styles", start11 + body(`<m:echo xmlns:m="urn:x" SOAP-ENV:encodingStyle="http://my.host/encoding http://schemas.xmlsoap.org/soap/encoding/more"/>`) + end, wire.SOAP11, y2001, legacy},
		{"no encoding style", start11 + body(`<m:echo xmlns:m="urn:x" SOAP-ENV:encodingStyle=""/>`) + end, wire.SOAP11, y2001, legacy},
		{"none in SOAP 1.2", start12 + body(`<m:echo xmlns:m="urn:x" SOAP-ENV:encodingStyle="http://www.w3.org/2003/05/soap-envelope/encoding/none"/>`) + end, wire.SOAP12, y2001, legacy},
	} {
		m, err := parse(c.doc)
		if err != nil || m.name != "echo" || m.version != c.version || m.year != c.year || m.form != c.form {
			t.Errorf("%s: %q in version %d, year %d, form %d; %v", c.why, m.name, m.version, m.year, m.form, err)
		}
	}
}

// refusedEnvelopes are documents that are no call. None of them may reach a method.
var refusedEnvelopes = []struct {
	why, doc string
	kind     methods.Kind
	fault    string // the code
	status   int
}{
	{"not well formed", "<a>", methods.KindParse, "Client", 500},
	{"nothing", "", methods.KindParse, "Client", 500},
	{"a DOCTYPE", `<!DOCTYPE a [<!ENTITY b "c">]>` + start11 + body(call) + end, methods.KindParse, "Client", 500},
	{"a DOCTYPE in the body", start11 + body(`<!DOCTYPE a>`+call) + end, methods.KindParse, "Client", 500},
	{"an entity", start11 + body(`<echo>&a;</echo>`) + end, methods.KindParse, "Client", 500},
	{"a second root", start11 + body(call) + end + "<a/>", methods.KindParse, "Client", 500},
	{"another encoding", `<?xml version="1.0" encoding="koi8-r"?>` + start11 + body(call) + end, methods.KindEncoding, "Client", 500},
	{"a bad character", start11 + body("<echo>\x00</echo>") + end, methods.KindCharacter, "Client", 500},
	{"nested too deep", strings.Repeat("<a>", 161) + strings.Repeat("</a>", 161), methods.KindTooLarge, "Client", 500},

	{"no envelope", `<a/>`, methods.KindInvalidRequest, "Client", 500},
	{"XML-RPC", `<methodCall><methodName>a</methodName></methodCall>`, methods.KindInvalidRequest, "Client", 500},
	{"no namespace", `<Envelope><Body><a/></Body></Envelope>`, methods.KindInvalidRequest, "VersionMismatch", 500},
	{"a prefix that is not declared", `<e:Envelope><e:Body><a/></e:Body></e:Envelope>`, methods.KindInvalidRequest, "VersionMismatch", 500},
	{"phpGroupWare's own namespace", strings.ReplaceAll(start11, envelope11URI, "http://schemas.xmlphpgwapi.org/soap/envelope/") + body(call) + end, methods.KindInvalidRequest, "VersionMismatch", 500},
	{"a draft of SOAP 1.2", strings.ReplaceAll(start11, envelope11URI, "http://www.w3.org/2001/12/soap-envelope") + body(call) + end, methods.KindInvalidRequest, "VersionMismatch", 500},

	{"no body", start11 + end, methods.KindInvalidRequest, "Client", 500},
	{"no body in SOAP 1.2", start12 + end, methods.KindInvalidRequest, "Sender", 400},
	{"a header only", start11 + "<SOAP-ENV:Header/>" + end, methods.KindInvalidRequest, "Client", 500},
	{"the body in another namespace", start11 + "<Body>" + call + "</Body>" + end, methods.KindInvalidRequest, "Client", 500},
	{"the body of the other version", start11 + `<e:Body xmlns:e="` + envelope12URI + `">` + call + "</e:Body>" + end, methods.KindInvalidRequest, "Client", 500},
	{"two bodies", start11 + body(call) + body(call) + end, methods.KindInvalidRequest, "Client", 500},
	{"two headers", start11 + "<SOAP-ENV:Header/><SOAP-ENV:Header/>" + body(call) + end, methods.KindInvalidRequest, "Client", 500},
	{"a header behind the body", start11 + body(call) + "<SOAP-ENV:Header/>" + end, methods.KindInvalidRequest, "Client", 500},
	{"text in the envelope", start11 + "x" + body(call) + end, methods.KindInvalidRequest, "Client", 500},
	{"text in the header", start11 + "<SOAP-ENV:Header>x</SOAP-ENV:Header>" + body(call) + end, methods.KindInvalidRequest, "Client", 500},
	{"text in the body", start11 + body("x"+call) + end, methods.KindInvalidRequest, "Client", 500},
	{"text in the call", start11 + body("<echo>x</echo>") + end, methods.KindInvalidRequest, "Client", 500},
	{"text beside arguments", start11 + body("<echo>x<a/></echo>") + end, methods.KindInvalidRequest, "Client", 500},

	{"no call", start11 + body("") + end, methods.KindInvalidRequest, "Client", 500},
	{"no call but a value", start11 + body(`<a SOAP-ENC:root="0"/>`) + end, methods.KindInvalidRequest, "Client", 500},
	{"two calls", start11 + body(call+call) + end, methods.KindInvalidRequest, "Client", 500},
	{"a fault", start11 + body(`<SOAP-ENV:Fault/>`) + end, methods.KindInvalidRequest, "Client", 500},
	{"a call whose prefix is not declared", start11 + body(`<m:echo/>`) + end, methods.KindInvalidRequest, "Client", 500},
	{"rules of encoding that nobody knows", strings.Replace(start11, `encodingStyle="`+encoding11URI, `encodingStyle="urn:rules`, 1) + body(call) + end, methods.KindInvalidRequest, "Client", 500},
	{"and in SOAP 1.2", start12 + body(`<echo SOAP-ENV:encodingStyle="urn:rules"/>`) + end, methods.KindInvalidRequest, "DataEncodingUnknown", 500},

	{"a header that must be understood", start11 + `<SOAP-ENV:Header><a xmlns="urn:a" SOAP-ENV:mustUnderstand="1"/></SOAP-ENV:Header>` + body(call) + end, methods.KindInvalidRequest, "MustUnderstand", 500},
	{"and in SOAP 1.2", start12 + `<SOAP-ENV:Header><a xmlns="urn:a" SOAP-ENV:mustUnderstand="true"/></SOAP-ENV:Header>` + body(call) + end, methods.KindInvalidRequest, "MustUnderstand", 500},
	{"a header whose prefix is not declared", start11 + `<SOAP-ENV:Header><a:b/></SOAP-ENV:Header>` + body(call) + end, methods.KindInvalidRequest, "Client", 500},
}

func TestEnvelopesRefused(t *testing.T) {
	for _, c := range refusedEnvelopes {
		t.Run(c.why, func(t *testing.T) {
			core := &scripted{}
			reply := answer(c.doc, core, wire.Style{})
			if core.method != "" || len(core.failed) != 1 {
				t.Fatalf("called %q, failed %v", core.method, core.failed)
			}
			wiretest.WantKind(t, core.failed[0], c.kind)
			text := string(reply.Body)
			if reply.Status != c.status || !strings.Contains(text, ">SOAP-ENV:"+c.fault+"</") {
				t.Errorf("%d %s", reply.Status, text)
			}
			if detail := strings.Contains(text, ">77</code>"); detail == (c.fault == "MustUnderstand" && reply.ContentType == "") {
				t.Errorf("the number is in the detail: %v", detail)
			}
		})
	}
}

// TestFaultCodes: every kind in both versions.
func TestFaultCodes(t *testing.T) {
	receiver := map[methods.Kind]bool{
		methods.KindInternal: true, methods.KindOutcomeUnknown: true, methods.KindBusy: true,
		methods.KindTimeout: true, methods.KindThrottled: true,
	}
	for k := range methods.KindCount {
		word11, word12, status12 := "Client", "Sender", http.StatusBadRequest
		if receiver[k] {
			word11, word12, status12 = "Server", "Receiver", http.StatusInternalServerError
		}
		core := &scripted{out: &wire.Outcome{Fault: &wire.Fault{Code: -5, Text: `a<b>&"é`, Kind: k}}}
		reply := answer(callOf(""), core, wire.Style{})
		want := `<SOAP-ENV:Fault><faultcode>SOAP-ENV:` + word11 + `</faultcode><faultstring>a&lt;b&gt;&amp;&quot;é</faultstring>` +
			`<detail><code xsi:type="xsd:int">-5</code></detail></SOAP-ENV:Fault>`
		if got := content(t, reply); got != want || reply.Status != 500 || reply.ContentType != "" {
			t.Errorf("%s: %d %s", k, reply.Status, got)
		}
		reply = answer(callOf12(""), core, wire.Style{})
		want = `<SOAP-ENV:Fault><SOAP-ENV:Code><SOAP-ENV:Value>SOAP-ENV:` + word12 + `</SOAP-ENV:Value></SOAP-ENV:Code>` +
			`<SOAP-ENV:Reason><SOAP-ENV:Text xml:lang="en">a&lt;b&gt;&amp;&quot;é</SOAP-ENV:Text></SOAP-ENV:Reason>` +
			`<SOAP-ENV:Detail><code xsi:type="xsd:int">-5</code></SOAP-ENV:Detail></SOAP-ENV:Fault>`
		if got := content(t, reply); got != want || reply.Status != status12 || reply.ContentType != contentType12 {
			t.Errorf("%s: %d %s %s", k, reply.Status, reply.ContentType, got)
		}
	}
}

// TestFaultsInTheCallersYear: the detail's type is of the year of the request.
func TestFaultsInTheCallersYear(t *testing.T) {
	core := &scripted{out: &wire.Outcome{Fault: &wire.Fault{}}}
	reply := answer(strings.ReplaceAll(callOf(""), schema2001, schema1999), core, wire.Style{})
	if !strings.Contains(string(reply.Body), `xmlns:xsd="`+schema1999+`"`) {
		t.Errorf("%s", reply.Body)
	}
}
