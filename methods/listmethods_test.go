package methods

import (
	"context"
	"testing"
)

func TestListMethods(t *testing.T) {
	type in struct {
		A int            `rpc:"a"`
		B map[string]int `rpc:"b,optional"`
	}
	r, err := NewRegistry(Module{Name: "app.class", Help: "x", Run: Permission("app"), Methods: []Method{
		New("read", "Reads.", Public(), func(context.Context, *Call, in) (string, error) { return "", nil }),
		New("old", "Hidden.", Public(), nothing, Unlisted()),
		Raw("free", "Unsigned.", Public(), nil, func(context.Context, *Call) (Value, error) { return Nil(), nil }),
	}})
	if err != nil {
		t.Fatal(err)
	}
	e, ok := r.View().Lookup("app.class.list_methods")
	if !ok || !e.ReadOnly || e.Access != Permission("app") {
		t.Fatalf("%+v", e)
	}
	names := func(rows ...[]string) Value {
		var out []Value
		for _, row := range rows {
			var line []Value
			for _, name := range row {
				line = append(line, String(name))
			}
			out = append(out, Array(line...))
		}
		return Array(out...)
	}
	described := func(name, help string, signature Value) Member {
		return M(name, Struct(M("function", String("app.class."+name)), M("signature", signature), M("docstring", String(help))))
	}
	xmlrpc := Struct(
		described("read", "Reads.", names([]string{"string", "int", "struct"}, []string{"string", "int"})),
		described("free", "Unsigned.", Array()),
		described("list_methods", e.Help, names([]string{"struct", "string"}, []string{"array"})),
	)
	one := func(types ...string) Value { return names(types).Items()[0] }
	soap := Struct(
		M("read", Struct(M("in", one("int", "SOAPStruct")), M("out", one("string")))),
		M("free", Struct(M("in", Array()), M("out", Array()))),
		M("list_methods", Struct(M("in", one("string")), M("out", one("SOAPStruct")))),
	)
	text := String("xmlrpc")
	for _, row := range []struct {
		name string
		call Call
		want Value
	}{
		{"xmlrpc", Call{Params: []Value{text}}, xmlrpc},
		{"soap", Call{Params: []Value{String("soap")}}, soap},
		{"in an array", Call{Params: []Value{Array(text)}}, xmlrpc},
		{"in a struct", Call{Params: []Value{Struct(M("type", text))}}, xmlrpc},
		{"under 0", Call{Params: []Value{Struct(M("0", String("soap")))}}, soap},
		{"by name", Call{Named: []Member{M("type", text)}}, xmlrpc},
		{"something else", Call{Params: []Value{String("XMLRPC")}}, Array()},
		{"another type", Call{Params: []Value{Int(1)}}, Array()},
		{"nothing", Call{}, Array()},
		{"an empty array", Call{Params: []Value{Array()}}, Array()},
	} {
		t.Run(row.name, func(t *testing.T) {
			got, err := e.Run(context.Background(), &row.call)
			if err != nil || !Equal(got, row.want) {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
}

func TestSignatureText(t *testing.T) {
	s := Signature{Result: &Schema{Type: TypeStruct}, Params: []Param{
		{Schema: &Schema{Type: TypeLong}}, {Schema: &Schema{Type: TypeDateTime}}, {Schema: &Schema{Type: TypeAny}},
	}}
	if got := s.String(); got != "struct(i8, dateTime.iso8601, undefined)" {
		t.Error(got)
	}
	if got := Type(99).String(); got != "undefined" {
		t.Error(got)
	}
}
