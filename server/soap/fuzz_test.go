package soap

import (
	"maps"
	"slices"
	"testing"

	"countersign/server/internal/xmltext"
	"countersign/server/wire"
	"countersign/server/wire/wiretest"
)

// seeds are the documents of the tables.
func seeds(f *testing.F) {
	f.Helper()
	for _, c := range accepted {
		f.Add([]byte(callOf(c.element)))
		f.Add([]byte(callOf12(c.element)))
		f.Add([]byte(literalOf(c.element)))
	}
	for _, c := range refusedValues {
		f.Add([]byte(callOf(c.element)))
	}
	for _, c := range refusedEnvelopes {
		f.Add([]byte(c.doc))
	}
	f.Add([]byte(seedLogin))
	f.Add([]byte(laughs(9, 10, "lol")))
	f.Add([]byte(chain(40)))
	f.Add([]byte(withHeader(start11, `<credentials xmlns="urn:countersign"><token>x</token></credentials>`)))
}

// FuzzAnswer: whatever comes in, a well-formed answer goes out, and what it took is in
// proportion to what came, but for what references may add.
func FuzzAnswer(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, doc []byte) {
		before := wiretest.Allocated()
		reply := answer(string(doc), &scripted{}, wire.Style{OutParams: len(doc)%2 == 0})
		if took, most := wiretest.Allocated()-before, uint64(48<<20+200*len(doc)); took > most {
			t.Errorf("%d bytes of request took %d bytes of memory", len(doc), took)
		}
		wiretest.WellFormed(t, reply.Body)
	})
}

// FuzzScalars: each simple type's text, whatever it is, is read as the second decoder
// reads it or refused.
func FuzzScalars(f *testing.F) {
	types := slices.Sorted(maps.Keys(kinds))
	for i := range types {
		for _, text := range []string{"", "1", "-9223372036854775809", "+0x1", " 1e309 ", "true", "AP8=", "736F", "2001-09-03T10:11:12.5+02:00", "INF"} {
			f.Add(byte(i), text)
		}
	}
	f.Fuzz(func(t *testing.T, which byte, text string) {
		name := types[int(which)%len(types)]
		doc := callOf(`<a xsi:type="xsd:` + name + `">` + string(xmltext.AppendEscaped(nil, text)) + `</a>`)
		ours, err := read(doc)
		if err != nil {
			return
		}
		theirs, err := oracle(doc)
		if err != nil || wiretest.ShowAll(ours) != wiretest.ShowAll(theirs) {
			t.Fatalf("%s of %q\nours   %s\ntheirs %s, %v", name, text, wiretest.ShowAll(ours), wiretest.ShowAll(theirs), err)
		}
	})
}
