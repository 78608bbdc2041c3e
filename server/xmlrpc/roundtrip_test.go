package xmlrpc

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"countersign/methods"
	"countersign/server/wire"
	"countersign/server/wire/wiretest"
)

// anyValue draws what may leave.
var anyValue = wiretest.Values{Doubles: rapid.Float64(), Texts: wiretest.AnyText(), Names: rapid.String(), Members: 5}

// arrives is what a value is after it left in the safe subset and was read again;
// false if it cannot leave.
func arrives(v methods.Value) (methods.Value, bool) {
	switch v.Type() {
	case methods.TypeNil:
		return methods.String(""), true
	case methods.TypeInt:
		if n := v.Int(); n != int64(int32(n)) {
			return methods.String(wiretest.Show(v)), true
		}
	case methods.TypeDouble:
		f := v.Double()
		return v, !math.IsNaN(f) && !math.IsInf(f, 0)
	case methods.TypeString:
		return methods.String(wiretest.InXML(v.Text())), true
	case methods.TypeDateTime:
		if methods.Equal(v, methods.EmptyDate()) {
			return methods.String(""), true
		}
		return methods.FloatingTime(v.Time().Truncate(time.Second)), true
	case methods.TypeArray:
		items := make([]methods.Value, len(v.Items()))
		for i, item := range v.Items() {
			var ok bool
			if items[i], ok = arrives(item); !ok {
				return methods.Value{}, false
			}
		}
		return methods.Array(items...), true
	case methods.TypeStruct:
		members := make([]methods.Member, len(v.Members()))
		for i, m := range v.Members() {
			inner, ok := arrives(m.Value)
			if !ok {
				return methods.Value{}, false
			}
			members[i] = methods.M(wiretest.InXML(m.Name), inner)
		}
		return methods.Struct(members...), true
	}
	return v, true
}

// TestRoundTrip: value → encode → decode, in both layouts, is the value as the safe
// subset carries it; the second decoder reads the same.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := anyValue.Draw(4).Draw(t, "value")
		want, sendable := arrives(v)
		// Dashed and compact dates cannot be told apart in what is read.
		style := wire.Style{Lines: rapid.Bool().Draw(t, "lines"), DashedDates: rapid.Bool().Draw(t, "dashed")}
		e := encoder{style: style}
		if ok := e.value(v); ok != sendable {
			t.Fatalf("encoded: %v, want %v", ok, sendable)
		}
		if !sendable {
			return
		}
		doc := callOf(string(e.dst))
		_, params, err := read([]byte(doc), "")
		if err != nil {
			t.Fatalf("%v\n%s", err, doc)
		}
		// Equal takes an int for a long of the same number: a declared long that fits in
		// 32 bits leaves as int.
		if len(params) != 1 || !methods.Equal(params[0], want) {
			t.Fatalf("got  %s\nwant %s\nin %s", wiretest.ShowAll(params), wiretest.Show(want), doc)
		}
		_, theirs, err := oracle(doc)
		if err != nil || wiretest.ShowAll(theirs) != wiretest.ShowAll(params) {
			t.Fatalf("the second decoder reads %s, %v", wiretest.ShowAll(theirs), err)
		}
	})
}
