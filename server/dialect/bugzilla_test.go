package dialect

import (
	"context"
	"fmt"
	"net/http"
	"testing"

	"countersign/methods"
	"countersign/server/wire"
)

// bugzillaEntry declares a method as the module of that family does.
func bugzillaEntry(t *testing.T, module, name string, params ...string) *methods.Entry {
	t.Helper()
	sig := methods.Signature{Result: &methods.Schema{Type: methods.TypeStruct}}
	for _, p := range params {
		schema := &methods.Schema{Type: methods.TypeString}
		if p == "ids" || p == "names" {
			schema = &methods.Schema{Type: methods.TypeArray, Elem: schema}
		}
		sig.Params = append(sig.Params, methods.Param{Name: p, Schema: schema, Optional: true})
	}
	r, err := methods.NewRegistry(methods.Module{
		Name: module, Help: "For the test.", Run: methods.Public(), Families: []string{"bugzilla"},
		Methods: []methods.Method{methods.Raw(name, "For the test.", methods.Public(), []methods.Signature{sig},
			func(context.Context, *methods.Call) (methods.Value, error) { return methods.Nil(), nil })},
	})
	if err != nil {
		t.Fatal(err)
	}
	e, ok := r.View("bugzilla").Lookup(module + "." + name)
	if !ok {
		t.Fatal("the method is not there")
	}
	return e
}

// TestBugzillaPrepare is bugzilla contract §6 to §8: what becomes of the one struct.
func TestBugzillaPrepare(t *testing.T) {
	str := methods.String
	get := []string{"ids", "names"}
	for _, c := range []struct {
		why, method string
		takes       []string
		header      [][2]string
		sent        []methods.Member
		want        string // the arguments
		offers      wire.Credential
		strict      bool
	}{
		{"a bare scalar is a list of one, what the method does not take is dropped", "User.get", get, nil,
			[]methods.Member{methods.M("ids", methods.Int(1)), methods.M("other", str("x"))}, "ids=[1]", wire.Credential{}, true},
		{"a token", "User.get", get, nil,
			[]methods.Member{methods.M("Bugzilla_token", str(" 7-abc ")), methods.M("ids", methods.Array(methods.Int(1)))}, "ids=[1]", wire.Credential{Token: "abc"}, true},
		{"its short name", "User.get", get, nil,
			[]methods.Member{methods.M("token", str("7-abc"))}, "", wire.Credential{Token: "abc"}, true},
		{"a key, by both names", "User.get", get, nil,
			[]methods.Member{methods.M("api_key", str("k"))}, "", wire.Credential{Key: "k"}, true},
		{"a password goes before a token, and keeps its blanks", "User.get", get, nil,
			[]methods.Member{methods.M("Bugzilla_token", str("7-abc")), methods.M("Bugzilla_login", str(" bubba ")), methods.M("Bugzilla_password", str(" gump "))},
			"", wire.Credential{User: "bubba", Password: " gump "}, true},
		{"the short pair needs both", "User.valid_login", []string{"login"}, nil,
			[]methods.Member{methods.M("login", str("bubba")), methods.M("token", str("7-abc"))}, "login=bubba", wire.Credential{Token: "abc"}, true},
		{"the short pair", "User.valid_login", []string{"login"}, nil,
			[]methods.Member{methods.M("login", str("bubba")), methods.M("password", str("gump"))}, "login=bubba", wire.Credential{User: "bubba", Password: "gump"}, true},
		{"digits of a client that guesses types", "User.get", get, nil,
			[]methods.Member{methods.M("Bugzilla_login", str("jenny")), methods.M("Bugzilla_password", methods.Int(1234))}, "", wire.Credential{User: "jenny", Password: "1234"}, true},
		{"what cannot be read is not nothing", "User.get", get, nil,
			[]methods.Member{methods.M("Bugzilla_token", methods.Int(5))}, "", wire.Credential{Token: unreadable}, true},
		{"nil is nothing", "User.get", get, nil,
			[]methods.Member{methods.M("Bugzilla_token", methods.Nil())}, "", wire.Credential{}, true},
		{"headers", "User.get", get, [][2]string{{"X-Bugzilla-Api-Key", "k%2B"}}, nil, "", wire.Credential{Key: "k+"}, true},
		{"arguments go before headers", "User.get", get, [][2]string{{"X-Bugzilla-Api-Key", "k"}},
			[]methods.Member{methods.M("Bugzilla_token", str("7-abc"))}, "", wire.Credential{Token: "abc"}, true},
		{"User.login gets the pair itself", "User.login", []string{"login", "password", "restrict_login"}, nil,
			[]methods.Member{methods.M("Bugzilla_login", str("bubba")), methods.M("password", str("gump")), methods.M("Bugzilla_restrictlogin", methods.Bool(true)), methods.M("Bugzilla_token", str("7-old"))},
			"login=bubba password=gump restrict_login=true", wire.Credential{}, false},
		{"a stale token does no harm where nobody asks", "Bugzilla.version", nil, nil,
			[]methods.Member{methods.M("Bugzilla_token", str("7-old"))}, "", wire.Credential{}, false},
		{"a password is tried even there", "Bugzilla.version", nil, nil,
			[]methods.Member{methods.M("Bugzilla_login", str("bubba")), methods.M("Bugzilla_password", str("x"))}, "", wire.Credential{User: "bubba", Password: "x"}, true},
		{"what tells more to whoever is known looks, and refuses nobody", "Bugzilla.parameters", nil, nil,
			[]methods.Member{methods.M("Bugzilla_token", str("7-old"))}, "", wire.Credential{Token: "old"}, false},
		{"a method may have a token of its own", "User.accept_offer", []string{"token"}, nil,
			[]methods.Member{methods.M("token", str("t"))}, "token=t", wire.Credential{}, false},
	} {
		h := http.Header{}
		for _, line := range c.header {
			h.Set(line[0], line[1])
		}
		module, name := c.method[:len(c.method)-len(lastPart(c.method))-1], lastPart(c.method)
		for _, wrapped := range []bool{true, false} {
			in := Incoming{Entry: bugzillaEntry(t, module, name, c.takes...), Headers: h, Named: c.sent}
			if wrapped { // XML-RPC and JSON-RPC 1.0 send a list of one struct
				in.Named, in.Params = nil, []methods.Value{methods.Struct(c.sent...), str("ignored")}
			}
			bugzillaPrepare(&in)
			if got := show(in.Named); got != c.want || in.Params != nil {
				t.Errorf("%s: the arguments are %q, want %q", c.why, got, c.want)
			}
			if in.Credential != c.offers || in.Strict != c.strict {
				t.Errorf("%s: other credentials are offered, or strict is %v", c.why, in.Strict)
			}
		}
	}
}

