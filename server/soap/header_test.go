package soap

import (
	"strings"
	"testing"

	"countersign/methods"
	"countersign/server/wire"
)

func withHeader(start, blocks string) string {
	return start + `<SOAP-ENV:Header>` + blocks + `</SOAP-ENV:Header>` + body(call) + end
}

// TestHeaders that may be there: not understood, and need not be.
func TestHeaders(t *testing.T) {
	for _, c := range []struct {
		start, block string
		ok           bool
	}{
		{start11, `<a xmlns="urn:a"/>`, true},
		{start11, `<a xmlns="urn:a" SOAP-ENV:mustUnderstand="0"/>`, true},
		{start11, `<a xmlns="urn:a" mustUnderstand="1"/>`, true}, // another attribute of this name
		{start11, `<a xmlns="urn:a" SOAP-ENV:mustUnderstand="1" SOAP-ENV:actor="urn:somebody.else"/>`, true},
		{start11, `<a xmlns="urn:a" SOAP-ENV:mustUnderstand="1" SOAP-ENV:actor=""/>`, false},
		{start11, `<a xmlns="urn:a" SOAP-ENV:mustUnderstand=" 1 "/>`, false},
		{start11, `<a xmlns="urn:a" SOAP-ENV:mustUnderstand="1" SOAP-ENV:actor="http://schemas.xmlsoap.org/soap/actor/next"/>`, false},
		{start12, `<a xmlns="urn:a"/>`, true},
		{start12, `<a xmlns="urn:a" SOAP-ENV:mustUnderstand="false"/>`, true},
		{start12, `<a xmlns="urn:a" SOAP-ENV:mustUnderstand="1" SOAP-ENV:role="urn:somebody.else"/>`, true},
		{start12, `<a xmlns="urn:a" SOAP-ENV:mustUnderstand="1" SOAP-ENV:role="http://www.w3.org/2003/05/soap-envelope/role/none"/>`, true},
		{start12, `<a xmlns="urn:a" SOAP-ENV:mustUnderstand="1" SOAP-ENV:role="http://www.w3.org/2003/05/soap-envelope/role/next"/>`, false},
		{start12, `<a xmlns="urn:a" SOAP-ENV:mustUnderstand="1" SOAP-ENV:role="http://www.w3.org/2003/05/soap-envelope/role/ultimateReceiver"/>`, false},
		{start12, `<a xmlns="urn:a"/><b xmlns="urn:a" SOAP-ENV:mustUnderstand="1"/>`, false},
	} {
		_, err := parse(withHeader(c.start, c.block))
		if c.ok != (err == nil) || !c.ok && codeOf(err) != codeMustUnderstand {
			t.Errorf("%s: %v", c.block, err)
		}
	}
}

// TestCredentials: what the header block offers reaches the core, and nothing else does.
func TestCredentials(t *testing.T) {
	const id, key = "cf5c5534307562fc57915608377db007", "2fe54daa11c8d52116788aa3f93cb70e"
	of := func(inside string) string {
		return `<c:credentials xmlns:c="urn:countersign" SOAP-ENV:mustUnderstand="1">` + inside + `</c:credentials>`
	}
	pair := `<sessionid>` + id + `</sessionid><kp3>` + key + `</kp3>`
	for _, c := range []struct {
		why, blocks string
		want        wire.Credential
	}{
		{"a pair", of(pair), wire.Credential{Token: id + ":" + key}},
		{"in the blocks' namespace", of(strings.NewReplacer("</", "</c:", "<", "<c:").Replace(pair)), wire.Credential{Token: id + ":" + key}},
		{"typed", of(`<sessionid xsi:type="xsd:string">` + id + `</sessionid><kp3 xsi:type="xsd:string"> ` + key + "\n</kp3>"), wire.Credential{Token: id + ":" + key}},
		{"as PHP writes an array", of(`<item><key>sessionid</key><value>` + id + `</value></item><item><key>kp3</key><value>` + key + `</value></item>`), wire.Credential{Token: id + ":" + key}},
		{"half a pair", of(`<sessionid>` + id + `</sessionid>`), wire.Credential{Token: id + ":"}},
		{"a token", of(`<token>` + id + key + `</token>`), wire.Credential{Token: id + key}},
		{"an API key", of(`<key>abc</key>`), wire.Credential{Key: "abc"}},
		{"in the namespace of the other binding", strings.ReplaceAll(of(pair), literalURI, rpcURI), wire.Credential{Token: id + ":" + key}},
		{"behind another block", `<a xmlns="urn:a"/>` + of(pair), wire.Credential{Token: id + ":" + key}},
		{"by reference", of(`<token href="#t"/>`) + `<t id="t">` + id + `</t>`, wire.Credential{Token: id}},
	} {
		core := &scripted{out: &wire.Outcome{}}
		reply := answer(withHeader(start11, c.blocks), core, wire.Style{})
		if len(core.credential) != 1 || core.credential[0] != c.want || core.method != "echo" {
			t.Errorf("%s: %d offered, called %q, %s", c.why, len(core.credential), core.method, reply.Body)
		}
	}
	for why, block := range map[string]string{
		"nothing":        of(""),
		"empty":          of("<token/>"),
		"blank":          of("<token> </token>"),
		"a word":         of("secretword"),
		"unknown":        of("<ticket>secretword</ticket>"),
		"two kinds":      of("<token>secretword</token><key>secretword</key>"),
		"two kinds more": of(pair + "<token>secretword</token>"),
		"deep":           of("<token><token>secretword</token></token>"),
		"mixed":          of("secretword<token>secretword</token>"),
		"twice":          of(pair) + of(pair),
		"too deep":       of(strings.Repeat("<a>", 40) + strings.Repeat("</a>", 40)),
	} {
		core := &scripted{out: &wire.Outcome{}}
		reply := answer(withHeader(start11, block), core, wire.Style{})
		if core.method != "" || len(core.credential) != 0 || len(core.failed) != 1 {
			t.Errorf("%s: called %q", why, core.method)
		}
		if strings.Contains(string(reply.Body), "secretword") || strings.Contains(string(reply.Body), key) {
			t.Errorf("%s: the answer tells: %s", why, reply.Body)
		}
	}
	core := &scripted{out: &wire.Outcome{}}
	answer(withHeader(start11, `<credentials xmlns="urn:other">`+pair+`</credentials>`), core, wire.Style{})
	if len(core.credential) != 0 || core.method != "echo" {
		t.Error("a block of somebody else's was read")
	}
}

// TestCredentialsComeFirst: who calls is settled before the method is looked at.
func TestCredentialsComeFirst(t *testing.T) {
	core := &scripted{}
	answer(withHeader(start11, `<credentials xmlns="urn:countersign"/>`), core, wire.Style{})
	if len(core.failed) != 1 || methods.AsError(core.failed[0]).Kind != methods.KindInvalidRequest || core.method != "" {
		t.Errorf("%v, called %q", core.failed, core.method)
	}
}
