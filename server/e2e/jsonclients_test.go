package e2e

import (
	"os/exec"
	"path/filepath"
	"testing"
)

// TestJSONClients runs the example clients of JSON-RPC and those that Bugzilla's users
// have, with unmodified libraries, through login, calls, logout and a refused call.
func TestJSONClients(t *testing.T) {
	demo := start(t, "demo", "--listen", "127.0.0.1:0")
	json := map[string]string{"plain": "/rpc", "bugzilla": "/jsonrpc.cgi"}
	for _, c := range []struct {
		name    string
		command func(t *testing.T) []string
		paths   map[string]string // by dialect
	}{
		{"python jsonrpclib", func(t *testing.T) []string { return python(t, "jsonrpclib", "client-json.py") }, json},
		{"perl JSON-RPC-Legacy", func(t *testing.T) []string { return perl(t, "JSON::RPC::Legacy::Client", "client-json.pl") }, json},
		{"node jayson", func(t *testing.T) []string { return node(t, "client-json.js") }, json},
		{
			"perl XMLRPC-Lite", func(t *testing.T) []string { return perl(t, "XMLRPC::Lite", "client-xmlrpc-lite.pl") },
			map[string]string{"plain": "/RPC2", "bugzilla": "/xmlrpc.cgi"},
		},
		{"python-bugzilla", bugzillaTool, map[string]string{"bugzilla": "/xmlrpc.cgi"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			command := c.command(t)
			for dialect, path := range c.paths {
				t.Run(dialect, func(t *testing.T) {
					runClient(t, command, "http://"+demo.address+path, dialect, stepsOf[dialect])
				})
			}
		})
	}
}

// stepsOf are the steps of a client, by dialect.
var stepsOf = map[string][]string{
	"plain":    steps,
	"bugzilla": {"version", "login", "user", "logout", "refused"},
}

// python gives the command for a program that needs a module. Packages of Debian are
// modules of Debian's Python, which need not be the first one.
func python(t *testing.T, module, program string) []string {
	t.Helper()
	for _, interpreter := range []string{"python3", "/usr/bin/python3"} {
		if exec.Command(interpreter, "-c", "import "+module).Run() == nil {
			return []string{interpreter, program}
		}
	}
	lacking(t, "Python's module "+module)
	return nil
}

func perl(t *testing.T, module, program string) []string {
	t.Helper()
	if exec.Command("perl", "-M"+module, "-e", "1").Run() != nil {
		lacking(t, "Perl's module "+module)
	}
	return []string{"perl", program}
}

// node gives the command for a program among scripts/clients/node, and lets it find its
// packages.
func node(t *testing.T, program string) []string {
	t.Helper()
	packages := nodePackages(t)
	t.Setenv("NODE_PATH", packages.modules)
	return []string{"node", filepath.Join(packages.scripts, program)}
}

func bugzillaTool(t *testing.T) []string {
	t.Helper()
	if !have("bugzilla", "bash") {
		lacking(t, "python-bugzilla's command line tool")
	}
	return []string{"bash", "client-bugzilla.sh"}
}