func lastPart(s string) string {
	for i := len(s) - 1; ; i-- {
		if s[i] == '.' {
			return s[i+1:]
		}
	}
}

func show(named []methods.Member) string {
	out := ""
	for i, m := range named {
		if i > 0 {
			out += " "
		}
		switch v := m.Value; v.Type() {
		case methods.TypeArray:
			out += m.Name + "=["
			for _, item := range v.Items() {
				out += fmt.Sprint(item.Int())
			}
			out += "]"
		case methods.TypeBoolean:
			out += fmt.Sprint(m.Name, "=", v.Bool())
		default:
			out += m.Name + "=" + v.Text()
		}
	}
	return out
}

// TestBugzillaGate is the table of bugzilla contract §1 and §4.
func TestBugzillaGate(t *testing.T) {
	for _, c := range []struct {
		transport, verb, media string
		empty                  bool
		want                   string
	}{
		{"jsonrpc", "POST", "application/json", false, "in"},
		{"jsonrpc", "POST", "application/json-rpc", false, "in"},
		{"jsonrpc", "POST", "text/plain", false, "late 32613"},
		{"jsonrpc", "POST", "text/xml", false, "late 32613"},
		{"jsonrpc", "POST", "application/x-www-form-urlencoded", false, "403 No data."},
		{"jsonrpc", "POST", "", false, "403 No data."},
		{"jsonrpc", "POST", "application/json", true, "403 No data."},
		{"jsonrpc", "PUT", "application/json", false, "403 No data."},
		{"jsonrpc", "OPTIONS", "", true, "403 No data."},
		{"jsonrpc", "GET", "", true, "in"},
		{"jsonrpc", "HEAD", "", true, "in"},
		{"xmlrpc", "POST", "text/xml", false, "in"},
		{"xmlrpc", "POST", "application/xml", false, "in"},
		{"xmlrpc", "POST", "application/json", false, "fault 32612"},
		{"xmlrpc", "POST", "", false, "fault 32612"},
		{"xmlrpc", "POST", "text/xml", true, "411 "},
		{"xmlrpc", "GET", "", true, "411 "},
		{"xmlrpc", "HEAD", "", true, "411 "},
		{"xmlrpc", "PUT", "text/xml", false, "405 "},
	} {
		g := bugzillaGate(Arrival{Transport: c.transport, Verb: c.verb, Media: c.media, Empty: c.empty})
		got := "in"
		switch {
		case g.Status != 0:
			got = fmt.Sprint(g.Status, " ", g.Text)
		case g.Refuse != nil:
			got = fmt.Sprint("fault ", g.Refuse.Code)
		case g.Late != nil:
			got = fmt.Sprint("late ", g.Late.Code)
		}
		if got != c.want {
			t.Errorf("%s %s %q: %s, want %s", c.transport, c.verb, c.media, got, c.want)
		}
	}
}

