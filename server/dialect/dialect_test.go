package dialect

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"countersign/methods"
	"countersign/server/wire"
)

func all() []*Dialect { return []*Dialect{Plain(), PHPGroupWare(), EGroupware()} }

func TestLookup(t *testing.T) {
	for _, d := range all() {
		got, ok := Lookup(d.Name)
		if !ok || got.Name != d.Name {
			t.Errorf("%s is not found by its name", d.Name)
		}
		if len(d.Families) != 1 || d.Families[0] != d.Name {
			t.Errorf("%s sees the modules of %v", d.Name, d.Families)
		}
	}
	for _, name := range []string{"", "Plain", "seed", "phpgroupware "} {
		if _, ok := Lookup(name); ok {
			t.Errorf("%q is found", name)
		}
	}
}

// TestLookupGivesCopies: a dialect that is changed by one endpoint is not another's.
func TestLookupGivesCopies(t *testing.T) {
	one, _ := Lookup("phpgroupware")
	_ = one.WithInteropCodes()
	if one.Codes != phpgwCodes {
		t.Error("WithInteropCodes changed the dialect it was asked of")
	}
	one.Codes[methods.KindParse] = 1
	if other, _ := Lookup("phpgroupware"); other.Codes[methods.KindParse] != 104 {
		t.Error("a change is seen by the next endpoint")
	}
}

// TestCodesAreTotal: every kind has a number in every dialect.
func TestCodesAreTotal(t *testing.T) {
	for _, d := range all() {
		for k := range methods.KindCount {
			if d.Codes[k] == 0 {
				t.Errorf("%s: kind %s has no number", d.Name, k)
			}
		}
	}
}

// TestPlainCodes is the published table (phpgroupware contract §8.4).
func TestPlainCodes(t *testing.T) {
	want := map[methods.Kind]int{
		methods.KindParse: -32700, methods.KindEncoding: -32701, methods.KindCharacter: -32702,
		methods.KindInvalidRequest: -32600, methods.KindMethodNotFound: -32601, methods.KindInvalidParams: -32602,
		methods.KindInternal: -32603, methods.KindApplication: -32500, methods.KindCompression: -32300,
	}
	seen := map[int]methods.Kind{}
	for k := range methods.KindCount {
		code := plainCodes[k]
		if other, ok := seen[code]; ok {
			t.Errorf("%s and %s are both %d", k, other, code)
		}
		seen[code] = k
		if w, ok := want[k]; ok && code != w {
			t.Errorf("%s is %d, want %d", k, code, w)
		} else if !ok && (code > -32000 || code < -32099) {
			t.Errorf("%s is %d, outside the range that is ours", k, code)
		}
	}
}

// TestPHPGroupWareCodes is phpgroupware contract §3.5.
func TestPHPGroupWareCodes(t *testing.T) {
	want := map[methods.Kind]int{
		methods.KindMethodNotFound: 1, methods.KindInvalidParams: 3, methods.KindRecursion: 12,
		methods.KindInvalidRequest: 15, methods.KindInternal: 17, methods.KindPermissionDenied: 18, methods.KindNotFound: 19,
	}
	for k, code := range want {
		if phpgwCodes[k] != code {
			t.Errorf("%s is %d, want %d", k, phpgwCodes[k], code)
		}
	}
	for _, k := range []methods.Kind{methods.KindParse, methods.KindEncoding, methods.KindCharacter, methods.KindTooLarge} {
		if c := phpgwCodes[k]; c < 100 || c > 199 {
			t.Errorf("%s is %d, outside the range of XML errors", k, c)
		}
	}
	if c := phpgwCodes[methods.KindCompression]; c < 103 || c > 107 {
		t.Errorf("compression is %d", c)
	}
	if c := phpgwCodes[methods.KindApplication]; c < 800 {
		t.Errorf("application is %d", c)
	}
}

