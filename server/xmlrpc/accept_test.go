package xmlrpc

import (
	"strings"
	"testing"

	"countersign/server/wire/wiretest"
)

// accepted are <value> elements and what they mean: every form that phpgroupware
// contract §8.5 and §3.4 take.
var accepted = []struct{ why, element, want string }{
	// Strings.
	{"a string", `<value><string>x</string></value>`, `"x"`},
	{"untyped is a string", `<value>x</value>`, `"x"`},
	{"untyped keeps its blanks", "<value> \t a\n b </value>", `" \t a\n b "`},
	{"untyped blanks are a text", `<value>   </value>`, `"   "`},
	{"untyped and empty", `<value></value>`, `""`},
	{"untyped, as an empty tag", `<value/>`, `""`},
	{"an empty string", `<value><string/></value>`, `""`},
	{"a string keeps its blanks", `<value> <string> x </string>` + "\n" + `</value>`, `" x "`},
	{"line ends become LF", "<value>a\r\nb\rc\n</value>", `"a\nb\nc\n"`},
	{"a CR that is a reference stays", `<value>a&#13;&#10;b</value>`, `"a\r\nb"`},
	{"the five entities", `<value>&lt;&gt;&amp;&apos;&quot;</value>`, `"<>&'\""`},
	{"references", `<value>&#233;&#x20AC;&#x1F600;</value>`, `"é€😀"`},
	{"CDATA is text", `<value>a<![CDATA[<b>&amp;]]>c</value>`, `"a<b>&amp;c"`},
	{"CDATA in a string", `<value><string><![CDATA[]]]]><![CDATA[>]]></string></value>`, `"]]>"`},
	{"a comment splits nothing", `<value>a<!-- not <here> -->b</value>`, `"ab"`},
	{"an instruction splits nothing", `<value>a<?php echo 1 ?>b</value>`, `"ab"`},

	// Integers.
	{"int", `<value><int>42</int></value>`, "42"},
	{"i4", `<value><i4>42</i4></value>`, "42"},
	{"negative", `<value><int>-42</int></value>`, "-42"},
	{"a plus sign", `<value><int>+42</int></value>`, "42"},
	{"leading zeros are decimal", `<value><int>0042</int></value>`, "42"},
	{"minus nothing", `<value><int>-0</int></value>`, "0"},
	{"blanks around a number", "<value><int> \t\r\n7\n </int></value>", "7"},
	{"largest int", `<value><int>2147483647</int></value>`, "2147483647"},
	{"smallest int", `<value><i4>-2147483648</i4></value>`, "-2147483648"},
	{"i1, largest", `<value><i1>127</i1></value>`, "127"},
	{"i1, smallest", `<value><i1>-128</i1></value>`, "-128"},
	{"i2, largest", `<value><i2>32767</i2></value>`, "32767"},
	{"i2, smallest", `<value><i2>-32768</i2></value>`, "-32768"},
	{"i8, largest", `<value><i8>9223372036854775807</i8></value>`, "9223372036854775807L"},
	{"i8, smallest", `<value><i8>-9223372036854775808</i8></value>`, "-9223372036854775808L"},
	{"ex:i8", `<value><ex:i8>5000000000</ex:i8></value>`, "5000000000L"},
	{"ex:i8 with its declaration", `<value><ex:i8 xmlns:ex="http://ws.apache.org/xmlrpc/namespaces/extensions">1</ex:i8></value>`, "1L"},
	{"biginteger", `<value><biginteger>5000000000</biginteger></value>`, "5000000000L"},

	// Booleans.
	{"true", `<value><boolean>1</boolean></value>`, "true"},
	{"false", `<value><boolean>0</boolean></value>`, "false"},
	{"true as a word", `<value><boolean>true</boolean></value>`, "true"},
	{"a word in any case", `<value><boolean>FALSE</boolean></value>`, "false"},
	{"True", `<value><boolean>True</boolean></value>`, "true"},
	{"blanks around a boolean", `<value><boolean> 1 </boolean></value>`, "true"},

	// Doubles.
	{"double", `<value><double>-1.5</double></value>`, "-1.5e+00"},
	{"float", `<value><float>1.5</float></value>`, "1.5e+00"},
	{"a whole number", `<value><double>3</double></value>`, "3e+00"},
	{"an exponent", `<value><double>1.5E+3</double></value>`, "1.5e+03"},
	{"a small exponent", `<value><double>15e-1</double></value>`, "1.5e+00"},
	{"nothing before the point", `<value><double>.5</double></value>`, "5e-01"},
	{"nothing behind the point", `<value><double>5.</double></value>`, "5e+00"},
	{"PHP's six places", `<value><double>1.500000</double></value>`, "1.5e+00"},
	{"too small is zero", `<value><double>1e-400</double></value>`, "0e+00"},
	{"blanks around a double", "<value><double>\n1.5 </double></value>", "1.5e+00"},

	// Dates.
	{"compact", `<value><dateTime.iso8601>20010903T10:11:12</dateTime.iso8601></value>`, "2001-09-03 10:11:12"},
	{"dashed", `<value><dateTime.iso8601>2001-09-03T10:11:12</dateTime.iso8601></value>`, "2001-09-03 10:11:12"},
	{"KDE's tag", `<value><datetime.iso8601>20010903T10:11:12</datetime.iso8601></value>`, "2001-09-03 10:11:12"},
	{"a tag in capitals", `<value><DATETIME.ISO8601>20010903T10:11:12</DATETIME.ISO8601></value>`, "2001-09-03 10:11:12"},
	{"a fraction", `<value><dateTime.iso8601>20010903T10:11:12.5</dateTime.iso8601></value>`, "2001-09-03 10:11:12.5"},
	{"a long fraction", `<value><dateTime.iso8601>2001-09-03T10:11:12.123456789</dateTime.iso8601></value>`, "2001-09-03 10:11:12.123456"},
	{"Z", `<value><dateTime.iso8601>20010903T10:11:12Z</dateTime.iso8601></value>`, "2001-09-03 10:11:12 UTC+0"},
	{"dashed, Z", `<value><dateTime.iso8601>2001-09-03T10:11:12Z</dateTime.iso8601></value>`, "2001-09-03 10:11:12 UTC+0"},
	{"east", `<value><dateTime.iso8601>20010903T10:11:12+02:00</dateTime.iso8601></value>`, "2001-09-03 08:11:12 UTC+120"},
	{"west, without colon", `<value><dateTime.iso8601>2001-09-03T10:11:12-0330</dateTime.iso8601></value>`, "2001-09-03 13:41:12 UTC-210"},
	{"fraction and zone", `<value><dateTime.iso8601>20010903T10:11:12.25-0100</dateTime.iso8601></value>`, "2001-09-03 11:11:12.25 UTC-60"},
	{"fraction and Z", `<value><dateTime.iso8601>2001-09-03T10:11:12.000Z</dateTime.iso8601></value>`, "2001-09-03 10:11:12 UTC+0"},
	{"a leap day", `<value><dateTime.iso8601>20000229T00:00:00</dateTime.iso8601></value>`, "2000-02-29 00:00:00"},
	{"blanks around a date", `<value><dateTime.iso8601> 20010903T10:11:12 </dateTime.iso8601></value>`, "2001-09-03 10:11:12"},
	{"no date", `<value><dateTime.iso8601></dateTime.iso8601></value>`, "no date"},
	{"no date, as an empty tag", `<value><dateTime.iso8601/></value>`, "no date"},

	// Base64.
	{"base64", `<value><base64>AP8=</base64></value>`, "b64:AP8="},
	{"nothing in base64", `<value><base64/></value>`, "b64:"},
	{"base64 over lines", "<value><base64>\r\n TmVi\n\tcmFz a2E =\n</base64></value>", "b64:TmVicmFza2E="},

	// nil.
	{"nil", `<value><nil/></value>`, "nil"},
	{"nil with an end tag", `<value><nil> </nil></value>`, "nil"},
	{"ex:nil without a declaration", `<value><ex:nil/></value>`, "nil"},
	{"NIL", `<value><NIL/></value>`, "nil"},

	// Containers.
	{"an array", `<value><array><data><value>a</value><value><int>1</int></value></data></array></value>`, `["a" 1]`},
	{"an empty array", `<value><array><data/></array></value>`, "[]"},
	{"an array without data", `<value><array/></value>`, "[]"},
	{"blanks between everything", "<value> <array>\n<data>\t<value> <i4>1</i4> </value>\r\n</data> </array> </value>", "[1]"},
	{"a struct", `<value><struct><member><name>a</name><value>1</value></member></struct></value>`, `{"a":"1"}`},
	{"an empty struct", `<value><struct/></value>`, "{}"},
	{"an empty struct with an end tag", "<value><struct>\n</struct></value>", "{}"},
	{"order is kept", `<value><struct><member><name>b</name><value/></member><member><name>a</name><value/></member></struct></value>`, `{"b":"" "a":""}`},
	{"the value before the name", `<value><struct><member><value><int>1</int></value><name>a</name></member></struct></value>`, `{"a":1}`},
	{"a name keeps its blanks", `<value><struct><member><name> a b </name><value/></member></struct></value>`, `{" a b ":""}`},
	{"a name with references", `<value><struct><member><name>a&amp;&#233;</name><value/></member></struct></value>`, `{"a&é":""}`},
	{"an empty name", `<value><struct><member><name/><value/></member></struct></value>`, `{"":""}`},
	{"structs in arrays in structs",
		`<value><struct><member><name>l</name><value><array><data><value><struct><member><name>x</name><value><nil/></value></member></struct></value></data></array></value></member></struct></value>`,
		`{"l":[{"x":nil}]}`},

	// Letter case of tags.
	{"capitals", `<VALUE><INT>1</INT></VALUE>`, "1"},
	{"capitals in containers", `<Value><Array><Data><Value><String>x</String></Value></Data></Array></Value>`, `["x"]`},
	{"capitals in structs", `<value><STRUCT><MEMBER><NAME>n</NAME><VALUE><Boolean>1</Boolean></VALUE></MEMBER></STRUCT></value>`, `{"n":true}`},
	{"other tags in capitals", `<value><array><data><value><I8>1</I8></value><value><BASE64>AA==</BASE64></value><value><Double>1</Double></value></data></array></value>`, "[1L b64:AA== 1e+00]"},
	{"attributes are not looked at", `<value type="x"><int unit="y">1</int></value>`, "1"},
}

