package xmltext

import (
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"errors"
	"io"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

// theirs reads doc with encoding/xml and writes it like dump; and gives the
// namespace of each element.
func theirs(doc string) (tree string, spaces []string, err error) {
	decoder := func() *xml.Decoder {
		dec := xml.NewDecoder(strings.NewReader(doc))
		dec.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil } // it is UTF-8 by now
		return dec
	}
	var b strings.Builder
	text, depth := "", 0
	for dec := decoder(); ; {
		tok, err := dec.RawToken()
		if err == io.EOF {
			break
		}
		if err != nil {
			return "", nil, err
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			depth++
			dumpText(&b, &text)
			b.WriteString("<" + rawName(tok.Name))
			for _, a := range tok.Attr {
				b.WriteString(" " + rawName(a.Name) + "=" + strconv.Quote(spaced.Replace(a.Value)))
			}
		case xml.EndElement:
			depth--
			dumpText(&b, &text)
			b.WriteString(">")
		case xml.CharData:
			if depth > 0 {
				text += string(tok)
			}
		}
	}
	for dec := decoder(); ; {
		tok, err := dec.Token()
		if err == io.EOF {
			return b.String(), spaces, nil
		}
		if err != nil {
			return "", nil, err
		}
		if start, ok := tok.(xml.StartElement); ok {
			spaces = append(spaces, start.Name.Space)
		}
	}
}

func rawName(n xml.Name) string {
	if n.Space != "" {
		return n.Space + ":" + n.Local
	}
	return n.Local
}

// spaced makes white space in attribute values spaces. encoding/xml leaves it as
// it is, so this much of XML 1.0 §3.3.3 is out of the comparison.
var spaced = strings.NewReplacer("\t", " ", "\n", " ", "\r", " ")

// FuzzAgainstEncodingXML: what this scanner accepts, encoding/xml reads as the
// same elements, attributes, texts and namespaces. This one may refuse more.
func FuzzAgainstEncodingXML(f *testing.F) {
	for _, c := range accepted {
		f.Add([]byte(c.doc))
		f.Add([]byte(utf16Bytes(c.doc, binary.LittleEndian)))
	}
	for _, c := range refused {
		f.Add([]byte(c.doc))
	}
	f.Add([]byte(addCall))
	f.Add([]byte(soapCall))
	f.Add([]byte(structs(2, "\r\n ", func(int) string { return "é &amp; ]]&gt; <![CDATA[<]]>" })))
	var tape Tape
	f.Fuzz(func(t *testing.T, body []byte) {
		kept := bytes.Clone(body)
		text, err := ToUTF8(body, "")
		if err == nil {
			err = tape.Scan(text, published())
		}
		if !bytes.Equal(body, kept) {
			t.Fatal("the body was written to")
		}
		if err != nil {
			var se *SyntaxError
			if !errors.As(err, &se) || se.Line < 1 || se.Offset < 0 || se.Offset > len(body) && se.Offset > len(text) {
				t.Fatalf("error %#v", err)
			}
			if errors.Is(err, ErrSyntax) && !ValidText(text) {
				t.Fatalf("a bad character is reported as %v", err)
			}
			return
		}
		if !ValidText(text) {
			t.Fatal("accepted a character that XML does not allow")
		}
		tree, spaces, err := theirs(text)
		if err != nil {
			// Its names are those of XML 1.0, fourth edition.
			if strings.Contains(err.Error(), "invalid XML name") && strings.ContainsFunc(text, func(r rune) bool { return r >= utf8.RuneSelf }) {
				return
			}
			t.Fatalf("accepted what encoding/xml refuses: %v", err)
		}
		var ours strings.Builder
		if dumpTo(&ours, tape.Root(), spaced.Replace); ours.String() != tree {
			t.Fatalf("read differently\nours   %s\ntheirs %s", ours.String(), tree)
		}
		compareSpaces(t, tape.Root(), &spaces)
	})
}

// compareSpaces walks in document order. encoding/xml puts the prefix for an
// undeclared one.
func compareSpaces(t *testing.T, n Node, spaces *[]string) {
	uri, ok := n.Namespace()
	if !ok {
		uri, _ = SplitName(n.Name())
	}
	want := (*spaces)[0]
	*spaces = (*spaces)[1:]
	if uri != want && spaced.Replace(uri) != spaced.Replace(want) {
		t.Fatalf("namespace of %s is %q, encoding/xml has %q", n.Name(), uri, want)
	}
	for c := n.FirstElement(); c.Exists(); c = c.NextElement() {
		compareSpaces(t, c, spaces)
	}
}

// FuzzToUTF8: never panics, never writes to the body, and gives valid UTF-8 for
// every encoding but UTF-8 itself, which is left to Scan.
func FuzzToUTF8(f *testing.F) {
	for _, doc := range []string{addCall, soapCall, "<a>κόσμε 😀</a>"} {
		for _, charset := range []string{"", "utf-8", "us-ascii", "latin1", "utf-16", "utf-16le", "ucs-4", "utf-32le", "x"} {
			f.Add([]byte(doc), charset)
			f.Add([]byte(utf16Bytes(doc, binary.LittleEndian)), charset)
			f.Add([]byte(utf32Bytes(doc, binary.BigEndian)), charset)
		}
	}
	f.Add([]byte("\xff\xfe\x00\x00"), "")
	f.Add([]byte("\xfe\xff\xd8\x00"), "")
	f.Add([]byte("<?xml version='1.0' encoding='latin1'?>\xe9"), "")
	f.Fuzz(func(t *testing.T, body []byte, charset string) {
		kept := bytes.Clone(body)
		text, err := ToUTF8(body, charset)
		if !bytes.Equal(body, kept) {
			t.Fatal("the body was written to")
		}
		if err != nil {
			if text != "" || !errors.Is(err, ErrEncoding) && !errors.Is(err, ErrChar) {
				t.Fatalf("%q with error %v", text, err)
			}
			return
		}
		if enc, _, _ := detect(body, charset); enc != encUTF8 && !utf8.ValidString(text) {
			t.Fatalf("%q as encoding %d is not UTF-8", text, enc)
		}
	})
}

// FuzzEscapeRoundTrip: what is written is read back, with U+FFFD for what XML
// cannot carry.
func FuzzEscapeRoundTrip(f *testing.F) {
	for _, s := range []string{"", "a", "a<b>&\"'\r\n\t", "é\xe9\ufffe\x00", "]]>", strings.Repeat("x", 40) + "<"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		doc := append([]byte(`<a b="`), AppendEscapedAttr(nil, s)...)
		doc = append(doc, `">`...)
		doc = append(AppendEscaped(doc, s), "</a>"...)
		var tape Tape
		if err := tape.Scan(string(doc), published()); err != nil {
			t.Fatalf("%q: %v", doc, err)
		}
		want := s
		if !ValidText(s) {
			var b strings.Builder
			for _, r := range s {
				if !isChar(r) {
					r = utf8.RuneError
				}
				b.WriteRune(r)
			}
			want = b.String()
		}
		value, _ := tape.Root().AttrValue("b")
		if got := tape.Root().Text(); got != want || value != want {
			t.Fatalf("text %q, attribute %q, want %q", got, value, want)
		}
	})
}