// TestOwnNumbers: an error's own number is shown by dialects that have such numbers.
func TestOwnNumbers(t *testing.T) {
	batch := &methods.Error{Kind: methods.KindInvalidRequest, Code: 13, Public: "Missing params"}
	app := &methods.Error{Kind: methods.KindApplication, Code: 850, Public: "no such state"}
	for _, c := range []struct {
		why  string
		d    *Dialect
		e    *methods.Error
		want wire.Fault
	}{
		{"plain has one number for a bad request", Plain(), batch, wire.Fault{Code: -32600, Text: "Missing params"}},
		{"plain shows a module's own", Plain(), app, wire.Fault{Code: 850, Text: "no such state"}},
		{"phpgroupware shows the finer one, and its text alone", PHPGroupWare(), batch, wire.Fault{Code: 13, Text: "Missing params"}},
		{"phpgroupware shows a module's own", PHPGroupWare(), app, wire.Fault{Code: 850, Text: "no such state"}},
		{"interop numbers have no finer one", EGroupware().WithInteropCodes(), batch, wire.Fault{Code: -32600, Text: "Missing params"}},
		{"interop numbers, a module's own", EGroupware().WithInteropCodes(), app, wire.Fault{Code: 850, Text: "no such state"}},
	} {
		c.want.Kind = c.e.Kind
		if got := c.d.Fault(Failure{Error: c.e}); got != c.want {
			t.Errorf("%s: got %+v, want %+v", c.why, got, c.want)
		}
	}
}

// TestTexts: the wording of phpgroupware contract §3.1 and §3.5, the stray bracket
// included, and the plain one.
func TestTexts(t *testing.T) {
	err := func(k methods.Kind, public string) *methods.Error { return &methods.Error{Kind: k, Public: public} }
	misfit := func(a methods.ArgumentError) *methods.Error {
		return &methods.Error{Kind: methods.KindInvalidParams, Public: a.Error(), Argument: &a}
	}
	for _, c := range []struct {
		why          string
		f            Failure
		phpgw, plain string
	}{
		{"dispatch denies", Failure{Error: err(methods.KindPermissionDenied, "permission x is missing"), Method: "a.b.read"},
			"Access denied", "permission x is missing"},
		{"a method denies", Failure{Error: err(methods.KindPermissionDenied, "not yours"), Method: "a.b.read", Inside: true},
			"Access denied: a.b.read", "not yours"},
		{"a method finds nothing", Failure{Error: err(methods.KindNotFound, "no entry 7"), Method: "a.b.read", Inside: true},
			"Entry does not (longer) exist!: a.b.read", "no entry 7"},
		{"a wrong type", Failure{Error: misfit(methods.ArgumentError{Param: 1, Want: "int", Got: "string"})},
			"Incorrect parameters passed to method: Wanted int, got string at param 1)", "parameter 1: wanted int, got string"},
		{"a wrong number", Failure{Error: misfit(methods.ArgumentError{Reason: "wanted 1 parameter, got 0"})},
			"Incorrect parameters passed to method: Wanted , got  at param )", "wanted 1 parameter, got 0"},
		{"a value out of range", Failure{Error: misfit(methods.ArgumentError{Param: 2, Reason: "the number is outside 1 to 5"})},
			"Incorrect parameters passed to method: parameter 2: the number is outside 1 to 5", "parameter 2: the number is outside 1 to 5"},
		{"not well formed", Failure{Error: err(methods.KindParse, "line 3: end tag without a start tag")},
			"XML error: end tag without a start tag at line 3", "line 3: end tag without a start tag"},
		{"an unknown encoding", Failure{Error: err(methods.KindEncoding, "line 1: encoding x is not supported")},
			"XML error: encoding x is not supported at line 1", "line 1: encoding x is not supported"},
		{"a parse error without a line", Failure{Error: err(methods.KindParse, "empty")}, "XML error: empty", "empty"},
		{"no XML-RPC", Failure{Error: err(methods.KindInvalidRequest, "a value with two types")},
			"Invalid request payload a value with two types", "a value with two types"},
		{"a batch in a batch", Failure{Error: err(methods.KindRecursion, "a batch inside a batch")},
			"Recursive system.multicall forbidden", "a batch inside a batch"},
		{"a missing method", Failure{Error: err(methods.KindMethodNotFound, "Unknown method: x")}, "Unknown method: x", "Unknown method: x"},
		{"busy", Failure{Error: err(methods.KindBusy, "try again")}, "try again", "try again"},
	} {
		t.Run(c.why, func(t *testing.T) {
			for _, d := range []*Dialect{PHPGroupWare(), EGroupware()} {
				if got := d.Fault(c.f).Text; got != c.phpgw {
					t.Errorf("%s: got %q, want %q", d.Name, got, c.phpgw)
				}
			}
			if got := Plain().Fault(c.f).Text; got != c.plain {
				t.Errorf("plain: got %q, want %q", got, c.plain)
			}
		})
	}
}

