package soap

import (
	"strings"

	"countersign/server/internal/xmltext"
)

// kind is the type that a value says it is of.
type kind uint8

const (
	untyped     kind = iota // no type, any type, or one that only the client knows
	text                    // a text and nothing else
	lexical                 // a simple type that values do not have, such as a decimal
	integer                 // of up to 64 bits
	long                    // an integer that may leave as 64 bits
	boolean                 //
	double                  //
	decimal                 // a number whose digits are kept
	dateTime                //
	base64Bytes             //
	hexBytes                //
	array                   // of the encoding rules
	structure               //
	mapping                 // Apache's Map
)

// kinds are the types of XML Schema and of the encoding namespaces, in the names of all
// years. Integer types with ranges of their own are integers: PHP says xsd:int of
// numbers of 64 bits.
var kinds = map[string]kind{
	"string": text, "normalizedString": text, "token": text, "CDATA": text, "language": text,
	"Name": text, "NCName": text, "NMTOKEN": text, "ID": text, "QName": text, "anyURI": text, "uriReference": text,
	"int": integer, "short": integer, "byte": integer, "unsignedShort": integer, "unsignedByte": integer,
	"long": long, "integer": long, "unsignedInt": long, "unsignedLong": long, "positiveInteger": long,
	"nonNegativeInteger": long, "negativeInteger": long, "nonPositiveInteger": long,
	"boolean": boolean, "double": double, "float": double, "decimal": decimal,
	"dateTime": dateTime, "timeInstant": dateTime,
	"base64Binary": base64Bytes, "base64": base64Bytes, "binary": base64Bytes, "hexBinary": hexBytes, "hex": hexBytes,
	"date": lexical, "time": lexical, "duration": lexical, "timeDuration": lexical, "gYear": lexical,
	"gYearMonth": lexical, "gMonth": lexical, "gMonthDay": lexical, "gDay": lexical,
	"Array": array, "Struct": structure,
}

// kindOf tells the kind that a qualified name in a value stands for at n.
func (d *decoder) kindOf(n xmltext.Node, name string) (kind, error) {
	if d.unsure == 0 {
		for i := range d.types {
			if t := &d.types[i]; t.name == name && name != "" {
				return t.kind, nil
			}
		}
	}
	name = strings.Trim(name, blanks)
	prefix, local := xmltext.SplitName(name)
	s := schemaTypes // of a name without a namespace, as in xsi:type=":string" (phpgroupware contract §7.1)
	if prefix != "" || strings.IndexByte(name, ':') < 0 {
		uri, ok := n.ResolvePrefix(prefix)
		if !ok {
			return untyped, notSOAP("the prefix of a type is not declared")
		}
		if uri != "" {
			s = spaceOf(uri)
		}
	}
	k := untyped
	switch s {
	case schemaTypes, encoding11, encoding12:
		k = kinds[local]
	case apache:
		switch local {
		case "Map":
			k = mapping
		case "Vector":
			k = array
		}
	case interop:
		if local == "SOAPStruct" {
			k = structure
		}
	case literalSpace, rpcSpace: // types of our WSDL
		switch {
		case local == "Map":
			k = mapping
		case strings.HasPrefix(local, arrayPrefix):
			k = array
		}
	}
	if d.unsure == 0 {
		d.types[d.next%len(d.types)] = knownType{name, k}
		d.next++
	}
	return k, nil
}

// knownType is a type name that was looked up.
type knownType struct {
	name string
	kind kind
}
