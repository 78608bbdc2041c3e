package soap

import (
	"context"
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/methods"
	"countersign/server/wire"
	"countersign/server/wire/wiretest"
)

var update = flag.Bool("update", false, "write testdata/small.wsdl anew")

// listing is a core that has methods to describe.
type listing struct {
	*wiretest.Dispatch
	// shown is what the caller may call, nil for everything; refused is why it gets to know
	// nothing, and status that of faults, as a dialect would want it.
	shown   []*methods.Entry
	refused error
	status  int

	failed []error
	spoken []wire.Version
}

func newListing(t *testing.T, modules ...methods.Module) *listing {
	t.Helper()
	r, err := methods.NewRegistry(modules...)
	if err != nil {
		t.Fatal(err)
	}
	return &listing{Dispatch: wiretest.NewDispatch(r.View("bare"))}
}

func (l *listing) Speak(v wire.Version) { l.spoken = append(l.spoken, v) }

func (l *listing) Methods(ctx context.Context) ([]*methods.Entry, error) {
	switch {
	case l.refused != nil:
		return nil, l.refused
	case l.shown != nil:
		return l.shown, nil
	}
	return l.Dispatch.Methods(ctx)
}

func (l *listing) Fail(err error) wire.Outcome {
	l.failed = append(l.failed, err)
	out := l.Dispatch.Fail(err)
	out.Status = l.status
	return out
}

func described(t *testing.T, core wire.Core, query string) (string, wire.Reply) {
	t.Helper()
	req := &wire.Request{Get: &wire.Get{Query: query, Base: "https://host:8443", Path: "/soap"}}
	reply := New().Answer(t.Context(), req, core, nil)
	return string(reply.Body), reply
}

type address struct {
	Street string   `rpc:"street" help:"with <number> & all"`
	Lines  []string `rpc:"lines,optional"`
}

type contact struct {
	Name    string             `rpc:"name"`
	Born    time.Time          `rpc:"born,optional"`
	Photo   []byte             `rpc:"photo,optional"`
	Home    address            `rpc:"home,optional"`
	Others  []address          `rpc:"others,optional"`
	Scores  map[string]float64 `rpc:"scores,optional"`
	Count   int64              `rpc:"count,long,optional"`
	Active  bool               `rpc:"active,optional"`
	Weight  float64            `rpc:"weight,optional"`
	Details methods.Value      `rpc:"details,optional"`
}

type saveIn struct {
	Contact contact `rpc:"contact" help:"whom to save"`
	Force   bool    `rpc:"force,optional"`
}

// small is a module with a bit of everything.
func small() methods.Module {
	public := methods.Public()
	return methods.Module{
		Name: "book", Help: "A book.", Run: public,
		Methods: []methods.Method{
			methods.New("save", "Saves a <contact> & gives it back.", public,
				func(_ context.Context, _ *methods.Call, in saveIn) (contact, error) { return in.Contact, nil }),
			methods.New("grid", "Gives numbers.", public,
				func(context.Context, *methods.Call, struct{}) ([][]int, error) { return [][]int{{1, 2}, nil}, nil }),
			methods.New("void", "Gives nothing.", public,
				func(context.Context, *methods.Call, struct{}) (methods.Value, error) { return methods.Nil(), nil }).As(methods.TypeNil),
			methods.Raw("raw", "Of no signature.", public, nil,
				func(context.Context, *methods.Call) (methods.Value, error) { return methods.String("x"), nil }),
		},
	}
}

// TestWSDL is the whole description of a small module.
func TestWSDL(t *testing.T) {
	got, reply := described(t, newListing(t, small()), "wsdl")
	if reply.Status != 0 || !reply.Tagged || reply.ContentType != "" {
		t.Errorf("%+v", reply)
	}
	golden := filepath.Join("testdata", "small.wsdl")
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("not as in %s; got\n%s", golden, got)
	}
	if again, _ := described(t, newListing(t, small()), "wsdl"); again != got {
		t.Error("another one each time")
	}
}

