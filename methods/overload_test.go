package methods

import (
	"context"
	"errors"
	"testing"
)

func TestOverload(t *testing.T) {
	type textIn struct{ S string }
	type numbersIn struct{ A, B int }
	failure := errors.New("from inside")
	m := Overload(
		New("do", "Several ways.", Public(), func(_ context.Context, _ *Call, in textIn) (string, error) {
			if in.S == "fail" {
				return "", failure
			}
			return "text", nil
		}, ReadOnly()),
		New("do", "Two numbers.", Public(), func(context.Context, *Call, numbersIn) (string, error) { return "numbers", nil }, ReadOnly()),
		New("do", "Any text.", Public(), func(context.Context, *Call, struct{ V Value }) (string, error) { return "any", nil }, ReadOnly()),
	)
	r, err := NewRegistry(Module{Name: "a", Help: "x", Run: Public(), Methods: []Method{m}})
	if err != nil {
		t.Fatal(err)
	}
	e, _ := r.View().Lookup("a.do")
	if e.Help != "Several ways." || !e.ReadOnly || len(e.Signatures) != 3 {
		t.Errorf("%+v", e.Method)
	}
	for _, row := range []struct {
		name   string
		params []Value
		want   string
	}{
		{"first", []Value{String("x")}, "text"},
		{"second", []Value{Int(1), Int(2)}, "numbers"},
		{"third", []Value{Array()}, "any"},
		{"the first's own error is final", []Value{String("fail")}, "from inside"},
		{"a type says more than a count", []Value{Int(1), String("x")}, "invalid_params: parameter 2: wanted int, got string"},
		{"only counts", nil, "invalid_params: wanted 1 parameter, got 0"},
	} {
		t.Run(row.name, func(t *testing.T) {
			v, err := e.Run(context.Background(), &Call{Params: row.params})
			got := v.Text()
			if err != nil {
				got = err.Error()
			}
			if got != row.want {
				t.Errorf("got %q, wanted %q", got, row.want)
			}
		})
	}
}

func TestRaw(t *testing.T) {
	m := Raw("do", "x", Public(), nil, func(_ context.Context, c *Call) (Value, error) {
		if len(c.Params) == 0 {
			return Value{}, &ArgumentError{Reason: "nothing"}
		}
		return c.Params[0], nil
	}, Unlisted())
	if !m.Unlisted || m.ReadOnly {
		t.Error("the marks are wrong")
	}
	e := &Entry{Method: m}
	if v, err := e.Run(context.Background(), &Call{Params: []Value{String("x")}}); err != nil || v.Text() != "x" {
		t.Error(v, err)
	}
	_, err := e.Run(context.Background(), &Call{})
	if known, ok := errors.AsType[*Error](err); !ok || known.Kind != KindInvalidParams || known.Public != "nothing" {
		t.Error(err)
	}
}

// TestTwoIntegersAreCheap: bind, run and encode of a small method cost one allocation.
func TestTwoIntegersAreCheap(t *testing.T) {
	e, call := twoIntegers(t)
	if n := testing.AllocsPerRun(100, func() {
		if v, err := e.Run(context.Background(), call); err != nil || v.Int() != 42 {
			t.Fatal(v, err)
		}
	}); n > 1 {
		t.Errorf("%v allocations", n)
	}
}

func twoIntegers(t testing.TB) (*Entry, *Call) {
	type in struct{ A, B int }
	r, err := NewRegistry(Module{Name: "a", Help: "x", Run: Public(), Methods: []Method{
		New("add", "Adds.", Public(), func(_ context.Context, _ *Call, in in) (int, error) { return in.A + in.B, nil }),
	}})
	if err != nil {
		t.Fatal(err)
	}
	e, _ := r.View().Lookup("a.add")
	return e, &Call{Entry: e, Params: []Value{Int(40), Int(2)}}
}

func BenchmarkTwoIntegers(b *testing.B) {
	e, call := twoIntegers(b)
	ctx := context.Background()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := e.Run(ctx, call); err != nil {
			b.Fatal(err)
		}
	}
}