// TestInternalErrorsShowNothing: a request id, and neither the text nor the cause.
func TestInternalErrorsShowNothing(t *testing.T) {
	e := methods.Wrap(methods.KindInternal, errors.New("dial tcp 10.0.0.5: refused"), "internal text")
	for _, d := range all() {
		got := d.Fault(Failure{Error: e, Method: "m", Inside: true, RequestID: "id-7"}).Text
		if !strings.Contains(got, "id-7") || strings.Contains(got, "10.0.0.5") || strings.Contains(got, "internal text") {
			t.Errorf("%s: %q", d.Name, got)
		}
	}
}

// TestRefuse: how an unauthorised call looks (phpgroupware contract §0).
func TestRefuse(t *testing.T) {
	login, denied := methods.ErrLoginRequired(), methods.Errorf(methods.KindPermissionDenied, "no")
	out, ok := PHPGroupWare().Refuse(login, wire.OnlyVersion)
	if !ok || out.Value.Text() != "UNAUTHORIZED" || out.Status != 0 || out.Fault != nil {
		t.Errorf("phpgroupware: %+v, %v", out, ok)
	}
	if _, ok := PHPGroupWare().Refuse(login, wire.SOAP11); ok {
		t.Error("SOAP has faults")
	}
	out, ok = EGroupware().Refuse(login, wire.OnlyVersion)
	if !ok || out.Value.Text() != "UNAUTHORIZED" || out.Status != http.StatusUnauthorized || out.Fault != nil {
		t.Errorf("egroupware: %+v, %v", out, ok)
	}
	if EGroupware().Challenge != `Basic realm="eGroupWare xmlrpc"` || PHPGroupWare().Challenge == "" || Plain().Challenge == "" {
		t.Error("a status of 401 needs a challenge (RFC 9110 §15.5.2)")
	}
	for _, d := range []*Dialect{PHPGroupWare(), EGroupware()} {
		if _, ok := d.Refuse(denied, wire.OnlyVersion); ok {
			t.Errorf("%s answers a denial with something other than a fault", d.Name)
		}
	}
	if Plain().Refuse != nil {
		t.Error("plain answers something other than a fault")
	}
}

// TestStyle: what a client's headers change (phpgroupware contract §1.3).
func TestStyle(t *testing.T) {
	dashed, compact := wire.Style{Lines: true, DashedDates: true, OutParams: true}, wire.Style{Lines: true, OutParams: true}
	for _, c := range []struct {
		why    string
		header http.Header
		want   wire.Style
	}{
		{"nothing said", http.Header{}, dashed},
		{"simple", http.Header{"Isodate": {"simple"}}, compact},
		{"isodate", http.Header{"Isodate": {"isodate"}}, compact},
		{"in another case", http.Header{"Isodate": {"SIMPLE"}}, compact},
		{"something else", http.Header{"Isodate": {"full"}}, dashed},
		{"vbXMLRPC", http.Header{"User-Agent": {"Mozilla (vbXMLRPC 1.0)"}}, compact},
		{"another program", http.Header{"User-Agent": {"KDE"}}, dashed},
	} {
		for _, d := range []*Dialect{PHPGroupWare(), EGroupware()} {
			if got := d.StyleFor(d.Style, c.header); got != c.want {
				t.Errorf("%s, %s: got %+v, want %+v", d.Name, c.why, got, c.want)
			}
		}
	}
	if p := Plain(); p.Style != (wire.Style{}) || p.StyleFor != nil {
		t.Error("plain has a style of its own")
	}
}

