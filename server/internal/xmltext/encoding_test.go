package xmltext

import (
	"bytes"
	"encoding/binary"
	"errors"
	"strings"
	"testing"
	"unicode/utf16"
	"unsafe"
)

func utf16Bytes(s string, order binary.AppendByteOrder) string {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = order.AppendUint16(b, u)
	}
	return string(b)
}

func utf32Bytes(s string, order binary.AppendByteOrder) string {
	var b []byte
	for _, r := range s {
		b = order.AppendUint32(b, uint32(r))
	}
	return string(b)
}

func TestToUTF8(t *testing.T) {
	le, be := binary.LittleEndian, binary.BigEndian
	const plain, greek = `<a>x</a>`, `<a>κόσμε 😀</a>`
	latin := func(decl string) string { return decl + "<a>caf\xe9</a>" }
	const utf8Decl, latinDecl = `<?xml version="1.0" encoding="UTF-8"?>`, `<?xml version='1.0' encoding='iso-8859-1' ?>`
	for _, c := range []struct{ why, body, charset, want string }{
		{"nothing said is UTF-8", greek, "", greek},
		{"empty", "", "", ""},
		{"UTF-8 by header", greek, "utf-8", greek},
		{"name in any case", greek, "UTF8", greek},
		{"UTF-8 by declaration", utf8Decl + greek, "", utf8Decl + greek},
		{"UTF-8 by mark", "\xef\xbb\xbf" + greek, "", greek},
		{"mark wins over header", "\xef\xbb\xbf" + greek, "iso-8859-1", greek},
		{"mark wins over an unknown header", "\xef\xbb\xbf" + greek, "x-unknown", greek},
		{"header wins over declaration", latinDecl + greek, "utf-8", latinDecl + greek},
		{"Latin-1 by header", latin(""), "ISO-8859-1", "<a>café</a>"},
		{"Latin-1 by header over declaration", latin(utf8Decl), "latin1", utf8Decl + "<a>café</a>"},
		{"Latin-1 by declaration", latin(latinDecl), "", latinDecl + "<a>café</a>"},
		{"Latin-1 under another name", latin(""), "iso_8859-1", "<a>café</a>"},
		{"Latin-1, both edges", "\x80\xff\x7f", "latin1", "\u0080\u00ff\u007f"},
		{"ASCII", plain, "us-ascii", plain},
		{"ASCII by declaration", `<?xml version="1.0" encoding="us-ascii"?>` + plain, "", `<?xml version="1.0" encoding="us-ascii"?>` + plain},
		{"UTF-16 LE by mark", "\xff\xfe" + utf16Bytes(greek, le), "", greek},
		{"UTF-16 BE by mark", "\xfe\xff" + utf16Bytes(greek, be), "", greek},
		{"UTF-16 LE by mark and header", "\xff\xfe" + utf16Bytes(greek, le), "utf-16", greek},
		{"UTF-16 LE by look", utf16Bytes(greek, le), "", greek},
		{"UTF-16 BE by look", utf16Bytes(greek, be), "", greek},
		{"UTF-16 LE by header and look", utf16Bytes(greek, le), "UTF-16", greek},
		{"UTF-16 by header is big-endian", utf16Bytes(" "+greek, be), "UTF-16", " " + greek},
		{"UTF-16LE by header", utf16Bytes(" "+greek, le), "UTF-16LE", " " + greek},
		{"UTF-16 with its declaration", utf16Bytes(`<?xml version="1.0" encoding="UTF-16"?>`+greek, be), "", `<?xml version="1.0" encoding="UTF-16"?>` + greek},
		{"UCS-4 with its declaration", utf32Bytes(`<?xml version="1.0" encoding="UCS-4"?>`+greek, be), "", `<?xml version="1.0" encoding="UCS-4"?>` + greek},
		{"UCS-4 by header", utf32Bytes(greek, be), "UCS-4", greek},
		{"UTF-32 by header is big-endian", utf32Bytes(" "+greek, be), "utf-32", " " + greek},
		{"UTF-32 LE by look and header", utf32Bytes(greek, le), "utf-32", greek},
		{"UTF-32 LE by look", utf32Bytes(greek, le), "", greek},
		{"UTF-32 LE by mark", "\xff\xfe\x00\x00" + utf32Bytes(greek, le), "", greek},
		{"UTF-32 BE by mark", "\x00\x00\xfe\xff" + utf32Bytes(greek, be), "", greek},
		{"malformed declaration is left to Scan", `<?xml version="1.1" encoding="koi8-r"?><a/>`, "", `<?xml version="1.1" encoding="koi8-r"?><a/>`},
	} {
		t.Run(c.why, func(t *testing.T) {
			got, err := ToUTF8([]byte(c.body), c.charset)
			if err != nil || got != c.want {
				t.Errorf("got %q, %v; want %q", got, err, c.want)
			}
		})
	}
}

