package soap

import (
	"countersign/methods"
	"countersign/server/internal/xmltext"
)

// description writes WSDL 1.1.
type description struct {
	dst        []byte
	address    string
	operations []*operation
	types      []*complexType
	flavours   []*flavour
}

func (d *description) write() {
	d.line(`<?xml version="1.0" encoding="UTF-8"?>`)
	d.line(`<wsdl:definitions name="Countersign" targetNamespace="`, literalURI, `"`)
	d.line(` xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"`)
	d.line(` xmlns:xsd="`, schema2001, `" xmlns:soapenc="`, encoding11URI, `" xmlns:apache="`, apacheURI, `"`)
	d.line(` xmlns:m="`, literalURI, `" xmlns:`, rpcPrefix, `="`, rpcURI, `">`)
	d.line(`<wsdl:types>`)
	d.mapSchema()
	for _, f := range d.flavours {
		d.schema(f)
	}
	d.line(`</wsdl:types>`)
	for _, f := range d.flavours {
		d.messages(f)
	}
	for _, f := range d.flavours {
		d.portType(f)
		d.binding(f)
	}
	for _, f := range d.flavours {
		d.line(`<wsdl:service name="`, f.service, `">`)
		d.str(` <wsdl:port name="`, f.service, `" binding="m:`, f.service, `"><soap:address location="`)
		d.escaped(d.address)
		d.line(`"/></wsdl:port>`)
		d.line(`</wsdl:service>`)
	}
	d.line(`</wsdl:definitions>`)
}

func (d *description) str(parts ...string) {
	for _, s := range parts {
		d.dst = append(d.dst, s...)
	}
}

func (d *description) line(parts ...string) {
	d.str(parts...)
	d.dst = append(d.dst, '\n')
}

func (d *description) escaped(s string) { d.dst = xmltext.AppendEscapedAttr(d.dst, s) }

// mapSchema declares Apache's Map, which no published schema does.
func (d *description) mapSchema() {
	d.line(`<xsd:schema targetNamespace="`, apacheURI, `">`)
	d.line(` <xsd:complexType name="MapItem"><xsd:sequence>`)
	d.line(`  <xsd:element name="key" type="xsd:string"/>`)
	d.line(`  <xsd:element name="value" type="xsd:anyType" nillable="true"/>`)
	d.line(` </xsd:sequence></xsd:complexType>`)
	d.line(` <xsd:complexType name="Map"><xsd:sequence>`)
	d.line(`  <xsd:element name="item" type="apache:MapItem" minOccurs="0" maxOccurs="unbounded"/>`)
	d.line(` </xsd:sequence></xsd:complexType>`)
	d.line(`</xsd:schema>`)
}

func (d *description) schema(f *flavour) {
	d.line(`<xsd:schema targetNamespace="`, f.uri, `">`)
	d.line(` <xsd:import namespace="`, apacheURI, `"/>`)
	if f.form == encoded {
		d.str(` <xsd:import namespace="`, encoding11URI, `" schemaLocation="`)
		d.escaped(d.address + "?" + encodingQuery)
		d.line(`"/>`)
	}
	for _, t := range d.types {
		d.complexType(f, t)
	}
	if f.form == literal {
		for _, op := range d.operations {
			d.elements(f, op)
		}
	}
	d.line(`</xsd:schema>`)
}

func (d *description) complexType(f *flavour, t *complexType) {
	d.line(` <xsd:complexType name="`, t.name, `">`)
	switch {
	case t.elem != nil && f.form == encoded:
		d.line(`  <xsd:complexContent><xsd:restriction base="soapenc:Array">`)
		d.line(`   <xsd:attribute ref="soapenc:arrayType" wsdl:arrayType="`, f.typeOf(t.elem), `[]"/>`)
		d.line(`  </xsd:restriction></xsd:complexContent>`)
	case t.elem != nil:
		d.line(`  <xsd:sequence>`)
		d.line(`   <xsd:element name="`, itemName, `" type="`, f.typeOf(t.elem), `" minOccurs="0" maxOccurs="unbounded" nillable="true"/>`)
		d.line(`  </xsd:sequence>`)
	default:
		d.line(`  <xsd:sequence>`)
		for i := range t.fields {
			d.field(f, &t.fields[i], t.result)
		}
		d.line(`  </xsd:sequence>`)
	}
	d.line(` </xsd:complexType>`)
}