// TestFlatten: profile A1 makes every leaf a string and every list a struct of 0, 1, …
// (phpgroupware contract §0, §13 point 1).
func TestFlatten(t *testing.T) {
	date := time.Date(2001, 9, 3, 12, 11, 12, 5000, time.UTC)
	s, m := methods.String, methods.M
	for _, c := range []struct {
		why      string
		in, want methods.Value
	}{
		{"a string", s("x"), s("x")},
		{"an int", methods.Int(-5), s("-5")},
		{"a long", methods.Long(5_000_000_000), s("5000000000")},
		{"a double", methods.Double(1.5), s("1.5")},
		{"true", methods.Bool(true), s("1")},
		{"false", methods.Bool(false), s("")},
		{"nil", methods.Nil(), s("")},
		{"a date", methods.ZonedTime(date, 120), s("2001-09-03T12:11:12")},
		{"no date", methods.EmptyDate(), s("")},
		{"bytes", methods.Bytes([]byte{0, 255}), s("AP8=")},
		{"an empty list", methods.Array(), methods.Struct()},
		{"a list", methods.Array(s("a"), methods.Int(1)), methods.Struct(m("0", s("a")), m("1", s("1")))},
		{"a struct", methods.Struct(m("b", methods.Int(1)), m("a", methods.Bool(true))), methods.Struct(m("b", s("1")), m("a", s("1")))},
		{"deep", methods.Array(methods.Struct(m("l", methods.Array(methods.Int(1))))),
			methods.Struct(m("0", methods.Struct(m("l", methods.Struct(m("0", s("1")))))))},
	} {
		if got := PHPGroupWare().Present(c.in); !methods.Equal(got, c.want) {
			t.Errorf("%s: got another value than wanted", c.why)
		}
	}
	if Plain().Present != nil || EGroupware().Present != nil {
		t.Error("only profile A1 reshapes results")
	}
}

type rights string

// Allows implements methods.Rights.
func (r rights) Allows(p string) bool { return string(r) == p }

// TestUnknown is the order of phpgroupware contract §3.1, steps 4 to 8: what exists is
// told only to those who may run the module.
func TestUnknown(t *testing.T) {
	read := methods.New("read", "Reads the book.", methods.Permission("book"),
		func(context.Context, *methods.Call, struct{}) (string, error) { return "", nil })
	r, err := methods.NewRegistry(methods.Module{
		Name: "book.bobook", Help: "A book.", Run: methods.Permission("book"), Methods: []methods.Method{read},
	})
	if err != nil {
		t.Fatal(err)
	}
	allowed, denied := &methods.Caller{Rights: rights("book")}, &methods.Caller{Rights: rights("other")}
	for _, c := range []struct {
		why, name string
		caller    *methods.Caller
		kind      methods.Kind
		text      string
	}{
		{"a system method", "system.nosuch", allowed, methods.KindMethodNotFound, "Unknown method: system.nosuch"},
		{"a method of a module one may run", "book.bobook.nosuch", allowed, methods.KindMethodNotFound, "Unknown method: nosuch"},
		{"a method of a module one may not run", "book.bobook.nosuch", denied, methods.KindPermissionDenied, "Access denied"},
		{"a module that is not there looks the same", "cook.bocook.read", allowed, methods.KindPermissionDenied, "Access denied"},
		{"two parts", "book.bobook", allowed, methods.KindMethodNotFound, "Unknown method: "},
		{"one part", "book", allowed, methods.KindMethodNotFound, "Unknown method: "},
		{"no part", "", allowed, methods.KindMethodNotFound, "Unknown method: "},
		{"four parts", "book.bobook.read.more", allowed, methods.KindMethodNotFound, "Unknown method: read.more"},
	} {
		for _, d := range []*Dialect{PHPGroupWare(), EGroupware()} {
			e := d.Unknown(r.View(d.Families...), c.name, c.caller)
			if e.Kind != c.kind || e.Public != c.text {
				t.Errorf("%s, %s: %s %q, want %s %q", d.Name, c.why, e.Kind, e.Public, c.kind, c.text)
			}
		}
	}
	if Plain().Unknown != nil {
		t.Error("plain has a rule of its own")
	}
}

// TestServerHeaders: the header by which a server names itself (phpgroupware contract
// §1.2), in the form in which net/http keeps names.
func TestServerHeaders(t *testing.T) {
	for _, d := range []*Dialect{PHPGroupWare(), EGroupware()} {
		for _, sent := range []string{"X-PHPGW-Server", "X-EGW-Server"} {
			found := false
			for _, h := range d.ServerHeaders {
				found = found || h == http.CanonicalHeaderKey(sent)
			}
			if !found {
				t.Errorf("%s does not know %s", d.Name, sent)
			}
		}
	}
	if Plain().ServerHeaders != nil {
		t.Error("plain takes a client's word for being a server")
	}
}
