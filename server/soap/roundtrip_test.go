package soap

import (
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"countersign/methods"
	"countersign/server/wire"
	"countersign/server/wire/wiretest"
)

// anyValue draws what may leave.
var anyValue = wiretest.Values{
	Doubles: rapid.Float64Range(-math.MaxFloat64, math.MaxFloat64), Texts: wiretest.AnyText(),
	Names: rapid.OneOf(rapid.String(), rapid.StringMatching(`[a-z]{1,3}`), rapid.Just(itemName)), Members: 5,
}

// arrives is what a value is after it left and was read again.
func arrives(v methods.Value) methods.Value {
	switch v.Type() {
	case methods.TypeString:
		return methods.String(wiretest.InXML(v.Text()))
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
			members[i] = methods.M(wiretest.InXML(m.Name), arrives(m.Value))
		}
		return methods.Struct(members...)
	}
	return v
}

// TestRoundTrip: an answer's value, sent back as an argument, is the value again, in
// every version, year and form; the second decoder reads the same.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := anyValue.Draw(4).Draw(t, "value")
		y := year(rapid.IntRange(int(y1999), int(y2001)).Draw(t, "year"))
		e := encoder{
			version: rapid.SampledFrom([]wire.Version{wire.SOAP11, wire.SOAP12}).Draw(t, "version"), year: y,
			form: rapid.SampledFrom([]form{legacy, encoded, literal}).Draw(t, "form"),
		}
		if !e.element("a", v, nil) {
			t.Fatalf("%s was not encoded", wiretest.Show(v))
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
			t.Fatalf("got  %s\nwant %s\nin %s", wiretest.ShowAll(values), wiretest.Show(want), doc)
		}
		theirs, err := oracle(doc)
		if err != nil || wiretest.ShowAll(theirs) != wiretest.ShowAll(values) {
			t.Fatalf("the second decoder reads %s, %v", wiretest.ShowAll(theirs), err)
		}
	})
}