// field writes a member of a struct or of a call.
func (d *description) field(f *flavour, p *methods.Param, optional bool) {
	d.str(`   <xsd:element name="`, p.Name, `" type="`, f.typeOf(p.Schema), `"`)
	if optional || p.Optional {
		d.str(` minOccurs="0"`)
	}
	if p.Help == "" {
		d.line(`/>`)
		return
	}
	d.str(`><xsd:annotation><xsd:documentation>`)
	d.escaped(p.Help)
	d.line(`</xsd:documentation></xsd:annotation></xsd:element>`)
}

// elements writes what a call and its answer are in document/literal.
func (d *description) elements(f *flavour, op *operation) {
	d.line(` <xsd:element name="`, op.name, `"><xsd:complexType><xsd:sequence>`)
	for i := range op.params {
		d.field(f, &op.params[i], false)
	}
	d.line(` </xsd:sequence></xsd:complexType></xsd:element>`)
	d.line(` <xsd:element name="`, op.name, `Response"><xsd:complexType><xsd:sequence>`)
	if op.result.Type != methods.TypeNil {
		d.line(`   <xsd:element name="`, returnName, `" type="`, f.typeOf(op.result), `" nillable="true"/>`)
	}
	d.line(` </xsd:sequence></xsd:complexType></xsd:element>`)
}

func (d *description) messages(f *flavour) {
	for _, op := range d.operations {
		request, answer := op.name+f.suffix+"Request", op.name+f.suffix+"Response"
		if f.form == literal {
			d.line(`<wsdl:message name="`, request, `"><wsdl:part name="parameters" element="m:`, op.name, `"/></wsdl:message>`)
			d.line(`<wsdl:message name="`, answer, `"><wsdl:part name="parameters" element="m:`, op.name, `Response"/></wsdl:message>`)
			continue
		}
		d.line(`<wsdl:message name="`, request, `">`)
		for _, p := range op.params {
			d.line(` <wsdl:part name="`, p.Name, `" type="`, f.typeOf(p.Schema), `"/>`)
		}
		d.line(`</wsdl:message>`)
		d.str(`<wsdl:message name="`, answer, `">`)
		if op.result.Type != methods.TypeNil {
			d.str(`<wsdl:part name="`, returnName, `" type="`, f.typeOf(op.result), `"/>`)
		}
		d.line(`</wsdl:message>`)
	}
}

func (d *description) portType(f *flavour) {
	d.line(`<wsdl:portType name="`, f.service, `">`)
	for _, op := range d.operations {
		d.line(` <wsdl:operation name="`, f.nameOf(op), `">`)
		d.str(`  <wsdl:documentation>`)
		d.escaped(op.help)
		d.line(`</wsdl:documentation>`)
		d.line(`  <wsdl:input message="m:`, op.name, f.suffix, `Request"/>`)
		d.line(`  <wsdl:output message="m:`, op.name, f.suffix, `Response"/>`)
		d.line(` </wsdl:operation>`)
	}
	d.line(`</wsdl:portType>`)
}

func (d *description) binding(f *flavour) {
	style, use := "document", `use="literal"`
	if f.form == encoded {
		style, use = "rpc", `use="encoded" encodingStyle="`+encoding11URI+`" namespace="`+rpcURI+`"`
	}
	d.line(`<wsdl:binding name="`, f.service, `" type="m:`, f.service, `">`)
	d.line(` <soap:binding style="`, style, `" transport="http://schemas.xmlsoap.org/soap/http"/>`)
	for _, op := range d.operations {
		d.line(` <wsdl:operation name="`, f.nameOf(op), `">`)
		d.line(`  <soap:operation soapAction=""/>`)
		d.line(`  <wsdl:input><soap:body `, use, `/></wsdl:input>`)
		d.line(`  <wsdl:output><soap:body `, use, `/></wsdl:output>`)
		d.line(` </wsdl:operation>`)
	}
	d.line(`</wsdl:binding>`)
}

// encodingQuery asks for encodingSchema.
const encodingQuery = "xsd=encoding"

// encodingSchema is as much of the encoding's schema as lists need. zeep would otherwise
// fetch the whole from where its namespace points, out of the network.
const encodingSchema = `<?xml version="1.0" encoding="UTF-8"?>
<xsd:schema targetNamespace="` + encoding11URI + `" xmlns:xsd="` + schema2001 + `">
 <xsd:attribute name="arrayType" type="xsd:string"/>
 <xsd:complexType name="Array">
  <xsd:sequence>
   <xsd:any namespace="##any" processContents="lax" minOccurs="0" maxOccurs="unbounded"/>
  </xsd:sequence>
  <xsd:anyAttribute namespace="##any" processContents="lax"/>
 </xsd:complexType>
</xsd:schema>
`
