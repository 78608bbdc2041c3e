package methods

import (
	"context"
	"slices"
)

// listMethodsOf derives a module's list_methods (phpgroupware contract §3.2): for
// "xmlrpc" a struct of method → {function, signature, docstring}, for "soap" one of
// method → {in, out}, for anything else an empty array. The argument may also be an
// array or struct that holds the word under "type" or in first place.
func listMethodsOf(m *Module) Method {
	// Unfit declarations are left out: NewRegistry reports them by themselves.
	listed := slices.DeleteFunc(slices.Clone(m.Methods), func(x Method) bool {
		return x.Unlisted || x.err != nil || slices.ContainsFunc(x.Signatures, Signature.incomplete)
	})
	self := Method{Name: ListMethods, Help: "Lists the methods of this module for one protocol, \"xmlrpc\" or \"soap\".", Access: m.Run}
	self.Signatures = []Signature{{
		Result: &Schema{Type: TypeStruct},
		Params: []Param{{Name: "type", Help: "\"xmlrpc\" or \"soap\"", Schema: &Schema{Type: TypeString}}},
	}, {Result: &Schema{Type: TypeArray}}}
	listed = append(listed, self)

	xmlrpc, soap := describeXMLRPC(m, listed), describeSOAP(listed)
	return Raw(self.Name, self.Help, self.Access, self.Signatures,
		func(_ context.Context, c *Call) (Value, error) {
			args := c.Params
			if c.Named != nil {
				args = []Value{Struct(c.Named...)}
			}
			switch protocolOf(args) {
			case "xmlrpc":
				return xmlrpc, nil
			case "soap":
				return soap, nil
			default:
				return Array(), nil
			}
		}, ReadOnly())
}

func protocolOf(params []Value) string {
	if len(params) == 0 {
		return ""
	}
	switch v := params[0]; v.Type() {
	case TypeString:
		return v.Text()
	case TypeArray:
		return protocolOf(v.Items())
	case TypeStruct:
		for _, key := range []string{"type", "0"} {
			if f, ok := v.Field(key); ok {
				return f.Text()
			}
		}
	}
	return ""
}

func describeXMLRPC(m *Module, listed []Method) Value {
	members := make([]Member, 0, len(listed))
	for _, method := range listed {
		members = append(members, M(method.Name, Struct(
			M("function", String(join(m.Name, method.Name))),
			M("signature", SignatureValue(method.Signatures)),
			M("docstring", String(method.Help)),
		)))
	}
	return Struct(members...)
}

func describeSOAP(listed []Method) Value {
	members := make([]Member, 0, len(listed))
	for _, method := range listed {
		var in, out []Value
		if len(method.Signatures) > 0 {
			for _, p := range method.Signatures[0].Params {
				in = append(in, String(soapName(p.Schema.Type)))
			}
			out = append(out, String(soapName(method.Signatures[0].Result.Type)))
		}
		members = append(members, M(method.Name, Struct(M("in", Array(in...)), M("out", Array(out...)))))
	}
	return Struct(members...)
}

// soapName gives the type names of list_methods("soap"), where a struct is called
// SOAPStruct.
func soapName(t Type) string {
	if t == TypeStruct {
		return "SOAPStruct"
	}
	return t.String()
}

// SignatureValue gives signatures in the form of system.methodSignature: an array of
// arrays of type names, result first. Signatures that differ in more than types are
// one there.
func SignatureValue(signatures []Signature) Value {
	rows := make([]Value, 0, len(signatures))
	seen := map[string]bool{}
	for _, s := range signatures {
		if seen[s.String()] {
			continue
		}
		seen[s.String()] = true
		var names []Value
		for _, n := range s.Names() {
			names = append(names, String(n))
		}
		rows = append(rows, Array(names...))
	}
	return Array(rows...)
}
