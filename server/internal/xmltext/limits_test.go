package xmltext

import (
	"errors"
	"math"
	"strings"
	"testing"

	"countersign/server/wire"
)

// published are the limits that the service keeps.
func published() Limits {
	l := wire.DefaultLimits()
	return Limits{ElementDepth: l.ElementDepth, Elements: l.Elements, Attributes: l.Attributes, NameBytes: l.NameBytes}
}

func nested(depth int) string {
	return strings.Repeat("<a>", depth-1) + "<a/>" + strings.Repeat("</a>", depth-1)
}

func attributes(n int) string {
	var b strings.Builder
	b.WriteString("<a")
	for i := range n {
		b.WriteString(" a" + strings.Repeat("b", i) + `=""`)
	}
	b.WriteString("/>")
	return b.String()
}

// TestLimits: at the limit a document passes, one over it is refused (requirements
// INP-1).
func TestLimits(t *testing.T) {
	lim := published()
	name := func(n int) string { return strings.Repeat("n", n) }
	for _, c := range []struct {
		what  string
		limit int
		doc   func(n int) string
	}{
		{"element depth", lim.ElementDepth, nested},
		{"element depth, last one with a pair", lim.ElementDepth, func(n int) string {
			return strings.Repeat("<a>", n) + strings.Repeat("</a>", n)
		}},
		{"elements", lim.Elements, func(n int) string { return "<a>" + strings.Repeat("<b/>", n-1) + "</a>" }},
		{"attributes", lim.Attributes, attributes},
		{"element name", lim.NameBytes, func(n int) string { return "<" + name(n) + "/>" }},
		{"element name outside ASCII", lim.NameBytes, func(n int) string { return "<" + name(n-2) + "é/>" }},
		{"attribute name", lim.NameBytes, func(n int) string { return "<a " + name(n) + "=''/>" }},
		{"namespace declarations in scope", maxDeclarations, func(n int) string {
			var b strings.Builder
			b.WriteString("<r>")
			for range 2 { // those of the first <a> are out of scope in the second
				for i := range n {
					b.WriteString(`<a p="" xmlns:p` + strings.Repeat("p", i) + `="u:x">`)
				}
				b.WriteString(`<b/>` + strings.Repeat("</a>", n))
			}
			return b.String() + "</r>"
		}},
		{"namespace declarations in empty elements", maxDeclarations, func(n int) string {
			return strings.Repeat("<a xmlns='u:x'>", n-1) + strings.Repeat("<b xmlns='u:y'/>", 100) + strings.Repeat("</a>", n-1)
		}},
		{"namespace name", maxNamespaceBytes, func(n int) string { return "<a xmlns='" + name(n) + "'/>" }},
		{"instruction name", lim.NameBytes, func(n int) string { return "<?" + name(n) + "?><a/>" }},
	} {
		t.Run(c.what, func(t *testing.T) {
			if _, err := scan(t, c.doc(c.limit)); err != nil {
				t.Errorf("at the limit of %d: %v", c.limit, err)
			}
			if _, err := scan(t, c.doc(c.limit+1)); !errors.Is(err, ErrLimit) {
				t.Errorf("at %d: %v, want ErrLimit", c.limit+1, err)
			}
		})
	}
}

func TestTenThousandNested(t *testing.T) {
	if _, err := scan(t, nested(10_000)); !errors.Is(err, ErrLimit) {
		t.Errorf("got %v, want ErrLimit", err)
	}
	lim := published()
	lim.ElementDepth = 10_000
	var tape Tape
	if err := tape.Scan(nested(10_000), lim); err != nil {
		t.Errorf("with a limit that allows it: %v", err)
	}
}

// TestAttributeCount: the count of attributes of one element is held in 16 bits.
func TestAttributeCount(t *testing.T) {
	lim := published()
	lim.Attributes, lim.NameBytes = math.MaxInt, math.MaxInt
	var tape Tape
	if err := tape.Scan(attributes(300), lim); err != nil || tape.Root().NumAttr() != 300 {
		t.Errorf("%d attributes, %v; want 300", tape.Root().NumAttr(), err)
	}
}

func TestReset(t *testing.T) {
	var tape Tape
	if tape.Root().Exists() {
		t.Error("a new tape has a root")
	}
	big := "<a>" + strings.Repeat("<b c=''/>", 90_000) + "</a>"
	if err := tape.Scan(big, published()); err != nil {
		t.Fatal(err)
	}
	tape.Reset()
	if tape.Root().Exists() || tape.doc != "" {
		t.Error("Reset left the document on the tape")
	}
	if cap(tape.nodes) > keep || cap(tape.attrs) > keep {
		t.Errorf("Reset kept %d nodes and %d attributes", cap(tape.nodes), cap(tape.attrs))
	}
	if err := tape.Scan("<a/>", published()); err != nil || dump(tape.Root()) != "<a>" {
		t.Errorf("scan after Reset: %v", err)
	}
}

// TestSteadyStateAllocatesNothing holds for what the hot path does per call.
func TestSteadyStateAllocatesNothing(t *testing.T) {
	body := []byte(addCall)
	var tape Tape
	sum := 0
	got := testing.AllocsPerRun(100, func() {
		text, err := ToUTF8(body, "utf-8")
		if err == nil {
			err = tape.Scan(text, published())
		}
		if err != nil {
			t.Fatal(err)
		}
		for p := tape.Root().FirstElement().NextElement().FirstElement(); p.Exists(); p = p.NextElement() {
			sum += len(p.FirstElement().FirstElement().Text())
		}
		tape.Reset()
	})
	if got != 0 || sum == 0 {
		t.Errorf("%v allocations a call", got)
	}
}
