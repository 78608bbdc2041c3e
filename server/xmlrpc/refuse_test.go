package xmlrpc

import (
	"fmt"
	"strings"
	"testing"

	"countersign/methods"
	"countersign/server/internal/xmltext"
	"countersign/server/wire"
	"countersign/server/wire/wiretest"
)

// refusedValues are <value> elements that are well formed but no XML-RPC: fault 15 or
// -32600 (phpgroupware contract §8.5).
var refusedValues = []struct{ why, element string }{
	{"int over the range", `<value><int>2147483648</int></value>`},
	{"int under the range", `<value><i4>-2147483649</i4></value>`},
	{"i1 over the range", `<value><i1>128</i1></value>`},
	{"i2 under the range", `<value><i2>-32769</i2></value>`},
	{"i8 over the range", `<value><i8>9223372036854775808</i8></value>`},
	{"biginteger over 64 bits", `<value><biginteger>99999999999999999999</biginteger></value>`},
	{"int with a fraction", `<value><int>1.0</int></value>`},
	{"int with an exponent", `<value><int>1e3</int></value>`},
	{"int in hex", `<value><int>0x1F</int></value>`},
	{"int with an underscore", `<value><int>1_000</int></value>`},
	{"int with a blank inside", `<value><int>1 2</int></value>`},
	{"two signs", `<value><int>+-5</int></value>`},
	{"two plus signs", `<value><int>++5</int></value>`},
	{"a sign alone", `<value><int>-</int></value>`},
	{"an empty int", `<value><int/></value>`},
	{"digits of another script", `<value><int>٤٢</int></value>`},
	{"a no-break space is no blank", "<value><int>\u00a01</int></value>"},

	{"boolean 2", `<value><boolean>2</boolean></value>`},
	{"boolean yes", `<value><boolean>yes</boolean></value>`},
	{"an empty boolean", `<value><boolean/></value>`},
	{"boolean 01", `<value><boolean>01</boolean></value>`},
	// U+017F folds to s in Unicode, not in XML-RPC's words.
	{"false with a long s", `<value><boolean>falſe</boolean></value>`},

	{"NaN", `<value><double>NaN</double></value>`},
	{"Inf", `<value><double>Inf</double></value>`},
	{"-infinity", `<value><double>-infinity</double></value>`},
	{"a double too large", `<value><double>1e309</double></value>`},
	{"a double in hex", `<value><double>0x1p4</double></value>`},
	{"a double with an underscore", `<value><double>1_0.5</double></value>`},
	{"a decimal comma", `<value><double>1,5</double></value>`},
	{"an empty double", `<value><double/></value>`},
	{"a point alone", `<value><double>.</double></value>`},
	{"an exponent without digits", `<value><double>1e</double></value>`},

	{"a date without time", `<value><dateTime.iso8601>20010903</dateTime.iso8601></value>`},
	{"a dashed date without time", `<value><dateTime.iso8601>2001-09-03</dateTime.iso8601></value>`},
	{"month 13", `<value><dateTime.iso8601>20011303T10:11:12</dateTime.iso8601></value>`},
	{"a day that its month lacks", `<value><dateTime.iso8601>20010229T10:11:12</dateTime.iso8601></value>`},
	{"hour 24", `<value><dateTime.iso8601>20010903T24:00:00</dateTime.iso8601></value>`},
	{"second 60", `<value><dateTime.iso8601>20010903T10:11:60</dateTime.iso8601></value>`},
	{"one digit of an hour", `<value><dateTime.iso8601>20010903T1:11:12</dateTime.iso8601></value>`},
	{"one digit of an hour and a fraction", `<value><dateTime.iso8601>20010903T1:11:12.5</dateTime.iso8601></value>`},
	{"one digit of an hour and Z", `<value><dateTime.iso8601>20010903T1:11:12Z</dateTime.iso8601></value>`},
	{"a fraction without digits", `<value><dateTime.iso8601>20010903T10:11:12.</dateTime.iso8601></value>`},
	{"a fraction behind a comma", `<value><dateTime.iso8601>20010903T10:11:12,5</dateTime.iso8601></value>`},
	{"a long fraction behind a comma", `<value><dateTime.iso8601>20010903T10:11:12,1234567</dateTime.iso8601></value>`},
	{"a lower-case z", `<value><dateTime.iso8601>20010903T10:11:12z</dateTime.iso8601></value>`},
	{"a lower-case t", `<value><dateTime.iso8601>20010903t10:11:12</dateTime.iso8601></value>`},
	{"a blank for the T", `<value><dateTime.iso8601>2001-09-03 10:11:12</dateTime.iso8601></value>`},
	{"hours of a zone only", `<value><dateTime.iso8601>20010903T10:11:12+02</dateTime.iso8601></value>`},
	{"half dashed", `<value><dateTime.iso8601>2001-0903T10:11:12</dateTime.iso8601></value>`},
	{"something behind the zone", `<value><dateTime.iso8601>20010903T10:11:12Zx</dateTime.iso8601></value>`},
	{"a year of five digits", `<value><dateTime.iso8601>120010903T10:11:12</dateTime.iso8601></value>`},

	{"base64 outside its alphabet", `<value><base64>AP-_</base64></value>`},
	{"base64 cut off", `<value><base64>AP8</base64></value>`},
	{"base64 with text behind its end", `<value><base64>AP8=AA==</base64></value>`},
	{"base64 with a no-break space", "<value><base64>AP8\u00a0=</base64></value>"},

	{"text in nil", `<value><nil>0</nil></value>`},
	{"an element in nil", `<value><nil><int>1</int></nil></value>`},

	{"an unknown type", `<value><money>1</money></value>`},
	{"an unknown type, empty", `<value><x/></value>`},
	{"a known type of another namespace", `<value><x:int>1</x:int></value>`},
	{"a Turkish int", `<value><İ4>1</İ4></value>`},
	{"an i3", `<value><i3>1</i3></value>`},
	{"two types", `<value><int>1</int><string>x</string></value>`},
	{"the same type twice", `<value><int>1</int><int>1</int></value>`},
	{"text before the type", `<value>x<int>1</int></value>`},
	{"text behind the type", `<value><int>1</int>x</value>`},
	{"CDATA beside the type", `<value><![CDATA[ ]]><int>1</int></value>`},
	{"a reference to a blank beside the type", `<value>&#32;<int>1</int></value>`},
	{"a no-break space beside the type", "<value>\u00a0<int>1</int></value>"},
	{"an element in an int", `<value><int><b>1</b></int></value>`},
	{"an element in a string", `<value><string>a<b>c</b></string></value>`},
	{"a value in a value", `<value><value>x</value></value>`},

	{"an array with two data", `<value><array><data/><data/></array></value>`},
	{"an array of values without data", `<value><array><value>x</value></array></value>`},
	{"text in an array", `<value><array>x<data/></array></value>`},
	{"text alone in an array", `<value><array>x</array></value>`},
	{"text alone in an ARRAY", `<value><ARRAY>x</ARRAY></value>`},
	{"text alone in a Struct", `<value><Struct>x</Struct></value>`},
	{"text in data", `<value><array><data>x</data></array></value>`},
	{"a bare type in data", `<value><array><data><int>1</int></data></array></value>`},
	{"a struct of values", `<value><struct><value>x</value></struct></value>`},
	{"text in a struct", `<value><struct>x</struct></value>`},
	{"text in a member", `<value><struct><member>x<name>a</name><value/></member></struct></value>`},
	{"a member without value", `<value><struct><member><name>a</name></member></struct></value>`},
	{"a member without name", `<value><struct><member><value/></member></struct></value>`},
	{"an empty member", `<value><struct><member/></struct></value>`},
	{"a member with two names", `<value><struct><member><name>a</name><name>b</name></member></struct></value>`},
	{"a member with two values", `<value><struct><member><name>a</name><value/><value/></member></struct></value>`},
	{"a member with two values, name last", `<value><struct><member><value/><value/><name>a</name></member></struct></value>`},
	{"an element in a name", `<value><struct><member><name><b>a</b></name><value/></member></struct></value>`},
}