func TestAccepted(t *testing.T) {
	for _, c := range accepted {
		t.Run(c.why, func(t *testing.T) {
			if got := wiretest.Show(value(t, c.element)); got != c.want {
				t.Errorf("%s\n got %s\nwant %s", c.element, got, c.want)
			}
		})
	}
}

// TestDuplicateMembers: the last one wins, as in phpxmlrpc and Python.
func TestDuplicateMembers(t *testing.T) {
	v := value(t, `<value><struct><member><name>a</name><value>first</value></member>`+
		`<member><name>b</name><value>other</value></member><member><name>a</name><value>last</value></member></struct></value>`)
	if a, ok := v.Field("a"); !ok || a.Text() != "last" {
		t.Errorf("a is %s", wiretest.Show(a))
	}
}

// TestCalls: what may stand around the values.
func TestCalls(t *testing.T) {
	for _, c := range []struct{ why, doc, method, params string }{
		{"no params", `<methodCall><methodName>m</methodName></methodCall>`, "m", ""},
		{"empty params", `<methodCall><methodName>m</methodName><params/></methodCall>`, "m", ""},
		{"several params", callOf(`<value>a</value>`, `<value><int>1</int></value>`), "echo", `"a" 1`},
		{"blanks around a name", "<methodCall><methodName>\n system.login\t</methodName></methodCall>", "system.login", ""},
		{"a name in CDATA", `<methodCall><methodName><![CDATA[m]]></methodName></methodCall>`, "m", ""},
		{"a name with a reference", `<methodCall><methodName>a&#46;b</methodName></methodCall>`, "a.b", ""},
		{"a name's letter case is kept", `<methodCall><methodName>System.Login</methodName></methodCall>`, "System.Login", ""},
		{"capitals", `<METHODCALL><METHODNAME>m</METHODNAME><PARAMS><PARAM><VALUE>x</VALUE></PARAM></PARAMS></METHODCALL>`, "m", `"x"`},
		{"Python's declaration", "<?xml version='1.0'?>\n<methodCall>\n<methodName>m</methodName>\n<params>\n</params>\n</methodCall>\n", "m", ""},
		{"comments and instructions around", `<!-- a --><?pi x?><methodCall><!-- b --><methodName>m<!-- c --></methodName></methodCall><!-- d -->`, "m", ""},
		{"CRLF", strings.ReplaceAll("<methodCall>\n<methodName>m</methodName>\n<params>\n<param>\n<value>x</value>\n</param>\n</params>\n</methodCall>\n", "\n", "\r\n"), "m", `"x"`},
	} {
		t.Run(c.why, func(t *testing.T) {
			method, params, err := read([]byte(c.doc), "")
			if got := wiretest.ShowAll(params); err != nil || method != c.method || got != c.params {
				t.Errorf("got %q(%s), %v; want %q(%s)", method, got, err, c.method, c.params)
			}
		})
	}
}
