package xmlrpc

import (
	byteorder "encoding/binary"
	"strings"
	"testing"
	"unicode/utf16"

	"countersign/methods"
	"countersign/server/wire/wiretest"
)

// The ways in which clients write characters (phpgroupware contract §6.2, §8.6,
// decision 13 of §9).

func inUTF16(s string, order byteorder.AppendByteOrder) string {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = order.AppendUint16(b, u)
	}
	return string(b)
}

func inUCS4(s string, order byteorder.AppendByteOrder) string {
	var b []byte
	for _, r := range s {
		b = order.AppendUint32(b, uint32(r))
	}
	return string(b)
}

func TestEncodings(t *testing.T) {
	const text = "é€😀<"
	be, le := byteorder.BigEndian, byteorder.LittleEndian
	doc := func(declaration, text string) string {
		return declaration + `<methodCall><methodName>m</methodName><params><param><value><string>` +
			text + `</string></value></param></params></methodCall>`
	}
	declare := func(encoding string) string { return `<?xml version="1.0" encoding="` + encoding + `"?>` }
	for _, c := range []struct{ why, body, charset, want string }{
		{"UTF-8", doc("", "é€😀&lt;"), "", text},
		{"UTF-8, declared", doc(declare("UTF-8"), "é€😀&lt;"), "", text},
		{"UTF-8, by header", doc("", "é€😀&lt;"), "utf-8", text},
		{"UTF-8 with a mark", "\ufeff" + doc("", "é€😀&lt;"), "", text},

		// PHP's xmlrpc extension declares ISO-8859-1 and writes one reference per byte of
		// UTF-8: two characters, which only the client can put right.
		{"PHP's extension", doc(declare("iso-8859-1"), "&#195;&#169;"), "", "Ã©"},
		{"Latin-1", doc(declare("iso-8859-1"), "caf\xe9 \x80\xff"), "", "café \u0080ÿ"},
		{"Latin-1, by header", doc("", "caf\xe9"), "iso-8859-1", "café"},
		{"the header decides", doc(declare("utf-8"), "caf\xe9"), "iso-8859-1", "café"},

		// RPC::XML declares US-ASCII, phpxmlrpc writes code points in ASCII.
		{"US-ASCII", doc(declare("us-ascii"), "caf&#233;"), "", "café"},
		{"US-ASCII, by header", doc("", "&#x20AC;"), "us-ascii", "€"},

		{"UTF-16, big-endian with a mark", inUTF16("\ufeff"+doc(declare("UTF-16"), "é€😀&lt;"), be), "", text},
		{"UTF-16, little-endian with a mark", inUTF16("\ufeff"+doc(declare("UTF-16"), "é€😀&lt;"), le), "", text},
		{"UTF-16, by header", inUTF16(doc("", "é€😀&lt;"), be), "utf-16", text},
		{"UTF-16LE, by header", inUTF16(doc("", "é€😀&lt;"), le), "utf-16le", text},
		{"UTF-16 by its look", inUTF16(doc("", "é€😀&lt;"), le), "", text},

		{"UCS-4", inUCS4(doc(declare("UCS-4"), "é€😀&lt;"), be), "", text},
		{"UCS-4, by header", inUCS4(doc(declare("UCS-4"), "é€😀&lt;"), be), "ucs-4", text},
		{"UCS-4, little-endian", inUCS4(doc("", "é€😀&lt;"), le), "", text},
	} {
		t.Run(c.why, func(t *testing.T) {
			method, params, err := read([]byte(c.body), c.charset)
			if err != nil || method != "m" || len(params) != 1 || params[0].Text() != c.want {
				t.Errorf("got %q(%s), %v; want %q", method, wiretest.ShowAll(params), err, c.want)
			}
		})
	}
}

func TestEncodingsRefused(t *testing.T) {
	doc := callOf("<value>caf\xe9</value>")
	for _, c := range []struct {
		why, body, charset string
		kind               methods.Kind
	}{
		{"unknown, by header", callOf(), "koi8-r", methods.KindEncoding},
		{"unknown, declared", strings.Replace(callOf(), `"1.0"`, `"1.0" encoding="windows-1252"`, 1), "", methods.KindEncoding},
		{"UTF-7", callOf(), "utf-7", methods.KindEncoding},
		{"EBCDIC", callOf(), "ebcdic-cp-us", methods.KindEncoding},
		{"Latin-1 without a word", doc, "", methods.KindCharacter},
		{"Latin-1 as UTF-8", doc, "utf-8", methods.KindCharacter},
		{"Latin-1 as ASCII", doc, "us-ascii", methods.KindCharacter},
		{"half a character of UTF-16", inUTF16(callOf(), byteorder.BigEndian) + "\x00", "utf-16", methods.KindCharacter},
		{"half a pair in UTF-16", "\xfe\xff" + inUTF16("<a>", byteorder.BigEndian) + "\xd8\x00" + inUTF16("</a>", byteorder.BigEndian), "", methods.KindCharacter},
		{"UCS-4 over the last character", inUCS4(callOf(), byteorder.BigEndian) + "\x00\x11\x00\x00", "ucs-4", methods.KindCharacter},
		// What is not decoded must not be read as something else either.
		{"UTF-8 that says it is UTF-16", callOf(), "utf-16", methods.KindParse},
	} {
		t.Run(c.why, func(t *testing.T) {
			_, params, err := read([]byte(c.body), c.charset)
			if err == nil {
				t.Fatalf("was read as %s", wiretest.ShowAll(params))
			}
			if k := methods.AsError(err).Kind; k != c.kind {
				t.Errorf("kind %s: %v; want %s", k, err, c.kind)
			}
		})
	}
}