func TestRefusedValues(t *testing.T) {
	for _, c := range refusedValues {
		t.Run(c.why, func(t *testing.T) {
			_, params, err := read([]byte(callOf(c.element)), "")
			if err == nil {
				t.Fatalf("%s was read as %s", c.element, wiretest.ShowAll(params))
			}
			wiretest.WantKind(t, err, methods.KindInvalidRequest)
		})
	}
}

// TestRefusedCalls: documents that are no calls, and documents that are no XML.
func TestRefusedCalls(t *testing.T) {
	for _, c := range []struct {
		why, doc string
		kind     methods.Kind
	}{
		// phpxmlrpc's broken documents (phpgroupware contract §8.6), and their kin.
		{"no methodName", `<methodCall><params/></methodCall>`, methods.KindInvalidRequest},
		{"no params", `<methodCall><methodName>m</methodName><param><value>x</value></param></methodCall>`, methods.KindInvalidRequest},
		{"no param", `<methodCall><methodName>m</methodName><params><value>x</value></params></methodCall>`, methods.KindInvalidRequest},
		{"no value", `<methodCall><methodName>m</methodName><params><param><string>x</string></param></params></methodCall>`, methods.KindInvalidRequest},
		{"an empty param", `<methodCall><methodName>m</methodName><params><param/></params></methodCall>`, methods.KindInvalidRequest},
		{"two values in a param", `<methodCall><methodName>m</methodName><params><param><value/><value/></param></params></methodCall>`, methods.KindInvalidRequest},
		{"text in a param", `<methodCall><methodName>m</methodName><params><param>x<value/></param></params></methodCall>`, methods.KindInvalidRequest},
		{"text in params", `<methodCall><methodName>m</methodName><params>x</params></methodCall>`, methods.KindInvalidRequest},
		{"text in methodCall", `<methodCall>x<methodName>m</methodName></methodCall>`, methods.KindInvalidRequest},
		{"an empty methodCall", `<methodCall/>`, methods.KindInvalidRequest},
		{"two methodNames", `<methodCall><methodName>a</methodName><methodName>b</methodName></methodCall>`, methods.KindInvalidRequest},
		{"two params", `<methodCall><methodName>a</methodName><params/><params/></methodCall>`, methods.KindInvalidRequest},
		{"params first", `<methodCall><params/><methodName>m</methodName></methodCall>`, methods.KindInvalidRequest},
		{"an element in methodName", `<methodCall><methodName><b>m</b></methodName></methodCall>`, methods.KindInvalidRequest},
		{"an answer", `<methodResponse><params/></methodResponse>`, methods.KindInvalidRequest},
		{"HTML", `<html><body/></html>`, methods.KindInvalidRequest},
		{"methodCall with a prefix", `<x:methodCall xmlns:x="y"><methodName>m</methodName></x:methodCall>`, methods.KindInvalidRequest},

		{"nothing", ``, methods.KindParse},
		{"blanks", "  \n", methods.KindParse},
		{"a form", `a=b&c=d`, methods.KindParse},
		{"JSON", `{"method":"m"}`, methods.KindParse},
		{"a tag that is not closed", `<methodCall><methodName>m</methodName>`, methods.KindParse},
		{"tags that cross", `<methodCall><methodName>m</methodCall></methodName>`, methods.KindParse},
		{"end tags are not folded", `<methodCall><methodName>m</methodname></methodCall>`, methods.KindParse},
		{"two roots", callOf() + callOf(), methods.KindParse},
		{"text behind the root", callOf() + "x", methods.KindParse},
		{"a DOCTYPE", `<!DOCTYPE methodCall>` + callOf(), methods.KindParse},
		{"an entity of its own", `<!DOCTYPE m [<!ENTITY a "b">]><methodCall><methodName>&a;</methodName></methodCall>`, methods.KindParse},
		{"an unknown entity", callOf(`<value>&nbsp;</value>`), methods.KindParse},
		{"an attribute twice", callOf(`<value a="1" a="2"/>`), methods.KindParse},
		{"XML 1.1", `<?xml version="1.1"?>` + callOf(), methods.KindParse},

		{"NUL", callOf("<value>\x00</value>"), methods.KindCharacter},
		{"a control character", callOf("<value>\x1b</value>"), methods.KindCharacter},
		{"bad UTF-8", callOf("<value>\xff</value>"), methods.KindCharacter},
		{"UTF-8 cut", callOf("<value>\xe2\x82</value>"), methods.KindCharacter},
		{"UTF-8 too long", callOf("<value>\xc0\xaf</value>"), methods.KindCharacter},
		{"a surrogate in UTF-8", callOf("<value>\xed\xa0\x80</value>"), methods.KindCharacter},
		{"U+FFFE", callOf("<value>\ufffe</value>"), methods.KindCharacter},

		{"an encoding that we do not have", `<?xml version="1.0" encoding="koi8-r"?>` + callOf()[21:], methods.KindEncoding},
	} {
		t.Run(c.why, func(t *testing.T) {
			method, params, err := read([]byte(c.doc), "")
			if err == nil {
				t.Fatalf("was read as %s(%s)", method, wiretest.ShowAll(params))
			}
			wiretest.WantKind(t, err, c.kind)
		})
	}
}

