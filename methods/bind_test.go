package methods

import (
	"context"
	"errors"
	"math"
	"reflect"
	"testing"
	"time"
)

// one declares a method whose only parameter is a T, and gives what it was bound to.
func one[T any](t *testing.T, c *Call, tag func(*T) any) (any, *ArgumentError) {
	t.Helper()
	var got any
	m := New("do", "Does.", Public(), func(_ context.Context, _ *Call, in T) (Value, error) {
		got = tag(&in)
		return Nil(), nil
	})
	if m.err != nil {
		t.Fatal(m.err)
	}
	_, misfit, err := m.run(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	return got, misfit
}

// digits is an int that reads itself from text.
type digits int

func (*digits) RPCSchema() *Schema { return &Schema{Type: TypeString} }

func (d *digits) BindValue(v Value) error {
	if v.Text() == "" {
		return errors.New("wanted digits")
	}
	*d = digits(len(v.Text()))
	return nil
}

// everyValue is one value of each type.
func everyValue() []Value {
	return []Value{
		Nil(), Bool(true), Int(7), Long(7), Double(1.5), String("12"), Time(time.Unix(5, 0)),
		Bytes([]byte("b")), Array(Int(1)), Struct(M("a", Int(1))),
	}
}

// TestBindTable binds a value of every type to every Go type, strictly and loosely.
// The columns are those of everyValue; "-" is a refusal.
func TestBindTable(t *testing.T) {
	at := time.Unix(5, 0).UTC()
	no := "-"
	p7 := 7
	for _, row := range []struct {
		name string
		bind func(v Value) (any, *ArgumentError)
		want [10]any
	}{
		{"bool", bindTo(t, func(in *struct{ X bool }) any { return in.X }),
			[10]any{no, true, no, no, no, no, no, no, no, no}},
		{"int", bindTo(t, func(in *struct{ X int }) any { return in.X }),
			[10]any{no, no, 7, 7, no, no, no, no, no, no}},
		{"int8", bindTo(t, func(in *struct{ X int8 }) any { return in.X }),
			[10]any{no, no, int8(7), int8(7), no, no, no, no, no, no}},
		{"int64 long", bindTo(t, func(in *struct {
			X int64 `rpc:"x,long"`
		}) any {
			return in.X
		}), [10]any{no, no, int64(7), int64(7), no, no, no, no, no, no}},
		{"float64", bindTo(t, func(in *struct{ X float64 }) any { return in.X }),
			[10]any{no, no, 7.0, 7.0, 1.5, no, no, no, no, no}},
		{"string", bindTo(t, func(in *struct{ X string }) any { return in.X }),
			[10]any{"", no, no, no, no, "12", no, no, no, no}},
		{"time", bindTo(t, func(in *struct{ X time.Time }) any { return in.X }),
			[10]any{no, no, no, no, no, no, at, no, no, no}},
		{"bytes", bindTo(t, func(in *struct{ X []byte }) any { return in.X }),
			[10]any{no, no, no, no, no, no, no, []byte("b"), no, no}},
		{"slice", bindTo(t, func(in *struct{ X []int }) any { return in.X }),
			[10]any{no, no, no, no, no, no, no, no, []int{1}, no}},
		{"map", bindTo(t, func(in *struct{ X map[string]int }) any { return in.X }),
			[10]any{no, no, no, no, no, no, no, no, no, map[string]int{"a": 1}}},
		{"struct", bindTo(t, func(in *struct{ X struct{ A int } }) any { return in.X.A }),
			[10]any{no, no, no, no, no, no, no, no, no, 1}},
		{"pointer", bindTo(t, func(in *struct{ X *int }) any { return in.X }),
			[10]any{(*int)(nil), no, &p7, &p7, no, no, no, no, no, no}},
		{"value", bindTo(t, func(in *struct{ X Value }) any { return in.X.Type() }),
			[10]any{TypeNil, TypeBoolean, TypeInt, TypeLong, TypeDouble, TypeString, TypeDateTime, TypeBase64, TypeArray, TypeStruct}},
		{"binder", bindTo(t, func(in *struct{ X digits }) any { return in.X }),
			[10]any{no, no, no, no, no, digits(2), no, no, no, no}},
		{"optional int", bindTo(t, func(in *struct {
			X int `rpc:"x,optional"`
		}) any {
			return in.X
		}), [10]any{0, no, 7, 7, no, no, no, no, no, no}},

		{"loose bool", bindTo(t, func(in *struct {
			X bool `rpc:"x,loose"`
		}) any {
			return in.X
		}), [10]any{no, true, no, no, no, no, no, no, no, no}},
		{"loose int", bindTo(t, func(in *struct {
			X int `rpc:"x,loose"`
		}) any {
			return in.X
		}), [10]any{no, no, 7, 7, no, 12, no, no, no, no}},
		{"loose float64", bindTo(t, func(in *struct {
			X float64 `rpc:"x,loose"`
		}) any {
			return in.X
		}), [10]any{no, no, 7.0, 7.0, 1.5, 12.0, no, no, no, no}},
		{"loose string", bindTo(t, func(in *struct {
			X string `rpc:"x,loose"`
		}) any {
			return in.X
		}), [10]any{"", "1", "7", "7", "1.5", "12", no, no, no, no}},
		{"loose slice", bindTo(t, func(in *struct {
			X []string `rpc:"x,loose"`
		}) any {
			return in.X
		}), [10]any{no, no, no, no, no, no, no, no, []string{"1"}, no}},
		{"loose map", bindTo(t, func(in *struct {
			X map[string]string `rpc:"x,loose"`
		}) any {
			return in.X
		}), [10]any{no, no, no, no, no, no, no, no, no, map[string]string{"a": "1"}}},
	} {
		t.Run(row.name, func(t *testing.T) {
			for i, v := range everyValue() {
				got, misfit := row.bind(v)
				if misfit != nil {
					got = no
					if misfit.Param != 1 || misfit.Error() == "" {
						t.Errorf("%v: misfit %+v", v.Type(), misfit)
					}
				}
				if !reflect.DeepEqual(got, row.want[i]) {
					t.Errorf("%v: bound %v, wanted %v", v.Type(), got, row.want[i])
				}
			}
		})
	}
}

func bindTo[In any](t *testing.T, field func(*In) any) func(Value) (any, *ArgumentError) {
	return func(v Value) (any, *ArgumentError) { return one(t, &Call{Params: []Value{v}}, field) }
}

func TestLooseTexts(t *testing.T) {
	type in struct {
		B bool    `rpc:"b,loose"`
		I int     `rpc:"i,loose"`
		F float64 `rpc:"f,loose"`
	}
	for _, row := range []struct {
		b, i, f string
		want    in
		param   int // that does not fit
	}{
		{"1", "-5", "1e3", in{true, -5, 1000}, 0},
		{"true", "", "0", in{true, 0, 0}, 0},
		{"0", "0", "-0.5", in{false, 0, -0.5}, 0},
		{"", "9223372036854775807", "1", in{false, math.MaxInt64, 1}, 0},
		{"false", "1", "1", in{false, 1, 1}, 0},
		{"yes", "1", "1", in{}, 1},
		{"1", "1.5", "1", in{}, 2},
		{"1", " 1", "1", in{}, 2},
		{"1", "9223372036854775808", "1", in{}, 2},
		{"1", "1", "", in{}, 3},
		{"1", "1", "NaN", in{}, 3},
		{"1", "1", "1e999", in{}, 3},
		{"1", "1", "Inf", in{}, 3},
	} {
		got, misfit := one(t, &Call{Params: []Value{String(row.b), String(row.i), String(row.f)}}, func(in *in) any { return *in })
		switch {
		case misfit != nil && misfit.Param != row.param, misfit == nil && row.param != 0:
			t.Errorf("%+v: misfit %v", row, misfit)
		case misfit == nil && got != row.want:
			t.Errorf("%+v: got %+v", row, got)
		}
	}
}

func TestRanges(t *testing.T) {
	type in struct {
		A int8  `rpc:"a"`
		B int16 `rpc:"b"`
		C int32 `rpc:"c"`
		D int64 `rpc:"d"`
	}
	for _, row := range []struct {
		a, b, c, d int64
		param      int
	}{
		{127, 32767, math.MaxInt32, math.MaxInt64, 0},
		{-128, -32768, math.MinInt32, math.MinInt64, 0},
		{128, 0, 0, 0, 1},
		{-129, 0, 0, 0, 1},
		{0, 32768, 0, 0, 2},
		{0, 0, math.MaxInt32 + 1, 0, 3},
		{0, 0, math.MinInt32 - 1, 0, 3},
	} {
		got, misfit := one(t, &Call{Params: []Value{Int(row.a), Int(row.b), Long(row.c), Int(row.d)}},
			func(in *in) any { return [4]int64{int64(in.A), int64(in.B), int64(in.C), in.D} })
		switch {
		case misfit != nil && (misfit.Param != row.param || misfit.Reason == ""), misfit == nil && row.param != 0:
			t.Errorf("%+v: misfit %v", row, misfit)
		case misfit == nil && got != [4]int64{row.a, row.b, row.c, row.d}:
			t.Errorf("%+v: got %v", row, got)
		}
	}
}

type common struct {
	From int `rpc:"from"`
}

type nested struct {
	common
	Name  string         `rpc:"name"`
	Note  string         `rpc:"note,optional"`
	Parts []part         `rpc:"parts,optional"`
	Sizes map[string]int `rpc:"sizes,optional"`
	Not   string         `rpc:"-"`
	_     int
}

type part struct {
	Count int `rpc:"count"`
}

// TestMisfitsHavePaths: the caller is told where exactly something does not fit.
func TestMisfitsHavePaths(t *testing.T) {
	type in struct {
		Before int    `rpc:"before"`
		N      nested `rpc:"n"`
	}
	member := func(name string, v Value) Value {
		return Struct(M("from", Int(1)), M("name", String("x")), M(name, v))
	}
	for _, row := range []struct {
		name string
		n    Value
		want string
	}{
		{"another type", Int(1), "parameter 2: wanted struct, got int"},
		{"missing member", Struct(M("from", Int(1))), "parameter 2.name: the member is missing"},
		{"missing member of an embedded struct", Struct(M("name", String("x"))), "parameter 2.from: the member is missing"},
		{"member of another type", member("name", Array()), "parameter 2.name: wanted string, got array"},
		{"inside an array", member("parts", Array(Struct(M("count", Int(1))), Struct(M("count", String("1"))))),
			"parameter 2.parts[1].count: wanted int, got string"},
		{"an item", member("parts", Array(Nil())), "parameter 2.parts[0]: wanted struct, got nil"},
		{"inside a map", member("sizes", Struct(M("a", Int(1)), M("b", Double(1)))), "parameter 2.sizes.b: wanted int, got double"},
		{"right", member("unknown", Array()), ""},
		{"optional and nil", member("parts", Nil()), ""},
		{"the last of two members", Struct(M("from", String("x")), M("name", String("x")), M("from", Int(2))), ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, misfit := one(t, &Call{Params: []Value{Int(1), row.n}}, func(*in) any { return nil })
			got := ""
			if misfit != nil {
				got = misfit.Error()
				if e := misfit.asError(); e.Kind != KindInvalidParams || e.Argument != misfit || e.Public != got {
					t.Errorf("error %+v", e)
				}
			}
			if got != row.want {
				t.Errorf("got %q, wanted %q", got, row.want)
			}
		})
	}
}

