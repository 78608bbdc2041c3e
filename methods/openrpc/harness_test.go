package openrpc_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"countersign/methods"
	"countersign/methods/addressbook"
	"countersign/methods/interop"
	"countersign/methods/openrpc"
	"countersign/methods/system"
)

// env lends a view and nothing else.
type env struct {
	methods.Env
	view *methods.View
}

func (e env) View() *methods.View { return e.view }

// rights are permissions by name.
type rights []string

func (r rights) Allows(permission string) bool {
	for _, name := range r {
		if name == permission {
			return true
		}
	}
	return false
}

var (
	bubba    = &methods.Caller{ID: "b", Name: "bubba", Number: 500, Rights: rights{"addressbook"}}
	readOnly = &methods.Caller{ID: "b", Name: "bubba", Number: 500, Rights: rights{"addressbook"}, ReadOnly: true}
	admin    = &methods.Caller{ID: "a", Name: "admin", Number: 1000, Rights: rights{"addressbook", "locks.manage"}}
)

// config has the numbers of the plain dialect's kind, counted down.
func config() openrpc.Config {
	cfg := openrpc.Config{
		Title: "Countersign", Version: "1.2.3",
		Servers: []openrpc.Server{{Name: "here", URL: "http://127.0.0.1:8080/rpc"}},
	}
	for k := range methods.KindCount {
		cfg.Codes[k] = -32000 - int(k)
	}
	return cfg
}

// serviceModules are those that a service has, without what is behind them: only their
// declarations are looked at.
func serviceModules() []methods.Module {
	list := append(system.Modules(system.Config{}), addressbook.New(nil, time.Now))
	return append(list, interop.Modules("1.2.3")...)
}

// service is a registry with the module in it.
type service struct{ view *methods.View }

func newService(t testing.TB, cfg openrpc.Config, modules ...methods.Module) *service {
	t.Helper()
	r, err := methods.NewRegistry(append(modules, openrpc.New(cfg))...)
	if err != nil {
		t.Fatal(err)
	}
	return &service{view: r.View("plain")}
}

// discover calls rpc.discover.
func (s *service) discover(t testing.TB, caller *methods.Caller) methods.Value {
	t.Helper()
	e, ok := s.view.Lookup("rpc.discover")
	if !ok {
		t.Fatal("there is no rpc.discover")
	}
	v, err := e.Run(context.Background(), &methods.Call{Entry: e, Caller: caller, Env: env{view: s.view}})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// document is the part of an answer that the tests look at.
type document struct {
	OpenRPC string `json:"openrpc"`
	Info    struct{ Title, Description, Version string }
	Servers []struct{ Name, URL string }
	Methods []method

	Components struct {
		Schemas map[string]json.RawMessage
		Errors  map[string]struct {
			Code    int
			Message string
		}
	}
}

type method struct {
	Name, Summary, Description, ParamStructure string

	Tags   []struct{ Name string }
	Params []descriptor
	Result descriptor
	Errors []map[string]string
}

type descriptor struct {
	Name, Description string
	Required          bool
	Schema            json.RawMessage
}

func (s *service) document(t testing.TB, caller *methods.Caller) *document {
	t.Helper()
	var d document
	if err := json.Unmarshal(toJSON(s.discover(t, caller)), &d); err != nil {
		t.Fatal(err)
	}
	return &d
}

func (d *document) method(t testing.TB, name string) *method {
	t.Helper()
	for i := range d.Methods {
		if d.Methods[i].Name == name {
			return &d.Methods[i]
		}
	}
	t.Fatalf("%s is not in the document", name)
	return nil
}

func (d *document) names() []string {
	var names []string
	for _, m := range d.Methods {
		names = append(names, m.Name)
	}
	return names
}

// toJSON writes a value with its members in their order.
func toJSON(v methods.Value) []byte {
	var b bytes.Buffer
	writeJSON(&b, v)
	return b.Bytes()
}

func writeJSON(b *bytes.Buffer, v methods.Value) {
	quote := func(s string) {
		text, err := json.Marshal(s)
		if err != nil {
			panic(err) // a string always has a form
		}
		b.Write(text)
	}
	switch v.Type() {
	case methods.TypeNil:
		b.WriteString("null")
	case methods.TypeBoolean:
		fmt.Fprint(b, v.Bool())
	case methods.TypeInt, methods.TypeLong:
		fmt.Fprint(b, v.Int())
	case methods.TypeDouble:
		fmt.Fprint(b, v.Double())
	case methods.TypeString:
		quote(v.Text())
	case methods.TypeBase64:
		quote(base64.StdEncoding.EncodeToString(v.Bytes()))
	case methods.TypeDateTime:
		quote(v.Time().Format(time.RFC3339))
	case methods.TypeArray:
		b.WriteByte('[')
		for i, item := range v.Items() {
			if i > 0 {
				b.WriteByte(',')
			}
			writeJSON(b, item)
		}
		b.WriteByte(']')
	case methods.TypeStruct:
		b.WriteByte('{')
		for i, m := range v.Members() {
			if i > 0 {
				b.WriteByte(',')
			}
			quote(m.Name)
			b.WriteByte(':')
			writeJSON(b, m.Value)
		}
		b.WriteByte('}')
	}
}
