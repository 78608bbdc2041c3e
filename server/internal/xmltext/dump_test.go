package xmltext

import (
	"strconv"
	"strings"
)

// dump writes a tree as <name attr="value" "text" <child>>, with adjacent texts
// joined.
func dump(n Node) string {
	var b strings.Builder
	dumpTo(&b, n, func(value string) string { return value })
	return b.String()
}

func dumpTo(b *strings.Builder, n Node, attr func(value string) string) {
	b.WriteString("<" + n.Name())
	for i := range n.NumAttr() {
		name, value := n.Attr(i)
		b.WriteString(" " + name + "=" + strconv.Quote(attr(value)))
	}
	text := ""
	for c := n.FirstChild(); c.Exists(); c = c.Next() {
		if c.Kind() == Text {
			text += c.Text()
			continue
		}
		dumpText(b, &text)
		dumpTo(b, c, attr)
	}
	dumpText(b, &text)
	b.WriteString(">")
}

func dumpText(b *strings.Builder, text *string) {
	if *text != "" {
		b.WriteString(strconv.Quote(*text))
		*text = ""
	}
}
