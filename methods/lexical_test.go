package methods

import (
	"context"
	"testing"
	"time"
)

// TestLexical: the signature decides of what type a text is.
func TestLexical(t *testing.T) {
	type all struct {
		B bool      `rpc:"b,optional"`
		I int       `rpc:"i,optional"`
		S int16     `rpc:"s,optional"`
		L int64     `rpc:"l,optional,long"`
		D float64   `rpc:"d,optional"`
		T string    `rpc:"t,optional"`
		W time.Time `rpc:"w,optional"`
		X []byte    `rpc:"x,optional"`
		N []int     `rpc:"n,optional"`
		V Value     `rpc:"v,optional"`
	}
	echo := New("echo", "Echo.", Public(), func(_ context.Context, _ *Call, in all) (all, error) { return in, nil })
	bind := func(name string, v Value) (Value, error) {
		out, misfit, err := echo.run(context.Background(), &Call{Named: []Member{M(name, v)}})
		if misfit != nil {
			return Value{}, misfit
		}
		got, _ := out.Field(name)
		return got, err
	}
	day := time.Date(2001, 9, 3, 10, 11, 12, 0, time.UTC)
	for _, c := range []struct {
		name, text string
		want       Value
	}{
		{"b", "true", Bool(true)}, {"b", " 0\n", Bool(false)},
		{"i", "-5", Int(-5)}, {"i", "\t+7 ", Int(7)}, {"s", "-32768", Int(-32768)},
		{"l", "5000000000", Long(5_000_000_000)},
		{"d", "1.5e2", Double(150)}, {"d", "3", Double(3)},
		{"t", " as it is ", String(" as it is ")}, {"t", "", String("")},
		{"w", "2001-09-03T10:11:12Z", Time(day)}, {"w", "2001-09-03", Time(day.Truncate(24 * time.Hour))},
		{"x", "AP8=", Bytes([]byte{0, 255})},
		{"v", "5", String("5")},
	} {
		if got, err := bind(c.name, Lexical(c.text)); err != nil || !Equal(got, c.want) {
			t.Errorf("%s %q: %s, %v", c.name, c.text, got.Type(), err)
		}
	}
	for _, c := range []struct{ name, text string }{
		{"b", "yes"}, {"b", ""}, {"i", ""}, {"i", "1.0"}, {"i", "0x1"}, {"i", "1_0"}, {"s", "32768"},
		{"l", "9223372036854775808"}, {"d", "INF"}, {"d", "NaN"}, {"d", "0x1p4"}, {"d", "1e309"}, {"d", ""},
		{"w", "soon"}, {"x", "AP8"}, {"n", "1"},
	} {
		if _, err := bind(c.name, Lexical(c.text)); err == nil {
			t.Errorf("%s took %q", c.name, c.text)
		}
	}
	// A list's items are read like anything else; other texts bind as they did.
	if got, err := bind("n", Array(Lexical("1"), Lexical("2"))); err != nil || !Equal(got, Array(Int(1), Int(2))) {
		t.Errorf("list: %v", err)
	}
	for _, v := range []Value{String("5"), Untyped("5")} {
		if _, err := bind("i", v); err == nil {
			t.Error("a text that is one was read as a number")
		}
	}
}
