package openrpc_test

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"

	"countersign/methods"
	"countersign/methods/methodstest"
	"countersign/methods/openrpc"
)

func TestSuite(t *testing.T) {
	s := newService(t, config(), serviceModules()...)
	methodstest.Module(t, openrpc.New(config()),
		methodstest.Env(env{view: s.view}), methodstest.Args("discover"))
}

// TestVisibility holds the document against the listing that callers know already.
func TestVisibility(t *testing.T) {
	hidden := methods.Module{Name: "hidden", Help: "Is not told of.", Run: methods.Permission("never"), Methods: []methods.Method{
		method0("alias", methods.Public(), methods.Unlisted()),
		method0("secret", methods.Permission("never")),
	}}
	foreign := methods.Module{Name: "foreign", Help: "Is another family's.", Run: methods.Public(), Families: []string{"egroupware"},
		Methods: []methods.Method{method0("only", methods.Public())}}
	s := newService(t, config(), append(serviceModules(), hidden, foreign)...)
	for _, row := range []struct {
		who           string
		caller        *methods.Caller
		lists, hides  []string
		leastExpected int
	}{
		{"anonymous", nil, []string{"rpc.discover", "system.login", "system.listMethods"},
			[]string{"addressbook.boaddressbook.read", "system.session", "system.listLocks"}, 10},
		{"user", bubba, []string{"addressbook.boaddressbook.read", "addressbook.boaddressbook.write", "system.session"},
			[]string{"system.listLocks"}, 25},
		{"read-only user", readOnly, []string{"addressbook.boaddressbook.read", "system.login"},
			[]string{"addressbook.boaddressbook.write", "system.createKey"}, 20},
		{"administrator", admin, []string{"system.listLocks", "system.unlock"}, nil, 27},
	} {
		t.Run(row.who, func(t *testing.T) {
			names := s.document(t, row.caller).names()
			if listed := s.listMethods(t, row.caller); !slices.Equal(names, listed) {
				t.Errorf("the document has\n%v\nlistMethods has\n%v", names, listed)
			}
			for _, name := range row.lists {
				if !slices.Contains(names, name) {
					t.Errorf("%s is missing", name)
				}
			}
			for _, name := range append(row.hides, "hidden.alias", "hidden.secret", "hidden.list_methods", "foreign.only") {
				if slices.Contains(names, name) {
					t.Errorf("%s is told of", name)
				}
			}
			if len(names) < row.leastExpected {
				t.Errorf("only %d methods", len(names))
			}
		})
	}
	if answer := toJSON(s.discover(t, nil)); bytes.Contains(answer, []byte("never")) || bytes.Contains(answer, []byte("SessionOut")) {
		t.Error("an anonymous caller is told of rights or types of methods that are hidden")
	}
}

func (s *service) listMethods(t *testing.T, caller *methods.Caller) []string {
	t.Helper()
	e, _ := s.view.Lookup("system.listMethods")
	v, err := e.Run(context.Background(), &methods.Call{Entry: e, Caller: caller, Env: env{view: s.view}})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, item := range v.Items() {
		names = append(names, item.Text())
	}
	return names
}

// method0 is a method without arguments.
func method0(name string, access methods.Access, opts ...methods.Option) methods.Method {
	return methods.New(name, "Does nothing.", access,
		func(context.Context, *methods.Call, struct{}) (bool, error) { return true, nil }, opts...)
}

func TestHead(t *testing.T) {
	s := newService(t, config(), serviceModules()...)
	d := s.document(t, nil)
	if d.OpenRPC != "1.3.2" || d.Info.Title != "Countersign" || d.Info.Version != "1.2.3" {
		t.Errorf("%s, %s %s", d.OpenRPC, d.Info.Title, d.Info.Version)
	}
	for _, word := range []string{"`system.login`", "`sessionid`", "`kp3`", "`sessionid:kp3`", "Authorization: Basic", "`system.logout`"} {
		if !strings.Contains(d.Info.Description, word) {
			t.Errorf("the description does not speak of %s", word)
		}
	}
	if len(d.Servers) != 1 || d.Servers[0].Name != "here" || d.Servers[0].URL != "http://127.0.0.1:8080/rpc" {
		t.Errorf("servers %v", d.Servers)
	}

	cfg := config()
	cfg.Servers = nil
	v := newService(t, cfg, serviceModules()...).discover(t, nil)
	if _, has := v.Field("servers"); has {
		t.Error("there are servers without any being known")
	}
	info, _ := v.Field("info")
	if text, _ := info.Field("description"); !strings.Contains(text.Text(), "where this document came from") {
		t.Error("without servers it is not said where calls go")
	}
}

// TestSameAnswer: the document is the same every time, also for callers at once, and
// its parts are the same for everybody.
func TestSameAnswer(t *testing.T) {
	want := map[*methods.Caller]string{}
	callers := []*methods.Caller{nil, bubba, readOnly, admin}
	first := newService(t, config(), serviceModules()...)
	for _, c := range callers {
		want[c] = string(toJSON(first.discover(t, c)))
	}
	again := newService(t, config(), serviceModules()...)
	var all sync.WaitGroup
	for range 4 {
		for _, c := range callers {
			all.Go(func() {
				if got := string(toJSON(again.discover(t, c))); got != want[c] {
					t.Errorf("another document for %v:\n%s\n%s", c, got, want[c])
				}
			})
		}
	}
	all.Wait()

	most := map[string]string{}
	for _, m := range first.parts(t, admin) {
		most[m.name] = m.text
	}
	for _, c := range callers {
		for _, m := range first.parts(t, c) {
			if most[m.name] != m.text {
				t.Errorf("%s is described otherwise to %v", m.name, c)
			}
		}
	}
}

type part struct{ name, text string }

// parts are the methods and schemas of a document, by name.
func (s *service) parts(t *testing.T, caller *methods.Caller) []part {
	t.Helper()
	var d struct {
		Methods    []json.RawMessage
		Components struct{ Schemas map[string]json.RawMessage }
	}
	if err := json.Unmarshal(toJSON(s.discover(t, caller)), &d); err != nil {
		t.Fatal(err)
	}
	var list []part
	for _, m := range d.Methods {
		var named struct{ Name string }
		if err := json.Unmarshal(m, &named); err != nil {
			t.Fatal(err)
		}
		list = append(list, part{named.Name, string(m)})
	}
	for name, schema := range d.Components.Schemas {
		list = append(list, part{"schema " + name, string(schema)})
	}
	return list
}

func TestTakesNoArguments(t *testing.T) {
	s := newService(t, config())
	e, _ := s.view.Lookup("rpc.discover")
	for _, c := range []*methods.Call{
		{Params: []methods.Value{methods.Int(1)}},
		{Named: []methods.Member{methods.M("version", methods.String("1.3"))}},
	} {
		c.Env = env{view: s.view}
		if _, err := e.Run(context.Background(), c); methods.AsError(err).Kind != methods.KindInvalidParams {
			t.Errorf("%v, %v: %v", c.Params, c.Named, err)
		}
	}
}

func BenchmarkDiscover(b *testing.B) {
	s := newService(b, config(), serviceModules()...)
	b.ReportAllocs()
	for b.Loop() {
		s.discover(b, admin)
	}
}
