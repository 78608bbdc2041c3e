package openrpc_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"countersign/methods"
)

func of(t methods.Type) *methods.Schema { return &methods.Schema{Type: t} }

var integer, word, list, anything = of(methods.TypeLong), of(methods.TypeString), of(methods.TypeArray), of(methods.TypeAny)

func takes(result *methods.Schema, params ...methods.Param) methods.Signature {
	return methods.Signature{Result: result, Params: params}
}

func param(name string, s *methods.Schema) methods.Param { return methods.Param{Name: name, Schema: s} }

func optional(p methods.Param) methods.Param { p.Optional = true; return p }

// TestForms: several signatures become the one set of parameters that the document has
// room for.
func TestForms(t *testing.T) {
	const (
		i = `{"type":"integer","description":"64 bits: languages whose numbers are doubles lose digits beyond 2^53"}`
		w = `{"type":"string"}`
		l = `{"type":"array","items":{}}`
	)
	for _, row := range []struct {
		name       string
		signatures []methods.Signature
		params     string // NAME or NAME? for an optional one, and its schema
		result     string
		others     string // forms that only the description tells of
	}{
		{"none", nil, "", "{}", ""},
		{"one", []methods.Signature{takes(word, param("a", integer))}, "a=" + i, w, ""},
		{"optional", []methods.Signature{takes(word, param("a", integer), optional(param("b", word))), takes(word, param("a", integer))},
			"a=" + i + " b?=" + w, w, ""},
		{"longer later", []methods.Signature{takes(word), takes(word, param("a", integer)), takes(word, param("a", integer), param("b", word))},
			"a?=" + i + " b?=" + w, w, ""},
		{"optional in one form only", []methods.Signature{takes(word, optional(param("a", integer)), optional(param("b", word))), takes(word, param("a", integer), param("b", word))},
			"a?=" + i + " b?=" + w, w, ""},
		{"two types", []methods.Signature{takes(word, param("a", integer)), takes(word, param("a", word)), takes(word, param("a", integer))},
			`a={"anyOf":[` + i + "," + w + "]}", w, ""},
		{"any type", []methods.Signature{takes(word, param("a", integer)), takes(word, param("a", anything))}, "a={}", w, ""},
		{"two results", []methods.Signature{takes(word, param("a", integer)), takes(list)}, "a?=" + i, `{"anyOf":[` + w + "," + l + "]}", ""},
		{"other names", []methods.Signature{takes(word, param("a", integer)), takes(list, param("x", word), optional(param("y", anything)))},
			"a=" + i, w, "`m.f(x: string, y?: anything): array`"},
		{"other names behind", []methods.Signature{
			takes(word, param("a", integer), param("b", word)), takes(word, param("a", word), param("c", list)), takes(word)},
			"a?=" + i + " b?=" + w, w, "`m.f(a: string, c: array): string`"},
		{"no names", []methods.Signature{takes(word, param("", integer), param("", word)), takes(word, param("", word))},
			`param1={"anyOf":[` + i + "," + w + "]} param2?=" + w, w, ""},
		{"structs", []methods.Signature{takes(word), takes(word, param("a", integer)), takes(word, param("b",
			&methods.Schema{Type: methods.TypeStruct, Fields: []methods.Param{param("x", integer), optional(param("y", &methods.Schema{Type: methods.TypeArray, Elem: word}))}}))},
			"a?=" + i, w, "`m.f(b: {x: i8, y?: array of string}): string`"},
		{"maps", []methods.Signature{takes(word, param("a", integer)), takes(word, param("b", &methods.Schema{Type: methods.TypeStruct, Elem: word}))},
			"a=" + i, w, "`m.f(b: struct of string): string`"},
	} {
		t.Run(row.name, func(t *testing.T) {
			m := raw("f", row.signatures).method(t)
			var params []string
			for _, p := range m.Params {
				mark := "?"
				if p.Required {
					mark = ""
				}
				params = append(params, p.Name+mark+"="+string(p.Schema))
			}
			if got := strings.Join(params, " "); got != row.params {
				t.Errorf("parameters\n%s, wanted\n%s", got, row.params)
			}
			if string(m.Result.Schema) != row.result {
				t.Errorf("result %s, wanted %s", m.Result.Schema, row.result)
			}
			_, others, _ := strings.Cut(m.Description, "in other ways:\n\n- ")
			if others != row.others {
				t.Errorf("others %q, wanted %q", others, row.others)
			}
		})
	}
}

