package soap

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"countersign/methods"
	"countersign/server/wire"
	"countersign/server/wire/wiretest"
)

// TestReferences that are followed: to arguments, to values behind the call, to values in
// the header, through one another.
func TestReferences(t *testing.T) {
	for _, c := range []struct{ why, doc, want string }{
		{"PHP's", callOf(`<a id="ref1" xsi:type="SOAP-ENC:Struct"><q xsi:type="xsd:int">1</q></a><b href="#ref1"/>`), `{"q":1} {"q":1}`},
		{"SOAP::Lite's and Axis's", start11 + body(`<m:echo xmlns:m="urn:x"><a href="#r"/><b href="#r"/></m:echo>`+
			`<multiRef id="r" SOAP-ENC:root="0"><q xsi:type="xsd:int">1</q></multiRef>`) + end, `{"q":1} {"q":1}`},
		{"in a header", start11 + `<SOAP-ENV:Header><x xmlns="urn:h" id="r" xsi:type="xsd:int">5</x></SOAP-ENV:Header>` +
			body(`<echo><a href="#r"/></echo>`) + end, `5`},
		{"through one another", callOf(`<a href="#b"/><b id="b" href="#c"/><c id="c" xsi:type="xsd:int">5</c>`), `5 5 5`},
		{"an item", callOf(`<a SOAP-ENC:arrayType="xsd:int[2]"><item href="#i"/><item href="#i"/></a><i id="i" xsi:type="xsd:int">5</i>`), `[5 5] 5`},
		{"a value of a Map", callOf(`<a xsi:type="apache:Map"><item><key>k</key><value href="#i"/></item></a><i id="i">5</i>`), `{"k":"5"} "5"`},
		{"to nil", callOf(`<a href="#i"/><i id="i" xsi:nil="1"/>`), `nil nil`},
		{"prefixes are those of the target", callOf(`<a xmlns:xsd="urn:y" href="#i"/><i id="i" xsi:type="xsd:int">5</i><b xmlns:xsd="urn:y"><c id="c" xsi:type="xsd:int">5</c></b><d href="#c"/>`), `5 5 {"c":"5"} "5"`},
	} {
		values, err := read(c.doc)
		if got := wiretest.ShowAll(values); err != nil || got != c.want {
			t.Errorf("%s: got %s, %v; want %s", c.why, got, err, c.want)
		}
	}
}

// laughs is a document in which each of n elements refers to the next one many times.
func laughs(n, times int, last string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `<a id="i%d">%s</a>`, i, strings.Repeat(fmt.Sprintf(`<b href="#i%d"/>`, i+1), times))
	}
	fmt.Fprintf(&b, `<a id="i%d">%s</a>`, n, last)
	return callOf(b.String())
}

// chain is a document with n references, each to the next.
func chain(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `<a id="i%d" href="#i%d"/>`, i, i+1)
	}
	fmt.Fprintf(&b, `<a id="i%d">end</a>`, n)
	return callOf(b.String())
}

// TestReferencesAreBounded: what references lead to is counted, and refused in no time
// (requirements INP-9).
func TestReferencesAreBounded(t *testing.T) {
	text := strings.Repeat("x", 600<<10)
	for _, c := range []struct{ why, doc string }{
		{"a billion laughs", laughs(9, 10, "lol")},
		{"two to the thirtieth", laughs(30, 2, "lol")},
		{"a long text, often", callOf(strings.Repeat(`<a href="#x"/>`, 5000) + `<b id="x">` + text + `</b>`)},
		{"a text with entities, often", callOf(strings.Repeat(`<a href="#x"/>`, 20000) + `<b id="x">` + strings.Repeat("&amp;", 20000) + `</b>`)},
		{"a long name, often", callOf(`<c id="c"><` + text[:250] + `/></c>` + strings.Repeat(`<a href="#c"/>`, 60000))},
		{"a key of a Map, often", callOf(`<c id="c" xsi:type="apache:Map"><item><key>` + text + `</key><value/></item></c>` + strings.Repeat(`<a href="#c"/>`, 5000))},
		{"a long chain", chain(30000)},
	} {
		start, before := time.Now(), wiretest.Allocated()
		values, err := read(c.doc)
		took, bytes := time.Since(start), wiretest.Allocated()-before
		if err == nil || methods.AsError(err).Kind != methods.KindTooLarge {
			t.Errorf("%s: %d values, %v", c.why, len(values), err)
		}
		if most := uint64(16<<20 + 200*len(c.doc)); took > 5*time.Second || bytes > most {
			t.Errorf("%s: %v and %d bytes for a request of %d bytes", c.why, took, bytes, len(c.doc))
		}
	}
}

// TestReferencesWithinBounds: each value once is always allowed, however large, and so is
// as much nesting as without references.
func TestReferencesWithinBounds(t *testing.T) {
	large := strings.Repeat("x", 3<<20)
	if values, err := read(callOf(`<a href="#x"/><b id="x">` + large + `</b>`)); err != nil || len(values) != 2 || len(values[0].Text()) != len(large) {
		t.Errorf("%d values, %v", len(values), err)
	}
	depth := wire.DefaultLimits().ValueDepth
	if _, err := read(laughs(depth, 1, "end")); err != nil {
		t.Errorf("%d containers, each by reference: %v", depth, err)
	}
	if _, err := read(laughs(depth+1, 1, "end")); err == nil || methods.AsError(err).Kind != methods.KindTooLarge {
		t.Errorf("one more: %v", err)
	}
	if _, err := read(chain(depth)); err != nil {
		t.Errorf("a chain: %v", err)
	}
}

// TestNesting: values nest as deep as the limit says, in every kind of container.
func TestNesting(t *testing.T) {
	depth := wire.DefaultLimits().ValueDepth
	for _, open := range []string{
		`<a>`, `<a xsi:type="SOAP-ENC:Struct">`, `<item SOAP-ENC:arrayType="xsd:anyType[1]">`,
	} {
		end := "</a>"
		if strings.HasPrefix(open, "<item") {
			end = "</item>"
		}
		for n, ok := range map[int]bool{depth: true, depth + 1: false} {
			_, err := read(callOf(strings.Repeat(open, n) + "<b>x</b>" + strings.Repeat(end, n)))
			if ok != (err == nil) || !ok && methods.AsError(err).Kind != methods.KindTooLarge {
				t.Errorf("%d times %s: %v", n, open, err)
			}
		}
	}
}
