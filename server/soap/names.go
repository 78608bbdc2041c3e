package soap

import (
	"countersign/server/wire"
)

// Namespaces of ours. Requests in them are from clients that read the WSDL.
const (
	literalURI = "urn:countersign"
	rpcURI     = "urn:countersign:rpc"
)

// rpcPrefix stands for rpcURI in the description and in answers.
const rpcPrefix = "rpc"

// Namespaces of others.
const (
	envelope11URI = "http://schemas.xmlsoap.org/soap/envelope/"
	envelope12URI = "http://www.w3.org/2003/05/soap-envelope"
	encoding11URI = "http://schemas.xmlsoap.org/soap/encoding/"
	encoding12URI = "http://www.w3.org/2003/05/soap-encoding"
	apacheURI     = "http://xml.apache.org/xml-soap"
	schema1999    = "http://www.w3.org/1999/XMLSchema"
	schema2000    = "http://www.w3.org/2000/10/XMLSchema"
	schema2001    = "http://www.w3.org/2001/XMLSchema"
	instance      = "-instance" // behind one of these: the attributes of that year
	// structURI is where phpGroupWare kept the type of its structs (phpgroupware contract
	// §7.1).
	structURI = "http://soapinterop.org/xsd"
)

// space is a namespace that means something here.
type space uint8

const (
	otherSpace space = iota
	envelope11
	envelope12
	encoding11
	encoding12
	schemaTypes    // XML Schema, of any year
	schemaInstance // and its attributes
	apache
	interop // of the tests that phpGroupWare took its struct from
	literalSpace
	rpcSpace
)

func spaceOf(uri string) space {
	switch uri {
	case envelope11URI:
		return envelope11
	case envelope12URI:
		return envelope12
	case encoding11URI:
		return encoding11
	case encoding12URI:
		return encoding12
	case schema1999, schema2000, schema2001:
		return schemaTypes
	case schema1999 + instance, schema2000 + instance, schema2001 + instance:
		return schemaInstance
	case apacheURI:
		return apache
	case structURI:
		return interop
	case literalURI:
		return literalSpace
	case rpcURI:
		return rpcSpace
	}
	return otherSpace
}

// yearOf tells the year of a namespace of XML Schema.
func yearOf(uri string) (year, bool) {
	switch uri {
	case schema1999, schema1999 + instance:
		return y1999, true
	case schema2000, schema2000 + instance:
		return y2000, true
	case schema2001, schema2001 + instance:
		return y2001, true
	}
	return y2001, false
}

// year is a version of XML Schema.
type year uint8

const (
	y1999 year = iota
	y2000
	y2001
)

// years has the names that changed from one version to the next.
var years = [...]struct {
	schema                               string // namespace
	dateTime, binary, hex, anyType, null string
}{
	y1999: {schema1999, "xsd:timeInstant", "SOAP-ENC:base64", "xsd:hex", "xsd:ur-type", ` xsi:null="1"`},
	y2000: {schema2000, "xsd:timeInstant", "SOAP-ENC:base64", "xsd:hex", "xsd:anyType", ` xsi:null="1"`},
	y2001: {schema2001, "xsd:dateTime", "xsd:base64Binary", "xsd:hexBinary", "xsd:anyType", ` xsi:nil="true"`},
}

// form is how values are written in an answer.
type form uint8

const (
	legacy  form = iota // encoded, for clients without a WSDL
	encoded             // as the rpc/encoded binding of the WSDL says
	literal             // as the document/literal binding says
)

func formOf(s space) form {
	switch s {
	case literalSpace:
		return literal
	case rpcSpace:
		return encoded
	}
	return legacy
}

// versionOf tells the version of an envelope.
func versionOf(s space) (wire.Version, bool) {
	switch s {
	case envelope11:
		return wire.SOAP11, true
	case envelope12:
		return wire.SOAP12, true
	}
	return wire.SOAP11, false
}