func TestToUTF8Refuses(t *testing.T) {
	le := binary.LittleEndian
	for _, c := range []struct {
		why, body, charset string
		kind               Kind
	}{
		{"unknown by header", "<a/>", "koi8-r", ErrEncoding},
		{"unknown by declaration", `<?xml version="1.0" encoding="windows-1252"?><a/>`, "", ErrEncoding},
		{"EBCDIC", `<?xml version="1.0" encoding="ebcdic-cp-us"?><a/>`, "", ErrEncoding},
		{"UTF-7", `<?xml version="1.0" encoding="utf-7"?><a/>`, "", ErrEncoding},
		{"bytes that say they are UTF-16", `<?xml version="1.0" encoding="utf-16"?><a/>`, "", ErrEncoding},
		{"bytes that say they are UCS-4", `<?xml version="1.0" encoding="UCS-4"?><a/>`, "", ErrEncoding},
		{"8 bits in ASCII by header", "<a>caf\xe9</a>", "us-ascii", ErrChar},
		{"8 bits in ASCII by declaration", "<?xml version='1.0' encoding='ascii'?><a>\x80</a>", "", ErrChar},
		{"UTF-16 cut", "\xff\xfe<\x00a", "", ErrChar},
		{"high surrogate alone", "\xff\xfe" + "<\x00\x00\xd8<\x00", "", ErrChar},
		{"high surrogate last", "\xff\xfe" + "<\x00\x00\xd8", "", ErrChar},
		{"low surrogate alone", "\xff\xfe" + "<\x00\x00\xdc<\x00", "", ErrChar},
		{"UTF-32 cut", utf32Bytes("<a", le)[:7], "", ErrChar},
		{"UTF-32 over U+10FFFF", "<\x00\x00\x00\x00\x00\x11\x00", "", ErrChar},
		{"UTF-32 negative", "<\x00\x00\x00\xff\xff\xff\xff", "", ErrChar},
		{"surrogate in UTF-32", "<\x00\x00\x00\x00\xd8\x00\x00", "", ErrChar},
	} {
		t.Run(c.why, func(t *testing.T) {
			got, err := ToUTF8([]byte(c.body), c.charset)
			var se *SyntaxError
			if !errors.As(err, &se) || se.Kind != c.kind || se.Line != 1 {
				t.Errorf("got %q, %#v; want %v in line 1", got, err, c.kind)
			}
		})
	}
}

// TestToUTF8DoesNotCopy: a view of the body where that can be, so PHP's
// declaration of ISO-8859-1 over ASCII costs nothing.
func TestToUTF8DoesNotCopy(t *testing.T) {
	for _, c := range []struct {
		body, charset string
		copies        bool
	}{
		{"<a>é</a>", "", false},
		{"<a>x</a>", "us-ascii", false},
		{"<?xml version='1.0' encoding='iso-8859-1'?><a>x</a>", "", false},
		{"<a>\xe9</a>", "latin1", true},
	} {
		body := []byte(c.body)
		text, err := ToUTF8(body, c.charset)
		if err != nil {
			t.Fatal(err)
		}
		if copies := unsafe.StringData(text) != &body[0]; copies != c.copies {
			t.Errorf("%q as %q: copied is %v", c.body, c.charset, copies)
		}
	}
}

// TestEncodingsThenScan: all ways to write one document give one tape.
func TestEncodingsThenScan(t *testing.T) {
	doc := `<a b="é">ü` + strings.Repeat("ö", 50) + `</a>`
	want := `<a b="é""ü` + strings.Repeat("ö", 50) + `">`
	latin := make([]byte, 0, len(doc))
	for _, r := range doc {
		latin = append(latin, byte(r))
	}
	for name, body := range map[string][]byte{
		"utf-8":      []byte(doc),
		"iso-8859-1": latin,
		"utf-16be":   []byte(utf16Bytes(doc, binary.BigEndian)),
		"utf-32le":   []byte(utf32Bytes(doc, binary.LittleEndian)),
	} {
		text, err := ToUTF8(bytes.Clone(body), name)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		tape, err := scan(t, text)
		if err != nil || dump(tape.Root()) != want {
			t.Errorf("%s: %s, %v", name, dump(tape.Root()), err)
		}
	}
}
