package soap

import (
	"encoding/base64"
	"encoding/hex"
	"math"
	"strconv"
	"time"

	"countersign/methods"
	"countersign/server/internal/xmltext"
)

// element appends an element with a value. want is its type in the method's signature,
// nil if that says nothing of it. It reports false for a value that cannot be written.
func (e *encoder) element(name string, v methods.Value, want *methods.Schema) bool {
	if e.form == literal && !fits(want, v.Type()) {
		want = nil // the element must then say its type itself
	}
	switch t := v.Type(); t {
	case methods.TypeArray:
		return e.array(name, v.Items(), want)
	case methods.TypeStruct:
		return e.structure(name, v, want)
	case methods.TypeNil:
		e.null(name)
	case methods.TypeDateTime:
		return e.dateTime(name, v.Time(), want)
	case methods.TypeString:
		e.open(name, e.scalarType(v, want), want)
		e.dst = xmltext.AppendEscaped(e.dst, v.Text())
		e.close(name)
	case methods.TypeInt, methods.TypeLong:
		e.open(name, e.scalarType(v, want), want)
		e.dst = strconv.AppendInt(e.dst, v.Int(), 10)
		e.close(name)
	case methods.TypeBoolean:
		e.open(name, "xsd:boolean", want)
		e.dst = strconv.AppendBool(e.dst, v.Bool())
		e.close(name)
	case methods.TypeDouble:
		e.open(name, e.scalarType(v, want), want)
		e.double(v.Double())
		e.close(name)
	default:
		e.open(name, e.scalarType(v, want), want)
		if want != nil && want.Name == hexName {
			e.hex(v.Bytes())
		} else {
			e.dst = base64.StdEncoding.AppendEncode(e.dst, v.Bytes())
		}
		e.close(name)
	}
	return true
}

// fits tells whether a value of type t can stand where the WSDL declares want, without
// saying its type.
func fits(want *methods.Schema, t methods.Type) bool {
	switch {
	case want == nil || want.Type == methods.TypeAny:
		return false
	case t == methods.TypeInt || t == methods.TypeLong:
		return want.Type == methods.TypeInt || want.Type == methods.TypeLong || want.Type == methods.TypeDouble
	}
	return want.Type == t
}

// open appends a start tag with the type, where the form or the place asks for it.
func (e *encoder) open(name, typ string, want *methods.Schema) {
	e.str("<")
	e.str(name)
	if e.form != literal || want == nil {
		e.str(` xsi:type="`)
		e.str(typ)
		e.str(`"`)
	}
	e.str(">")
}

func (e *encoder) close(name string) {
	e.str("</")
	e.str(name)
	e.str(">")
}

func (e *encoder) null(name string) {
	e.str("<")
	e.str(name)
	e.str(years[e.year].null)
	e.str("/>")
}

// scalarType gives the type of a value that is no container.
func (e *encoder) scalarType(v methods.Value, want *methods.Schema) string {
	if want != nil && want.Type == v.Type() && want.Name != "" {
		if t, ok := schemaNames[want.Name]; ok {
			if want.Name == hexName {
				t = years[e.year].hex
			}
			return t
		}
	}
	switch v.Type() {
	case methods.TypeString:
		return "xsd:string"
	case methods.TypeInt:
		if n := v.Int(); n == int64(int32(n)) {
			return "xsd:int"
		}
		return "xsd:long"
	case methods.TypeLong:
		return "xsd:long"
	case methods.TypeBoolean:
		return "xsd:boolean"
	case methods.TypeDouble:
		return "xsd:double"
	case methods.TypeDateTime:
		return years[e.year].dateTime
	case methods.TypeBase64:
		return years[e.year].binary
	}
	return years[e.year].anyType
}

// schemaNames are types of XML Schema that values do not have; a schema of a scalar may
// name one of them as the form in which it travels.
var schemaNames = map[string]string{
	"decimal": "xsd:decimal", "float": "xsd:float", hexName: "xsd:hexBinary",
}

const hexName = "hexBinary"

func (e *encoder) hex(b []byte) {
	start := len(e.dst)
	e.dst = hex.AppendEncode(e.dst, b)
	for i, c := range e.dst[start:] { // upper case is the canonical form (XML Schema part 2, §3.2.15)
		if c >= 'a' {
			e.dst[start+i] = c - 'a' + 'A'
		}
	}
}

func (e *encoder) double(f float64) {
	switch {
	case math.IsNaN(f):
		e.str("NaN")
	case math.IsInf(f, 1):
		e.str("INF")
	case math.IsInf(f, -1):
		e.str("-INF")
	default:
		e.dst = strconv.AppendFloat(e.dst, f, 'g', -1, 64)
	}
}

// dateTime writes an instant in UTC. "No date" leaves as nil.
func (e *encoder) dateTime(name string, t time.Time, want *methods.Schema) bool {
	if t.IsZero() {
		e.null(name)
		return true
	}
	if t.Year() < 0 || t.Year() > 9999 {
		return false
	}
	e.open(name, years[e.year].dateTime, want)
	e.dst = t.AppendFormat(e.dst, "2006-01-02T15:04:05Z")
	e.close(name)
	return true
}
