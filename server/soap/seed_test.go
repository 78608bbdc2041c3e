package soap

import (
	"context"
	"strings"
	"testing"

	"countersign/methods"
	"countersign/server/wire"
	"countersign/server/wire/wiretest"
)

// seedLogin is the login packet of phpGroupWare's document of August 2001, byte for byte,
// its lines with the line ends of the wire.
var seedLogin = strings.ReplaceAll(`<?xml version="1.0"?>
<SOAP-ENV:Envelope
xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/"
xmlns:xsi="http://www.w3.org/1999/XMLSchema-instance" xmlns:xsd="http://www.w3.org/1999/XMLSchema"
xmlns:SOAP-ENC="http://schemas.xmlsoap.org/soap/encoding/"
xmlns:si="http://soapinterop.org/xsd"
xmlns:ns6="http://soapinterop.org" SOAP-ENV:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/">
<SOAP-ENV:Body> <ns6:system_login>
<server_name xsi:type=":string">my.host.name</server_name>
<username xsi:type=":string">bubba</username>
<password xsi:type=":string">gump</password>
</ns6:system_login>
</SOAP-ENV:Body>
</SOAP-ENV:Envelope>
`, "\n", "\r\n")

// loginParams is the struct that phpGroupWare's login takes.
type loginParams struct {
	ServerName string `rpc:"server_name,optional"`
	Username   string `rpc:"username,optional"`
	Password   string `rpc:"password,optional"`
}

type loginStructIn struct {
	Login loginParams `rpc:"login"`
}

// loginCore has the one method system.login, which gives its argument back.
type loginCore struct {
	wiretest.Core
	view  *methods.View
	entry *methods.Entry
	got   loginParams
}

func newLoginCore(t *testing.T) *loginCore {
	c := &loginCore{}
	r, err := methods.NewRegistry(methods.Module{
		Name: "system", Help: "Logs in.", Run: methods.Public(), System: true,
		Methods: []methods.Method{methods.New("login", "Logs in.", methods.Public(),
			func(_ context.Context, _ *methods.Call, in loginStructIn) (map[string]string, error) {
				c.got = in.Login
				return nil, nil
			})},
	})
	if err != nil {
		t.Fatal(err)
	}
	c.view, c.entry = r.View(), r.Entries()[0]
	return c
}

func (c *loginCore) View() *methods.View { return c.view }

func (c *loginCore) Call(ctx context.Context, name string, args wire.Args) wire.Outcome {
	if name != "system.login" {
		return c.Fail(methods.Errorf(methods.KindMethodNotFound, "no %s", name))
	}
	call := &methods.Call{Entry: c.entry}
	var err error
	if call.Params, call.Named, err = args.(wire.FittedArgs).ValuesFor(c.entry); err == nil {
		_, err = c.entry.Run(ctx, call)
	}
	if err != nil {
		return c.Fail(err)
	}
	return wire.Outcome{Value: methods.Struct(
		methods.M("sessionid", methods.String("cf5c5534307562fc57915608377db007")),
		methods.M("kp3", methods.String("2fe54daa11c8d52116788aa3f93cb70e")),
	), Result: c.entry.Signatures[0].Result}
}

func (*loginCore) Fail(err error) wire.Outcome {
	e := methods.AsError(err)
	return wire.Outcome{Fault: &wire.Fault{Code: 77, Text: e.Public, Kind: e.Kind}}
}

// TestSeed: the packet is read and answered in its own year and namespace, the struct's
// members as results of their own (phpgroupware contract §7.2, §12).
func TestSeed(t *testing.T) {
	core := newLoginCore(t)
	reply := answer(seedLogin, core, wire.Style{Lines: true, OutParams: true})
	const want = `<?xml version="1.0" encoding="UTF-8"?>` + "\n" +
		`<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/"` +
		` xmlns:xsd="http://www.w3.org/1999/XMLSchema" xmlns:xsi="http://www.w3.org/1999/XMLSchema-instance"` +
		` xmlns:apache="http://xml.apache.org/xml-soap" xmlns:si="http://soapinterop.org/xsd"` +
		` xmlns:SOAP-ENC="http://schemas.xmlsoap.org/soap/encoding/"` +
		` SOAP-ENV:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"><SOAP-ENV:Body>` +
		`<m:system_loginResponse xmlns:m="http://soapinterop.org">` +
		`<sessionid xsi:type="xsd:string">cf5c5534307562fc57915608377db007</sessionid>` +
		`<kp3 xsi:type="xsd:string">2fe54daa11c8d52116788aa3f93cb70e</kp3>` +
		`</m:system_loginResponse></SOAP-ENV:Body></SOAP-ENV:Envelope>`
	if string(reply.Body) != want || reply.Status != 0 || reply.ContentType != "" {
		t.Errorf("%d %s\n%s", reply.Status, reply.ContentType, reply.Body)
	}
	if core.got != (loginParams{"my.host.name", "bubba", "gump"}) {
		t.Errorf("read as %+v", core.got)
	}
}

