package xmlrpc

import (
	byteorder "encoding/binary"
	"strings"
	"testing"
	"unicode/utf8"

	"countersign/server/internal/xmltext"
	"countersign/server/wire"
	"countersign/server/wire/wiretest"
)

// seeds are the documents of the tables, in the forms that clients send.
func seeds(f *testing.F) {
	f.Helper()
	add := func(doc string) {
		f.Add([]byte(doc))
	}
	for _, c := range accepted {
		add(callOf(c.element))
	}
	for _, c := range refusedValues {
		add(callOf(c.element))
	}
	for _, c := range samples {
		add(c.lines)
	}
	add(callOf(accepted[0].element, accepted[1].element))
	add(inUTF16("\ufeff"+callOf("<value>é</value>"), byteorder.LittleEndian))
	add(inUCS4(callOf("<value>é</value>"), byteorder.BigEndian))
	add("<?xml version='1.0' encoding='iso-8859-1'?>" + callOf("<value>\xe9</value>")[21:])
	add(callOf(nested("<array><data><value>", "</value></data></array>", 33)))
}

// FuzzAgainstEncodingXML: what is accepted means the same to a second decoder over
// encoding/xml. This one may refuse more; it must never read differently.
func FuzzAgainstEncodingXML(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		method, params, err := read(body, "")
		if err != nil {
			return
		}
		doc, err := xmltext.ToUTF8(body, "")
		if err != nil {
			t.Fatalf("accepted, but not UTF-8: %v", err)
		}
		theirMethod, theirs, err := oracle(doc)
		if err != nil {
			// encoding/xml has the names of XML 1.0, fourth edition.
			if strings.Contains(err.Error(), "invalid XML name") && strings.ContainsFunc(doc, func(r rune) bool { return r >= utf8.RuneSelf }) {
				return
			}
			t.Fatalf("accepted %s(%s): %v", method, wiretest.ShowAll(params), err)
		}
		if got, want := wiretest.ShowAll(params), wiretest.ShowAll(theirs); method != theirMethod || got != want {
			t.Fatalf("read differently\nours   %q(%s)\ntheirs %q(%s)", method, got, theirMethod, want)
		}
	})
}

// FuzzAnswer: whatever comes in, a well-formed answer goes out, and what it took is in
// proportion to what came.
func FuzzAnswer(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		before := wiretest.Allocated()
		reply := answer(body, "", wire.Style{Lines: len(body)%2 == 0})
		// 24 bytes of tape for an element of four, doubled as it grows, and the values; the
		// fuzzing engine's own allocations are in the constant.
		if took, most := wiretest.Allocated()-before, uint64(1<<20+200*len(body)); took > most {
			t.Errorf("%d bytes of request took %d bytes of memory", len(body), took)
		}
		if len(reply.Body) > 2048+64*len(body) {
			t.Errorf("%d bytes of request gave %d bytes of answer", len(body), len(reply.Body))
		}
		wiretest.WellFormed(t, reply.Body)
	})
}

// FuzzScalars: each simple type's text, whatever it is, is read as the second decoder
// reads it or refused.
func FuzzScalars(f *testing.F) {
	types := []string{
		"int", "i1", "i2", "i4", "i8", "ex:i8", "biginteger", "boolean", "double", "float", "string",
		"dateTime.iso8601", "base64", "nil", "DateTime.ISO8601", "INT",
	}
	for i := range types {
		for _, text := range []string{"", "1", "-2147483649", "+0x1", " 1e309 ", "true", "AP8=", "20010903T10:11:12.5+02:00", "2001-09-03T1:11:12,5"} {
			f.Add(byte(i), text)
		}
	}
	f.Fuzz(func(t *testing.T, which byte, text string) {
		name := types[int(which)%len(types)]
		doc := callOf("<value><" + name + ">" + string(xmltext.AppendEscaped(nil, text)) + "</" + name + "></value>")
		_, ours, err := read([]byte(doc), "")
		if err != nil {
			return
		}
		_, theirs, err := oracle(doc)
		if err != nil || wiretest.ShowAll(ours) != wiretest.ShowAll(theirs) {
			t.Fatalf("%s of %q\nours   %s\ntheirs %s, %v", name, text, wiretest.ShowAll(ours), wiretest.ShowAll(theirs), err)
		}
	})
}
