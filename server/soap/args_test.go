package soap

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"countersign/methods"
	"countersign/server/wire/wiretest"
)

type (
	sumIn struct {
		A int  `rpc:"a"`
		B int  `rpc:"b"`
		C *int `rpc:"c,optional"`
	}
	userStructIn struct {
		Login struct {
			Username string `rpc:"username"`
			Password string `rpc:"password"`
			ReadOnly bool   `rpc:"read_only,optional"`
		} `rpc:"login"`
	}
	userStringsIn struct {
		Username string `rpc:"username"`
		Password string `rpc:"password"`
	}
	searchIn struct {
		Search struct {
			Start  int64          `rpc:"start,optional"`
			Exact  bool           `rpc:"exact,optional"`
			Since  time.Time      `rpc:"since,optional"`
			Ratio  float64        `rpc:"ratio,optional"`
			Fields []string       `rpc:"fields,optional"`
			Grid   [][]int        `rpc:"grid,optional"`
			Limits map[string]int `rpc:"limits,optional"`
			Photo  []byte         `rpc:"photo,optional"`
		} `rpc:"search"`
	}
	namesIn struct {
		Names []string `rpc:"names"`
	}
	entryIn struct {
		Entry freeStruct `rpc:"entry"`
	}
	anyIn struct {
		Value methods.Value `rpc:"value"`
	}
)

// freeStruct is a struct with members of its own choice.
type freeStruct struct{ v methods.Value }

// RPCSchema implements methods.Describer.
func (*freeStruct) RPCSchema() *methods.Schema { return &methods.Schema{Type: methods.TypeStruct} }

// BindValue implements methods.Binder.
func (f *freeStruct) BindValue(v methods.Value) error {
	if v.Type() != methods.TypeStruct {
		return fmt.Errorf("wanted a struct, got %s", v.Type())
	}
	f.v = v
	return nil
}

// tells makes a method that gives back what it was called with, written down.
func tells[In any](name, prefix string) methods.Method {
	return methods.New(name, "Tells.", methods.Public(), func(_ context.Context, _ *methods.Call, in In) (string, error) {
		return prefix + fmt.Sprintf("%+v", any(in)), nil
	})
}

