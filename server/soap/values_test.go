package soap

import (
	"strings"
	"testing"

	"countersign/methods"
	"countersign/server/wire/wiretest"
)

// accepted are arguments that are read without a signature, and what they mean.
var accepted = []struct{ why, element, want string }{
	{"string", `<a xsi:type="xsd:string"> as it is </a>`, `" as it is "`},
	{"an empty string", `<a xsi:type="xsd:string"/>`, `""`},
	{"references and CDATA", `<a xsi:type="xsd:string">&lt;&#233;<![CDATA[<b>]]></a>`, `"<é<b>"`},
	{"no type", `<a>5</a>`, `"5"`},
	{"a type without a prefix", `<a xsi:type=":string">x</a>`, `"x"`},
	{"another", `<a xsi:type=":int">5</a>`, `5`},
	{"a type without a prefix or colon", `<a xsi:type="int">5</a>`, `5`},
	{"the same where names have a namespace", `<a xmlns="urn:y" xsi:type="int">5</a>`, `"5"`},
	{"a type of the client's", `<a xmlns:y="urn:y" xsi:type="y:Money">5</a>`, `"5"`},
	{"anyType", `<a xsi:type="xsd:anyType">5</a>`, `"5"`},
	{"ur-type", `<a xsi:type="xsd:ur-type">5</a>`, `"5"`},
	{"a type that no year has", `<a xsi:type="xsd:novelty">5</a>`, `"5"`},
	{"anyURI", `<a xsi:type="xsd:anyURI">urn:a</a>`, `"urn:a"`},
	{"blanks in a type", `<a xsi:type=" xsd:int ">5</a>`, `5`},

	{"int", `<a xsi:type="xsd:int"> -5
</a>`, `-5`},
	{"an int with a plus", `<a xsi:type="xsd:int">+5</a>`, `5`},
	{"an int of 64 bits, as PHP says it", `<a xsi:type="xsd:int">5000000000</a>`, `5000000000L`},
	{"long", `<a xsi:type="xsd:long">5</a>`, `5L`},
	{"short", `<a xsi:type="xsd:short">-300</a>`, `-300`},
	{"unsignedInt", `<a xsi:type="xsd:unsignedInt">4294967295</a>`, `4294967295L`},
	{"integer", `<a xsi:type="xsd:integer">-9223372036854775808</a>`, `-9223372036854775808L`},
	{"SOAP-ENC:int", `<a xsi:type="SOAP-ENC:int">5</a>`, `5`},
	{"an element that is a type", `<SOAP-ENC:int>5</SOAP-ENC:int>`, `5`},
	{"boolean", `<a xsi:type="xsd:boolean">true</a>`, `true`},
	{"boolean in digits", `<a xsi:type="xsd:boolean"> 0 </a>`, `false`},
	{"double", `<a xsi:type="xsd:double">-1.5E2</a>`, `-1.5e+02`},
	{"float", `<a xsi:type="xsd:float">325.325</a>`, `3.25325e+02`},
	{"decimal keeps its digits", `<a xsi:type="xsd:decimal"> 12345.67890 </a>`, `"12345.67890"`},
	{"dateTime", `<a xsi:type="xsd:dateTime">2001-05-24T17:31:41Z</a>`, `2001-05-24 17:31:41 UTC+0`},
	{"a dateTime with a zone", `<a xsi:type="xsd:dateTime">2001-05-24T17:31:41.123-07:00</a>`, `2001-05-25 00:31:41.123 UTC-420`},
	{"a dateTime without one", `<a xsi:type="xsd:dateTime">2001-05-24T17:31:41</a>`, `2001-05-24 17:31:41`},
	{"timeInstant", `<a xsi:type="xsd:timeInstant">2001-05-24T17:31:41Z</a>`, `2001-05-24 17:31:41 UTC+0`},
	{"no date", `<a xsi:type="xsd:dateTime"/>`, `no date`},
	{"date", `<a xsi:type="xsd:date">2001-05-24</a>`, `"2001-05-24"`},
	{"base64Binary", `<a xsi:type="xsd:base64Binary">TmVi
	cmFz a2E=</a>`, `b64:TmVicmFza2E=`},
	{"SOAP-ENC:base64", `<a xsi:type="SOAP-ENC:base64">TmVicmFza2E=</a>`, `b64:TmVicmFza2E=`},
	{"hexBinary", `<a xsi:type="xsd:hexBinary">736F61707834</a>`, `b64:c29hcHg0`},
	{"hex", `<a xsi:type="xsd:hex">736f61707834</a>`, `b64:c29hcHg0`},

	{"nil", `<a xsi:nil="true"/>`, `nil`},
	{"nil in digits", `<a xsi:nil="1" xsi:type="xsd:int"/>`, `nil`},
	{"null", `<a xsi:null="1"/>`, `nil`},
	{"not nil", `<a xsi:nil="false">5</a>`, `"5"`},
	{"another attribute nil", `<a nil="true">5</a>`, `"5"`},

	{"a struct", `<a xsi:type="SOAP-ENC:Struct"><b xsi:type="xsd:int">1</b><c>2</c></a>`, `{"b":1 "c":"2"}`},
	{"a struct without a type", `<a><b xsi:type="xsd:int">1</b><c><d/></c></a>`, `{"b":1 "c":{"d":""}}`},
	{"a struct of the client's", `<a xmlns:y="urn:y" xsi:type="y:SOAPStruct"><y:b xsi:type="xsd:int">1</y:b></a>`, `{"b":1}`},
	{"an empty struct", `<a xsi:type="SOAP-ENC:Struct"/>`, `{}`},
	{"phpGroupWare's struct", `<a xmlns:si="http://soapinterop.org/xsd" xsi:type="si:SOAPStruct"><item>1</item></a>`, `{"item":"1"}`},
	{"an empty one", `<a xmlns:si="http://soapinterop.org/xsd" xsi:type="si:SOAPStruct"/>`, `{}`},
	{"a member twice", `<a><b>1</b><c>2</c><b>3</b></a>`, `{"b":"1" "c":"2" "b":"3"}`},

	{"an array", `<a xsi:type="SOAP-ENC:Array" SOAP-ENC:arrayType="xsd:int[2]"><item>1</item><item>2</item></a>`, `[1 2]`},
	{"the types of the items count", `<a SOAP-ENC:arrayType="xsd:anyType[2]" xsi:type="SOAP-ENC:Array"><i xsi:type="xsd:int">1</i><j xsi:type="xsd:string">2</j></a>`, `[1 "2"]`},
	{"an array named so", `<SOAP-ENC:Array SOAP-ENC:arrayType="xsd:string[1]"><item>1</item></SOAP-ENC:Array>`, `["1"]`},
	{"an array by its name alone", `<SOAP-ENC:Array><item xsi:type="xsd:int">1</item></SOAP-ENC:Array>`, `[1]`},
	{"an empty array", `<a SOAP-ENC:arrayType="xsd:string[0]" xsi:type="SOAP-ENC:Array"/>`, `[]`},
	{"an array of any size", `<a SOAP-ENC:arrayType="xsd:string[]"><item>1</item></a>`, `["1"]`},
	{"an array that says another size", `<a SOAP-ENC:arrayType="xsd:string[1000000000000000000000]"><item>1</item></a>`, `["1"]`},
	{"a smaller one", `<a SOAP-ENC:arrayType="xsd:string[1]"><item>1</item><item>2</item></a>`, `["1" "2"]`},
	{"an array of arrays", `<a SOAP-ENC:arrayType="xsd:int[][2]"><item SOAP-ENC:arrayType="xsd:int[1]"><item>1</item></item><item><item>2</item></item></a>`, `[[1] ["2"]]`},
	{"an array of a type of the client's", `<a xmlns:y="urn:y" SOAP-ENC:arrayType="y:Person[1]"><item><n>1</n></item></a>`, `[{"n":"1"}]`},
	{"offset 0", `<a SOAP-ENC:arrayType="xsd:int[1]" SOAP-ENC:offset="[0]"><item>1</item></a>`, `[1]`},
	{"nil in an array", `<a SOAP-ENC:arrayType="xsd:int[2]"><item>1</item><item xsi:nil="1"/></a>`, `[1 nil]`},
	{"several elements of one name", `<a><b>1</b><b>2</b></a>`, `["1" "2"]`},
	{"one item", `<a><item>1</item></a>`, `["1"]`},
	{"Vector", `<a xsi:type="apache:Vector"><x xsi:type="xsd:int">1</x></a>`, `[1]`},

	{"a Map", `<a xsi:type="apache:Map"><item><key xsi:type="xsd:string">b</key><value xsi:type="xsd:int">1</value></item>` +
		`<item><key xsi:type="xsd:int">5</key><value>x</value></item></a>`, `{"b":1 "5":"x"}`},
	{"an empty Map", `<a xsi:type="apache:Map"/>`, `{}`},
	{"a Map that does not say so", `<a><item><key>b</key><value>1</value></item></a>`, `{"b":"1"}`},
	{"nearly a Map", `<a><item><key>b</key><value>1</value><more/></item></a>`, `[{"key":"b" "value":"1" "more":""}]`},
	{"a Map of our WSDL", `<a xmlns:y="urn:countersign" xsi:type="y:Map"><item><key>b</key><value>1</value></item></a>`, `{"b":"1"}`},
	{"a list of our WSDL", `<a xmlns:y="urn:countersign" xsi:type="y:ArrayOfString"><item>b</item></a>`, `["b"]`},

	{"attributes that mean nothing", `<a xml:lang="en" b="c" SOAP-ENC:root="1" id="x" xsi:schemaLocation="d">5</a>`, `"5"`},
	{"a prefix declared anew", `<a xmlns:xsd="urn:y" xsi:type="xsd:int">5</a>`, `"5"`},
	{"and beside it the old one", `<a xsi:type="xsd:int">5</a><a xmlns:xsd="urn:y" xsi:type="xsd:int">5</a><a xsi:type="xsd:int">5</a>`, `5 "5" 5`},
	{"declared anew around it", `<a xmlns:xsd="urn:y"><b xsi:type="xsd:int">5</b></a><a xsi:type="xsd:int">5</a>`, `{"b":"5"} 5`},
	{"declared where it is used", `<a xmlns:i="http://www.w3.org/1999/XMLSchema-instance" i:type="t:int" xmlns:t="http://www.w3.org/1999/XMLSchema">5</a>`, `5`},
}

