package soap

import (
	"math"
	"strings"
	"testing"
	"time"

	"countersign/methods"
	"countersign/server/wire"
	"countersign/server/wire/wiretest"
)

// written gives the content of the response element for a value. The description
// declares what the signature has.
func written(t *testing.T, f form, version wire.Version, y year, v methods.Value, want *methods.Schema) string {
	t.Helper()
	e := encoder{version: version, year: y, form: f}
	if f == encoded && want != nil {
		n := newNaming()
		n.add(&operation{name: "op", result: want})
		e.structs = n.structs
	}
	if !e.element("return", v, want) {
		t.Fatalf("%s cannot be written", wiretest.Show(v))
	}
	return string(e.dst)
}

var (
	str = methods.String
	num = methods.Int
	m   = methods.M

	instant = methods.ZonedTime(time.Date(2001, 5, 24, 17, 31, 41, 0, time.UTC), -420)

	personSchema = &methods.Schema{Type: methods.TypeStruct, Name: "person", Fields: []methods.Param{
		{Name: "name", Schema: &methods.Schema{Type: methods.TypeString}},
		{Name: "age", Optional: true, Schema: &methods.Schema{Type: methods.TypeInt}},
		{Name: "tags", Optional: true, Schema: listOf(&methods.Schema{Type: methods.TypeString})},
	}}
	pairSchema = &methods.Schema{Type: methods.TypeStruct, Fields: []methods.Param{{Name: "who", Schema: personSchema}}}
	freeSchema = &methods.Schema{Type: methods.TypeStruct}
)

func listOf(elem *methods.Schema) *methods.Schema {
	return &methods.Schema{Type: methods.TypeArray, Elem: elem}
}

func of(t methods.Type) *methods.Schema { return &methods.Schema{Type: t} }