// TestBugzillaNumbers: the same failure under its number in each version (bugzilla
// contract §10).
func TestBugzillaNumbers(t *testing.T) {
	d := Bugzilla()
	misfit := func(a methods.ArgumentError) *methods.Error {
		return &methods.Error{Kind: methods.KindInvalidParams, Public: a.Error(), Argument: &a}
	}
	for _, c := range []struct {
		why         string
		e           *methods.Error
		xml, v1, v2 int
	}{
		{"unreadable", methods.Errorf(methods.KindParse, "x"), -32700, 100201, -32700},
		{"no method named", methods.Errorf(methods.KindInvalidRequest, "x"), -32600, 100300, -32600},
		{"odd characters", &methods.Error{Kind: methods.KindInvalidRequest, Code: 100301}, -32600, 100301, -32600},
		{"params of 1.0", &methods.Error{Kind: methods.KindInvalidRequest, Code: 100400}, -32600, 100400, -32600},
		{"unknown", methods.Errorf(methods.KindMethodNotFound, "x"), -32601, 100302, -32601},
		{"a fault of the server", methods.Errorf(methods.KindInternal, "x"), -32000, 100500, -32000},
		{"busy", methods.Errorf(methods.KindBusy, "x"), -32000, 68000, -32000},
		{"anonymous", methods.ErrLoginRequired(), 410, 410, 410},
		{"a stale token", d.Rejected.Token, 32000, 32000, 32000},
		{"a wrong key", d.Rejected.Key, 306, 306, 306},
		{"a wrong password", d.Rejected.Password, 300, 300, 300},
		{"locked out", methods.Errorf(methods.KindThrottled, "x"), 32000, 32000, 32000},
		{"a number of a method's own", &methods.Error{Kind: methods.KindApplication, Code: 505}, 505, 505, 505},
		{"missing", misfit(methods.ArgumentError{Missing: true, Name: "login"}), 50, 50, 50},
		{"no number", misfit(methods.ArgumentError{Param: 1, Want: "int", Got: "string"}), 52, 52, 52},
		{"no date", misfit(methods.ArgumentError{Param: 1, Want: "dateTime.iso8601", Got: "string"}), 56, 56, 56},
		{"no list", misfit(methods.ArgumentError{Param: 1, Want: "array", Got: "struct"}), 58, 58, 58},
		{"anything else", misfit(methods.ArgumentError{Param: 1, Want: "boolean", Got: "string"}), 53, 53, 53},
	} {
		for v, want := range map[wire.Version]int{wire.OnlyVersion: c.xml, wire.JSON10: c.v1, wire.JSON11: c.v1, wire.JSON20: c.v2} {
			if got := d.Fault(Failure{Error: c.e, Version: v}).Code; got != want {
				t.Errorf("%s in version %d: %d, want %d", c.why, v, got, want)
			}
		}
	}
}