func testEntries(t *testing.T) map[string]*methods.Entry {
	t.Helper()
	entry := methods.New("entry", "Tells.", methods.Public(), func(_ context.Context, _ *methods.Call, in entryIn) (string, error) {
		return wiretest.Show(in.Entry.v), nil
	})
	anything := methods.New("any", "Tells.", methods.Public(), func(_ context.Context, _ *methods.Call, in anyIn) (string, error) {
		return wiretest.Show(in.Value), nil
	})
	r, err := methods.NewRegistry(methods.Module{
		Name: "test", Help: "For tests.", Run: methods.Public(),
		Methods: []methods.Method{
			tells[sumIn]("sum", ""), tells[namesIn]("names", ""), entry, anything,
			methods.Overload(tells[userStructIn]("login", "struct "), tells[userStringsIn]("login", "strings ")),
			methods.Overload(tells[searchIn]("search", ""), tells[struct{}]("search", "all ")),
			methods.Overload(tells[struct{}]("logout", "own "), tells[userStructIn]("logout", "struct ")),
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	entries := map[string]*methods.Entry{}
	for _, e := range r.Entries() {
		entries[e.Name] = e
	}
	return entries
}

// TestArguments: how elements become arguments, by the method's signatures.
func TestArguments(t *testing.T) {
	entries := testEntries(t)
	const day = "2001-09-03T00:00:00Z"
	for _, c := range []struct{ why, method, arguments, want string }{
		{"by name", "sum", `<b>2</b><a>1</a>`, `{A:1 B:2 C:<nil>}`},
		{"by name, with types", "sum", `<b xsi:type="xsd:int">2</b><a xsi:type="xsd:long">1</a>`, `{A:1 B:2 C:<nil>}`},
		{"by position", "sum", `<param0>1</param0><param1>2</param1>`, `{A:1 B:2 C:<nil>}`},
		{"by position, as SOAP::Lite names them", "sum", `<c-gensym3 xsi:type="xsd:int">1</c-gensym3><c-gensym5 xsi:type="xsd:int">2</c-gensym5>`, `{A:1 B:2 C:<nil>}`},
		{"by position, one name for all", "sum", `<x>1</x><x>2</x>`, `{A:1 B:2 C:<nil>}`},
		{"an optional one that is nil", "sum", `<a>1</a><b>2</b><c xsi:nil="true"/>`, `{A:1 B:2 C:<nil>}`},

		{"a struct by its name", "login", `<login><username>u</username><password>p</password></login>`, `struct {Login:{Username:u Password:p ReadOnly:false}}`},
		{"a struct by position", "login", `<x><username>u</username><password>p</password><read_only>true</read_only></x>`, `struct {Login:{Username:u Password:p ReadOnly:true}}`},
		{"the other signature by name", "login", `<password>p</password><username>u</username>`, `strings {Username:u Password:p}`},
		{"the other signature by position", "login", `<x>u</x><y>p</y>`, `strings {Username:u Password:p}`},
		{"the struct's members in its place", "login", `<read_only>1</read_only><password>p</password><username>u</username>`, `struct {Login:{Username:u Password:p ReadOnly:true}}`},
		{"the same by position", "login", `<x>u</x><y>p</y><z>true</z>`, `struct {Login:{Username:u Password:p ReadOnly:true}}`},

		{"nothing", "search", ``, `all {}`},
		{"PHP's nil for nothing", "search", `<search xsi:nil="true"/>`, `all {}`},
		{"PHP's nil where the preferred form has none", "logout", `<login xsi:nil="true"/>`, `own {}`},
		{"an empty struct", "search", `<search/>`, `{Search:{Start:0 Exact:false Since:0001-01-01 00:00:00 +0000 UTC Ratio:0 Fields:[] Grid:[] Limits:map[] Photo:[]}}`},
		{"every type from its text", "search", `<search><start> 5 </start><exact>1</exact><since>` + day + `</since><ratio>2</ratio><photo>AP8=</photo></search>`,
			`{Search:{Start:5 Exact:true Since:2001-09-03 00:00:00 +0000 UTC Ratio:2 Fields:[] Grid:[] Limits:map[] Photo:[0 255]}}`},
		{"every type said", "search", `<search><start xsi:type="xsd:short">5</start><exact xsi:type="xsd:boolean">true</exact><since xsi:type="xsd:dateTime">` + day + `</since>` +
			`<ratio xsi:type="xsd:decimal">2.0</ratio><photo xsi:type="xsd:hexBinary">00ff</photo></search>`,
			`{Search:{Start:5 Exact:true Since:2001-09-03 00:00:00 +0000 UTC Ratio:2 Fields:[] Grid:[] Limits:map[] Photo:[0 255]}}`},
		{"lists", "search", `<search><fields><item>a</item><item>b</item></fields><grid><item><item>1</item><item>2</item></item><item/></grid></search>`,
			`{Search:{Start:0 Exact:false Since:0001-01-01 00:00:00 +0000 UTC Ratio:0 Fields:[a b] Grid:[[1 2] []] Limits:map[] Photo:[]}}`},
		{"a list of one", "search", `<search><fields><item>a</item></fields></search>`,
			`{Search:{Start:0 Exact:false Since:0001-01-01 00:00:00 +0000 UTC Ratio:0 Fields:[a] Grid:[] Limits:map[] Photo:[]}}`},
		{"a list whose items have another name", "search", `<search><fields><string>a</string></fields></search>`,
			`{Search:{Start:0 Exact:false Since:0001-01-01 00:00:00 +0000 UTC Ratio:0 Fields:[a] Grid:[] Limits:map[] Photo:[]}}`},
		{"an empty list", "search", `<search><fields/></search>`,
			`{Search:{Start:0 Exact:false Since:0001-01-01 00:00:00 +0000 UTC Ratio:0 Fields:[] Grid:[] Limits:map[] Photo:[]}}`},
		{"a map as a Map", "search", `<search><limits><item><key>a</key><value>1</value></item></limits></search>`,
			`{Search:{Start:0 Exact:false Since:0001-01-01 00:00:00 +0000 UTC Ratio:0 Fields:[] Grid:[] Limits:map[a:1] Photo:[]}}`},
		{"a map as elements", "search", `<search><limits><a>1</a><b>2</b></limits></search>`,
			`{Search:{Start:0 Exact:false Since:0001-01-01 00:00:00 +0000 UTC Ratio:0 Fields:[] Grid:[] Limits:map[a:1 b:2] Photo:[]}}`},
		{"members of no interest", "search", `<search><start>5</start><more><deep/></more></search>`,
			`{Search:{Start:5 Exact:false Since:0001-01-01 00:00:00 +0000 UTC Ratio:0 Fields:[] Grid:[] Limits:map[] Photo:[]}}`},

		{"a list as a parameter", "names", `<names><item>a</item></names>`, `{Names:[a]}`},
		{"an empty one", "names", `<names/>`, `{Names:[]}`},
		{"a list by position", "names", `<x SOAP-ENC:arrayType="xsd:string[1]"><item>a</item></x>`, `{Names:[a]}`},

		{"a free struct as a Map", "entry", `<entry><item><key>a</key><value>1</value></item></entry>`, `{"a":"1"}`},
		{"as elements", "entry", `<entry><a>1</a></entry>`, `{"a":"1"}`},
		{"one member twice is not a list", "entry", `<entry><a>1</a><a>2</a></entry>`, `{"a":"1" "a":"2"}`},
		{"an empty one", "entry", `<entry/>`, `{}`},
		{"anything", "any", `<value>5</value>`, `"5"`},

		{"text as base64", "login", `<username xsi:type="xsd:base64Binary">w4VuZw==</username><password xsi:type="xsd:base64">cOKCrA==</password>`, `strings {Username:Ång Password:p€}`},
		{"text as base64, by position", "login", `<c-gensym3 xsi:type="xsd:base64Binary">w4VuZw==</c-gensym3><c-gensym5 xsi:type="xsd:string">p</c-gensym5>`, `strings {Username:Ång Password:p}`},
		{"text as base64 in a struct", "login", `<login><username xsi:type="xsd:base64Binary">w4VuZw==</username><password>p</password></login>`, `struct {Login:{Username:Ång Password:p ReadOnly:false}}`},
		{"texts as base64", "names", `<names SOAP-ENC:arrayType="xsd:anyType[2]"><item xsi:type="xsd:base64Binary">w4VuZw==</item><item xsi:type="xsd:string">b</item></names>`, `{Names:[Ång b]}`},
		{"no text as base64", "login", `<username xsi:type="xsd:base64Binary"/><password>p</password>`, `strings {Username: Password:p}`},
		{"base64 that may be anything", "any", `<value xsi:type="xsd:base64Binary">w4VuZw==</value>`, `b64:w4VuZw==`},
		{"nil is something", "any", `<value xsi:nil="1"/>`, `nil`},
		{"anything, with a type", "any", `<value xsi:type="xsd:int">5</value>`, `5`},
		{"any list", "any", `<value><item>5</item></value>`, `["5"]`},
	} {
		e := entries[c.method]
		for _, doc := range []string{callOf(c.arguments), literalOf(c.arguments)} {
			m, err := parse(doc)
			if err != nil {
				t.Fatalf("%s: %v", c.why, err)
			}
			call := &methods.Call{Entry: e}
			if call.Params, call.Named, err = m.ValuesFor(e); err != nil {
				t.Errorf("%s: %v", c.why, err)
				continue
			}
			got, err := e.Run(t.Context(), call)
			if err != nil || got.Text() != c.want {
				t.Errorf("%s: got %q, %v; want %q", c.why, got.Text(), err, c.want)
			}
		}
	}
}

// TestArgumentsRefused: what does not fit is the caller's fault, and the method says what
// does not.
func TestArgumentsRefused(t *testing.T) {
	entries := testEntries(t)
	for _, c := range []struct{ why, method, arguments, text string }{
		{"too few", "sum", `<a>1</a>`, `parameter "b" is missing`},
		{"too few, without names", "sum", `<x>1</x>`, "wanted 2 to 3 parameters, got 1"},
		{"too many", "sum", `<w>1</w><x>1</x><y>2</y><z>3</z>`, "wanted 2 to 3 parameters, got 4"},
		{"one misspelt", "sum", `<a>1</a><bb>2</bb>`, `parameter "b" is missing`},
		{"one too many", "sum", `<a>1</a><b>2</b><d>2</d>`, "a parameter that the method does not have"},
		{"a word for a number", "sum", `<a>1</a><b>two</b>`, "parameter 2: wanted int, got string"},
		{"a typed text for a number", "sum", `<a>1</a><b xsi:type="xsd:string">2</b>`, "parameter 2: wanted int, got string"},
		{"nil for a number", "sum", `<a>1</a><b xsi:nil="1"/>`, "parameter 2: wanted int, got nil"},
		{"a struct for a number", "sum", `<a>1</a><b><c>2</c></b>`, "parameter 2: wanted int, got struct"},
		{"bytes that are no UTF-8 for a string", "names", `<names><item xsi:type="xsd:base64Binary">xW5n</item></names>`, "parameter 1[0]: wanted string, got base64"},
		{"bytes with a NUL for a string", "names", `<names><item xsi:type="xsd:base64Binary">YQBi</item></names>`, "parameter 1[0]: wanted string, got base64"},
		{"bytes with another control character", "names", `<names><item xsi:type="xsd:base64Binary">YRti</item></names>`, "parameter 1[0]: wanted string, got base64"},
		{"hexadecimal for a string", "names", `<names><item xsi:type="xsd:hexBinary">61</item></names>`, "parameter 1[0]: wanted string, got base64"},
		{"base64 for a number", "sum", `<a>1</a><b xsi:type="xsd:base64Binary">Mg==</b>`, "parameter 2: wanted int, got base64"},
		{"text for a list", "names", `<names>a</names>`, "parameter 1: wanted array, got string"},
		{"a member missing", "login", `<login><username>u</username></login>`, "parameter 1.password: the member is missing"},
		{"arguments for none", "logout", `<x/><y/><z/><w/>`, ""},
	} {
		e := entries[c.method]
		m, err := parse(callOf(c.arguments))
		if err != nil {
			t.Fatal(err)
		}
		call := &methods.Call{Entry: e}
		if call.Params, call.Named, err = m.ValuesFor(e); err == nil {
			_, err = e.Run(t.Context(), call)
		}
		if got := wiretest.WantKind(t, err, methods.KindInvalidParams).Public; c.text != "" && got != c.text {
			t.Errorf("%s: %q, want %q", c.why, got, c.text)
		}
	}
	for _, c := range refusedValues {
		m, err := parse(strings.Replace(callOf(c.element), `<m:echo `, `<m:echo id="call" `, 1))
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err = m.ValuesFor(entries["any"]); err == nil {
			t.Errorf("%s was read", c.why)
		}
	}
}

// TestManyArguments: choosing a signature takes time in proportion.
func TestManyArguments(t *testing.T) {
	entries := testEntries(t)
	many := callOf(strings.Repeat("<a/>", 50_000))
	for name, e := range entries {
		m, err := parse(many)
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		if _, _, err := m.ValuesFor(e); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if took := time.Since(start); took > 3*time.Second {
			t.Errorf("%s: %v", name, took)
		}
	}
}
