package xmlrpc

import (
	"math"
	"strings"
	"testing"
	"time"

	"countersign/methods"
	"countersign/server/wire"
	"countersign/server/wire/wiretest"
)

// encoded gives a value's element in a style.
func encoded(t *testing.T, v methods.Value, style wire.Style) string {
	t.Helper()
	e := encoder{style: style}
	if !e.value(v) {
		t.Fatalf("%s cannot be encoded", wiretest.Show(v))
	}
	return string(e.dst)
}

// TestSafeSubset: what leaves is what every known client library reads
// (phpgroupware contract §6.1).
func TestSafeSubset(t *testing.T) {
	date := time.Date(2001, 9, 3, 10, 11, 12, 999_999_000, time.FixedZone("", 2*3600))
	for _, c := range []struct {
		why  string
		v    methods.Value
		want string
	}{
		{"a string", methods.String("x"), `<string>x</string>`},
		{"an empty string", methods.String(""), `<string></string>`},
		{"escapes", methods.String("<a href=\"b\">&'\r\n\t]]>"), "<string>&lt;a href=&quot;b&quot;&gt;&amp;'&#13;\n\t]]&gt;</string>"},
		{"characters outside ASCII are themselves", methods.String("é€😀"), `<string>é€😀</string>`},
		{"what XML cannot carry", methods.String("a\x00b\x1bc\xffd\ufffe"), "<string>a\ufffdb\ufffdc\ufffdd\ufffd</string>"},

		{"an int", methods.Int(-42), `<int>-42</int>`},
		{"the largest int", methods.Int(math.MaxInt32), `<int>2147483647</int>`},
		{"the smallest int", methods.Int(math.MinInt32), `<int>-2147483648</int>`},
		{"an int over 32 bits is a string", methods.Int(math.MaxInt32 + 1), `<string>2147483648</string>`},
		{"an int under 32 bits is a string", methods.Int(math.MinInt32 - 1), `<string>-2147483649</string>`},
		{"a declared long that fits is an int", methods.Long(7), `<int>7</int>`},
		{"a declared long", methods.Long(math.MaxInt32 + 1), `<i8>2147483648</i8>`},
		{"the smallest long", methods.Long(math.MinInt64), `<i8>-9223372036854775808</i8>`},

		{"true", methods.Bool(true), `<boolean>1</boolean>`},
		{"false", methods.Bool(false), `<boolean>0</boolean>`},

		{"a double", methods.Double(-1.5), `<double>-1.5</double>`},
		{"a whole double", methods.Double(3), `<double>3</double>`},
		{"a double without exponent, small", methods.Double(1e-7), `<double>0.0000001</double>`},
		{"a double without exponent, large", methods.Double(1e21), `<double>1000000000000000000000</double>`},

		{"a date, in UTC without zone", methods.Time(date), `<dateTime.iso8601>20010903T08:11:12</dateTime.iso8601>`},
		{"a date that came with a zone", methods.ZonedTime(date, 120), `<dateTime.iso8601>20010903T08:11:12</dateTime.iso8601>`},
		{"no date is an empty string", methods.EmptyDate(), `<string></string>`},
		{"a year of three digits", methods.FloatingTime(time.Date(999, 1, 2, 3, 4, 5, 0, time.UTC)), `<dateTime.iso8601>09990102T03:04:05</dateTime.iso8601>`},

		{"bytes", methods.Bytes([]byte{0, 255}), `<base64>AP8=</base64>`},
		{"no bytes", methods.Bytes(nil), `<base64></base64>`},

		{"nil is an empty string", methods.Nil(), `<string></string>`},

		{"an array", methods.Array(methods.Int(1), methods.String("x")), `<array><data><value><int>1</int></value><value><string>x</string></value></data></array>`},
		{"an empty array has data", methods.Array(), `<array><data></data></array>`},
		{"a struct, name before value", methods.Struct(methods.M("b", methods.Int(1)), methods.M("a&", methods.Nil())),
			`<struct><member><name>b</name><value><int>1</int></value></member><member><name>a&amp;</name><value><string></string></value></member></struct>`},
		{"an empty struct", methods.Struct(), `<struct></struct>`},
	} {
		t.Run(c.why, func(t *testing.T) {
			if got := encoded(t, c.v, wire.Style{}); got != "<value>"+c.want+"</value>" {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestDashedDates(t *testing.T) {
	v := methods.Time(time.Date(2001, 9, 3, 10, 11, 12, 0, time.UTC))
	if got := encoded(t, v, wire.Style{DashedDates: true}); got != "<value><dateTime.iso8601>2001-09-03T10:11:12</dateTime.iso8601></value>" {
		t.Error(got)
	}
	if got := encoded(t, methods.EmptyDate(), wire.Style{DashedDates: true}); got != "<value><string></string></value>" {
		t.Error(got)
	}
}

// TestUnsendable: values that XML-RPC has no form for are a fault of the method.
func TestUnsendable(t *testing.T) {
	for why, v := range wiretest.Unsendable() {
		e := encoder{}
		if e.value(v) {
			t.Errorf("%s left as %s", why, e.dst)
		}
	}
}

// samples is phpgroupware contract §12: the layout with lines, byte for byte, and the
// same without.
var samples = []struct {
	why   string
	out   wire.Outcome
	lines string
}{
	{"login", wire.Outcome{Value: methods.Struct(
		methods.M("domain", methods.String("default")),
		methods.M("sessionid", methods.String("cf5c5534307562fc57915608377db007")),
		methods.M("kp3", methods.String("2fe54daa11c8d52116788aa3f93cb70e")))}, `<?xml version="1.0"?>
<methodResponse>
<params>
<param>
<value><struct>
<member><name>domain</name>
<value><string>default</string></value>
</member>
<member><name>sessionid</name>
<value><string>cf5c5534307562fc57915608377db007</string></value>
</member>
<member><name>kp3</name>
<value><string>2fe54daa11c8d52116788aa3f93cb70e</string></value>
</member>
</struct></value>
</param>
</params>
</methodResponse>`},
	{"fault", wire.Outcome{Fault: &wire.Fault{Code: 18, Text: "Access denied"}}, `<?xml version="1.0"?>
<methodResponse>
<fault>
<value>
<struct>
<member>
<name>faultCode</name>
<value><int>18</int></value>
</member>
<member>
<name>faultString</name>
<value><string>Access denied</string></value>
</member>
</struct>
</value>
</fault>
</methodResponse>`},
	{"empty list", wire.Outcome{Value: methods.Array()}, `<?xml version="1.0"?>
<methodResponse>
<params>
<param>
<value><array>
<data>
</data>
</array></value>
</param>
</params>
</methodResponse>`},
	{"unauthorised", wire.Outcome{Value: methods.String("UNAUTHORIZED")}, `<?xml version="1.0"?>
<methodResponse>
<params>
<param>
<value><string>UNAUTHORIZED</string></value>
</param>
</params>
</methodResponse>`},
	{"list in a struct", wire.Outcome{Value: methods.Struct(methods.M("l", methods.Array(methods.Int(1), methods.Struct())))}, `<?xml version="1.0"?>
<methodResponse>
<params>
<param>
<value><struct>
<member><name>l</name>
<value><array>
<data>
<value><int>1</int></value>
<value><struct>
</struct></value>
</data>
</array></value>
</member>
</struct></value>
</param>
</params>
</methodResponse>`},
}

func TestLayout(t *testing.T) {
	for _, c := range samples {
		t.Run(c.why, func(t *testing.T) {
			reply, ok := encode(c.out, wire.Style{Lines: true}, nil)
			if got := string(reply.Body); !ok || got != c.lines {
				t.Errorf("with lines\n%s\nwant\n%s", got, c.lines)
			}
			// Without lines only the declaration ends one.
			first, rest, _ := strings.Cut(c.lines, "\n")
			want := first + "\n" + strings.ReplaceAll(rest, "\n", "")
			reply, ok = encode(c.out, wire.Style{}, nil)
			if got := string(reply.Body); !ok || got != want {
				t.Errorf("without lines\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// TestFaultText: a text from anywhere stays inside its element.
func TestFaultText(t *testing.T) {
	reply, _ := encode(wire.Outcome{Fault: &wire.Fault{Code: -32700, Text: "</string><a>&\x00é"}}, wire.Style{}, nil)
	want := "<value><int>-32700</int></value></member><member><name>faultString</name><value><string>&lt;/string&gt;&lt;a&gt;&amp;\ufffdé</string></value>"
	if got := string(reply.Body); !strings.Contains(got, want) {
		t.Error(got)
	}
}
