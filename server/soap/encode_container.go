package soap

import (
	"strconv"

	"countersign/methods"
	"countersign/server/internal/xmltext"
	"countersign/server/wire"
)

const (
	structType = "si:SOAPStruct"
	mapType    = "apache:Map"
	// arrayPrefix begins the names of arrays in our WSDL; anyArrayType is the one whose
	// items may be anything.
	arrayPrefix  = "ArrayOf"
	anyArrayType = "m:" + arrayPrefix + "AnyType"
)

// array writes an array of the encoding rules, or in literal form what the WSDL
// declares: an element with an element item for each item.
func (e *encoder) array(name string, items []methods.Value, want *methods.Schema) bool {
	var elem *methods.Schema
	if want != nil && want.Type == methods.TypeArray {
		elem = want.Elem
	}
	if e.form == literal {
		e.open(name, anyArrayType, want)
	} else {
		e.str("<")
		e.str(name)
		e.arrayType(e.itemsType(items, elem), len(items))
	}
	for i := range items {
		if !e.element(itemName, items[i], elem) {
			return false
		}
	}
	e.close(name)
	return true
}

func (e *encoder) arrayType(item string, n int) {
	sizeOf, end := `[`, `]">`
	if e.version == wire.SOAP12 {
		e.str(` xsi:type="SOAP-ENC:Array" SOAP-ENC:itemType="`)
		sizeOf, end = `" SOAP-ENC:arraySize="`, `">`
	} else {
		e.str(` xsi:type="SOAP-ENC:Array" SOAP-ENC:arrayType="`)
	}
	e.str(item)
	e.str(sizeOf)
	e.dst = strconv.AppendInt(e.dst, int64(n), 10)
	e.str(end)
}

// itemsType gives the type that all items have, or any type; of no items, what the
// signature says.
func (e *encoder) itemsType(items []methods.Value, elem *methods.Schema) string {
	if len(items) == 0 {
		return e.declaredType(elem)
	}
	common := ""
	for i := range items {
		t := e.typeOf(items[i], elem)
		switch {
		case t == "" || t == common:
		case common == "":
			common = t
		case (t == "xsd:int" || t == "xsd:long") && (common == "xsd:int" || common == "xsd:long"):
			common = "xsd:long"
		default:
			return years[e.year].anyType
		}
	}
	if common == "" {
		return years[e.year].anyType
	}
	return common
}

// typeOf gives the type of an item, "" for nil, which is of every type.
func (e *encoder) typeOf(v methods.Value, want *methods.Schema) string {
	switch v.Type() {
	case methods.TypeNil:
		return ""
	case methods.TypeArray:
		return "SOAP-ENC:Array"
	case methods.TypeStruct:
		switch e.structForm(v.Members(), want) {
		case asMap:
			return mapType
		case asSOAPStruct:
			return structType
		}
		if t := e.structs[want]; t != "" {
			return t
		}
		return years[e.year].anyType
	}
	return e.scalarType(v, want)
}

// declaredType gives the type of items that are not there.
func (e *encoder) declaredType(want *methods.Schema) string {
	zero := methods.Nil()
	if want != nil {
		switch want.Type {
		case methods.TypeString:
			zero = methods.String("")
		case methods.TypeInt:
			zero = methods.Int(0)
		case methods.TypeLong:
			zero = methods.Long(0)
		case methods.TypeBoolean:
			zero = methods.Bool(false)
		case methods.TypeDouble:
			zero = methods.Double(0)
		case methods.TypeDateTime:
			zero = methods.EmptyDate()
		case methods.TypeBase64:
			zero = methods.Bytes(nil)
		case methods.TypeArray:
			zero = methods.Array()
		case methods.TypeStruct:
			zero = methods.Struct()
		}
	}
	if t := e.typeOf(zero, want); t != "" {
		return t
	}
	return years[e.year].anyType
}

// structForm is how a struct is written.
type structForm uint8

const (
	asMap        structForm = iota // Apache's Map
	asSOAPStruct                   // members as elements, of phpGroupWare's type
	asDeclared                     // members as elements, of the type that the WSDL declares
)

// structForm chooses: what the WSDL declares with members has them; any other struct is
// a Map there. Clients without a WSDL get elements unless names of members are no names
// in XML.
func (e *encoder) structForm(members []methods.Member, want *methods.Schema) structForm {
	switch {
	case e.form != legacy && want != nil && isDeclared(want):
		return asDeclared
	case e.form == legacy && allNames(members):
		return asSOAPStruct
	}
	return asMap
}

func (e *encoder) structure(name string, v methods.Value, want *methods.Schema) bool {
	members := v.Members()
	switch e.structForm(members, want) {
	case asMap:
		return e.mapping(name, members, want)
	case asSOAPStruct:
		e.open(name, structType, want)
		for i := range members {
			if !e.element(members[i].Name, members[i].Value, schemaAt(want, i, members[i].Name)) {
				return false
			}
		}
	default:
		e.openDeclared(name, want)
		if !e.declared(v, want.Fields) {
			return false
		}
	}
	e.close(name)
	return true
}

// openDeclared appends the start tag of a struct of a declared type. In literal form the
// place tells the type; in encoded form it is named, as the WSDL does, where it has a
// name there.
func (e *encoder) openDeclared(name string, want *methods.Schema) {
	e.str("<")
	e.str(name)
	if t := e.structs[want]; t != "" {
		e.str(` xsi:type="`)
		e.str(t)
		e.str(`"`)
	}
	e.str(">")
}

// schemaAt is memberSchema for members that are likely in the order of the type.
func schemaAt(want *methods.Schema, i int, name string) *methods.Schema {
	if want != nil && i < len(want.Fields) && want.Fields[i].Name == name {
		return want.Fields[i].Schema
	}
	return memberSchema(want, name)
}

// declared writes the members that the WSDL declares, in its order. Those that are nil,
// or dates that are none, are left out, as it allows.
func (e *encoder) declared(v methods.Value, fields []methods.Param) bool {
	members := v.Members()
	for i := range fields {
		f := &fields[i]
		var m methods.Value
		if len(members) > 0 && members[0].Name == f.Name { // results are in this order
			m, members = members[0].Value, members[1:]
		} else {
			m, _ = v.Field(f.Name)
		}
		if m.IsNil() || m.Type() == methods.TypeDateTime && m.Time().IsZero() {
			continue
		}
		if !e.element(f.Name, m, f.Schema) {
			return false
		}
	}
	return true
}

// mapping writes Apache's Map: items of a key and a value.
func (e *encoder) mapping(name string, members []methods.Member, want *methods.Schema) bool {
	e.open(name, mapType, want)
	for i := range members {
		e.str("<item><key")
		if e.form != literal {
			e.str(` xsi:type="xsd:string"`)
		}
		e.str(">")
		e.dst = xmltext.AppendEscaped(e.dst, members[i].Name)
		e.str("</key>")
		if !e.element("value", members[i].Value, nil) {
			return false
		}
		e.str("</item>")
	}
	e.close(name)
	return true
}

// allNames tells whether all members can be elements.
func allNames(members []methods.Member) bool {
	for i := range members {
		if !elementName(members[i].Name) {
			return false
		}
	}
	return true
}

// elementName tells whether s is a name of an element: of ASCII, which is all that
// names of members are made of.
func elementName(s string) bool {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c|0x20 >= 'a' && c|0x20 <= 'z', c == '_':
		case i > 0 && (c >= '0' && c <= '9' || c == '-' || c == '.'):
		default:
			return false
		}
	}
	return s != ""
}