// one is a service whose only method is m.f.
type one struct{ methods.Method }

func raw(name string, signatures []methods.Signature, opts ...methods.Option) one {
	return one{methods.Raw(name, "Does something. And more.", methods.Public(), signatures,
		func(context.Context, *methods.Call) (methods.Value, error) { return methods.Nil(), nil }, opts...)}
}

func (o one) document(t *testing.T) *document {
	t.Helper()
	m := methods.Module{Name: "m", Help: "For the test.", Run: methods.Public(), Methods: []methods.Method{o.Method}}
	return newService(t, config(), m).document(t, &methods.Caller{Rights: rights{"right"}})
}

func (o one) method(t *testing.T) *method {
	t.Helper()
	return o.document(t).method(t, "m."+o.Name)
}

// TestLogin: what a client that was made from the document has to know.
func TestLogin(t *testing.T) {
	d := newService(t, config(), serviceModules()...).document(t, nil)
	login := d.method(t, "system.login")
	if len(login.Params) != 1 || login.Params[0].Name != "login" || !login.Params[0].Required ||
		string(login.Params[0].Schema) != `{"$ref":"#/components/schemas/LoginRequest"}` {
		t.Errorf("parameters %s", fmt.Sprint(login.Params))
	}
	for _, text := range []string{
		"sessionid:kp3", "`system.login(username: string, password: string): struct`",
		"`system.login(more: {nonce: string, answers: array of string, cookie?: boolean}): struct`",
	} {
		if !strings.Contains(login.Description, text) {
			t.Errorf("no %s in %s", text, login.Description)
		}
	}
	if s := string(d.Components.Schemas["LoginRequest"]); !strings.Contains(s, `"required":["username","password"]`) {
		t.Error(s)
	}
	if s := string(d.Components.Schemas["LoginOut"]); !strings.Contains(s, `"sessionid":`) || !strings.Contains(s, `"kp3":`) || strings.Contains(s, "required") {
		t.Error(s)
	}
	if logout := d.method(t, "system.logout"); len(logout.Params) != 1 || logout.Params[0].Required {
		t.Errorf("logout takes %v", logout.Params)
	}
}

// TestTexts: summary, description, tag.
func TestTexts(t *testing.T) {
	for _, row := range []struct {
		help, summary, description string
		access                     methods.Access
		opts                       []methods.Option
	}{
		{"Does it.", "Does it.", "Does it. Anybody may call it.", methods.Public(), nil},
		{"Does it. And more", "Does it.", "Does it. And more. Needs a login.", methods.AnySession(), nil},
		{"Does it, e.g. this. Or that. Ok.", "Does it, e.g. this.", "Does it, e.g. this. Or that. Ok. Needs a login and the permission right.", methods.Permission("right"), nil},
		{"Does it", "Does it", "Does it. Anybody may call it. It changes nothing.", methods.Public(), []methods.Option{methods.ReadOnly()}},
	} {
		o := one{method0("f", row.access, row.opts...)}
		o.Help = row.help
		m := o.method(t)
		if m.Summary != row.summary || m.Description != row.description {
			t.Errorf("%q: %q, %q", row.help, m.Summary, m.Description)
		}
		if len(m.Tags) != 1 || m.Tags[0].Name != "m" || m.ParamStructure != "either" {
			t.Errorf("tags %v, %s", m.Tags, m.ParamStructure)
		}
	}
}
