package xmltext

import (
	"fmt"
	"strings"
)

// Kind says what sort of thing is wrong with a document. A Kind is an error, so
// errors.Is(err, ErrLimit) works on what ToUTF8 and Scan return.
type Kind uint8

// The kinds. The numbers are those of the faults-interop table (phpgroupware
// contract §8.4) that the XML-RPC transport answers with.
const (
	// ErrSyntax: the document is not well-formed, or uses what the profile
	// does not have, such as a DOCTYPE (-32700).
	ErrSyntax Kind = iota + 1
	// ErrEncoding: the encoding is unknown, or cannot be the one the bytes
	// are in (-32701).
	ErrEncoding
	// ErrChar: bytes that do not belong to the encoding, or characters that
	// XML 1.0 does not allow (-32702).
	ErrChar
	// ErrLimit: one of Limits is exceeded, or the document is over 2 GiB.
	ErrLimit
)

// Error gives the kind's name.
func (k Kind) Error() string {
	switch k {
	case ErrSyntax:
		return "XML is not well-formed"
	case ErrEncoding:
		return "XML encoding is not supported"
	case ErrChar:
		return "character is not allowed in XML"
	case ErrLimit:
		return "XML document is over a limit"
	}
	return "XML error"
}

// SyntaxError is what ToUTF8 and Scan return for a document they refuse. Its
// text is safe to send and to log: it names constructs and tags, never content.
type SyntaxError struct {
	Kind   Kind
	Line   int    // from 1
	Offset int    // bytes from 0; in the body for ToUTF8, in the UTF-8 text for Scan
	Msg    string // short; printable ASCII
}

// Error gives the line and the message.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("line %d: %s", e.Line, e.Msg)
}

// Unwrap gives the Kind, for errors.Is.
func (e *SyntaxError) Unwrap() error { return e.Kind }

// lineAt gives the number of the line that offset is in. CRLF and LF end a
// line; a lone CR is counted too, since XML reads it as a line end.
func lineAt(text string, offset int) int {
	head := text[:min(offset, len(text))]
	return 1 + strings.Count(head, "\n") + strings.Count(head, "\r") - strings.Count(head, "\r\n")
}

// quotable cuts a tag's name to what may stand in a message: a few bytes,
// printable ASCII.
func quotable(name string) string {
	const most = 24
	cut := len(name) > most
	out := make([]byte, 0, most+3)
	for i := 0; i < len(name) && i < most; i++ {
		c := name[i]
		if c <= ' ' || c >= 0x7f {
			c = '?'
		}
		out = append(out, c)
	}
	if cut {
		out = append(out, "..."...)
	}
	return string(out)
}