// TestWritten: one row for each value, in the three forms.
func TestWritten(t *testing.T) {
	for _, c := range []struct {
		why                      string
		value                    methods.Value
		want                     *methods.Schema
		legacy, encoded, literal string
	}{
		{"string", str(`a<b>&"'é`), of(methods.TypeString),
			`<return xsi:type="xsd:string">a&lt;b&gt;&amp;&quot;'é</return>`, ``, `<return>a&lt;b&gt;&amp;&quot;'é</return>`},
		{"an empty string", str(""), of(methods.TypeString), `<return xsi:type="xsd:string"></return>`, ``, `<return></return>`},
		{"int", num(-5), of(methods.TypeInt), `<return xsi:type="xsd:int">-5</return>`, ``, `<return>-5</return>`},
		{"a large int", num(math.MaxInt32 + 1), of(methods.TypeInt), `<return xsi:type="xsd:long">2147483648</return>`, ``, `<return>2147483648</return>`},
		{"long", methods.Long(5), of(methods.TypeLong), `<return xsi:type="xsd:long">5</return>`, ``, `<return>5</return>`},
		{"true", methods.Bool(true), of(methods.TypeBoolean), `<return xsi:type="xsd:boolean">true</return>`, ``, `<return>true</return>`},
		{"false", methods.Bool(false), of(methods.TypeBoolean), `<return xsi:type="xsd:boolean">false</return>`, ``, `<return>false</return>`},
		{"double", methods.Double(325.325), of(methods.TypeDouble), `<return xsi:type="xsd:double">325.325</return>`, ``, `<return>325.325</return>`},
		{"a large double", methods.Double(1e300), of(methods.TypeDouble), `<return xsi:type="xsd:double">1e+300</return>`, ``, `<return>1e+300</return>`},
		{"infinity", methods.Double(math.Inf(1)), of(methods.TypeDouble), `<return xsi:type="xsd:double">INF</return>`, ``, `<return>INF</return>`},
		{"minus infinity", methods.Double(math.Inf(-1)), of(methods.TypeDouble), `<return xsi:type="xsd:double">-INF</return>`, ``, `<return>-INF</return>`},
		{"no number", methods.Double(math.NaN()), of(methods.TypeDouble), `<return xsi:type="xsd:double">NaN</return>`, ``, `<return>NaN</return>`},
		{"an int for a double", num(5), of(methods.TypeDouble), `<return xsi:type="xsd:int">5</return>`, ``, `<return>5</return>`},
		{"a date, in UTC", instant, of(methods.TypeDateTime), `<return xsi:type="xsd:dateTime">2001-05-24T17:31:41Z</return>`, ``, `<return>2001-05-24T17:31:41Z</return>`},
		{"no date", methods.EmptyDate(), of(methods.TypeDateTime), `<return xsi:nil="true"/>`, ``, `<return xsi:nil="true"/>`},
		{"bytes", methods.Bytes([]byte{0, 255}), of(methods.TypeBase64), `<return xsi:type="xsd:base64Binary">AP8=</return>`, ``, `<return>AP8=</return>`},
		{"nil", methods.Nil(), of(methods.TypeString), `<return xsi:nil="true"/>`, ``, `<return xsi:nil="true"/>`},
		{"hexBinary", methods.Bytes([]byte("soapx4\xff")), &methods.Schema{Type: methods.TypeBase64, Name: "hexBinary"},
			`<return xsi:type="xsd:hexBinary">736F61707834FF</return>`, ``, `<return>736F61707834FF</return>`},
		{"decimal", str("12345.67890"), &methods.Schema{Type: methods.TypeString, Name: "decimal"},
			`<return xsi:type="xsd:decimal">12345.67890</return>`, ``, `<return>12345.67890</return>`},

		{"a list", methods.Array(str("a"), str("b")), listOf(of(methods.TypeString)),
			`<return xsi:type="SOAP-ENC:Array" SOAP-ENC:arrayType="xsd:string[2]"><item xsi:type="xsd:string">a</item><item xsi:type="xsd:string">b</item></return>`, ``,
			`<return><item>a</item><item>b</item></return>`},
		{"an empty list", methods.Array(), listOf(of(methods.TypeLong)),
			`<return xsi:type="SOAP-ENC:Array" SOAP-ENC:arrayType="xsd:long[0]"></return>`, ``, `<return></return>`},
		{"an empty list of nobody knows", methods.Array(), of(methods.TypeArray),
			`<return xsi:type="SOAP-ENC:Array" SOAP-ENC:arrayType="xsd:anyType[0]"></return>`, ``, `<return></return>`},
		{"a mixed list", methods.Array(str("a"), num(1)), listOf(of(methods.TypeAny)),
			`<return xsi:type="SOAP-ENC:Array" SOAP-ENC:arrayType="xsd:anyType[2]"><item xsi:type="xsd:string">a</item><item xsi:type="xsd:int">1</item></return>`, ``,
			`<return><item xsi:type="xsd:string">a</item><item xsi:type="xsd:int">1</item></return>`},
		{"integers of two sizes", methods.Array(num(1), num(1<<40)), listOf(of(methods.TypeInt)),
			`<return xsi:type="SOAP-ENC:Array" SOAP-ENC:arrayType="xsd:long[2]"><item xsi:type="xsd:int">1</item><item xsi:type="xsd:long">1099511627776</item></return>`, ``,
			`<return><item>1</item><item>1099511627776</item></return>`},
		{"nil in a list", methods.Array(methods.Nil(), num(1)), listOf(of(methods.TypeInt)),
			`<return xsi:type="SOAP-ENC:Array" SOAP-ENC:arrayType="xsd:int[2]"><item xsi:nil="true"/><item xsi:type="xsd:int">1</item></return>`, ``,
			`<return><item xsi:nil="true"/><item>1</item></return>`},
		{"lists in a list", methods.Array(methods.Array(num(1)), methods.Array()), listOf(listOf(of(methods.TypeInt))),
			`<return xsi:type="SOAP-ENC:Array" SOAP-ENC:arrayType="SOAP-ENC:Array[2]"><item xsi:type="SOAP-ENC:Array" SOAP-ENC:arrayType="xsd:int[1]"><item xsi:type="xsd:int">1</item></item>` +
				`<item xsi:type="SOAP-ENC:Array" SOAP-ENC:arrayType="xsd:int[0]"></item></return>`, ``,
			`<return><item><item>1</item></item><item></item></return>`},

		{"a struct", methods.Struct(m("name", str("Bo")), m("age", num(5)), m("tags", methods.Array())), personSchema,
			`<return xsi:type="si:SOAPStruct"><name xsi:type="xsd:string">Bo</name><age xsi:type="xsd:int">5</age><tags xsi:type="SOAP-ENC:Array" SOAP-ENC:arrayType="xsd:string[0]"></tags></return>`,
			`<return xsi:type="rpc:Person"><name xsi:type="xsd:string">Bo</name><age xsi:type="xsd:int">5</age><tags xsi:type="SOAP-ENC:Array" SOAP-ENC:arrayType="xsd:string[0]"></tags></return>`,
			`<return><name>Bo</name><age>5</age><tags></tags></return>`},
		{"in the order of the type, without what is nil or not declared", methods.Struct(m("age", methods.Nil()), m("more", num(1)), m("name", str("Bo"))), personSchema,
			`<return xsi:type="si:SOAPStruct"><age xsi:nil="true"/><more xsi:type="xsd:int">1</more><name xsi:type="xsd:string">Bo</name></return>`,
			`<return xsi:type="rpc:Person"><name xsi:type="xsd:string">Bo</name></return>`, `<return><name>Bo</name></return>`},
		{"a list of structs", methods.Array(methods.Struct(m("name", str("Bo")))), listOf(personSchema),
			`<return xsi:type="SOAP-ENC:Array" SOAP-ENC:arrayType="si:SOAPStruct[1]"><item xsi:type="si:SOAPStruct"><name xsi:type="xsd:string">Bo</name></item></return>`,
			`<return xsi:type="SOAP-ENC:Array" SOAP-ENC:arrayType="rpc:Person[1]"><item xsi:type="rpc:Person"><name xsi:type="xsd:string">Bo</name></item></return>`,
			`<return><item><name>Bo</name></item></return>`},
		{"an empty list of structs", methods.Array(), listOf(personSchema),
			`<return xsi:type="SOAP-ENC:Array" SOAP-ENC:arrayType="si:SOAPStruct[0]"></return>`,
			`<return xsi:type="SOAP-ENC:Array" SOAP-ENC:arrayType="rpc:Person[0]"></return>`, `<return></return>`},
		{"a struct of no name, and one in it", methods.Struct(m("who", methods.Struct(m("name", str("Bo"))))), pairSchema,
			`<return xsi:type="si:SOAPStruct"><who xsi:type="si:SOAPStruct"><name xsi:type="xsd:string">Bo</name></who></return>`,
			`<return xsi:type="rpc:Op_result"><who xsi:type="rpc:Person"><name xsi:type="xsd:string">Bo</name></who></return>`,
			`<return><who><name>Bo</name></who></return>`},
		{"nil in a list of structs", methods.Array(methods.Nil(), methods.Struct(m("name", str("Bo")))), listOf(personSchema),
			`<return xsi:type="SOAP-ENC:Array" SOAP-ENC:arrayType="si:SOAPStruct[2]"><item xsi:nil="true"/><item xsi:type="si:SOAPStruct"><name xsi:type="xsd:string">Bo</name></item></return>`,
			`<return xsi:type="SOAP-ENC:Array" SOAP-ENC:arrayType="rpc:Person[2]"><item xsi:nil="true"/><item xsi:type="rpc:Person"><name xsi:type="xsd:string">Bo</name></item></return>`,
			`<return><item xsi:nil="true"/><item><name>Bo</name></item></return>`},
		{"a free struct", methods.Struct(m("a", num(1)), m("b", methods.Array(num(2)))), freeSchema,
			`<return xsi:type="si:SOAPStruct"><a xsi:type="xsd:int">1</a><b xsi:type="SOAP-ENC:Array" SOAP-ENC:arrayType="xsd:int[1]"><item xsi:type="xsd:int">2</item></b></return>`,
			`<return xsi:type="apache:Map"><item><key xsi:type="xsd:string">a</key><value xsi:type="xsd:int">1</value></item><item><key xsi:type="xsd:string">b</key><value xsi:type="SOAP-ENC:Array" SOAP-ENC:arrayType="xsd:int[1]"><item xsi:type="xsd:int">2</item></value></item></return>`,
			`<return><item><key>a</key><value xsi:type="xsd:int">1</value></item><item><key>b</key><value xsi:type="m:ArrayOfAnyType"><item xsi:type="xsd:int">2</item></value></item></return>`},
		{"names that are no elements", methods.Struct(m("1", str("<")), m("#a", num(1))), freeSchema,
			`<return xsi:type="apache:Map"><item><key xsi:type="xsd:string">1</key><value xsi:type="xsd:string">&lt;</value></item><item><key xsi:type="xsd:string">#a</key><value xsi:type="xsd:int">1</value></item></return>`, ``,
			`<return><item><key>1</key><value xsi:type="xsd:string">&lt;</value></item><item><key>#a</key><value xsi:type="xsd:int">1</value></item></return>`},
		{"anything", methods.Struct(m("a", methods.Struct())), of(methods.TypeAny),
			`<return xsi:type="si:SOAPStruct"><a xsi:type="si:SOAPStruct"></a></return>`,
			`<return xsi:type="apache:Map"><item><key xsi:type="xsd:string">a</key><value xsi:type="apache:Map"></value></item></return>`,
			`<return xsi:type="apache:Map"><item><key>a</key><value xsi:type="apache:Map"></value></item></return>`},

		{"another type than declared", str("5"), of(methods.TypeInt), `<return xsi:type="xsd:string">5</return>`, ``, `<return xsi:type="xsd:string">5</return>`},
		{"a struct where a list is declared", methods.Struct(m("a", num(1))), listOf(of(methods.TypeInt)),
			`<return xsi:type="si:SOAPStruct"><a xsi:type="xsd:int">1</a></return>`,
			`<return xsi:type="apache:Map"><item><key xsi:type="xsd:string">a</key><value xsi:type="xsd:int">1</value></item></return>`,
			`<return xsi:type="apache:Map"><item><key>a</key><value xsi:type="xsd:int">1</value></item></return>`},
		{"nothing declared", methods.Array(num(1)), nil,
			`<return xsi:type="SOAP-ENC:Array" SOAP-ENC:arrayType="xsd:int[1]"><item xsi:type="xsd:int">1</item></return>`, ``,
			`<return xsi:type="m:ArrayOfAnyType"><item xsi:type="xsd:int">1</item></return>`},
	} {
		if c.encoded == "" {
			c.encoded = c.legacy
		}
		for f, want := range map[form]string{legacy: c.legacy, encoded: c.encoded, literal: c.literal} {
			if got := written(t, f, wire.SOAP11, y2001, c.value, c.want); got != want {
				t.Errorf("%s, form %d:\ngot  %s\nwant %s", c.why, f, got, want)
			}
		}
	}
}