func TestValues(t *testing.T) {
	for _, c := range accepted {
		values, err := read(callOf(c.element))
		if got := wiretest.ShowAll(values); err != nil || got != c.want {
			t.Errorf("%s: got %s, %v; want %s", c.why, got, err, c.want)
		}
	}
}

// TestYears: the types of every year are known in every year.
func TestYears(t *testing.T) {
	for _, schema := range []string{schema1999, schema2000, schema2001} {
		for _, c := range accepted {
			values, err := read(strings.ReplaceAll(callOf(c.element), schema2001, schema))
			if got := wiretest.ShowAll(values); err != nil || got != c.want {
				t.Errorf("%s, %s: got %s, %v; want %s", schema, c.why, got, err, c.want)
			}
		}
	}
}

// TestValues12 is what SOAP 1.2 writes in its own way (part 2, §3).
func TestValues12(t *testing.T) {
	for _, c := range []struct{ why, element, want string }{
		{"an array", `<a SOAP-ENC:itemType="xsd:int" SOAP-ENC:arraySize="2"><item>1</item><item>2</item></a>`, `[1 2]`},
		{"an array without a type of items", `<a SOAP-ENC:arraySize="2"><item xsi:type="xsd:int">1</item><item>2</item></a>`, `[1 "2"]`},
		{"an array of any size", `<a SOAP-ENC:itemType="xsd:int" SOAP-ENC:arraySize="*"><item>1</item></a>`, `[1]`},
		{"a reference", `<a SOAP-ENC:ref="x"/><a SOAP-ENC:id="x" xsi:type="xsd:int">5</a>`, `5 5`},
		{"a reference as PHP writes it", `<a SOAP-ENC:ref="#x"/><a SOAP-ENC:id="x" xsi:type="xsd:int">5</a>`, `5 5`},
		{"href is an attribute like any other", `<a href="#x">5</a>`, `"5"`},
		{"so is arrayType", `<a SOAP-ENC:arrayType="xsd:int[9">5</a>`, `"5"`},
		{"nil", `<a xsi:nil="true"/>`, `nil`},
	} {
		values, err := read(callOf12(c.element))
		if got := wiretest.ShowAll(values); err != nil || got != c.want {
			t.Errorf("%s: got %s, %v; want %s", c.why, got, err, c.want)
		}
	}
}

