package soap

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"testing"

	"countersign/methods"
	"countersign/server/wire"
)

// TestAnswersNameDeclaredTypes: in rpc/encoded every type of ours that an answer names
// is in the description, in either version of SOAP.
func TestAnswersNameDeclaredTypes(t *testing.T) {
	core := newListing(t, small())
	wsdl, _ := described(t, core, "wsdl=rpc")
	const home = `<street>Main</street><lines><item>a</item></lines>`
	call := body(`<r:book_save xmlns:r="urn:countersign:rpc"><contact><name>Bo</name><home>` + home + `</home>` +
		`<others><item>` + home + `</item><item><street>Side</street></item></others></contact></r:book_save>`)
	for _, c := range []struct {
		start, others string
	}{
		{start11, `<others xsi:type="SOAP-ENC:Array" SOAP-ENC:arrayType="rpc:Address[2]"><item xsi:type="rpc:Address">`},
		{start12, `<others xsi:type="SOAP-ENC:Array" SOAP-ENC:itemType="rpc:Address" SOAP-ENC:arraySize="2"><item xsi:type="rpc:Address">`},
	} {
		text := string(answer(c.start+call+end, core, wire.Style{}).Body)
		for _, part := range []string{` xmlns:rpc="urn:countersign:rpc"`, `<return xsi:type="rpc:Contact">`, `<home xsi:type="rpc:Address">`, c.others} {
			if !strings.Contains(text, part) {
				t.Errorf("no %s in %s", part, text)
			}
		}
		for _, m := range regexp.MustCompile(`"rpc:(\w+)`).FindAllStringSubmatch(text, -1) {
			if !strings.Contains(wsdl, `<xsd:complexType name="`+m[1]+`">`) {
				t.Errorf("the description does not declare %s", m[1])
			}
		}
	}
}

// TestNamesDoNotDependOnTheCaller: who may call less sees fewer types, under the same
// names.
func TestNamesDoNotDependOnTheCaller(t *testing.T) {
	none := func(context.Context, *methods.Call) (methods.Value, error) { return methods.Nil(), nil }
	result := func(name, field string, opts ...methods.Option) methods.Method {
		schema := &methods.Schema{Type: methods.TypeStruct, Name: "out", Fields: []methods.Param{{Name: field, Schema: of(methods.TypeInt)}}}
		return methods.Raw(name, "Gives a struct.", methods.Public(), []methods.Signature{{Result: schema}}, none, opts...)
	}
	core := newListing(t, methods.Module{
		Name: "m", Help: "A module.", Run: methods.Public(),
		Methods: []methods.Method{result("first", "a"), result("unlisted", "c", methods.Unlisted()), result("second", "b")},
	})
	types := func() (names []string) {
		text, _ := described(t, core, "wsdl=rpc")
		for _, m := range regexp.MustCompile(`<xsd:complexType name="(Out\w*)">`).FindAllStringSubmatch(text, -1) {
			names = append(names, m[1])
		}
		return names
	}
	if got := types(); !slices.Equal(got, []string{"Out", "Out2"}) {
		t.Fatalf("%v", got)
	}
	second, _ := core.View().Lookup("m.second")
	core.shown = []*methods.Entry{second}
	if got := types(); !slices.Equal(got, []string{"Out2"}) {
		t.Errorf("one method: %v", got)
	}
	core.shown = []*methods.Entry{}
	if got := types(); got != nil {
		t.Errorf("no method: %v", got)
	}
	for name, want := range map[string]string{"m.first": "rpc:Out", "m.second": "rpc:Out2", "m.unlisted": ""} {
		e, _ := core.View().Lookup(name)
		if got := New().catalog(core).structs[e.Signatures[0].Result]; got != want {
			t.Errorf("the result of %s is %q, want %q", name, got, want)
		}
	}
}

// TestOneCatalogPerView: describing a view costs once, and what one service made of its
// views goes with it.
func TestOneCatalogPerView(t *testing.T) {
	one, other := newListing(t, small()), newListing(t, small())
	tr := New()
	made := tr.catalog(one)
	if tr.catalog(one) != made {
		t.Error("the catalogue of a view was made twice")
	}
	if tr.catalog(other) == made || New().catalog(one) == made {
		t.Error("views, or transports, share a catalogue")
	}
}

// TestWithheld: who offers credentials that do not hold gets no description, not even
// the one for nobody, and learns why from the status.
func TestWithheld(t *testing.T) {
	for _, c := range []struct {
		kind    methods.Kind
		dialect int // status that the dialect wants
		want    int
	}{
		{methods.KindLoginRequired, 0, 401},
		{methods.KindLoginRefused, 0, 401},
		{methods.KindLoginRequired, 403, 403},
		{methods.KindThrottled, 0, 500},
		{methods.KindBusy, 0, 500},
	} {
		for _, query := range []string{"wsdl", "wsdl=rpc", "wsdl=literal"} {
			core := newListing(t, small())
			core.refused, core.status = &methods.Error{Kind: c.kind, Public: "no"}, c.dialect
			text, reply := described(t, core, query)
			if reply.Status != c.want || reply.Tagged || !strings.Contains(text, "no</faultstring>") {
				t.Errorf("%s, %s: %d %s", c.kind, query, reply.Status, text)
			}
			if len(core.failed) != 1 || !slices.Equal(core.spoken, []wire.Version{wire.SOAP11}) {
				t.Errorf("%s: failed %v, spoke %v", query, core.failed, core.spoken)
			}
		}
	}
	core := newListing(t, small())
	core.refused = &methods.Error{Kind: methods.KindLoginRequired, Public: "no"}
	if text, reply := described(t, core, encodingQuery); reply.Status != 0 || text != encodingSchema {
		t.Errorf("the encoding's schema, which tells nothing: %d %s", reply.Status, text)
	}
}
