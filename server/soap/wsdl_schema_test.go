package soap

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"countersign/server/wire"
)

// needXMLLint skips the test where xmllint is missing; with COUNTERSIGN_TEST_REQUIRE_ALL=1
// it fails.
func needXMLLint(t *testing.T) string {
	t.Helper()
	xmllint, err := exec.LookPath("xmllint")
	switch {
	case err == nil:
		return xmllint
	case os.Getenv("COUNTERSIGN_TEST_REQUIRE_ALL") == "1":
		t.Fatal("xmllint is missing, and COUNTERSIGN_TEST_REQUIRE_ALL is set")
	default:
		t.Skip("xmllint is not installed")
	}
	return ""
}

// TestAnswersFitTheirSchema: what document/literal answers is valid by the schemas of the
// description, and so is a request as they ask for it.
func TestAnswersFitTheirSchema(t *testing.T) {
	xmllint := needXMLLint(t)
	core := newListing(t, small())
	dir := t.TempDir()
	schema := writeSchemas(t, dir, core)
	const home = `<street>Main</street><lines><item>a</item><item>b</item></lines>`
	requests := map[string]string{
		"save": `<contact><name>Bo &amp; Co</name><born>2001-05-24T17:31:41Z</born><photo>AP8=</photo><home>` + home + `</home>` +
			`<others><item>` + home + `</item><item><street/></item></others>` +
			`<scores><item><key>a b</key><value xsi:type="xsd:double">1.5</value></item></scores>` +
			`<count>5000000000</count><active>true</active><weight>1e+21</weight>` +
			`<details xsi:type="m:ArrayOfAnyType"><item xsi:type="xsd:int">1</item><item xsi:nil="true"/><item xsi:type="apache:Map"><item><key>k</key><value xsi:nil="true"/></item></item></details></contact><force>1</force>`,
		"save, the least": `<contact><name/></contact>`,
		"grid":            ``,
		"void":            ``,
	}
	for name, arguments := range requests {
		method, _, _ := strings.Cut(name, ",")
		content := `<m:book_` + method + ` xmlns:m="urn:countersign" xmlns:xsd="` + schema2001 + `" xmlns:xsi="` + schema2001 + instance +
			`" xmlns:apache="` + apacheURI + `">` + arguments + `</m:book_` + method + `>`
		validate(t, xmllint, schema, dir, name+" request", content)
		reply := answer(start11+body(content)+end, core, wire.Style{})
		text := string(reply.Body)
		inner := text[strings.Index(text, "<m:"):strings.Index(text, "</SOAP-ENV:Body>")]
		declared := strings.Replace(inner, ` xmlns:m="urn:countersign"`, ` xmlns:m="urn:countersign" xmlns:xsd="`+schema2001+`" xmlns:xsi="`+schema2001+instance+`" xmlns:apache="`+apacheURI+`"`, 1)
		validate(t, xmllint, schema, dir, name+" answer", declared)
		if name == "save" && !strings.Contains(inner, `<scores><item><key>a b</key><value xsi:type="xsd:double">1.5</value></item></scores>`) {
			t.Errorf("%s", inner)
		}
	}
}

// writeSchemas takes the schemas out of the description and puts them into files.
func writeSchemas(t *testing.T, dir string, core wire.Core) string {
	t.Helper()
	text, _ := described(t, core, "wsdl=literal")
	for _, s := range regexp.MustCompile(`(?s)<xsd:schema targetNamespace="([^"]+)">.*?</xsd:schema>`).FindAllStringSubmatch(text, -1) {
		name := "m.xsd"
		if s[1] == apacheURI {
			name = "apache.xsd"
		}
		doc := strings.Replace(s[0], "<xsd:schema ", `<xsd:schema xmlns:xsd="`+schema2001+`" xmlns:m="urn:countersign" xmlns:apache="`+apacheURI+`" `, 1)
		doc = strings.Replace(doc, `<xsd:import namespace="`+apacheURI+`"/>`, `<xsd:import namespace="`+apacheURI+`" schemaLocation="apache.xsd"/>`, 1)
		if err := os.WriteFile(filepath.Join(dir, name), []byte(doc), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "m.xsd")
}

func validate(t *testing.T, xmllint, schema, dir, what, content string) {
	t.Helper()
	file := filepath.Join(dir, "content.xml")
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), xmllint, "--nonet", "--noout", "--schema", schema, file).CombinedOutput(); err != nil {
		t.Errorf("%s: %v\n%s\n%s", what, err, out, content)
	}
}
