package xmltext

import (
	"slices"
	"testing"
)

func mustScan(t *testing.T, doc string) *Tape {
	t.Helper()
	tape, err := scan(t, doc)
	if err != nil {
		t.Fatalf("%s: %v", doc, err)
	}
	return tape
}

func TestWalk(t *testing.T) {
	root := mustScan(t, "<r> <a><x/><y/></a>t<b/>\n<c>u</c><!-- --></r>").Root()
	var kids, all []string
	for c := root.FirstElement(); c.Exists(); c = c.NextElement() {
		kids = append(kids, c.Name())
		if c.Parent() != root {
			t.Errorf("parent of %s is %s", c.Name(), c.Parent().Name())
		}
	}
	for c := root.FirstChild(); c.Exists(); c = c.Next() {
		all = append(all, c.Name()+"|"+c.Text())
	}
	if want := []string{"a", "b", "c"}; !slices.Equal(kids, want) || root.NumElements() != len(want) {
		t.Errorf("elements %q, %d in number, want %q", kids, root.NumElements(), want)
	}
	if want := []string{"| ", "a|", "|t", "b|", "|\n", "c|u"}; !slices.Equal(all, want) {
		t.Errorf("children %q, want %q", all, want)
	}
	if root.Parent().Exists() || root.Next().Exists() || root.NextElement().Exists() {
		t.Error("the root has a parent or a sibling")
	}
	c := root.FirstElement().NextElement().NextElement()
	if c.Line() != 2 || root.Line() != 1 {
		t.Errorf("lines %d and %d, want 2 and 1", c.Line(), root.Line())
	}
}

// TestNoNode: the zero Node answers everything with nothing, so decoders need
// not look before each step.
func TestNoNode(t *testing.T) {
	var n Node
	if n.Exists() || n.Kind() != 0 || n.Name() != "" || n.Text() != "" || n.HasElements() || !n.TextOnlyBlank() || n.NumAttr() != 0 || n.NumElements() != 0 || n.Line() != 0 {
		t.Error("the zero Node has something")
	}
	for _, m := range []Node{n.Parent(), n.FirstChild(), n.Next(), n.FirstElement(), n.NextElement()} {
		if m.Exists() {
			t.Error("the zero Node has a neighbour")
		}
	}
	if _, ok := n.Namespace(); ok {
		t.Error("the zero Node has a namespace")
	}
	if _, ok := n.AttrNS("", "a"); ok {
		t.Error("the zero Node has an attribute")
	}
	if got := n.AppendText([]byte("x")); string(got) != "x" {
		t.Errorf("AppendText made %q", got)
	}
}

func TestText(t *testing.T) {
	for _, c := range []struct {
		doc, text         string
		elements, inkless bool
	}{
		{`<a/>`, "", false, true},
		{"<a> \n</a>", " \n", false, true},
		{"<a> \r\n</a>", " \n", false, true},
		{"<a>                                                            \n</a>", "                                                            \n", false, true},
		{`<a>x</a>`, "x", false, false},
		{`<a> x</a>`, " x", false, false},
		{"<a> \r x</a>", " \n x", false, false},
		{"<a>\r\r</a>", "\n\n", false, true},
		{`<a>x &amp; y</a>`, "x & y", false, false},
		{`<a>&#32;</a>`, " ", false, false},
		{`<a> &#32;</a>`, "  ", false, false},
		{`<a>]</a>`, "]", false, false},
		{`<a> é</a>`, " é", false, false},
		{`<a><![CDATA[ ]]></a>`, " ", false, false},
		{`<a>x<!-- y -->z</a>`, "xz", false, false},
		{"<a>\n<b>x</b>\n</a>", "\n\n", true, true},
		{"<a>\n<b>x</b>y</a>", "\ny", true, false},
		{"<a><b>x</b></a>", "", true, true},
		{"<a>1\r<b/>2&lt;<c/><![CDATA[3\r\n]]>4</a>", "1\n2<3\n4", true, false},
	} {
		n := mustScan(t, c.doc).Root()
		if got := n.Text(); got != c.text {
			t.Errorf("%s: text %q, want %q", c.doc, got, c.text)
		}
		if got := string(n.AppendText([]byte("+"))); got != "+"+c.text {
			t.Errorf("%s: appended text %q", c.doc, got)
		}
		if n.HasElements() != c.elements || n.TextOnlyBlank() != c.inkless {
			t.Errorf("%s: HasElements %v, TextOnlyBlank %v", c.doc, n.HasElements(), n.TextOnlyBlank())
		}
	}
}

