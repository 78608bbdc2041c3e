package methods

import (
	"context"
	"fmt"
	"reflect"
	"testing"
	"time"
)

// encoded runs a method that returns out and gives the value it became.
func encoded[Out any](t *testing.T, out Out) Value {
	t.Helper()
	m := New("do", "Does.", Public(), func(context.Context, *Call, struct{}) (Out, error) { return out, nil })
	if m.err != nil {
		t.Fatal(m.err)
	}
	v, misfit, err := m.run(context.Background(), &Call{})
	if misfit != nil || err != nil {
		t.Fatal(misfit, err)
	}
	if want := m.Signatures[0].Result.Type; want != TypeAny && v.Type() != want && !v.IsNil() {
		t.Errorf("a %v where the signature says %v", v.Type(), want)
	}
	return v
}

// even is a Valuer on the value, odd one on the pointer.
type even int

func (even) RPCSchema() *Schema { return &Schema{Type: TypeString} }
func (e even) RPCValue() Value  { return String(fmt.Sprint("even ", int(e))) }

type odd int

func (*odd) RPCSchema() *Schema { return &Schema{Type: TypeString} }
func (o *odd) RPCValue() Value  { return String(fmt.Sprint("odd ", int(*o))) }

type everything struct {
	B    bool             `rpc:"b"`
	I    int32            `rpc:"i"`
	L    int64            `rpc:"l,long"`
	F    float64          `rpc:"f"`
	S    string           `rpc:"s"`
	T    time.Time        `rpc:"t"`
	D    []byte           `rpc:"d"`
	A    []string         `rpc:"a"`
	M    map[string]int   `rpc:"m"`
	P    *int             `rpc:"p"`
	N    []part           `rpc:"n"`
	V    Value            `rpc:"v"`
	Deep map[string][]int `rpc:"deep"`
}

func TestEncodeRoundTrip(t *testing.T) {
	seven := 7
	in := everything{
		B: true, I: -5, L: 1 << 40, F: 0.1, S: "é", T: time.Date(2001, 8, 23, 1, 2, 3, 4000, time.UTC), D: []byte{0, 255},
		A: []string{"x", ""}, M: map[string]int{"b": 2, "a": 1}, P: &seven, N: []part{{1}, {2}}, V: Array(Int(1)),
		Deep: map[string][]int{"k": {1, 2, 3}},
	}
	v := encoded(t, in)
	want := Struct(
		M("b", Bool(true)), M("i", Int(-5)), M("l", Long(1<<40)), M("f", Double(0.1)), M("s", String("é")), M("t", Time(in.T)),
		M("d", Bytes([]byte{0, 255})), M("a", Array(String("x"), String(""))), M("m", Struct(M("a", Int(1)), M("b", Int(2)))),
		M("p", Int(7)), M("n", Array(Struct(M("count", Int(1))), Struct(M("count", Int(2))))), M("v", Array(Int(1))),
		M("deep", Struct(M("k", Array(Int(1), Int(2), Int(3))))),
	)
	if !Equal(v, want) {
		t.Fatalf("got %+v", v)
	}
	if l, _ := v.Field("l"); l.Type() != TypeLong {
		t.Errorf("a long became %v", l.Type())
	}
	back, misfit := one(t, &Call{Params: []Value{v}}, func(in *struct{ X everything }) any { return in.X })
	if misfit != nil {
		t.Fatal(misfit)
	}
	got := back.(everything)
	if !Equal(got.V, in.V) {
		t.Error("the value changed")
	}
	got.V, in.V = Nil(), Nil()
	if !reflect.DeepEqual(got, in) {
		t.Errorf("\n got %+v\nwant %+v", got, in)
	}
}

func TestEncodeSpecialCases(t *testing.T) {
	type sparse struct {
		A int       `rpc:"a,omitempty"`
		S string    `rpc:"s,omitempty"`
		L []int     `rpc:"l,omitempty"`
		T time.Time `rpc:"t,omitempty"`
		P *int      `rpc:"p,omitempty"`
		V Value     `rpc:"v,omitempty"`
		N part      `rpc:"n,omitempty"`
		B bool      `rpc:"b,omitempty"`
		K string    `rpc:"k"`
	}
	zero := 0
	for _, row := range []struct {
		name      string
		got, want Value
	}{
		{"empty members left out", encoded(t, sparse{}), Struct(M("k", String("")))},
		{"pointer to zero is not empty", encoded(t, sparse{P: &zero}), Struct(M("p", Int(0)), M("k", String("")))},
		{"nil pointer", encoded(t, (*int)(nil)), Nil()},
		{"nil slice", encoded(t, []int(nil)), Array()},
		{"nil map", encoded(t, map[string]int(nil)), Struct()},
		{"nil bytes", encoded(t, []byte(nil)), Bytes(nil)},
		{"no members", encoded(t, struct{}{}), Struct()},
		{"zero time", encoded(t, time.Time{}), EmptyDate()},
		{"value", encoded(t, Double(2)), Double(2)},
		{"valuer", encoded(t, even(2)), String("even 2")},
		{"valuer on the pointer", encoded(t, odd(3)), String("odd 3")},
		{"valuers in containers", encoded(t, map[string][]odd{"x": {1, 3}}), Struct(M("x", Array(String("odd 1"), String("odd 3"))))},
		{"pointer to a valuer", encoded(t, new(even)), String("even 0")},
		{"array of arrays", encoded(t, [][]int{{1}, nil, {2, 3}}), Array(Array(Int(1)), Array(), Array(Int(2), Int(3)))},
	} {
		if !Equal(row.got, row.want) {
			t.Errorf("%s: got %+v", row.name, row.got)
		}
	}
}

// TestLargeResults: pieces of the arena do not overlap.
func TestLargeResults(t *testing.T) {
	type row struct {
		A, B int
		L    []int
		C    int `rpc:"c,omitempty"`
	}
	rows := make([]row, 1000)
	for i := range rows {
		rows[i] = row{A: i, B: -i, L: make([]int, i%7), C: i % 2}
		for j := range rows[i].L {
			rows[i].L[j] = i * j
		}
	}
	v := encoded(t, rows)
	back, misfit := one(t, &Call{Params: []Value{v}}, func(in *struct {
		Rows []struct {
			A, B int
			L    []int
			C    int `rpc:"c,optional"`
		}
	}) any {
		out := make([]row, len(in.Rows))
		for i, r := range in.Rows {
			out[i] = row(r)
		}
		return out
	})
	if misfit != nil || !reflect.DeepEqual(back, rows) {
		t.Errorf("the rows changed; %v", misfit)
	}
	m := New("do", "x", Public(), func(context.Context, *Call, struct{}) ([]row, error) { return rows, nil })
	if n := testing.AllocsPerRun(10, func() { _, _, _ = m.run(context.Background(), &Call{}) }); n > 100 {
		t.Errorf("%v allocations for 1000 rows", n)
	}
}