// TestBadReferences: references to what is no character are a syntax error or a
// character error, never U+FFFD.
func TestBadReferences(t *testing.T) {
	for _, r := range []string{"&#0;", "&#x0;", "&#8;", "&#xD800;", "&#xDFFF;", "&#55296;&#56320;", "&#xFFFE;", "&#x110000;", "&#99999999999;", "&#-1;", "&#;", "&#x;", "&#xg;", "&;", "& ", "&lt"} {
		_, params, err := read([]byte(callOf("<value>"+r+"</value>")), "")
		if err == nil {
			t.Errorf("%s was read as %s", r, wiretest.ShowAll(params))
			continue
		}
		if k := methods.AsError(err).Kind; k != methods.KindParse && k != methods.KindCharacter {
			t.Errorf("%s: kind %s", r, k)
		}
	}
}

func nested(open, end string, depth int) string {
	return "<value>" + strings.Repeat(open, depth) + strings.Repeat(end, depth) + "</value>"
}

// TestLimits: at each limit a document is read, one over it is too large.
func TestLimits(t *testing.T) {
	arrays := func(n int) string {
		return callOf(nested("<array><data><value>", "</value></data></array>", n))
	}
	structs := func(n int) string {
		return callOf(nested("<struct><member><name>a</name><value>", "</value></member></struct>", n))
	}
	emptyOnes := func(n int) string {
		return callOf("<value>" + strings.Repeat("<array><data><value>", n-1) + "<ARRAY/>" + strings.Repeat("</value></data></array>", n-1) + "</value>")
	}
	elements := func(n int) string { // methodCall, methodName, params, param, value, array, data
		return callOf("<value><array><data>" + strings.Repeat("<value/>", n-7) + "</data></array></value>")
	}
	attributes := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, ` a%d=""`, i)
		}
		return callOf("<value" + b.String() + "/>")
	}
	name := func(n int) string {
		return callOf("<value " + strings.Repeat("n", n) + `=""/>`)
	}
	for _, c := range []struct {
		what  string
		doc   func(int) string
		limit int
	}{
		{"nested arrays", arrays, 32},
		{"nested structs", structs, 32},
		{"nested empty containers", emptyOnes, 32},
		{"elements", elements, 100_000},
		{"attributes", attributes, 16},
		{"bytes of a name", name, 256},
	} {
		t.Run(c.what, func(t *testing.T) {
			if _, _, err := read([]byte(c.doc(c.limit)), ""); err != nil {
				t.Errorf("at the limit: %v", err)
			}
			_, _, err := read([]byte(c.doc(c.limit+1)), "")
			wiretest.WantKind(t, err, methods.KindTooLarge)
		})
	}
	t.Run("depth is given back", func(t *testing.T) {
		one := nested("<array><data><value>", "</value></data></array>", 31)
		doc := callOf("<value><array><data>" + one + one + "</data></array></value>")
		if _, _, err := read([]byte(doc), ""); err != nil {
			t.Error(err)
		}
	})
	t.Run("10000 nested arrays", func(t *testing.T) {
		_, _, err := read([]byte(arrays(10_000)), "")
		wiretest.WantKind(t, err, methods.KindTooLarge)
	})
}

