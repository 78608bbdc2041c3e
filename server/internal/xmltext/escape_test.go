package xmltext

import (
	"strings"
	"testing"
)

func TestAppendEscaped(t *testing.T) {
	for _, c := range []struct{ in, text, attr string }{
		{"", "", ""},
		{"plain", "plain", "plain"},
		{`a & b < c > d "e" 'f'`, `a &amp; b &lt; c &gt; d &quot;e&quot; 'f'`, `a &amp; b &lt; c &gt; d &quot;e&quot; 'f'`},
		{"1\r\n2\t", "1&#13;\n2\t", "1&#13;&#10;2&#9;"},
		{"]]>", "]]&gt;", "]]&gt;"},
		{"é日😀", "é日😀", "é日😀"},
		{"a\x00b\x1f", "a\ufffdb\ufffd", "a\ufffdb\ufffd"},
		{"\xff\xfe", "\ufffd\ufffd", "\ufffd\ufffd"},
		{"\xed\xa0\x80", "\ufffd\ufffd\ufffd", "\ufffd\ufffd\ufffd"},
		{"x\ufffey\uffffz", "x\ufffdy\ufffdz", "x\ufffdy\ufffdz"},
		{"\ufffd\x7f", "\ufffd\x7f", "\ufffd\x7f"},
		{"é\xe9", "é\ufffd", "é\ufffd"},
	} {
		if got := string(AppendEscaped([]byte("+"), c.in)); got != "+"+c.text {
			t.Errorf("%q as text: %q, want %q", c.in, got, c.text)
		}
		if got := string(AppendEscapedAttr(nil, c.in)); got != c.attr {
			t.Errorf("%q as attribute: %q, want %q", c.in, got, c.attr)
		}
	}
}

// TestEveryByteAtEveryPlace moves each byte through the eight places of a word.
func TestEveryByteAtEveryPlace(t *testing.T) {
	for c := range 256 {
		for at := range 40 {
			b := []byte(strings.Repeat("x", 40))
			b[at] = byte(c)
			s := string(b)
			legal := c < 0x80 && (c >= ' ' || c == '\t' || c == '\n' || c == '\r')
			if ValidText(s) != legal {
				t.Fatalf("byte %#x at %d: ValidText is %v", c, at, !legal)
			}
			want := textEscapes[c]
			switch {
			case c >= 0x80:
				want = replaced
			case want == "":
				want = string(rune(c))
			}
			if got := string(AppendEscaped(nil, s)); got != s[:at]+want+s[at+1:] {
				t.Fatalf("byte %#x at %d: %q", c, at, got)
			}
			_, err := scan(t, "<r>"+s+"</r>")
			if (err == nil) != (legal && c != '<' && c != '&') {
				t.Fatalf("byte %#x at %d of a text: %v", c, at, err)
			}
			if end := asciiName(s, 0); (end < len(s)) != (class[c]&nameByte == 0) || end < len(s) && end != at {
				t.Fatalf("byte %#x at %d: name ends at %d", c, at, end)
			}
		}
	}
}

// TestValidTextIsChar holds every code point against the production.
func TestValidTextIsChar(t *testing.T) {
	for r := rune(0); r <= 0x10FFFF; r++ {
		if 0xD800 <= r && r <= 0xDFFF {
			continue // not a string
		}
		if ValidText(string(r)) != isChar(r) {
			t.Fatalf("%U: ValidText is %v", r, !isChar(r))
		}
	}
}