func TestAttributes(t *testing.T) {
	n := mustScan(t, `<a one="1" p:two="&lt;2" x='3'><b/></a>`).Root()
	if v, ok := n.AttrValue("p:two"); !ok || v != "<2" {
		t.Errorf("p:two is %q, %v", v, ok)
	}
	if v, ok := n.AttrValue("two"); ok {
		t.Errorf("two is %q", v)
	}
	if v, ok := n.AttrNS("", "x"); !ok || v != "3" {
		t.Errorf("x in no namespace is %q, %v", v, ok)
	}
	if n.NumAttr() != 3 || n.FirstElement().NumAttr() != 0 {
		t.Errorf("%d and %d attributes", n.NumAttr(), n.FirstElement().NumAttr())
	}
}

func TestNamespaces(t *testing.T) {
	root := mustScan(t, `<a xmlns="u:d" xmlns:p="u:p" p:k="1" k="2"><p:b xmlns:p="u:q" p:k="3" z:k="4"/>`+
		`<c xmlns=""><d/></c><z:e xml:lang="de"/><f xmlns:x="u:&amp;"><x:g/></f></a>`).Root()
	b := root.FirstElement()
	c := b.NextElement()
	e := c.NextElement()
	g := e.NextElement().FirstElement()
	for _, w := range []struct {
		n    Node
		uri  string
		ok   bool
		name string
	}{
		{root, "u:d", true, "a"}, {b, "u:q", true, "b"}, {c, "", true, "c"}, {c.FirstElement(), "", true, "d"},
		{e, "", false, "e"}, {g, "u:&", true, "g"}, {e.NextElement(), "u:d", true, "f"},
	} {
		if uri, ok := w.n.Namespace(); uri != w.uri || ok != w.ok || w.n.Local() != w.name {
			t.Errorf("%s: {%s}%s, %v; want {%s}%s, %v", w.n.Name(), uri, w.n.Local(), ok, w.uri, w.name, w.ok)
		}
	}
	for _, w := range []struct {
		n          Node
		uri, value string
		ok         bool
	}{
		{root, "u:p", "1", true}, {root, "", "2", true}, {root, "u:d", "", false},
		{b, "u:q", "3", true}, {b, "u:p", "", false}, {b, "", "", false},
	} {
		if v, ok := w.n.AttrNS(w.uri, "k"); v != w.value || ok != w.ok {
			t.Errorf("%s: {%s}k is %q, %v; want %q, %v", w.n.Name(), w.uri, v, ok, w.value, w.ok)
		}
	}
	if v, ok := e.AttrNS(xmlSpace, "lang"); v != "de" || !ok {
		t.Errorf("xml:lang is %q, %v", v, ok)
	}
	if _, ok := e.AttrNS("u:z", "k"); ok {
		t.Error("an undeclared prefix was resolved")
	}
	if uri, ok := root.ResolvePrefix("xmlns"); uri != xmlnsSpace || !ok {
		t.Errorf("xmlns is %q, %v", uri, ok)
	}
	if uri, ok := mustScan(t, `<a xmlnsx="u:x"/>`).Root().Namespace(); uri != "" || !ok {
		t.Errorf("xmlnsx declares %q, %v", uri, ok)
	}
	if uri, ok := root.ResolvePrefix("z"); ok {
		t.Errorf("undeclared prefix is %q", uri)
	}
}

func TestSplitName(t *testing.T) {
	for name, want := range map[string][2]string{
		"a": {"", "a"}, "p:a": {"p", "a"}, ":string": {"", "string"}, "": {"", ""}, "a:b:c": {"a", "b:c"},
	} {
		if p, l := SplitName(name); p != want[0] || l != want[1] {
			t.Errorf("%q: %q, %q", name, p, l)
		}
	}
}