// TestWrittenWithoutName: what the description does not declare, since its method is in
// no listing, says no type.
func TestWrittenWithoutName(t *testing.T) {
	for _, c := range []struct {
		version wire.Version
		value   methods.Value
		schema  *methods.Schema
		want    string
	}{
		{wire.SOAP11, methods.Struct(m("name", str("Bo"))), personSchema, `<return><name xsi:type="xsd:string">Bo</name></return>`},
		{wire.SOAP11, methods.Array(methods.Struct(m("name", str("Bo")))), listOf(personSchema),
			`<return xsi:type="SOAP-ENC:Array" SOAP-ENC:arrayType="xsd:anyType[1]"><item><name xsi:type="xsd:string">Bo</name></item></return>`},
		{wire.SOAP12, methods.Array(), listOf(personSchema),
			`<return xsi:type="SOAP-ENC:Array" SOAP-ENC:itemType="xsd:anyType" SOAP-ENC:arraySize="0"></return>`},
	} {
		e := encoder{version: c.version, year: y2001, form: encoded}
		if !e.element("return", c.value, c.schema) || string(e.dst) != c.want {
			t.Errorf("got  %s\nwant %s", e.dst, c.want)
		}
	}
}

// TestWrittenInOtherYears: what changed its name.
func TestWrittenInOtherYears(t *testing.T) {
	hex := &methods.Schema{Type: methods.TypeBase64, Name: "hexBinary"}
	for _, c := range []struct {
		value          methods.Value
		want           *methods.Schema
		in1999, in2000 string // the same in 2000 if empty
	}{
		{value: instant, in1999: `<return xsi:type="xsd:timeInstant">2001-05-24T17:31:41Z</return>`},
		{value: methods.Bytes([]byte{0}), in1999: `<return xsi:type="SOAP-ENC:base64">AA==</return>`},
		{value: methods.Bytes([]byte{10}), want: hex, in1999: `<return xsi:type="xsd:hex">0A</return>`},
		{value: methods.Nil(), in1999: `<return xsi:null="1"/>`},
		{value: methods.Array(), in1999: `<return xsi:type="SOAP-ENC:Array" SOAP-ENC:arrayType="xsd:ur-type[0]"></return>`,
			in2000: `<return xsi:type="SOAP-ENC:Array" SOAP-ENC:arrayType="xsd:anyType[0]"></return>`},
		{value: str("a"), in1999: `<return xsi:type="xsd:string">a</return>`},
	} {
		if c.in2000 == "" {
			c.in2000 = c.in1999
		}
		if got := written(t, legacy, wire.SOAP11, y1999, c.value, c.want); got != c.in1999 {
			t.Errorf("1999: got %s, want %s", got, c.in1999)
		}
		if got := written(t, legacy, wire.SOAP11, y2000, c.value, c.want); got != c.in2000 {
			t.Errorf("2000: got %s, want %s", got, c.in2000)
		}
	}
}

