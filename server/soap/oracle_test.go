package soap

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"countersign/methods"
	"countersign/server/wire"
	"countersign/server/wire/wiretest"
)

// The oracle is a second decoder of arguments without a signature, as plain as can be,
// over encoding/xml. It need not be strict: what it is asked is only whether a document
// that was accepted means what was read.

var errOracle = errors.New("the oracle does not read this")

// oracle reads the arguments of a document that is UTF-8.
func oracle(doc string) ([]methods.Value, error) {
	root, err := tree(doc)
	if err != nil {
		return nil, err
	}
	o := &oracleReader{version: wire.SOAP11, ids: map[string]*element{}}
	if root.name.Space == envelope12URI {
		o.version = wire.SOAP12
	}
	o.index(root)
	var call *element
	for _, c := range root.child("Body").children {
		if root, _ := c.attr(encoding11URI, "root"); root != "0" {
			call = c
			break
		}
	}
	if call == nil {
		return nil, errOracle
	}
	var values []methods.Value
	for _, c := range call.children {
		v, err := o.value(c, "")
		if err != nil {
			return nil, err
		}
		values = append(values, v)
	}
	return values, nil
}

type oracleReader struct {
	version wire.Version
	ids     map[string]*element
}

func (o *oracleReader) index(e *element) {
	id, ok := e.attr("", "id")
	if !ok {
		id, ok = e.attr(encoding12URI, "id")
	}
	if ok {
		o.ids[id] = e
	}
	for _, c := range e.children {
		o.index(c)
	}
}

// typeOf resolves a type's name to one of ours: "" for types that mean nothing.
func (e *element) typeOf(name string) string {
	name = strings.TrimSpace(name)
	prefix, local, ok := strings.Cut(name, ":")
	if !ok {
		prefix, local = "", name
	}
	uri := e.scope[prefix]
	if ok && prefix == "" {
		uri = ""
	}
	switch uri {
	case "", schema1999, schema2000, schema2001, encoding11URI, encoding12URI:
		return local
	case apacheURI:
		return map[string]string{"Map": "Map", "Vector": "Array"}[local]
	case structURI:
		return map[string]string{"SOAPStruct": "Struct"}[local]
	case literalURI, rpcURI:
		if strings.HasPrefix(local, "ArrayOf") {
			return "Array"
		}
		return map[string]string{"Map": "Map"}[local]
	}
	return ""
}

func (o *oracleReader) value(e *element, otherwise string) (methods.Value, error) {
	if target, ok := o.reference(e); ok {
		return o.value(o.ids[target], "")
	}
	for _, schema := range []string{schema1999, schema2000, schema2001} {
		for _, name := range []string{"nil", "null"} {
			if v, _ := e.attr(schema+"-instance", name); strings.TrimSpace(v) == "1" || strings.TrimSpace(v) == "true" {
				return methods.Nil(), nil
			}
		}
	}
	typ, items := "", ""
	for _, schema := range []string{schema1999, schema2000, schema2001} {
		if name, ok := e.attr(schema+"-instance", "type"); ok && typ == "" {
			typ = e.typeOf(name)
		}
	}
	if _, known := kinds[typ]; !known && typ != "Map" {
		typ = ""
	}
	if name, ok := e.attr(encoding11URI, "arrayType"); ok {
		typ = "Array"
		items = strings.TrimSpace(name)
		items = items[:strings.LastIndexByte(items, '[')]
		if items = e.typeOf(items); strings.HasSuffix(items, "]") {
			items = "Array"
		}
	}
	if name, ok := e.attr(encoding12URI, "itemType"); ok {
		typ, items = "Array", e.typeOf(name)
	}
	if _, ok := e.attr(encoding12URI, "arraySize"); ok {
		typ = "Array"
	}
	if typ == "" {
		typ = otherwise
	}
	if typ == "" && (e.name.Space == encoding11URI || e.name.Space == encoding12URI) {
		// A default namespace does not make an element one of the encoding's.
		for prefix, uri := range e.scope {
			if uri == e.name.Space && prefix != "" {
				typ = e.name.Local
			}
		}
	}
	return o.content(e, typ, items)
}

func (o *oracleReader) reference(e *element) (string, bool) {
	if o.version == wire.SOAP11 {
		id, ok := e.attr("", "href")
		return strings.TrimPrefix(strings.TrimSpace(id), "#"), ok
	}
	id, ok := e.attr(encoding12URI, "ref")
	return strings.TrimPrefix(strings.TrimSpace(id), "#"), ok
}

