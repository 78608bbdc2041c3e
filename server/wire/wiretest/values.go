package wiretest

import (
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"countersign/methods"
	"countersign/server/internal/xmltext"
)

// Values says what values to draw for a wire.
type Values struct {
	Doubles *rapid.Generator[float64]
	// Texts are those of strings, and Names those of members.
	Texts, Names *rapid.Generator[string]
	// Members is how many a struct has at most.
	Members int
}

// AnyText draws text, and bytes that are none.
func AnyText() *rapid.Generator[string] {
	return rapid.OneOf(rapid.String(), rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) }))
}

// Draw draws values of every type, at most depth containers deep.
func (s Values) Draw(depth int) *rapid.Generator[methods.Value] {
	kinds := []*rapid.Generator[methods.Value]{
		rapid.Just(methods.Nil()),
		rapid.Map(rapid.Bool(), methods.Bool),
		rapid.Map(rapid.Int64(), methods.Int),
		rapid.Map(rapid.Int64Range(math.MinInt32-2, math.MaxInt32+2), methods.Int),
		rapid.Map(rapid.Int64(), methods.Long),
		rapid.Map(s.Doubles, methods.Double),
		rapid.Map(s.Texts, methods.String),
		rapid.Map(rapid.SliceOf(rapid.Byte()), methods.Bytes),
		rapid.Just(methods.EmptyDate()),
		rapid.Map(instants(), methods.FloatingTime),
		rapid.Map(instants(), func(t time.Time) methods.Value { return methods.ZonedTime(t, 90) }),
	}
	if depth > 0 {
		inner := rapid.Deferred(func() *rapid.Generator[methods.Value] { return s.Draw(depth - 1) })
		kinds = append(kinds,
			rapid.Map(rapid.SliceOfN(inner, 0, 5), func(v []methods.Value) methods.Value { return methods.Array(v...) }),
			rapid.Custom(func(t *rapid.T) methods.Value {
				members := make([]methods.Member, rapid.IntRange(0, s.Members).Draw(t, "members"))
				for i := range members {
					members[i] = methods.M(s.Names.Draw(t, "name"), inner.Draw(t, "value"))
				}
				return methods.Struct(members...)
			}))
	}
	return rapid.OneOf(kinds...)
}

// instants are those of the years that every format can write, to the microsecond. The
// very first instant of year 1 stands for "no date" in Go, and is left out.
func instants() *rapid.Generator[time.Time] {
	first := time.Date(1, 1, 1, 0, 0, 1, 0, time.UTC).UnixMicro()
	last := time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC).UnixMicro()
	return rapid.Map(rapid.Int64Range(first, last), func(n int64) time.Time { return time.UnixMicro(n).UTC() })
}

// Unsendable are values that neither XML-RPC nor JSON has a form for.
func Unsendable() map[string]methods.Value {
	return map[string]methods.Value{
		"NaN":              methods.Double(math.NaN()),
		"infinity":         methods.Double(math.Inf(-1)),
		"a year 10000":     methods.FloatingTime(time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)),
		"a year before 0":  methods.FloatingTime(time.Date(-1, 1, 1, 0, 0, 0, 0, time.UTC)),
		"deep in an array": methods.Array(methods.Int(1), methods.Array(methods.Double(math.NaN()))),
		"deep in a struct": methods.Struct(methods.M("a", methods.Struct(methods.M("b", methods.Double(math.Inf(1)))))),
	}
}

// InXML is a text as XML carries it: with U+FFFD for what it cannot.
func InXML(s string) string {
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