// refusedValues are arguments that are well formed, but no values.
var refusedValues = []struct{ why, element string }{
	{"int with a fraction", `<a xsi:type="xsd:int">1.0</a>`},
	{"int over 64 bits", `<a xsi:type="xsd:integer">9223372036854775808</a>`},
	{"int in hex", `<a xsi:type="xsd:int">0x10</a>`},
	{"int with an underscore", `<a xsi:type="xsd:int">1_0</a>`},
	{"an empty int", `<a xsi:type="xsd:int"/>`},
	{"boolean yes", `<a xsi:type="xsd:boolean">yes</a>`},
	{"boolean TRUE", `<a xsi:type="xsd:boolean">TRUE</a>`},
	{"an empty boolean", `<a xsi:type="xsd:boolean"/>`},
	{"double in words", `<a xsi:type="xsd:double">five</a>`},
	{"INF", `<a xsi:type="xsd:double">INF</a>`},
	{"NaN", `<a xsi:type="xsd:float">NaN</a>`},
	{"a double too large", `<a xsi:type="xsd:double">1e309</a>`},
	{"a double in hex", `<a xsi:type="xsd:double">0x1p4</a>`},
	{"an empty double", `<a xsi:type="xsd:double"/>`},
	{"a decimal in words", `<a xsi:type="xsd:decimal">five</a>`},
	{"a date in words", `<a xsi:type="xsd:dateTime">soon</a>`},
	{"a day that its month lacks", `<a xsi:type="xsd:dateTime">2001-02-29T00:00:00Z</a>`},
	{"base64 outside its alphabet", `<a xsi:type="xsd:base64Binary">AP-_</a>`},
	{"base64 cut off", `<a xsi:type="xsd:base64Binary">AP8</a>`},
	{"an odd number of hex digits", `<a xsi:type="xsd:hexBinary">736</a>`},
	{"hex digits that are none", `<a xsi:type="xsd:hexBinary">xyzw</a>`},

	{"an element in a simple value", `<a xsi:type="xsd:int"><b/></a>`},
	{"an element in a string", `<a xsi:type="xsd:string">x<b/></a>`},
	{"mixed content", `<a>x<b/></a>`},
	{"mixed content in a struct", `<a xsi:type="SOAP-ENC:Struct"><b/>x</a>`},
	{"text in a struct", `<a xsi:type="SOAP-ENC:Struct">x</a>`},
	{"text in an array", `<a SOAP-ENC:arrayType="xsd:int[1]">1</a>`},
	{"text in a Map", `<a xsi:type="apache:Map">x</a>`},
	{"an item of a Map without a value", `<a xsi:type="apache:Map"><item><key>b</key></item></a>`},
	{"an item of a Map with more", `<a xsi:type="apache:Map"><item><key>b</key><value>1</value><value>2</value></item></a>`},
	{"a Map whose key is a struct", `<a xsi:type="apache:Map"><item><key><b/></key><value>1</value></item></a>`},

	{"a type whose prefix is not declared", `<a xsi:type="zzz:int">5</a>`},
	{"an array's the same", `<a SOAP-ENC:arrayType="zzz:int[1]"><item>1</item></a>`},
	{"arrayType without brackets", `<a SOAP-ENC:arrayType="xsd:int"><item>1</item></a>`},
	{"arrayType without a type", `<a SOAP-ENC:arrayType="[1]"><item>1</item></a>`},
	{"arrayType that does not end", `<a SOAP-ENC:arrayType="xsd:int[1"><item>1</item></a>`},
	{"arrayType with a size in words", `<a SOAP-ENC:arrayType="xsd:int[two]"><item>1</item></a>`},
	{"a negative size", `<a SOAP-ENC:arrayType="xsd:int[-1]"><item>1</item></a>`},
	{"two dimensions", `<a SOAP-ENC:arrayType="xsd:int[2,2]"><item>1</item></a>`},
	{"an offset", `<a SOAP-ENC:arrayType="xsd:int[5]" SOAP-ENC:offset="[2]"><item>1</item></a>`},
	{"a position", `<a SOAP-ENC:arrayType="xsd:int[5]"><item SOAP-ENC:position="[3]">1</item></a>`},

	{"a reference to nothing", `<a href="#x"/>`},
	{"a reference out of the document", `<a href="http://127.0.0.1/x"/>`},
	{"a reference to a file", `<a href="file:///etc/passwd"/>`},
	{"a reference to a part of a message", `<a href="cid:x"/>`},
	{"an empty reference", `<a href=""/>`},
	{"a reference to an empty id", `<a href="#"/><b id="">5</b>`},
	{"a reference with text", `<a href="#x">5</a><b id="x">5</b>`},
	{"a reference with elements", `<a href="#x"><c/></a><b id="x">5</b>`},
	{"an id twice", `<a href="#x"/><b id="x">5</b><b id="x">6</b>`},
	{"a reference to itself", `<a id="x" href="#x"/>`},
	{"a value that holds itself", `<a id="x"><b href="#x"/></a>`},
	{"two that hold each other", `<a id="x"><b href="#y"/></a><a id="y"><b href="#x"/></a>`},
	{"a reference to the call", `<a href="#call"/>`},
}

func TestValuesRefused(t *testing.T) {
	for _, c := range refusedValues {
		doc := strings.Replace(callOf(c.element), `<m:echo `, `<m:echo id="call" `, 1)
		values, err := read(doc)
		if err == nil {
			t.Errorf("%s: read as %s", c.why, wiretest.ShowAll(values))
			continue
		}
		if k := methods.AsError(err).Kind; k != methods.KindInvalidRequest {
			t.Errorf("%s: %s, %v", c.why, k, err)
		}
	}
	for _, c := range []struct{ why, element string }{
		{"two dimensions", `<a SOAP-ENC:itemType="xsd:int" SOAP-ENC:arraySize="2 2"><item>1</item></a>`},
		{"a size in words", `<a SOAP-ENC:itemType="xsd:int" SOAP-ENC:arraySize="two"><item>1</item></a>`},
		{"a reference to nothing", `<a SOAP-ENC:ref="x"/>`},
		{"a reference to itself", `<a SOAP-ENC:id="x" SOAP-ENC:ref="x"/>`},
	} {
		if values, err := read(callOf12(c.element)); err == nil {
			t.Errorf("SOAP 1.2, %s: read as %s", c.why, wiretest.ShowAll(values))
		}
	}
}