func (o *oracleReader) content(e *element, typ, items string) (methods.Value, error) {
	if _, known := kinds[typ]; !known && typ != "Map" {
		typ = ""
	}
	if typ == "" && len(e.children) > 0 {
		typ = o.shape(e)
	}
	switch typ {
	case "Map":
		var members []methods.Member
		for _, c := range e.children {
			v, err := o.value(c.child("value"), "")
			if err != nil {
				return methods.Value{}, err
			}
			members = append(members, methods.M(c.child("key").text, v))
		}
		return methods.Struct(members...), nil
	case "Array":
		var list []methods.Value
		for _, c := range e.children {
			v, err := o.value(c, items)
			if err != nil {
				return methods.Value{}, err
			}
			list = append(list, v)
		}
		return methods.Array(list...), nil
	case "Struct":
		var members []methods.Member
		for _, c := range e.children {
			v, err := o.value(c, "")
			if err != nil {
				return methods.Value{}, err
			}
			members = append(members, methods.M(c.name.Local, v))
		}
		return methods.Struct(members...), nil
	}
	return oracleScalar(kinds[typ], e.text)
}

// shape guesses what elements without a type are.
func (o *oracleReader) shape(e *element) string {
	isMap, isArray := true, len(e.children) > 1 || e.children[0].name.Local == "item"
	for _, c := range e.children {
		isArray = isArray && c.name.Local == e.children[0].name.Local
		names := ""
		for _, cc := range c.children {
			names += cc.name.Local + " "
		}
		isMap = isMap && c.name.Local == "item" && (names == "key value " || names == "value key ") && strings.Trim(c.text, " \t\r\n") == ""
	}
	switch {
	case isMap:
		return "Map"
	case isArray:
		return "Array"
	}
	return "Struct"
}

func oracleScalar(k kind, s string) (methods.Value, error) {
	trimmed := strings.Trim(s, " \t\r\n")
	switch k {
	case integer, long:
		n, err := strconv.ParseInt(trimmed, 10, 64)
		if k == long || n < -1<<31 || n >= 1<<31 {
			return methods.Long(n), err
		}
		return methods.Int(n), err
	case boolean:
		return methods.Bool(trimmed == "true" || trimmed == "1"), nil
	case double:
		f, err := strconv.ParseFloat(trimmed, 64)
		return methods.Double(f), err
	case decimal:
		return methods.String(trimmed), nil
	case dateTime:
		if trimmed == "" {
			return methods.EmptyDate(), nil
		}
		v, ok := methods.ParseDateTime(trimmed)
		if !ok {
			return v, errOracle
		}
		return v, nil
	case base64Bytes:
		b, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(s), ""))
		return methods.Bytes(b), err
	case hexBytes:
		b, err := hex.DecodeString(trimmed)
		return methods.Bytes(b), err
	}
	return methods.String(s), nil
}

// TestOracle: the two decoders agree on the tables.
func TestOracle(t *testing.T) {
	for _, c := range accepted {
		theirs, err := oracle(callOf(c.element))
		if got := wiretest.ShowAll(theirs); err != nil || got != c.want {
			t.Errorf("%s: %s, %v; want %s", c.why, got, err, c.want)
		}
	}
}

// FuzzAgainstEncodingXML: what is accepted means the same to the second decoder. This one
// may refuse more; it must never read differently.
func FuzzAgainstEncodingXML(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, doc []byte) {
		if strings.Contains(string(doc), "encoding") && !utf8.Valid(doc) {
			return // in another encoding, which is the scanner's business
		}
		ours, err := read(string(doc))
		if err != nil {
			return
		}
		theirs, err := oracle(strings.TrimPrefix(string(doc), "\ufeff"))
		if err != nil {
			// encoding/xml has the names of XML 1.0, fourth edition.
			if strings.Contains(err.Error(), "invalid XML name") || !utf8.Valid(doc) {
				return
			}
			t.Fatalf("accepted as %s: %v", wiretest.ShowAll(ours), err)
		}
		if got, want := wiretest.ShowAll(ours), wiretest.ShowAll(theirs); got != want {
			t.Fatalf("read differently\nours   %s\ntheirs %s", got, want)
		}
	})
}
