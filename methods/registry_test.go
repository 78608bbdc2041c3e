package methods

import (
	"context"
	"strings"
	"testing"
)

type noIn = struct{}

func nothing(context.Context, *Call, noIn) (Value, error) { return Nil(), nil }

// sample is a module with one method that is in order.
func sample(name string, edit ...func(*Module)) Module {
	m := Module{Name: name, Help: "A sample.", Run: AnySession(), Methods: []Method{
		New("do", "Does nothing.", AnySession(), nothing),
	}}
	for _, f := range edit {
		f(&m)
	}
	return m
}

func method(f func(*Method)) func(*Module) { return func(m *Module) { f(&m.Methods[0]) } }

func replaced(by Method) func(*Module) { return func(m *Module) { m.Methods[0] = by } }

func TestRegistryRefuses(t *testing.T) {
	type inner struct{ Twice []inner }
	rawWith := func(signatures ...Signature) Method {
		return Raw("do", "Does nothing.", AnySession(), signatures,
			func(context.Context, *Call) (Value, error) { return Nil(), nil })
	}
	for _, row := range []struct {
		name    string
		modules []Module
		want    string
	}{
		{"module without a name", []Module{sample("")}, "without a name"},
		{"module name that is none", []Module{sample("a b")}, "not a dotted name"},
		{"module under system", []Module{sample("system")}, "reserved"},
		{"module below system", []Module{sample("system.x")}, "reserved"},
		{"module under rpc", []Module{sample("rpc.x")}, "reserved"},
		{"module without help", []Module{sample("a", func(m *Module) { m.Help = " \n" })}, "module a: no help"},
		{"module without access", []Module{sample("a", func(m *Module) { m.Run = Access{} })}, "module a: no access class"},
		{"module with a bad right", []Module{sample("a", func(m *Module) { m.Run = Permission("a b") })}, "not a dotted name"},
		{"method without a name", []Module{sample("a", method(func(m *Method) { m.Name = "" }))}, "without a name"},
		{"method name with a dot", []Module{sample("a", method(func(m *Method) { m.Name = "b.c" }))}, "not a dotted name"},
		{"method name too deep", []Module{sample("a.b.c.d.e")}, "at most 5 components"},
		{"method name too long", []Module{sample("a", method(func(m *Method) { m.Name = strings.Repeat("x", 127) }))}, "128 bytes"},
		{"method without help", []Module{sample("a", method(func(m *Method) { m.Help = "" }))}, "method a.do: no help"},
		{"method without access", []Module{sample("a", method(func(m *Method) { m.Access = Access{} }))}, "method a.do: no access class"},
		{"method with an empty right", []Module{sample("a", method(func(m *Method) { m.Access = Permission("") }))}, "not a dotted name"},
		{"method written by hand", []Module{sample("a", method(func(m *Method) { m.run = nil }))}, "no function"},
		{"duplicate in a module", []Module{sample("a", func(m *Module) { m.Methods = append(m.Methods, m.Methods[0]) })}, "a.do: declared twice"},
		{"duplicate in two modules", []Module{sample("a"), sample("a")}, "a.do: declared twice"},
		{"list_methods of one's own", []Module{sample("a", method(func(m *Method) { m.Name = ListMethods }))}, "a.list_methods: declared twice"},
		{"duplicate in a family", []Module{
			sample("a", func(m *Module) { m.Families = []string{"x", "y"} }),
			sample("a", func(m *Module) { m.Families = []string{"y"} }),
		}, "declared twice"},
		{"no function", []Module{sample("a", replaced(New[noIn, Value]("do", "x", Public(), nil)))}, "no function"},
		{"no raw function", []Module{sample("a", replaced(Raw("do", "x", Public(), nil, nil)))}, "no function"},
		{"signature without result", []Module{sample("a", replaced(rawWith(Signature{})))}, "a signature without its types"},
		{"parameter without schema", []Module{sample("a", replaced(rawWith(Signature{
			Result: &Schema{}, Params: []Param{{Name: "x"}},
		})))}, "a signature without its types"},
		{"argument that is no struct", []Module{unfit[int, int]()}, "not a struct of parameters"},
		{"parameter of no wire type", []Module{unfit[struct{ C chan int }, int]()}, "chan int has no value on the wire"},
		{"interface parameter", []Module{unfit[struct{ A any }, int]()}, "no value on the wire"},
		{"unsigned parameter", []Module{unfit[struct{ U uint }, int]()}, "uint has no value on the wire"},
		{"small float", []Module{unfit[struct{ F float32 }, int]()}, "float32 has no value on the wire"},
		{"map without text keys", []Module{unfit[struct{ M map[int]int }, int]()}, "string keys"},
		{"type that contains itself", []Module{unfit[struct{ I inner }, int]()}, "contains itself"},
		{"result of no wire type", []Module{unfit[noIn, func()]()}, "result: type func() has no value"},
		{"recursive result", []Module{unfit[noIn, inner]()}, "contains itself"},
		{"unknown tag", []Module{unfit[struct {
			A int `rpc:"a,lose"`
		}, int]()}, `unknown rpc tag option "lose"`},
		{"one name twice", []Module{unfit[struct {
			A int `rpc:"x"`
			B int `rpc:"x"`
		}, int]()}, `the name "x" is taken`},
		{"required behind optional", []Module{unfit[struct {
			A int `rpc:"a,optional"`
			B int `rpc:"b"`
		}, int]()}, "stands behind an optional one"},
		{"overloads of different access", []Module{sample("a", replaced(Overload(
			New("do", "x", Public(), nothing), New("do", "x", AnySession(), nothing))))}, "differ in access"},
		{"overloads of different marks", []Module{sample("a", replaced(Overload(
			New("do", "x", Public(), nothing), New("do", "x", Public(), nothing, ReadOnly()))))}, "differ in access or read-only mark"},
		{"unfit overload", []Module{sample("a", replaced(Overload(
			New("do", "x", Public(), nothing), New[noIn, Value]("do", "x", Public(), nil))))}, "no function"},
	} {
		t.Run(row.name, func(t *testing.T) {
			r, err := NewRegistry(row.modules...)
			if err == nil || r != nil {
				t.Fatal("taken")
			}
			if !strings.Contains(err.Error(), row.want) {
				t.Errorf("error %q, wanted %q", err, row.want)
			}
		})
	}
}