// TestQueries: what a GET can ask for.
func TestQueries(t *testing.T) {
	core := newListing(t, small())
	for query, services := range map[string][]string{
		"wsdl": {"Countersign", "CountersignRPC"}, "WSDL": {"Countersign", "CountersignRPC"}, "wsdl=": {"Countersign", "CountersignRPC"},
		"Wsdl=1": {"Countersign", "CountersignRPC"}, "a=b&wsdl": {"Countersign", "CountersignRPC"}, "wsdl&a=b": {"Countersign", "CountersignRPC"},
		"wsdl=literal": {"Countersign"}, "wsdl=RPC": {"CountersignRPC"},
	} {
		text, reply := described(t, core, query)
		var found []string
		for _, m := range regexp.MustCompile(`<wsdl:service name="(\w+)">`).FindAllStringSubmatch(text, -1) {
			found = append(found, m[1])
		}
		if reply.Status != 0 || !slices.Equal(found, services) || !strings.Contains(text, `location="https://host:8443/soap"`) {
			t.Errorf("%s: %d, services %v", query, reply.Status, found)
		}
		wiretest.WellFormed(t, []byte(text))
	}
	if text, reply := described(t, core, "xsd=encoding"); reply.Status != 0 || !reply.Tagged || !strings.Contains(text, `name="Array"`) {
		t.Errorf("%d %s", reply.Status, text)
	}
	for _, query := range []string{"", "wsdlx", "method=a", "xwsdl=wsdl", "xsd", "xsd=other", "%77sdl"} {
		core.failed = nil
		text, reply := described(t, core, query)
		if reply.Status != http.StatusBadRequest || reply.Tagged || len(core.failed) != 1 || !strings.Contains(text, "<faultcode>SOAP-ENV:Client</faultcode>") {
			t.Errorf("%q: %d %s", query, reply.Status, text)
		}
	}
}

// TestOperationNames: with underscores where these lead back, and otherwise the
// method's own; with both bindings in one description, those of rpc have dots.
func TestOperationNames(t *testing.T) {
	none := func(name string) methods.Method { return tells[struct{}](name, "") }
	core := newListing(t,
		methods.Module{Name: "a.b", Help: "A module.", Run: methods.Public(), Methods: []methods.Method{none("c"), none("d")}},
		methods.Module{Name: "a", Help: "A module.", Run: methods.Public(), Methods: []methods.Method{none("b_c")}},
		methods.Module{Help: "A module.", Families: []string{"bare"}, Run: methods.Public(), Methods: []methods.Method{none("echo")}},
	)
	operations := func(query string) (names []string) {
		text, _ := described(t, core, query)
		text, _, _ = strings.Cut(text[strings.Index(text, "<wsdl:portType"):], "<wsdl:service")
		for _, m := range regexp.MustCompile(`<wsdl:operation name="([^"]+)">\s*<wsdl:documentation>`).FindAllStringSubmatch(text, -1) {
			if !strings.HasSuffix(m[1], methods.ListMethods) {
				names = append(names, m[1])
			}
		}
		return names
	}
	underscores := []string{"a.b.c", "a_b_d", "a.b_c", "echo"}
	dots := []string{"a.b.c", "a.b.d", "a.b_c", "echo"}
	if got := operations("wsdl=literal"); !slices.Equal(got, underscores) {
		t.Errorf("literal: %v", got)
	}
	if got := operations("wsdl=rpc"); !slices.Equal(got, underscores) {
		t.Errorf("rpc: %v", got)
	}
	if got := operations("wsdl"); !slices.Equal(got, slices.Concat(underscores, dots)) {
		t.Errorf("both: %v", got)
	}
}

