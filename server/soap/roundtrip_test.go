package soap

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
		rapid.Map(rapid.Float64Range(-math.MaxFloat64, math.MaxFloat64), methods.Double),
		rapid.Map(rapid.String(), methods.String),
		rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) methods.Value { return methods.String(string(b)) }),
		rapid.Map(rapid.SliceOf(rapid.Byte()), methods.Bytes),
		rapid.Just(methods.EmptyDate()),
		rapid.Map(instants(), methods.FloatingTime),
		rapid.Map(instants(), func(t time.Time) methods.Value { return methods.ZonedTime(t, 90) }),
	}
	if depth > 0 {
		inner := rapid.Deferred(func() *rapid.Generator[methods.Value] { return anyValue(depth - 1) })
		names := rapid.OneOf(rapid.String(), rapid.StringMatching(`[a-z]{1,3}`), rapid.Just(itemName))
		kinds = append(kinds,
			rapid.Map(rapid.SliceOfN(inner, 0, 5), func(v []methods.Value) methods.Value { return methods.Array(v...) }),
			rapid.Custom(func(t *rapid.T) methods.Value {
				members := make([]methods.Member, rapid.IntRange(0, 5).Draw(t, "members"))
				for i := range members {
					members[i] = methods.M(names.Draw(t, "name"), inner.Draw(t, "value"))
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

// arrives is what a value is after it left and was read again.
func arrives(v methods.Value) methods.Value {
	switch v.Type() {
	case methods.TypeString:
		return methods.String(carried(v.Text()))
	case methods.TypeDateTime:
		if v.Time().IsZero() {
			return methods.Nil()
		}
		return methods.ZonedTime(v.Time().Truncate(time.Second), 0)
	case methods.TypeArray:
		items := make([]methods.Value, len(v.Items()))
		for i, item := range v.Items() {
			items[i] = arrives(item)
		}
		return methods.Array(items...)
	case methods.TypeStruct:
		members := make([]methods.Member, len(v.Members()))
		for i, m := range v.Members() {
			members[i] = methods.M(carried(m.Name), arrives(m.Value))
		}
		return methods.Struct(members...)
	}
	return v
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

// TestRoundTrip: an answer's value, sent back as an argument, is the value again, in
// every version, year and form; the second decoder reads the same.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := anyValue(4).Draw(t, "value")
		y := year(rapid.IntRange(int(y1999), int(y2001)).Draw(t, "year"))
		e := encoder{
			version: rapid.SampledFrom([]wire.Version{wire.SOAP11, wire.SOAP12}).Draw(t, "version"), year: y,
			form: rapid.SampledFrom([]form{legacy, encoded, literal}).Draw(t, "form"),
		}
		if !e.element("a", v, nil) {
			t.Fatalf("%s was not encoded", show(v))
		}
		start := start11
		if e.version == wire.SOAP12 {
			start = start12
		}
		doc := strings.ReplaceAll(start, schema2001, years[y].schema) +
			body(`<m:echo xmlns:m="urn:countersign" xmlns:si="`+structURI+`">`+string(e.dst)+`</m:echo>`) + end
		values, err := read(doc)
		if err != nil {
			t.Fatalf("%v\n%s", err, doc)
		}
		if want := arrives(v); len(values) != 1 || !methods.Equal(values[0], want) {
			t.Fatalf("got  %s\nwant %s\nin %s", showAll(values), show(want), doc)
		}
		theirs, err := oracle(doc)
		if err != nil || showAll(theirs) != showAll(values) {
			t.Fatalf("the second decoder reads %s, %v", showAll(theirs), err)
		}
	})
}
