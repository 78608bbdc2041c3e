package e2e

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// TestSOAPClients runs the example clients of SOAP, with unmodified toolkits, with and
// without the WSDL, through a refused login, login, calls, logout and a refused call. They
// hold the number in the detail of each fault against what is documented.
func TestSOAPClients(t *testing.T) {
	withoutProxy(t)
	demo := start(t, "demo", "--listen", "127.0.0.1:0")
	for _, c := range []struct {
		name    string
		command func(t *testing.T) []string
		forms   []string
		steps   []string
	}{
		{
			"PHP SoapClient", func(t *testing.T) []string { return phpSOAP(t, "client-soap.php") },
			[]string{"wsdl", "rpc", "plain", "soap12", "phpgroupware", "egroupware"}, soapSteps,
		},
		{
			"Perl SOAP-Lite", func(t *testing.T) []string { return perl(t, "SOAP::Lite", "client-soap.pl") },
			[]string{"plain", "phpgroupware", "egroupware"}, soapSteps,
		},
		{
			"Python zeep", func(t *testing.T) []string { return python(t, "zeep", "client-soap.py") },
			[]string{"wsdl"}, soapSteps,
		},
		{
			"Node soap", func(t *testing.T) []string { return node(t, "client-soap.js") },
			[]string{"wsdl"}, soapSteps,
		},
		// The WSDL does not declare the header block, so nothing is generated for it.
		{"gSOAP", gSOAP, []string{"wsdl"}, without("header", soapSteps)},
	} {
		t.Run(c.name, func(t *testing.T) {
			command := c.command(t)
			for _, form := range c.forms {
				t.Run(form, func(t *testing.T) {
					runClient(t, command, "http://"+demo.address+soapPath(form), form, c.steps)
				})
			}
		})
	}
}

// TestSOAPInterop has toolkits send the vectors of the base part of the second round of
// SOAP interoperability tests (phpgroupware contract §7.3).
func TestSOAPInterop(t *testing.T) {
	withoutProxy(t)
	demo := start(t, "demo", "--listen", "127.0.0.1:0", "--modules", "soapinterop")
	for _, c := range []struct {
		name    string
		command func(t *testing.T) []string
		form    string
		vectors int
	}{
		{"PHP, no WSDL", phpInterop, "plain", 22},
		{"PHP, SOAP 1.2", phpInterop, "soap12", 22},
		{"PHP, rpc/encoded", phpInterop, "rpc", 22},
		{"PHP, document/literal", phpInterop, "wsdl", 22},
		{
			"Perl, schema of 2001", func(t *testing.T) []string { return perl(t, "SOAP::Lite", "client-soap-interop.pl") },
			"2001", 22,
		},
		// The schema of 1999 has no hexBinary.
		{
			"Perl, schema of 1999", func(t *testing.T) []string { return perl(t, "SOAP::Lite", "client-soap-interop.pl") },
			"1999", 21,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			command := c.command(t)
			cmd := exec.Command(command[0], append(command[1:], "http://"+demo.address+"/soap", c.form)...)
			cmd.Dir = clientsDir
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			if n := strings.Count(string(out), " ok\n"); n != c.vectors {
				t.Errorf("%d vectors, want %d:\n%s", n, c.vectors, out)
			}
		})
	}
}

var soapSteps = []string{
	"login refused", "login", "listMethods", "header", "write", "read", "search", "delete", "logout", "refused",
}

// soapPath is the endpoint for a form of SOAP, which is a dialect or a way to speak the
// plain one.
func soapPath(form string) string {
	switch form {
	case "phpgroupware", "egroupware":
		return "/" + form + "/soap.php"
	}
	return "/soap"
}

// withoutProxy has toolkits that look for a proxy in the environment go to the server
// itself.
func withoutProxy(t *testing.T) {
	t.Helper()
	t.Setenv("NO_PROXY", "127.0.0.1")
	t.Setenv("no_proxy", "127.0.0.1")
}

func without(step string, steps []string) []string {
	return slices.DeleteFunc(slices.Clone(steps), func(s string) bool { return s == step })
}

func phpSOAP(t *testing.T, program string) []string {
	t.Helper()
	if exec.Command("php", "-r", `exit(class_exists("SoapClient") ? 0 : 1);`).Run() != nil {
		lacking(t, "PHP's soap extension")
	}
	return []string{"php", program}
}

func phpInterop(t *testing.T) []string { return phpSOAP(t, "client-soap-interop.php") }

// gSOAP gives the command that generates, builds and runs a client.
func gSOAP(t *testing.T) []string {
	t.Helper()
	if !have("wsdl2h", "soapcpp2", "cc", "curl", "bash") {
		lacking(t, "gSOAP with a C compiler, or curl")
	}
	header := exec.Command("cc", "-E", "-")
	header.Stdin = strings.NewReader("#include <stdsoap2.h>\n")
	if header.Run() != nil {
		lacking(t, "gSOAP's library")
	}
	return []string{"bash", "client-soap.sh"}
}
