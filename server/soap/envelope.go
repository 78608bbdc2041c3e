package soap

import (
	"strings"

	"countersign/methods"
	"countersign/server/internal/xmlbody"
	"countersign/server/internal/xmltext"
	"countersign/server/wire"
)

// message is a scanned request. Its arguments are still on the tape.
type message struct {
	version wire.Version
	year    year
	form    form
	// call is the element of the call, name its name without prefix, uri its namespace.
	call      xmltext.Node
	name, uri string
	// credentials is the header block that has some; it does not exist in most requests.
	credentials xmltext.Node
	limits      wire.Limits
	size        int // bytes of the document
	// reader is here so that it is reused with the message.
	reader decoder
}

// read scans the document and finds its parts. m is new. Version, year, form, name and
// uri are right as far as it came, also if it fails.
func (m *message) read(tape *xmltext.Tape, req *wire.Request) error {
	m.version, m.year = wire.SOAP11, y2001
	m.limits, m.size = req.Limits, len(req.Body)
	if err := xmlbody.Scan(tape, req); err != nil {
		return err
	}
	root := tape.Root()
	s := spaceOfElement(root)
	if root.Local() != "Envelope" {
		return notSOAP("the root element is not a SOAP envelope")
	}
	var ok bool
	if m.version, ok = versionOf(s); !ok {
		return refused(codeVersionMismatch, "the envelope is neither of SOAP 1.1 nor of SOAP 1.2")
	}
	yearFound := m.findYear(root)
	if !root.TextOnlyBlank() {
		return notSOAP("text directly in the envelope")
	}
	body := root.FirstElement()
	var header xmltext.Node
	if body.Local() == "Header" && spaceOfElement(body) == s {
		header, body = body, body.NextElement()
	}
	switch {
	case body.Local() != "Body" || spaceOfElement(body) != s:
		return notSOAP("the envelope has no body, or not in its namespace")
	case body.NextElement().Exists():
		return notSOAP("an element behind the body")
	case !body.TextOnlyBlank():
		return notSOAP("text directly in the body")
	}
	if err := m.findCall(body); err != nil {
		return err
	}
	if !yearFound && !m.findYear(body) {
		m.findYear(m.call)
	}
	for _, n := range [...]xmltext.Node{root, body, m.call} {
		if err := checkEncodingStyle(n, s); err != nil {
			return err
		}
	}
	return m.readHeader(header, s)
}

// findCall finds the element of the call: the first in the body that does not say that
// it is something else. Behind it there may be values that references lead to (SOAP 1.1
// §5.6).
func (m *message) findCall(body xmltext.Node) error {
	for n := body.FirstElement(); n.Exists(); n = n.NextElement() {
		if root, ok := n.AttrNS(encoding11URI, "root"); ok && root == "0" {
			continue
		}
		if !m.call.Exists() {
			m.call = n
			continue
		}
		if _, ok := idOf(n); !ok {
			return notSOAP("more than one call in the body")
		}
	}
	if !m.call.Exists() {
		return notSOAP("no call in the body")
	}
	uri, ok := m.call.Namespace()
	if !ok {
		return notSOAP("the prefix of the call is not declared")
	}
	s := spaceOf(uri)
	m.name, m.uri, m.form = m.call.Local(), uri, formOf(s)
	switch {
	case s == envelope11 || s == envelope12:
		return notSOAP("the call has the envelope's namespace")
	case !m.call.TextOnlyBlank():
		return notSOAP("text directly in the call")
	}
	return nil
}

// findYear looks for a declaration of XML Schema. Answers go out in the year that the
// request names (phpgroupware contract §7.2).
func (m *message) findYear(n xmltext.Node) bool {
	for i := range n.NumAttr() {
		name, uri := n.Attr(i)
		if !strings.HasPrefix(name, "xmlns") {
			continue
		}
		if y, ok := yearOf(uri); ok {
			m.year = y
			return true
		}
	}
	return false
}

// checkEncodingStyle refuses rules of encoding that are not known here. SOAP 1.1 allows
// a list of them, from the strictest to the loosest (§4.1.1).
func checkEncodingStyle(n xmltext.Node, envelope space) error {
	uri := envelope11URI
	if envelope == envelope12 {
		uri = envelope12URI
	}
	style, ok := n.AttrNS(uri, "encodingStyle")
	if !ok || style == encoding11URI || style == encoding12URI {
		return nil
	}
	known := strings.TrimSpace(style) == ""
	for s := range strings.FieldsSeq(style) {
		known = known || strings.HasPrefix(s, encoding11URI) || strings.HasPrefix(s, encoding12URI) ||
			s == envelope12URI+"/encoding/none"
	}
	if !known {
		return refused(codeDataEncodingUnknown, "the encodingStyle is not known")
	}
	return nil
}

func spaceOfElement(n xmltext.Node) space {
	uri, _ := n.Namespace()
	return spaceOf(uri)
}

// resolved gives the full name of the method that the call names (phpgroupware contract
// §7.1), for clients that cannot write dots.
func (m *message) resolved(view *methods.View) string {
	if full, ok := view.Resolve(m.name); ok {
		return full
	}
	return m.name
}

var _ wire.FittedArgs = (*message)(nil)

// systemPrefix is that of the methods whose structs are results of their own for
// clients of phpGroupWare.
const systemPrefix = "system."

// outParams tells whether the members of a result are results of their own.
func (m *message) outParams(style wire.Style, method string, v methods.Value) bool {
	return style.OutParams && m.form == legacy && strings.HasPrefix(method, systemPrefix) &&
		v.Type() == methods.TypeStruct && allNames(v.Members())
}