// TestLoginForms are those of phpgroupware contract §7.1.
func TestLoginForms(t *testing.T) {
	const login = `<m:system_login xmlns:m="http://soapinterop.org" xmlns:si="http://soapinterop.org/xsd">`
	for _, c := range []struct{ why, arguments string }{
		{"flat", `<server_name xsi:type="xsd:string">h.d</server_name><username xsi:type="xsd:string">bubba</username><password xsi:type="xsd:string">gump</password>`},
		{"flat, in another order", `<password>gump</password><server_name>h.d</server_name><username>bubba</username>`},
		{"flat, with something more", `<server_name>h.d</server_name><username>bubba</username><password>gump</password><extra>1</extra>`},
		{"flat, without names", `<param0>h.d</param0><param1>bubba</param1><param2>gump</param2>`},
		{"a struct called return", `<return xsi:type="si:SOAPStruct"><server_name>h.d</server_name><username>bubba</username><password>gump</password></return>`},
		{"a Map", `<param0 xsi:type="apache:Map"><item><key>username</key><value>bubba</value></item>` +
			`<item><key xsi:type="xsd:string">server_name</key><value>h.d</value></item><item><value>gump</value><key>password</key></item></param0>`},
		{"a struct without a type", `<c-gensym7><username xsi:type="xsd:string">bubba</username><password xsi:type="xsd:string">gump</password><server_name>h.d</server_name></c-gensym7>`},
		{"the parameter by its name", `<login><server_name>h.d</server_name><username>bubba</username><password>gump</password></login>`},
		{"a reference", `<param0 href="#a"/></m:system_login><multiRef id="a"><server_name>h.d</server_name><username href="#b"/><password>gump</password></multiRef><x id="b">bubba</x>`},
	} {
		core := newLoginCore(t)
		doc := start11 + body(login+c.arguments) + end
		if !strings.Contains(c.arguments, "</m:system_login>") {
			doc = start11 + body(login+c.arguments+"</m:system_login>") + end
		}
		reply := answer(doc, core, wire.Style{OutParams: true})
		if core.got != (loginParams{"h.d", "bubba", "gump"}) {
			t.Errorf("%s: read as %+v, answer %s", c.why, core.got, reply.Body)
		}
	}
}

// TestOutParams: only structs of the system module, only for clients that do not read
// the WSDL, only in a dialect that wants them.
func TestOutParams(t *testing.T) {
	const spread = `<GOAWAY xsi:type="xsd:string">XOXO</GOAWAY>`
	goaway := methods.Struct(methods.M("GOAWAY", methods.String("XOXO")))
	for _, c := range []struct {
		why, method, namespace string
		value                  methods.Value
		style                  wire.Style
		want                   bool
	}{
		{"a login", "system.login", "urn:x", goaway, wire.Style{OutParams: true}, true},
		{"in a dialect that does not", "system.login", "urn:x", goaway, wire.Style{}, false},
		{"a business method", "book.read", "urn:x", goaway, wire.Style{OutParams: true}, false},
		{"in the namespace of the WSDL", "system.login", rpcURI, goaway, wire.Style{OutParams: true}, false},
		{"in the other", "system.login", literalURI, goaway, wire.Style{OutParams: true}, false},
		{"no struct", "system.login", "urn:x", methods.Array(goaway), wire.Style{OutParams: true}, false},
		{"names that are no elements", "system.x", "urn:x", methods.Struct(methods.M("1", methods.Nil())), wire.Style{OutParams: true}, false},
	} {
		core := &scripted{out: &wire.Outcome{Value: c.value}}
		doc := start11 + body(`<m:`+c.method+` xmlns:m="`+c.namespace+`"/>`) + end
		got := content(t, answer(doc, core, c.style))
		if c.want != (got == `<m:`+c.method+`Response xmlns:m="`+c.namespace+`">`+spread+`</m:`+c.method+`Response>`) {
			t.Errorf("%s: %s", c.why, got)
		}
		if !c.want && !strings.Contains(got, "<return") {
			t.Errorf("%s: no return in %s", c.why, got)
		}
	}
}