func unfit[In, Out any]() Module {
	return sample("a", replaced(New("do", "Does.", Public(),
		func(context.Context, *Call, In) (out Out, err error) { return out, nil })))
}

func TestRegistryNamesEveryFault(t *testing.T) {
	_, err := NewRegistry(sample("system"), sample("a", method(func(m *Method) { m.Help = "" })), sample("b", func(m *Module) { m.Help = "" }))
	if err == nil {
		t.Fatal("taken")
	}
	for _, want := range []string{"reserved", "a.do", "module b"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error %q does not speak of %s", err, want)
		}
	}
}

func TestRegistryTakes(t *testing.T) {
	modules := []Module{
		sample("system", func(m *Module) { m.System = true }),
		sample("systematic"),
		sample("a.b.c.d"),
		sample("", func(m *Module) { m.Families = []string{"roundup"} }),
		sample("a", func(m *Module) { m.Families = []string{"x"} }),
		sample("a", func(m *Module) { m.Families = []string{"y"} }),
		sample("a"),
	}
	r, err := NewRegistry(modules...)
	if err != nil {
		t.Fatal(err)
	}
	modules[1].Name, modules[1].Methods[0].Help = "changed", "changed"
	for _, e := range r.Entries() {
		if e.Module.Name == "changed" || e.Help == "changed" {
			t.Error("the registry changes with the modules it was made of")
		}
	}
	if n := len(r.Entries()); n != 2*len(modules)-1 { // the system module has no list_methods
		t.Errorf("%d entries", n)
	}
}

func TestNames(t *testing.T) {
	for name, ok := range map[string]bool{
		"a": true, "system.listMethods": true, "a.b.c.d.e": true, "A1_.b2": true,
		strings.Repeat("a", 128): true, strings.Repeat("a", 129): false,
		"": false, ".": false, "a.": false, ".a": false, "a..b": false, "a.b.c.d.e.f": false,
		"1a": false, "_a": false, "a.1": false, "a-b": false, "a b": false, "é": false, "a\x00": false,
	} {
		if validName(name) != ok {
			t.Errorf("validName(%q) is %t", name, !ok)
		}
	}
	for name, ok := range map[string]bool{
		"*": true, "a": true, "a.*": true, "org.opensuse.yast.system.time.read": true, "a-b.c": true,
		"": false, ".*": false, "*.a": false, "a*": false, "a.*.b": false, "**": false, "a. b": false,
	} {
		if ValidPermission(name) != ok {
			t.Errorf("ValidPermission(%q) is %t", name, !ok)
		}
	}
}

func TestNewDoesNotPanicOnUnfitModules(t *testing.T) {
	// list_methods is derived before the declarations are checked.
	_, err := NewRegistry(unfit[int, int](), Module{Name: "b", Help: "x", Run: Public(), Methods: []Method{{}}})
	if err == nil {
		t.Error("taken")
	}
}
