package xmlrpc

import (
	"encoding/base64"
	"math"
	"strconv"
	"time"

	"countersign/methods"
	"countersign/server/internal/xmltext"
	"countersign/server/wire"
)

const (
	prolog = "<?xml version=\"1.0\"?>\n"
	// declared is SOAP::Lite's (bugzilla contract §11).
	declared = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
)

// encoder appends a methodResponse. With style.Lines it ends lines where
// phpGroupWare's serialiser did (phpgroupware contract §12), else it adds no blanks.
type encoder struct {
	dst   []byte
	style wire.Style
}

// response appends a successful answer. It reports false, and the document is
// unfinished, if the value is one that XML-RPC cannot carry.
func (e *encoder) response(v methods.Value) bool {
	e.prolog()
	e.line("<methodResponse>")
	e.line("<params>")
	e.line("<param>")
	ok := e.value(v)
	e.line("")
	e.line("</param>")
	e.line("</params>")
	e.str("</methodResponse>")
	return ok
}

// fault appends a fault with exactly the two members that strict clients allow.
func (e *encoder) fault(f *wire.Fault) {
	e.prolog()
	e.line("<methodResponse>")
	e.line("<fault>")
	e.line("<value>")
	e.line("<struct>")
	e.line("<member>")
	e.line("<name>faultCode</name>")
	e.str("<value><int>")
	e.dst = strconv.AppendInt(e.dst, int64(f.Code), 10)
	e.line("</int></value>")
	e.line("</member>")
	e.line("<member>")
	e.line("<name>faultString</name>")
	e.str("<value><string>")
	e.dst = xmltext.AppendEscaped(e.dst, f.Text)
	e.line("</string></value>")
	e.line("</member>")
	e.line("</struct>")
	e.line("</value>")
	e.line("</fault>")
	e.str("</methodResponse>")
}

func (e *encoder) prolog() {
	if e.style.Declared {
		e.str(declared)
		return
	}
	e.str(prolog)
}

func (e *encoder) str(s string) { e.dst = append(e.dst, s...) }

// line appends s and, in the old layout, a line end.
func (e *encoder) line(s string) {
	e.dst = append(e.dst, s...)
	if e.style.Lines {
		e.dst = append(e.dst, '\n')
	}
}

func (e *encoder) value(v methods.Value) bool {
	switch v.Type() {
	case methods.TypeString:
		e.str("<value><string>")
		e.dst = xmltext.AppendEscaped(e.dst, v.Text())
		e.str("</string></value>")
	case methods.TypeInt, methods.TypeLong:
		e.integer(v)
	case methods.TypeBoolean:
		if v.Bool() {
			e.str("<value><boolean>1</boolean></value>")
		} else {
			e.str("<value><boolean>0</boolean></value>")
		}
	case methods.TypeDouble:
		f := v.Double()
		if math.IsNaN(f) || math.IsInf(f, 0) {
			return false
		}
		e.str("<value><double>")
		e.dst = strconv.AppendFloat(e.dst, f, 'f', -1, 64)
		e.str("</double></value>")
	case methods.TypeDateTime:
		return e.dateTime(v.Time())
	case methods.TypeBase64:
		e.str("<value><base64>")
		e.dst = base64.StdEncoding.AppendEncode(e.dst, v.Bytes())
		e.str("</base64></value>")
	case methods.TypeArray:
		return e.array(v.Items())
	case methods.TypeStruct:
		return e.structure(v.Members())
	default:
		if e.style.DropNil { // only a whole result gets here
			e.str("<value />")
			break
		}
		// nil breaks Ruby and phpxmlrpc unless they were told of it (phpgroupware contract §6.1).
		e.str("<value><string></string></value>")
	}
	return true
}

// integer writes <int> within 32 bits, else <i8> if the method declared it, else a
// string: no client reads a larger <int>.
func (e *encoder) integer(v methods.Value) {
	n := v.Int()
	open, end := "<value><int>", "</int></value>"
	if n != int64(int32(n)) {
		open, end = "<value><string>", "</string></value>"
		if v.Type() == methods.TypeLong {
			open, end = "<value><i8>", "</i8></value>"
		}
	}
	e.str(open)
	e.dst = strconv.AppendInt(e.dst, n, 10)
	e.str(end)
}

// dateTime writes the wall clock in UTC. "No date" leaves as an empty string: an empty
// dateTime element is an error to half of the clients.
func (e *encoder) dateTime(t time.Time) bool {
	if t.IsZero() {
		e.str("<value><string></string></value>")
		return true
	}
	if t.Year() < 0 || t.Year() > 9999 {
		return false
	}
	layout := "20060102T15:04:05"
	if e.style.DashedDates {
		layout = "2006-01-02T15:04:05"
	}
	e.str("<value><dateTime.iso8601>")
	e.dst = t.AppendFormat(e.dst, layout)
	e.str("</dateTime.iso8601></value>")
	return true
}

func (e *encoder) array(items []methods.Value) bool {
	e.line("<value><array>")
	e.line("<data>")
	for _, item := range items {
		if e.style.DropNil && isNothing(item) {
			continue
		}
		if !e.value(item) {
			return false
		}
		e.line("")
	}
	e.line("</data>")
	e.str("</array></value>")
	return true
}

func (e *encoder) structure(members []methods.Member) bool {
	e.line("<value><struct>")
	for i := range members {
		if e.style.DropNil && isNothing(members[i].Value) {
			continue
		}
		e.str("<member><name>")
		e.dst = xmltext.AppendEscaped(e.dst, members[i].Name)
		e.line("</name>")
		if !e.value(members[i].Value) {
			return false
		}
		e.line("")
		e.line("</member>")
	}
	e.str("</struct></value>")
	return true
}

// isNothing tells whether a client of Bugzilla's would find nothing here: nil, or no date.
func isNothing(v methods.Value) bool {
	return v.IsNil() || v.Type() == methods.TypeDateTime && v.Time().IsZero()
}
