package e2e

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kolo/xmlrpc"
)

// TestOpenRPC fetches the OpenRPC document from a running server, checks it, makes a
// client from nothing else, and has that client log in, call and log out. What the calls
// gave is held against the document's schemas too.
func TestOpenRPC(t *testing.T) {
	node := nodePackages(t)
	demo := start(t, "demo", "--listen", "127.0.0.1:0")
	url := "http://" + demo.address + "/rpc"
	dir := t.TempDir()
	anonymous, own := filepath.Join(dir, "anonymous.json"), filepath.Join(dir, "openrpc.json")

	var login struct{ SessionID, KP3 string }
	must(t, json.Unmarshal(callJSON(t, url, "system.login", `[{"username":"bubba","password":"gump"}]`, ""), &login))
	must(t, os.WriteFile(anonymous, callJSON(t, url, "rpc.discover", `[]`, ""), 0o600))
	document := callJSON(t, url, "rpc.discover", `{}`, login.SessionID+":"+login.KP3)
	must(t, os.WriteFile(own, document, 0o600))
	for _, file := range []string{anonymous, own} {
		t.Log(node.run(t, "openrpc-check.js", file))
	}
	t.Run("over XML-RPC", func(t *testing.T) {
		sameOverXMLRPC(t, document, "http://"+login.SessionID+":"+login.KP3+"@"+demo.address+"/RPC2")
	})

	program := node.run(t, "openrpc-generate.js", own, filepath.Join(dir, "made"), filepath.Join(node.scripts, "openrpc-client.ts"))
	calls := filepath.Join(dir, "calls.json")
	out := node.run(t, strings.TrimSpace(program), url, "bubba", calls)
	for _, step := range []string{
		"login refused", "login", "listMethods", "discover", "session", "simple methods",
		"write", "read", "search", "delete", "misfit", "logout", "refused",
	} {
		if !strings.Contains("\n"+out, "\n"+step+" ok\n") {
			t.Errorf("no line %q in\n%s", step+" ok", out)
		}
	}
	t.Log(node.run(t, "openrpc-check.js", own, calls))
}

// nodeRunner runs programs of scripts/clients/node.
type nodeRunner struct{ scripts, modules string }

// nodePackages finds node and the installed packages.
func nodePackages(t *testing.T) nodeRunner {
	t.Helper()
	scripts, err := filepath.Abs(filepath.Join(clientsDir, "node"))
	must(t, err)
	modules, err := filepath.Abs(filepath.Join("..", "..", ".build", "node", "node_modules"))
	must(t, err)
	if !have("node") {
		lacking(t, "node")
	}
	if _, err := os.Stat(filepath.Join(modules, ".installed-for")); err != nil {
		lacking(t, "what scripts/clients/node/install installs")
	}
	return nodeRunner{scripts, modules}
}

// run gives what a program prints; a relative name is one of the scripts.
func (n nodeRunner) run(t *testing.T, program string, args ...string) string {
	t.Helper()
	cmd := exec.Command("node", append([]string{program}, args...)...)
	cmd.Dir = n.scripts
	cmd.Env = append(os.Environ(), "NODE_PATH="+n.modules, "COUNTERSIGN_PASSWORD=gump")
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s%s", program, err, out, complaints.String())
	}
	return string(out)
}

// callJSON makes a JSON-RPC 2.0 call and gives the result as it came.
func callJSON(t *testing.T, url, method, params, pair string) json.RawMessage {
	t.Helper()
	req, err := http.NewRequest(http.MethodPost, url,
		strings.NewReader(`{"jsonrpc":"2.0","id":1,"method":"`+method+`","params":`+params+`}`))
	must(t, err)
	req.Header.Set("Content-Type", "application/json")
	if id, key, ok := strings.Cut(pair, ":"); ok {
		req.SetBasicAuth(id, key)
	}
	res, err := http.DefaultClient.Do(req)
	must(t, err)
	defer func() { must(t, res.Body.Close()) }()
	body, err := io.ReadAll(res.Body)
	must(t, err)
	var answer struct{ Result json.RawMessage }
	if err := json.Unmarshal(body, &answer); err != nil || len(answer.Result) == 0 {
		t.Fatalf("%s: %s %s", method, res.Status, body)
	}
	return answer.Result
}

// sameOverXMLRPC asks for the document over the other wire.
func sameOverXMLRPC(t *testing.T, document []byte, url string) {
	type summary struct {
		OpenRPC string `xmlrpc:"openrpc"`
		Methods []struct {
			Name string `xmlrpc:"name"`
		} `xmlrpc:"methods"`
	}
	c, err := xmlrpc.NewClient(url, nil)
	must(t, err)
	defer func() { must(t, c.Close()) }()
	var want, got summary
	must(t, json.Unmarshal(document, &want))
	must(t, c.Call("rpc.discover", nil, &got))
	if got.OpenRPC != want.OpenRPC || len(got.Methods) != len(want.Methods) || len(got.Methods) == 0 {
		t.Fatalf("OpenRPC %s with %d methods, wanted %s with %d", got.OpenRPC, len(got.Methods), want.OpenRPC, len(want.Methods))
	}
	for i := range want.Methods {
		if got.Methods[i] != want.Methods[i] {
			t.Errorf("method %d is %v, wanted %v", i, got.Methods[i], want.Methods[i])
		}
	}
}
