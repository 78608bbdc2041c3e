package soap

import "countersign/methods"

// flavour is one of the two bindings with what it writes in its own way: lists differ,
// and so does everything that has lists in it.
type flavour struct {
	form        form
	prefix, uri string // of its types and elements
	service     string // name of the service
	suffix      string // of the names of its messages
	dots        bool   // whether its operations have names with dots
	naming      *naming
}

// flavour gives a binding; mixed tells that the other is in the same description.
func (c *catalog) flavour(f form, mixed bool) *flavour {
	if f == encoded {
		return &flavour{
			form: f, prefix: rpcPrefix, uri: rpcURI, service: "CountersignRPC", suffix: "RPC",
			dots: mixed, naming: &c.naming,
		}
	}
	return &flavour{form: f, prefix: "m", uri: literalURI, service: "Countersign", naming: &c.naming}
}

// nameOf gives the name of an operation.
func (f *flavour) nameOf(op *operation) string {
	if f.dots {
		return op.full
	}
	return op.name
}

// typeOf gives the qualified name of a type that has one.
func (f *flavour) typeOf(s *methods.Schema) string {
	if s.Type == methods.TypeArray || isDeclared(s) {
		return f.prefix + ":" + f.naming.of(s).name
	}
	return builtinType(s)
}

// builtinType gives the qualified name of a type that is not declared in the
// description.
func builtinType(s *methods.Schema) string {
	if s.Type == methods.TypeStruct {
		return mapType
	}
	if t, ok := schemaNames[s.Name]; ok {
		return t
	}
	switch s.Type {
	case methods.TypeBoolean:
		return "xsd:boolean"
	case methods.TypeInt:
		return "xsd:int"
	case methods.TypeLong:
		return "xsd:long"
	case methods.TypeDouble:
		return "xsd:double"
	case methods.TypeString:
		return "xsd:string"
	case methods.TypeDateTime:
		return years[y2001].dateTime
	case methods.TypeBase64:
		return years[y2001].binary
	}
	return years[y2001].anyType
}