type countIn struct {
	A int  `rpc:"a"`
	B int  `rpc:"b,optional"`
	C *int `rpc:"c,optional"`
}

func TestNumbersOfArguments(t *testing.T) {
	show := func(in *countIn) any { return [3]any{in.A, in.B, in.C == nil} }
	for n, want := range map[int]any{
		0: "wanted 1 to 3 parameters, got 0", 1: [3]any{1, 0, true}, 2: [3]any{1, 2, true},
		3: [3]any{1, 2, false}, 4: "wanted 1 to 3 parameters, got 4",
	} {
		params := []Value{Int(1), Int(2), Int(3), Int(4)}[:n]
		got, misfit := one(t, &Call{Params: params}, show)
		if misfit != nil {
			got = misfit.Error()
		}
		if got != want {
			t.Errorf("%d: got %v, wanted %v", n, got, want)
		}
	}
	if _, misfit := one(t, &Call{Params: []Value{Int(1)}}, func(*struct{}) any { return nil }); misfit == nil ||
		misfit.Error() != "wanted 0 parameters, got 1" {
		t.Error(misfit)
	}
}

func TestNamedArguments(t *testing.T) {
	show := func(in *countIn) any { return [3]any{in.A, in.B, in.C == nil} }
	for _, row := range []struct {
		name  string
		named []Member
		want  any
	}{
		{"all", []Member{M("c", Int(3)), M("a", Int(1)), M("b", Int(2))}, [3]any{1, 2, false}},
		{"without optional ones", []Member{M("a", Int(1))}, [3]any{1, 0, true}},
		{"a gap", []Member{M("a", Int(1)), M("c", Int(3))}, [3]any{1, 0, false}},
		{"optional and nil", []Member{M("a", Int(1)), M("b", Nil())}, [3]any{1, 0, true}},
		{"none", []Member{}, `parameter "a" is missing`},
		{"unknown", []Member{M("a", Int(1)), M("d", Int(1))}, "a parameter that the method does not have"},
		{"other case", []Member{M("A", Int(1))}, `parameter "a" is missing`},
		{"another type", []Member{M("a", Int(1)), M("b", String("x"))}, "parameter 2: wanted int, got string"},
	} {
		t.Run(row.name, func(t *testing.T) {
			got, misfit := one(t, &Call{Named: row.named}, show)
			if misfit != nil {
				got = misfit.Error()
			}
			if got != row.want {
				t.Errorf("got %v, wanted %v", got, row.want)
			}
		})
	}
}

func TestNamesOfFields(t *testing.T) {
	for name, want := range map[string]string{
		"A": "a", "AccountID": "account_id", "ID": "id", "HTTPServer": "http_server", "LastMod2X": "last_mod2_x", "x": "x",
	} {
		if got := snake(name); got != want {
			t.Errorf("%s: %s, wanted %s", name, got, want)
		}
	}
	m := New("do", "x", Public(), func(context.Context, *Call, nested) (int, error) { return 0, nil })
	var names []string
	for _, p := range m.Signatures[0].Params {
		names = append(names, p.Name)
	}
	if want := []string{"from", "name", "note", "parts", "sizes"}; !reflect.DeepEqual(names, want) {
		t.Errorf("parameters %v, wanted %v", names, want)
	}
	if n := len(m.Signatures); n != 4 { // with 5, 4, 3 and 2 parameters
		t.Errorf("%d signatures", n)
	}
}
