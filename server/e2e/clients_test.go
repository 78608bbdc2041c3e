package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kolo/xmlrpc"
)

// TestClients runs the example clients, which use unmodified libraries of their
// languages, through login, listMethods, write, read, search, delete, logout and a
// refused call, in each dialect.
func TestClients(t *testing.T) {
	demo := start(t, "demo", "--listen", "127.0.0.1:0")
	for _, c := range []struct {
		name     string
		needs    []string
		probe    []string // must succeed if the library is there
		command  []string
		dialects []string
	}{
		{"python", []string{"python3"}, nil, []string{"python3", "client.py"}, allDialects},
		{"php", []string{"php"}, []string{"php", "-r", "exit(function_exists('xmlrpc_decode') ? 0 : 1);"}, []string{"php", "client.php"}, allDialects},
		{"perl", []string{"perl"}, []string{"perl", "-MRPC::XML::Client", "-e", "1"}, []string{"perl", "client.pl"}, allDialects},
		{"ruby", []string{"ruby"}, []string{"ruby", "-rxmlrpc/client", "-e", ""}, []string{"ruby", "client.rb"}, allDialects},
		{"curl", []string{"curl", "bash"}, nil, []string{"bash", "client-curl.sh"}, allDialects},
		// The command line has no way to write a struct: it does what it can.
		{"xmlrpc-c command", []string{"xmlrpc", "bash"}, nil, []string{"bash", "client-xmlrpc-c.sh"}, []string{"plain"}},
		{"xmlrpc-c library", []string{"cc", "xmlrpc-c-config"}, nil, []string{compiledC}, allDialects},
	} {
		t.Run(c.name, func(t *testing.T) {
			if !have(c.needs...) {
				lacking(t, strings.Join(c.needs, ", "))
			}
			if c.probe != nil && exec.Command(c.probe[0], c.probe[1:]...).Run() != nil {
				lacking(t, "the XML-RPC library of "+c.name)
			}
			command := c.command
			if command[0] == compiledC {
				command = []string{compileC(t)}
			}
			for _, d := range c.dialects {
				t.Run(d, func(t *testing.T) { runClient(t, command, "http://"+demo.address+paths[d], d, steps) })
			}
		})
	}
	t.Run("go", func(t *testing.T) { goClient(t, demo.address) })
}

const compiledC = "client-xmlrpc-c.c"

var (
	allDialects = []string{"plain", "phpgroupware", "egroupware"}
	paths       = map[string]string{
		"plain": "/RPC2", "phpgroupware": "/phpgroupware/xmlrpc.php", "egroupware": "/egroupware/xmlrpc.php",
	}
	clientsDir = filepath.Join("..", "..", "scripts", "clients")
	steps      = []string{"login", "listMethods", "read", "search", "logout", "refused"}
)

// runClient runs a program that prints a line "STEP ok" for each step it has done.
func runClient(t *testing.T, command []string, url, dialect string, steps []string) {
	t.Helper()
	cmd := exec.Command(command[0], append(command[1:], url, "bubba", dialect)...)
	cmd.Dir = clientsDir
	cmd.Env = append(os.Environ(), "COUNTERSIGN_PASSWORD=gump")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, step := range steps {
		if !strings.Contains("\n"+string(out), "\n"+step+" ok") {
			t.Errorf("no line %q in\n%s", step+" ok", out)
		}
	}
}

// compileC builds the C client.
func compileC(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "client")
	out, err := exec.Command("cc", "-o", program, filepath.Join(clientsDir, compiledC), "-lxmlrpc_client", "-lxmlrpc", "-lxmlrpc_util").CombinedOutput()
	if err != nil {
		lacking(t, "the xmlrpc-c library, to build "+compiledC+" ("+tail(string(out), 2)+")")
	}
	return program
}

// goClient is github.com/kolo/xmlrpc, with credentials in the URL as it knows them.
func goClient(t *testing.T, address string) {
	anonymous, err := xmlrpc.NewClient("http://"+address+"/RPC2", nil)
	must(t, err)
	defer func() { must(t, anonymous.Close()) }()
	var login struct {
		SessionID string `xmlrpc:"sessionid"`
		Key       string `xmlrpc:"kp3"`
	}
	must(t, anonymous.Call("system.login", []any{"bubba", "gump"}, &login))
	c, err := xmlrpc.NewClient("http://"+login.SessionID+":"+login.Key+"@"+address+"/RPC2", nil)
	must(t, err)
	defer func() { must(t, c.Close()) }()
	var names []string
	must(t, c.Call("system.listMethods", nil, &names))
	var id string
	must(t, c.Call("addressbook.boaddressbook.write", map[string]any{"n_given": "Zoë <&>", "n_family": "Gö"}, &id))
	var entry struct {
		Given string `xmlrpc:"n_given"`
	}
	must(t, c.Call("addressbook.boaddressbook.read", id, &entry))
	if entry.Given != "Zoë <&>" {
		t.Errorf("read %q", entry.Given)
	}
	var found []struct {
		ID string `xmlrpc:"id"`
	}
	must(t, c.Call("addressbook.boaddressbook.search", map[string]any{"query": "Gö"}, &found))
	if len(found) != 1 || found[0].ID != id || len(names) < 10 {
		t.Errorf("found %v, %d methods", found, len(names))
	}
	var ok bool
	must(t, c.Call("addressbook.boaddressbook.delete", id, &ok))
	must(t, c.Call("system.logout", nil, &ok))
	if err := c.Call("addressbook.boaddressbook.read", id, &entry); err == nil || !strings.Contains(err.Error(), "log in first") {
		t.Errorf("after logout: %v", err)
	}
}