// TestEnvelopesWritten: around the value, in every version and form.
func TestEnvelopesWritten(t *testing.T) {
	value := &wire.Outcome{Value: methods.Array(num(1))}
	array12 := `<return xsi:type="SOAP-ENC:Array" SOAP-ENC:itemType="xsd:int" SOAP-ENC:arraySize="1"><item xsi:type="xsd:int">1</item></return>`
	rules12 := ` SOAP-ENV:encodingStyle="` + encoding12URI + `"`
	for _, c := range []struct{ why, doc, content, has, hasNot string }{
		{"the namespace is the request's", start11 + body(`<m:a.b xmlns:m="urn:&lt;&amp;&#9;x"/>`) + end,
			`<m:a.bResponse xmlns:m="urn:&lt;&amp;&#9;x"><return xsi:type="SOAP-ENC:Array" SOAP-ENC:arrayType="xsd:int[1]"><item xsi:type="xsd:int">1</item></return></m:a.bResponse>`,
			encoding11URI, encoding12URI},
		{"none is none", start11 + body(`<echo/>`) + end,
			`<echoResponse><return xsi:type="SOAP-ENC:Array" SOAP-ENC:arrayType="xsd:int[1]"><item xsi:type="xsd:int">1</item></return></echoResponse>`, "", ""},
		{"SOAP 1.2", callOf12(""), `<m:echoResponse xmlns:m="urn:x"` + rules12 + `>` + array12 + `</m:echoResponse>`, encoding12URI, encoding11URI},
		{"SOAP 1.2, encoded", start12 + body(`<echo xmlns="urn:countersign:rpc"/>`) + end,
			`<m:echoResponse xmlns:m="urn:countersign:rpc"` + rules12 + `>` + array12 + `</m:echoResponse>`, envelope12URI, structURI},
		{"SOAP 1.2, literal", start12 + body(`<echo xmlns="urn:countersign"/>`) + end,
			`<m:echoResponse xmlns:m="urn:countersign"><return xsi:type="m:ArrayOfAnyType"><item xsi:type="xsd:int">1</item></return></m:echoResponse>`, envelope12URI, "encodingStyle"},
		{"literal", literalOf(""),
			`<m:echoResponse xmlns:m="urn:countersign"><return xsi:type="m:ArrayOfAnyType"><item xsi:type="xsd:int">1</item></return></m:echoResponse>`, envelope11URI, "encodingStyle"},
		{"a name that is not ASCII", start11 + body(`<é/>`) + end,
			`<éResponse><return xsi:type="SOAP-ENC:Array" SOAP-ENC:arrayType="xsd:int[1]"><item xsi:type="xsd:int">1</item></return></éResponse>`, "", ""},
	} {
		reply := answer(c.doc, &scripted{out: value}, wire.Style{})
		if got := content(t, reply); got != c.content {
			t.Errorf("%s:\ngot  %s\nwant %s", c.why, got, c.content)
		}
		text := string(reply.Body)
		if !strings.Contains(text, c.has) || c.hasNot != "" && strings.Contains(text, c.hasNot) {
			t.Errorf("%s: %s", c.why, text)
		}
	}
	t.Run("no result", func(t *testing.T) {
		none := &wire.Outcome{Result: of(methods.TypeNil)}
		for _, doc := range []string{callOf(""), literalOf("")} {
			if got := content(t, answer(doc, &scripted{out: none}, wire.Style{})); strings.Contains(got, "return") || !strings.HasSuffix(got, `></m:echoResponse>`) {
				t.Errorf("%s", got)
			}
		}
	})
}

// TestUnsendable: years that XML Schema writes in another way.
func TestUnsendable(t *testing.T) {
	for _, year := range []int{-1, 10000} {
		v := methods.FloatingTime(time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC))
		for _, v := range []methods.Value{v, methods.Array(v), methods.Struct(m("a", v)), methods.Struct(m("1", v))} {
			for f := range literal + 1 {
				e := encoder{version: wire.SOAP11, year: y2001, form: f}
				if e.element("return", v, nil) {
					t.Errorf("year %d, form %d: %s", year, f, e.dst)
				}
			}
			e := encoder{version: wire.SOAP11, year: y2001, form: literal}
			declared := &methods.Schema{Type: methods.TypeStruct, Fields: []methods.Param{{Name: "a", Schema: anything}}}
			if v.Type() == methods.TypeStruct && v.Members()[0].Name == "a" && e.element("return", v, declared) {
				t.Errorf("year %d, declared: %s", year, e.dst)
			}
		}
	}
}
