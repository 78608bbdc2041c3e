package soap_test

import (
	"strings"
	"testing"

	"countersign/methods"
	"countersign/methods/interop"
	"countersign/server/soap"
	"countersign/server/wire"
	"countersign/server/wire/wiretest"
)

// TestRound2 is the base part of the second round of interoperability tests on the wire
// (phpgroupware contract §7.3): the requests are PHP's, in the forms in which its own
// suite sends them.
func TestRound2(t *testing.T) {
	r, err := methods.NewRegistry(interop.SOAPBase("bare"))
	if err != nil {
		t.Fatal(err)
	}
	core := wiretest.NewDispatch(r.View("bare"))
	const item = `<varString xsi:type="xsd:string">arg</varString><varInt xsi:type="xsd:int">34</varInt><varFloat xsi:type="xsd:float">325.325</varFloat>`
	const itemBack = `<varString xsi:type="xsd:string">arg</varString><varInt xsi:type="xsd:int">34</varInt><varFloat xsi:type="xsd:double">325.325</varFloat>`
	for _, c := range []struct{ method, argument, result string }{
		{"echoString", `<inputString xsi:type="xsd:string">Hello World!</inputString>`, `<return xsi:type="xsd:string">Hello World!</return>`},
		{"echoString", `<param0 xsi:type="xsd:string">Hello World!</param0>`, `<return xsi:type="xsd:string">Hello World!</return>`},
		{"echoString", `<inputString xsi:type="xsd:string"></inputString>`, `<return xsi:type="xsd:string"></return>`},
		{"echoString", `<inputString xsi:nil="true"/>`, `<return xsi:nil="true"/>`},
		{"echoString", `<param0 xsi:nil="true"/>`, `<return xsi:nil="true"/>`},
		{"echoString", "<param0 xsi:type=\"xsd:string\">&gt;,&lt;,&amp;,\",',\\,\n</param0>", "<return xsi:type=\"xsd:string\">&gt;,&lt;,&amp;,&quot;,',\\,\n</return>"},
		{"echoStringArray", `<param0 SOAP-ENC:arrayType="xsd:string[2]" xsi:type="SOAP-ENC:Array"><item xsi:type="xsd:string">good</item><item xsi:type="xsd:string">bad</item></param0>`,
			`<return xsi:type="SOAP-ENC:Array" SOAP-ENC:arrayType="xsd:string[2]"><item xsi:type="xsd:string">good</item><item xsi:type="xsd:string">bad</item></return>`},
		{"echoStringArray", `<inputStringArray SOAP-ENC:arrayType="xsd:string[1]" xsi:type="ns2:ArrayOfstring" xmlns:ns2="http://soapinterop.org/xsd"><item xsi:type="xsd:string">one</item></inputStringArray>`,
			`<return xsi:type="SOAP-ENC:Array" SOAP-ENC:arrayType="xsd:string[1]"><item xsi:type="xsd:string">one</item></return>`},
		{"echoStringArray", `<param0 SOAP-ENC:arrayType="xsd:ur-type[0]" xsi:type="SOAP-ENC:Array"/>`, `<return xsi:type="SOAP-ENC:Array" SOAP-ENC:arrayType="xsd:string[0]"></return>`},
		{"echoStringArray", `<param0 xsi:nil="true"/>`, `<return xsi:nil="true"/>`},
		{"echoInteger", `<inputInteger xsi:type="xsd:int">34</inputInteger>`, `<return xsi:type="xsd:int">34</return>`},
		{"echoIntegerArray", `<param0 SOAP-ENC:arrayType="xsd:int[3]" xsi:type="SOAP-ENC:Array"><item xsi:type="xsd:int">1</item><item xsi:type="xsd:int">234324324</item><item xsi:type="xsd:int">2</item></param0>`,
			`<return xsi:type="SOAP-ENC:Array" SOAP-ENC:arrayType="xsd:int[3]"><item xsi:type="xsd:int">1</item><item xsi:type="xsd:int">234324324</item><item xsi:type="xsd:int">2</item></return>`},
		{"echoFloat", `<inputFloat xsi:type="xsd:float">325.325</inputFloat>`, `<return xsi:type="xsd:double">325.325</return>`},
		{"echoFloatArray", `<param0 SOAP-ENC:arrayType="xsd:float[2]" xsi:type="SOAP-ENC:Array"><item xsi:type="xsd:float">1.3223</item><item>34.2</item></param0>`,
			`<return xsi:type="SOAP-ENC:Array" SOAP-ENC:arrayType="xsd:double[2]"><item xsi:type="xsd:double">1.3223</item><item xsi:type="xsd:double">34.2</item></return>`},
		{"echoStruct", `<param0 xsi:type="SOAP-ENC:Struct">` + item + `</param0>`, `<return xsi:type="si:SOAPStruct">` + itemBack + `</return>`},
		{"echoStruct", `<inputStruct xsi:type="ns2:SOAPStruct" xmlns:ns2="http://soapinterop.org/xsd">` + item + `</inputStruct>`, `<return xsi:type="si:SOAPStruct">` + itemBack + `</return>`},
		{"echoStructArray", `<param0 SOAP-ENC:arrayType="SOAP-ENC:Struct[2]" xsi:type="SOAP-ENC:Array"><item xsi:type="SOAP-ENC:Struct">` + item + `</item><item xsi:type="SOAP-ENC:Struct">` + item + `</item></param0>`,
			`<return xsi:type="SOAP-ENC:Array" SOAP-ENC:arrayType="si:SOAPStruct[2]"><item xsi:type="si:SOAPStruct">` + itemBack + `</item><item xsi:type="si:SOAPStruct">` + itemBack + `</item></return>`},
		{"echoVoid", ``, ``},
		{"echoBase64", `<inputBase64 xsi:type="xsd:base64Binary">TmVicmFza2E=</inputBase64>`, `<return xsi:type="xsd:base64Binary">TmVicmFza2E=</return>`},
		{"echoHexBinary", `<inputHexBinary xsi:type="xsd:hexBinary">736F61707834</inputHexBinary>`, `<return xsi:type="xsd:hexBinary">736F61707834</return>`},
		{"echoDecimal", `<inputDecimal xsi:type="xsd:decimal">12345.67890</inputDecimal>`, `<return xsi:type="xsd:decimal">12345.67890</return>`},
		{"echoDate", `<inputDate xsi:type="xsd:dateTime">2001-05-24T17:31:41Z</inputDate>`, `<return xsi:type="xsd:dateTime">2001-05-24T17:31:41Z</return>`},
		{"echoBoolean", `<inputBoolean xsi:type="xsd:boolean">true</inputBoolean>`, `<return xsi:type="xsd:boolean">true</return>`},
		{"echoBoolean", `<inputBoolean xsi:type="xsd:boolean">0</inputBoolean>`, `<return xsi:type="xsd:boolean">false</return>`},
	} {
		req := &wire.Request{Body: []byte(encodedCall(c.method, c.argument)), Limits: wire.DefaultLimits()}
		reply := soap.New().Answer(t.Context(), req, core, nil)
		want := `<m:` + c.method + `Response xmlns:m="http://soapinterop.org/">` + c.result + `</m:` + c.method + `Response>`
		if !strings.Contains(string(reply.Body), want) {
			t.Errorf("%s %s\ngot  %s\nwant %s", c.method, c.argument, reply.Body, want)
		}
	}
}
