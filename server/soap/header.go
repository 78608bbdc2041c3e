package soap

import (
	"strings"

	"countersign/methods"
	"countersign/server/internal/xmltext"
	"countersign/server/wire"
)

// Whom a header block may be for. Without a word it is for the one that makes the call,
// which is here.
const (
	actorNext   = "http://schemas.xmlsoap.org/soap/actor/next"
	roleNext    = envelope12URI + "/role/next"
	roleReceive = envelope12URI + "/role/ultimateReceiver"
)

// readHeader finds the credentials and refuses blocks that must be understood and are
// not (SOAP 1.1 §4.2.3, SOAP 1.2 part 1 §2.4).
func (m *message) readHeader(header xmltext.Node, envelope space) error {
	if !header.TextOnlyBlank() {
		return notSOAP("text directly in the header")
	}
	for n := header.FirstElement(); n.Exists(); n = n.NextElement() {
		uri, ok := n.Namespace()
		if !ok {
			return notSOAP("the prefix of a header block is not declared")
		}
		if n.Local() == "credentials" && (uri == literalURI || uri == rpcURI) {
			if m.credentials.Exists() {
				return notSOAP("credentials twice in the header")
			}
			m.credentials = n
			continue
		}
		if mustUnderstand(n, envelope) {
			return refused(codeMustUnderstand, "a header block that must be understood is not")
		}
	}
	return nil
}

func mustUnderstand(n xmltext.Node, envelope space) bool {
	uri, whom := envelope11URI, "actor"
	if envelope == envelope12 {
		uri, whom = envelope12URI, "role"
	}
	must, _ := n.AttrNS(uri, "mustUnderstand")
	if must = strings.TrimSpace(must); must != "1" && must != "true" {
		return false
	}
	switch to, _ := n.AttrNS(uri, whom); strings.TrimSpace(to) {
	case "", actorNext, roleNext, roleReceive:
		return true
	}
	return false
}

// credential reads the header block with credentials: sessionid and kp3, or token, or
// key. A block with none of them is refused: it must not pass for a request without
// credentials.
func (m *message) credential() (wire.Credential, error) {
	d := m.decoder()
	d.unsure++ // the block is outside the call
	v, err := d.value(m.credentials, nil, plainMarks)
	if err != nil {
		return wire.Credential{}, err
	}
	text := func(name string) string {
		member, _ := v.Field(name)
		return strings.Trim(member.Text(), blanks)
	}
	c := wire.Credential{Token: text("token"), Key: text("key")}
	if id, key := text("sessionid"), text("kp3"); id != "" || key != "" {
		if c.Token != "" || c.Key != "" {
			return wire.Credential{}, errCredentials
		}
		c.Token = id + ":" + key
	}
	if (c.Token == "") == (c.Key == "") {
		return wire.Credential{}, errCredentials
	}
	return c, nil
}

var errCredentials = &methods.Error{
	Kind:   methods.KindInvalidRequest,
	Public: "the credentials in the header are not sessionid and kp3, or token, or key",
}