// TestTypeNames: one name for what is the same, different names for what is not.
func TestTypeNames(t *testing.T) {
	str := methods.Param{Name: "s", Schema: of(methods.TypeString)}
	person := &methods.Schema{Type: methods.TypeStruct, Name: "person", Fields: []methods.Param{str}}
	other := &methods.Schema{Type: methods.TypeStruct, Name: "person", Fields: []methods.Param{str, str}}
	same := &methods.Schema{Type: methods.TypeStruct, Name: "person", Fields: []methods.Param{str}}
	list := &methods.Schema{Type: methods.TypeStruct, Name: "ArrayOfPerson", Fields: []methods.Param{str}}
	generic := &methods.Schema{Type: methods.TypeStruct, Name: "pair[int,a/b.c]", Fields: []methods.Param{str}}
	unnamed := &methods.Schema{Type: methods.TypeStruct, Fields: []methods.Param{{Name: "inner", Schema: person}}}
	free := &methods.Schema{Type: methods.TypeStruct, Name: "free"}
	odd := &methods.Schema{Type: methods.TypeStruct, Name: "odd", Fields: []methods.Param{{Name: "not a name", Schema: of(methods.TypeInt)}}}
	cat := &catalog{naming: newNaming()}
	cat.add(&operation{name: "op", result: of(methods.TypeNil), params: []methods.Param{
		{Name: "a", Schema: person}, {Name: "b", Schema: other}, {Name: "c", Schema: same}, {Name: "d", Schema: list},
		{Name: "e", Schema: generic}, {Name: "f", Schema: unnamed}, {Name: "g", Schema: listOf(person)}, {Name: "h", Schema: listOf(listOf(other))},
		{Name: "i", Schema: listOf(free)}, {Name: "j", Schema: of(methods.TypeArray)},
	}})
	f := cat.flavour(literal, false)
	for _, c := range []struct {
		schema *methods.Schema
		want   string
	}{
		{person, "m:Person"}, {other, "m:Person2"}, {same, "m:Person"}, {list, "m:StructArrayOfPerson"},
		{generic, "m:Pairintabc"}, {unnamed, "m:Op_f"}, {listOf(person), "m:ArrayOfPerson"},
		{listOf(listOf(other)), "m:ArrayOfArrayOfPerson2"}, {free, "apache:Map"}, {odd, "apache:Map"},
		{listOf(free), "m:ArrayOfMap"}, {of(methods.TypeArray), "m:ArrayOfAnyType"},
		{of(methods.TypeAny), "xsd:anyType"}, {of(methods.TypeNil), "xsd:anyType"}, {of(methods.TypeLong), "xsd:long"},
		{&methods.Schema{Type: methods.TypeBase64, Name: "hexBinary"}, "xsd:hexBinary"},
	} {
		if got := f.typeOf(c.schema); got != c.want {
			t.Errorf("%s: got %s, want %s", c.schema.Name, got, c.want)
		}
	}
}

// TestWidest: how several signatures become one.
func TestWidest(t *testing.T) {
	p := func(name string, typ methods.Type) methods.Param {
		return methods.Param{Name: name, Schema: of(typ)}
	}
	sig := func(params ...methods.Param) methods.Signature {
		return methods.Signature{Result: of(methods.TypeNil), Params: params}
	}
	for _, c := range []struct {
		why        string
		signatures []methods.Signature
		want       string
	}{
		{"one", []methods.Signature{sig(p("a", methods.TypeInt), p("b", methods.TypeString))}, "a int, b string"},
		{"one may be left out", []methods.Signature{sig(p("a", methods.TypeInt), p("b", methods.TypeString)), sig(p("a", methods.TypeInt))}, "a int, b string?"},
		{"the longer comes later", []methods.Signature{sig(), sig(p("a", methods.TypeInt))}, "a int?"},
		{"another form is not in it", []methods.Signature{sig(p("login", methods.TypeStruct)), sig(p("user", methods.TypeString), p("pass", methods.TypeString))}, "login struct"},
		{"several types", []methods.Signature{sig(p("id", methods.TypeStruct)), sig(p("id", methods.TypeString)), sig(p("id", methods.TypeInt))}, "id undefined"},
		{"another parameter in its place", []methods.Signature{sig(p("full", methods.TypeBoolean)), sig(p("nothing", methods.TypeArray)), sig()}, "full boolean?"},
		{"a name that is no element", []methods.Signature{sig(p("a", methods.TypeInt), p("b c", methods.TypeInt))}, "a int, param1 int"},
	} {
		var got []string
		for _, param := range widest(c.signatures) {
			text := param.Name + " " + param.Schema.Type.String()
			if param.Optional {
				text += "?"
			}
			got = append(got, text)
		}
		if text := strings.Join(got, ", "); text != c.want {
			t.Errorf("%s: %s, want %s", c.why, text, c.want)
		}
	}
}
