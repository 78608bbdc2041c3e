package openrpc_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"countersign/methods"
)

// nodeDir is where the check's program is, nodeModules where its packages are installed.
var (
	nodeDir     = filepath.Join("..", "..", "scripts", "clients", "node")
	nodeModules = filepath.Join("..", "..", ".build", "node", "node_modules")
)

// check holds a document against the OpenRPC meta-schema and JSON Schema draft 7 and
// gives what is wrong with it.
func check(t *testing.T, document []byte) string {
	t.Helper()
	modules, err := filepath.Abs(nodeModules)
	if err != nil {
		t.Fatal(err)
	}
	_, noNode := exec.LookPath("node")
	if _, err := os.Stat(filepath.Join(modules, ".installed-for")); err != nil || noNode != nil {
		if os.Getenv("COUNTERSIGN_TEST_REQUIRE_ALL") != "" {
			t.Fatal("node or its packages are missing, and COUNTERSIGN_TEST_REQUIRE_ALL is set")
		}
		t.Skip("node or its packages are missing: ./scripts/test installs them")
	}
	file := filepath.Join(t.TempDir(), "openrpc.json")
	if err := os.WriteFile(file, document, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("node", filepath.Join(nodeDir, "openrpc-check.js"), file)
	cmd.Env = append(os.Environ(), "NODE_PATH="+modules)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return err.Error() + "\n" + string(out)
	}
	if !strings.Contains(string(out), " ok") {
		return "the check says only: " + string(out)
	}
	return ""
}

// TestValid: whoever asks, and whatever modules there are.
func TestValid(t *testing.T) {
	full := newService(t, config(), serviceModules()...)
	noErrors := config()
	noErrors.Codes = [methods.KindCount]int{}
	noErrors.Servers = nil
	strange := methods.Module{Name: "strange", Help: "Has all there is.", Run: methods.Public(), Methods: []methods.Method{
		raw("nothing", nil).Method,
		raw("nameless", []methods.Signature{takes(word, param("", integer), param("", list))}).Method,
		raw("overloaded", []methods.Signature{takes(word, param("a", integer)), takes(list), takes(of(methods.TypeNil), param("a", word))}).Method,
		raw("clash", []methods.Signature{
			takes(&methods.Schema{Type: methods.TypeStruct, Name: "a.b/c", Fields: []methods.Param{param("a b/~c", word)}},
				param("x", &methods.Schema{Type: methods.TypeStruct, Name: "a.b/c", Fields: []methods.Param{param("$ref", word)}})),
		}).Method,
		newEverything(),
	}}
	for name, v := range map[string]methods.Value{
		"anonymous":     full.discover(t, nil),
		"user":          full.discover(t, bubba),
		"read-only":     full.discover(t, readOnly),
		"administrator": full.discover(t, admin),
		"alone":         newService(t, noErrors).discover(t, nil),
		"strange":       newService(t, config(), strange).discover(t, nil),
	} {
		t.Run(name, func(t *testing.T) {
			if fault := check(t, toJSON(v)); fault != "" {
				t.Error(fault)
			}
		})
	}
}

// TestCheckFinds: the check would see what is wrong.
func TestCheckFinds(t *testing.T) {
	good := string(toJSON(newService(t, config(), serviceModules()...).discover(t, nil)))
	for _, row := range []struct{ fault, from, to string }{
		{"relative server", `"url":"http://127.0.0.1:8080/rpc"`, `"url":"/rpc"`},
		{"unknown member", `"openrpc":`, `"more":1,"openrpc":`},
		{"no version", `"version":"1.2.3"`, `"x-version":"1.2.3"`},
		{"wrong type", `"required":true`, `"required":"yes"`},
		{"dangling schema", `"#/components/schemas/LoginRequest"`, `"#/components/schemas/Other"`},
		{"dangling error", `"#/components/errors/busy"`, `"#/components/errors/lazy"`},
		{"unknown format", `"format":"date-time"`, `"format":"date-and-time"`},
		{"unknown keyword", `"contentEncoding":"base64"`, `"kontentEncoding":"base64"`},
		{"no such type", `"type":"integer"`, `"type":"int"`},
		{"method twice", `"name":"system.logout"`, `"name":"system.login"`},
		{"parameter twice", `"name":"b","description":"second`, `"name":"a","description":"second`},
		{"required behind optional", `"description":"first summand","required":true`, `"description":"first summand","required":false`},
	} {
		t.Run(row.fault, func(t *testing.T) {
			bad := strings.ReplaceAll(good, row.from, row.to)
			if bad == good {
				t.Fatalf("there is no %s", row.from)
			}
			if check(t, []byte(bad)) == "" {
				t.Error("not found")
			}
		})
	}
}
