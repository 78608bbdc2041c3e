package xmltext

import (
	"strings"
	"unsafe"
)

// encoding is what a body can be written in.
type encoding uint8

const (
	encUnknown encoding = iota
	encUTF8
	encASCII
	encLatin1
	encUTF16 // byte order by BOM or by looking, else big-endian (RFC 2781 §4.3)
	encUTF16LE
	encUTF16BE
	encUTF32
	encUTF32LE
	encUTF32BE
)

// ToUTF8 gives the document in body as UTF-8, without a byte order mark.
//
// The encoding is that of the byte order mark, else charset (the parameter of
// the Content-Type header, "" if none), else what four leading bytes with zeros
// among them can only be, else the encoding= of the XML declaration, else UTF-8
// (RFC 7303 §3; XML 1.0 appendix F). The first of these that speaks decides and
// the later ones are not compared with it, so a declaration may be stale.
//
// UTF-8, US-ASCII, ISO-8859-1, UTF-16 and UTF-32 (also called UCS-4) are known.
// Any other name is ErrEncoding; bytes that US-ASCII, UTF-16 or UTF-32 do not
// have are ErrChar. That UTF-8 is valid, and that all characters are ones XML
// allows, is checked by [Tape.Scan] in the pass it makes anyway.
//
// UTF-8 input, and any US-ASCII or ISO-8859-1 input without a byte over 0x7f, is
// not copied: the string is a view of body, and so is everything that is taken
// from a tape scanned from it. Such a body must never be written again while any
// of that is in use; who recycles it must clone what outlives the call first.
func ToUTF8(body []byte, charset string) (string, error) {
	enc, skip, name := detect(body, charset)
	text := view(body[skip:])
	switch enc {
	case encUTF8:
		return text, nil
	case encASCII:
		if i := highAt(text); i >= 0 {
			return "", &SyntaxError{ErrChar, lineAt(text, i), skip + i, "byte over 0x7f in a US-ASCII document"}
		}
		return text, nil
	case encLatin1:
		return fromLatin1(text), nil
	case encUTF16LE, encUTF16BE:
		return fromUTF16(text, skip, enc == encUTF16BE)
	case encUTF32LE, encUTF32BE:
		return fromUTF32(text, skip, enc == encUTF32BE)
	}
	return "", &SyntaxError{Kind: ErrEncoding, Line: 1, Msg: "encoding " + quotable(name) + " is not supported, or not the one of the document"}
}

// detect gives the encoding, the length of the byte order mark, and the name
// that decided, if one did.
func detect(body []byte, charset string) (enc encoding, bom int, name string) {
	s := view(body)
	looks := encUnknown
	switch {
	case len(s) > 1 && s[0] == '<' && s[1] != 0: // most are: no mark, single bytes
	case strings.HasPrefix(s, "\xEF\xBB\xBF"):
		return encUTF8, 3, ""
	case strings.HasPrefix(s, "\xFF\xFE\x00\x00"):
		return encUTF32LE, 4, ""
	case strings.HasPrefix(s, "\x00\x00\xFE\xFF"):
		return encUTF32BE, 4, ""
	case strings.HasPrefix(s, "\xFF\xFE"):
		return encUTF16LE, 2, ""
	case strings.HasPrefix(s, "\xFE\xFF"):
		return encUTF16BE, 2, ""
	default:
		looks = sniff(s)
	}
	if charset != "" {
		enc = lookup(charset)
		switch {
		case enc == encUTF16 && looks == encUTF16LE:
			enc = encUTF16LE
		case enc == encUTF16:
			enc = encUTF16BE
		case enc == encUTF32 && looks == encUTF32LE:
			enc = encUTF32LE
		case enc == encUTF32:
			enc = encUTF32BE
		}
		return enc, 0, charset
	}
	if looks != encUnknown {
		return looks, 0, ""
	}
	decl, _, msg := parseDecl(s)
	if msg != "" || decl.encoding == "" {
		return encUTF8, 0, "" // Scan says what is wrong with the declaration
	}
	enc = lookup(decl.encoding)
	if enc >= encUTF16 {
		enc = encUnknown // the declaration was read byte by byte, so the document cannot be in two or four each
	}
	return enc, 0, decl.encoding
}

// sniff recognises a document that begins with "<" in 16 or 32 bits.
func sniff(s string) encoding {
	switch {
	case strings.HasPrefix(s, "\x00\x00\x00<"):
		return encUTF32BE
	case strings.HasPrefix(s, "<\x00\x00\x00"):
		return encUTF32LE
	case strings.HasPrefix(s, "\x00<"):
		return encUTF16BE
	case strings.HasPrefix(s, "<\x00"):
		return encUTF16LE
	}
	return encUnknown
}

// names are the IANA names, and the aliases that clients were seen to use.
var names = [...]struct {
	name string
	enc  encoding
}{
	{"utf-8", encUTF8}, {"utf8", encUTF8}, {"utf_8", encUTF8},
	{"iso-8859-1", encLatin1}, {"iso_8859-1", encLatin1}, {"iso8859-1", encLatin1},
	{"iso88591", encLatin1}, {"latin1", encLatin1}, {"latin-1", encLatin1}, {"l1", encLatin1},
	{"us-ascii", encASCII}, {"ascii", encASCII}, {"us_ascii", encASCII}, {"ansi_x3.4-1968", encASCII},
	{"iso646-us", encASCII},
	{"utf-16", encUTF16}, {"utf16", encUTF16}, {"ucs-2", encUTF16}, {"iso-10646-ucs-2", encUTF16},
	{"utf-16le", encUTF16LE}, {"utf-16be", encUTF16BE}, {"ucs-2le", encUTF16LE}, {"ucs-2be", encUTF16BE},
	{"utf-32", encUTF32}, {"utf32", encUTF32}, {"ucs-4", encUTF32}, {"iso-10646-ucs-4", encUTF32},
	{"utf-32le", encUTF32LE}, {"utf-32be", encUTF32BE}, {"ucs-4le", encUTF32LE}, {"ucs-4be", encUTF32BE},
}

// lookup finds a name in any letter case.
func lookup(name string) encoding {
	for i := range names {
		if len(names[i].name) == len(name) && strings.EqualFold(names[i].name, name) {
			return names[i].enc
		}
	}
	return encUnknown
}

// view is body as a string, without a copy.
func view(body []byte) string { return unsafe.String(unsafe.SliceData(body), len(body)) }