// TestErrorsTellNothing: requests carry passwords, so no error quotes a text.
func TestErrorsTellNothing(t *testing.T) {
	const secret = "hunter2"
	for _, element := range []string{
		"<value><int>" + secret + "</int></value>",
		"<value><boolean>" + secret + "</boolean></value>",
		"<value><double>" + secret + "</double></value>",
		"<value><dateTime.iso8601>" + secret + "</dateTime.iso8601></value>",
		"<value><base64>" + secret + "!</base64></value>",
		"<value>" + secret + "<int>1</int></value>",
		"<value>" + secret + "\x00</value>",
		"<value>" + secret + "&nope;</value>",
		"<value>" + secret,
	} {
		_, _, err := read([]byte(callOf(element)), "")
		if err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: %v", element, err)
		}
	}
}

// TestArgumentsAreLazy: a call that is refused costs no decoding, and is refused
// before its arguments are looked at.
func TestArgumentsAreLazy(t *testing.T) {
	var tape xmltext.Tape
	c, err := parse(&tape, &wire.Request{
		Body: []byte(callOf("<value><int>x</int></value>")), Limits: wire.DefaultLimits(),
	})
	if err != nil || c.method != "echo" {
		t.Fatalf("%q, %v", c.method, err)
	}
	_, _, err = c.Values()
	wiretest.WantKind(t, err, methods.KindInvalidRequest)
}
