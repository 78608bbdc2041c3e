package openrpc_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"countersign/methods"
)

type inner struct {
	Word string `rpc:"word"`
}

type page[T any] struct {
	Items []T `rpc:"items"`
}

// everything has a field of each type.
type everything struct {
	Flag     bool             `rpc:"flag"`
	Number   int              `rpc:"number" help:"how many"`
	Large    int64            `rpc:"large,long"`
	Counted  int64            `rpc:"counted,long" help:"how much"`
	Ratio    float64          `rpc:"ratio,optional"`
	Word     string           `rpc:"word"`
	Date     time.Time        `rpc:"date"`
	Data     []byte           `rpc:"data"`
	Words    []string         `rpc:"words"`
	Matrix   [][]bool         `rpc:"matrix"`
	ByName   map[string]inner `rpc:"by_name"`
	Any      methods.Value    `rpc:"any"`
	Perhaps  *bool            `rpc:"perhaps,optional"`
	Inner    inner            `rpc:"inner"`
	Told     inner            `rpc:"told" help:"another"`
	Page     page[int]        `rpc:"page"`
	Nameless struct {
		Flag bool `rpc:"flag"`
	} `rpc:"nameless"`
}

type everythingIn struct {
	Everything everything `rpc:"everything"`
}

const int32Schema = `{"type":"integer","minimum":-2147483648,"maximum":2147483647}`

func newEverything() methods.Method {
	return methods.New("f", "Does something.", methods.Public(),
		func(context.Context, *methods.Call, everythingIn) ([]everything, error) { return nil, nil })
}

func TestSchemas(t *testing.T) {
	d := one{newEverything()}.document(t)
	m := d.method(t, "m.f")
	const properties = `"properties":{"flag":{"type":"boolean"},` +
		`"number":{"description":"how many","type":"integer","minimum":-2147483648,"maximum":2147483647},` +
		`"large":{"type":"integer","description":"64 bits: languages whose numbers are doubles lose digits beyond 2^53"},` +
		`"counted":{"description":"how much; 64 bits: languages whose numbers are doubles lose digits beyond 2^53","type":"integer"},` +
		`"ratio":{"type":"number"},"word":{"type":"string"},"date":{"type":"string","format":"date-time"},` +
		`"data":{"type":"string","contentEncoding":"base64"},` +
		`"words":{"type":"array","items":{"type":"string"}},` +
		`"matrix":{"type":"array","items":{"type":"array","items":{"type":"boolean"}}},` +
		`"by_name":{"type":"object","additionalProperties":{"$ref":"#/components/schemas/INNER"}},` +
		`"any":{},"perhaps":{"type":"boolean"},` +
		`"inner":{"$ref":"#/components/schemas/INNER"},` +
		`"told":{"description":"another","allOf":[{"$ref":"#/components/schemas/INNER"}]},` +
		`"page":{"$ref":"#/components/schemas/PAGE"},` +
		`"nameless":{"type":"object","properties":{"flag":{"type":"boolean"}}`
	argument := strings.NewReplacer("INNER", "Inner", "PAGE", "Page_int_").Replace(properties)
	result := strings.NewReplacer("INNER", "Inner2", "PAGE", "Page_int_2").Replace(properties)
	for name, want := range map[string]string{
		"Everything": `{"type":"object","title":"Everything",` + argument + `,"required":["flag"]}},"required":["flag","number",` +
			`"large","counted","word","date","data","words","matrix","by_name","any","inner","told","page","nameless"]}`,
		// What an answer may leave out is not declared, so nothing of it is required.
		"Everything2": `{"type":"object","title":"Everything2",` + result + `}}}`,
		"Inner":       `{"type":"object","title":"Inner","properties":{"word":{"type":"string"}},"required":["word"]}`,
		"Inner2":      `{"type":"object","title":"Inner2","properties":{"word":{"type":"string"}}}`,
		"Page_int_":   `{"type":"object","title":"Page_int_","properties":{"items":{"type":"array","items":` + int32Schema + `}},"required":["items"]}`,
		"Page_int_2":  `{"type":"object","title":"Page_int_2","properties":{"items":{"type":"array","items":` + int32Schema + `}}}`,
	} {
		if got := string(d.Components.Schemas[name]); got != want {
			t.Errorf("%s is\n%s, wanted\n%s", name, got, want)
		}
		delete(d.Components.Schemas, name)
	}
	if len(d.Components.Schemas) > 0 {
		t.Errorf("there are also %v", d.Components.Schemas)
	}
	if got := string(m.Params[0].Schema); got != `{"$ref":"#/components/schemas/Everything"}` {
		t.Error(got)
	}
	if got := string(m.Result.Schema); got != `{"type":"array","items":{"$ref":"#/components/schemas/Everything2"}}` {
		t.Error(got)
	}
}

func TestBareTypes(t *testing.T) {
	for _, row := range []struct {
		schema *methods.Schema
		want   string
	}{
		{of(methods.TypeNil), `{"type":"null"}`},
		{of(methods.TypeAny), `{}`},
		{of(methods.TypeInt), int32Schema},
		{of(methods.TypeArray), `{"type":"array","items":{}}`},
		{of(methods.TypeStruct), `{"type":"object"}`},
		{&methods.Schema{Type: methods.TypeStruct, Name: "Empty", Fields: []methods.Param{}}, `{"$ref":"#/components/schemas/Empty"}`},
	} {
		if got := string(raw("f", []methods.Signature{takes(row.schema)}).method(t).Result.Schema); got != row.want {
			t.Errorf("%v: %s, wanted %s", row.schema.Type, got, row.want)
		}
	}
}

// TestClashes: types of different packages may have one name.
func TestClashes(t *testing.T) {
	named := func(name string, fields ...methods.Param) *methods.Schema {
		return &methods.Schema{Type: methods.TypeStruct, Name: name, Fields: fields}
	}
	a := named("thing", param("a", word))
	b := named("thing", param("b", word))
	natural := named("Thing2", param("c", word))
	sameAsA := named("Thing", param("a", word))
	d := raw("f", []methods.Signature{
		takes(a, param("x", natural), param("y", b), param("z", a), param("again", sameAsA)),
	}).document(t)
	m := d.method(t, "m.f")
	want := []string{"Thing2", "Thing", "Thing3", "Thing3", "Thing4"}
	for i, p := range append(m.Params, m.Result) {
		if got := string(p.Schema); got != `{"$ref":"#/components/schemas/`+want[i]+`"}` {
			t.Errorf("%s is %s, wanted %s", p.Name, got, want[i])
		}
	}
	for name, field := range map[string]string{"Thing2": "c", "Thing": "b", "Thing3": "a", "Thing4": "a"} {
		if s := string(d.Components.Schemas[name]); !strings.Contains(s, `"properties":{"`+field+`":`) || !strings.Contains(s, `"title":"`+name+`"`) {
			t.Errorf("%s is %s", name, s)
		}
	}
}
