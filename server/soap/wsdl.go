package soap

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"countersign/methods"
	"countersign/server/wire"
)

// describe answers a GET: with ?wsdl the description of what the caller may call.
//
// The description has two services at one address, first the one whose binding is
// document/literal, which is what zeep and PHP take, then rpc/encoded. Its operations
// have the methods' own names, with dots, so that toolkits that mix the services of a
// description keep them apart. ?wsdl=literal and ?wsdl=rpc give one alone, for toolkits
// that refuse to read the other, or would take the wrong one.
func (t *Transport) describe(ctx context.Context, req *wire.Request, core wire.Core, dst []byte) wire.Reply {
	if req.Get.Query == encodingQuery {
		return wire.Reply{Body: append(dst, encodingSchema...), Tagged: true}
	}
	forms, ok := wanted(req.Get.Query)
	if !ok {
		core.Speak(wire.SOAP11)
		out := core.Fail(notSOAP("calls come by POST; ?wsdl gives a description"))
		reply := t.Refuse(out, req.Style, dst)
		reply.Status = statusBadRequest
		return reply
	}
	entries, err := core.Methods(ctx)
	if err != nil {
		return t.withheld(err, req, core, dst)
	}
	cat := t.catalog(core)
	d := description{dst: dst, address: req.Get.Base + req.Get.Path}
	for _, e := range entries {
		d.operations = append(d.operations, cat.operations[e])
	}
	d.types = cat.usedBy(d.operations)
	for _, f := range forms {
		d.flavours = append(d.flavours, cat.flavour(f, len(forms) > 1))
	}
	d.write()
	return wire.Reply{Body: d.dst, Tagged: true}
}

// withheld refuses the description to somebody whose credentials do not hold. Most
// toolkits tell no more than the status of a description that they do not get, so that
// has to say what is wrong.
func (t *Transport) withheld(err error, req *wire.Request, core wire.Core, dst []byte) wire.Reply {
	core.Speak(wire.SOAP11)
	out := core.Fail(err)
	if out.Status == 0 && out.Fault != nil && sendersFault(out.Fault.Kind) {
		out.Status = statusUnauthorized
	}
	return t.Refuse(out, req.Style, dst)
}

// wanted reads the query. Toolkits write the word in any case.
func wanted(query string) ([]form, bool) {
	for part := range strings.SplitSeq(query, "&") {
		key, value, _ := strings.Cut(part, "=")
		if !strings.EqualFold(key, "wsdl") {
			continue
		}
		switch strings.ToLower(value) {
		case "rpc":
			return []form{encoded}, true
		case "literal":
			return []form{literal}, true
		}
		return []form{literal, encoded}, true
	}
	return nil, false
}

// operationName writes a method's name with underscores, which are easier to call in
// most languages, unless these would not lead back to it.
func operationName(view *methods.View, full string) string {
	name := strings.ReplaceAll(full, ".", "_")
	if back, ok := view.Resolve(name); ok && back == full {
		return name
	}
	return full
}

// operation is a method as the description shows it.
type operation struct {
	full   string // name of the method
	name   string // the same with underscores
	help   string
	params []methods.Param
	// result has TypeNil for methods without one.
	result *methods.Schema
	// uses are the declared types that params and result lead to.
	uses []*complexType
}

func newOperation(e *methods.Entry, name string) *operation {
	op := &operation{full: e.FullName, name: name, help: e.Help, result: anything}
	if len(e.Signatures) > 0 {
		op.params = widest(e.Signatures)
		op.result = e.Signatures[0].Result
	}
	return op
}

var anything = &methods.Schema{Type: methods.TypeAny}

// widest gives the parameters of the preferred signature, or of a longer one that begins
// like it. A parameter that is not in every signature may be left out, and one that has
// another type in another may be of any.
func widest(signatures []methods.Signature) []methods.Param {
	params := signatures[0].Params
	for _, s := range signatures[1:] {
		if len(s.Params) > len(params) && sameNames(params, s.Params[:len(params)]) {
			params = s.Params
		}
	}
	params = slices.Clone(params)
	for i := range params {
		p := &params[i]
		for _, s := range signatures {
			switch {
			case i >= len(s.Params):
				p.Optional = true
			case len(s.Params) == len(params) && s.Params[i].Name == p.Name && s.Params[i].Schema.Type != p.Schema.Type:
				p.Schema = anything
			}
		}
		if !elementName(p.Name) {
			p.Name = "param" + strconv.Itoa(i)
		}
	}
	return params
}

func sameNames(a, b []methods.Param) bool {
	return slices.EqualFunc(a, b, func(x, y methods.Param) bool { return x.Name == y.Name })
}
