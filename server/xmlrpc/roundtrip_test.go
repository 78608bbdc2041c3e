package xmlrpc

import (
	"math"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"countersign/methods"
	"countersign/server/internal/xmltext"
	"countersign/server/wire"
)

// anyValue draws values of every type, at most depth containers deep.
func anyValue(depth int) *rapid.Generator[methods.Value] {
	kinds := []*rapid.Generator[methods.Value]{
		rapid.Just(methods.Nil()),
		rapid.Map(rapid.Bool(), methods.Bool),
		rapid.Map(rapid.Int64(), methods.Int),
		rapid.Map(rapid.Int64Range(math.MinInt32-2, math.MaxInt32+2), methods.Int),
		rapid.Map(rapid.Int64(), methods.Long),
		rapid.Map(rapid.Float64(), methods.Double),
		rapid.Map(rapid.String(), methods.String),
		rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) methods.Value { return methods.String(string(b)) }),
		rapid.Map(rapid.SliceOf(rapid.Byte()), methods.Bytes),
		rapid.Just(methods.EmptyDate()),
		rapid.Map(instants(), methods.FloatingTime),
		rapid.Map(instants(), func(t time.Time) methods.Value { return methods.ZonedTime(t, 90) }),
	}
	if depth > 0 {
		inner := rapid.Deferred(func() *rapid.Generator[methods.Value] { return anyValue(depth - 1) })
		kinds = append(kinds,
			rapid.Map(rapid.SliceOfN(inner, 0, 5), func(v []methods.Value) methods.Value { return methods.Array(v...) }),
			rapid.Custom(func(t *rapid.T) methods.Value {
				members := make([]methods.Member, rapid.IntRange(0, 5).Draw(t, "members"))
				for i := range members {
					members[i] = methods.M(rapid.String().Draw(t, "name"), inner.Draw(t, "value"))
				}
				return methods.Struct(members...)
			}))
	}
	return rapid.OneOf(kinds...)
}

// instants are those of the years that the format can write, to the microsecond. The
// very first instant of year 1 stands for "no date" in Go, and is left out.
func instants() *rapid.Generator[time.Time] {
	first := time.Date(1, 1, 1, 0, 0, 1, 0, time.UTC).UnixMicro()
	last := time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC).UnixMicro()
	return rapid.Map(rapid.Int64Range(first, last), func(n int64) time.Time { return time.UnixMicro(n).UTC() })
}

// arrives is what a value is after it left in the safe subset and was read again;
// false if it cannot leave.
func arrives(v methods.Value) (methods.Value, bool) {
	switch v.Type() {
	case methods.TypeNil:
		return methods.String(""), true
	case methods.TypeInt:
		if n := v.Int(); n != int64(int32(n)) {
			return methods.String(show(v)), true
		}
	case methods.TypeDouble:
		f := v.Double()
		return v, !math.IsNaN(f) && !math.IsInf(f, 0)
	case methods.TypeString:
		return methods.String(carried(v.Text())), true
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
			members[i] = methods.M(carried(m.Name), inner)
		}
		return methods.Struct(members...), true
	}
	return v, true
}

// carried is a text with U+FFFD for what XML cannot carry.
func carried(s string) string {
	var b strings.Builder
	for i, r := range s {
		_, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 || !xmltext.ValidText(string(r)) {
			r = utf8.RuneError
		}
		b.WriteRune(r)
	}
	return b.String()
}

// TestRoundTrip: value → encode → decode, in both layouts, is the value as the safe
// subset carries it; the second decoder reads the same.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := anyValue(4).Draw(t, "value")
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
			t.Fatalf("got  %s\nwant %s\nin %s", showAll(params), show(want), doc)
		}
		_, theirs, err := oracle(doc)
		if err != nil || showAll(theirs) != showAll(params) {
			t.Fatalf("the second decoder reads %s, %v", showAll(theirs), err)
		}
	})
}
