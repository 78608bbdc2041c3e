package main

import (
	"bytes"
	"net"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"

	"countersign/server"
	"countersign/session"
	"countersign/session/password"
)

// runProgram runs the program in this process and gives what it wrote.
func runProgram(t *testing.T, in string, args ...string) (status int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	status = run(t.Context(), args, stdio{strings.NewReader(in), &o, &e})
	return status, o.String(), e.String()
}

func TestEndpoints(t *testing.T) {
	t.Parallel()
	added := tables{Endpoints: []endpointRow{
		{Path: "/RPC2", Off: true},
		{Path: "/xmlrpc", Transport: "xmlrpc", Dialect: "egroupware", Codes: "interop"},
		{Path: "/new", Transport: "xmlrpc", Dialect: "plain"},
	}}
	got := map[string]server.Endpoint{}
	for _, r := range added.endpoints() {
		got[r.Path] = r
	}
	if len(got) != len(server.DefaultEndpoints()) {
		t.Errorf("%d rows: %v", len(got), got)
	}
	if _, there := got["/RPC2"]; there {
		t.Error("/RPC2 was switched off")
	}
	if want := (server.Endpoint{Path: "/xmlrpc", Transport: "xmlrpc", Dialect: "egroupware", InteropCodes: true}); got["/xmlrpc"] != want {
		t.Errorf("/xmlrpc is %+v", got["/xmlrpc"])
	}
	if got["/new"].Dialect != "plain" {
		t.Errorf("/new is %+v", got["/new"])
	}
}

func TestTerms(t *testing.T) {
	t.Parallel()
	var d lifetime
	if err := d.UnmarshalText([]byte("90m")); err != nil {
		t.Fatal(err)
	}
	limits := tables{Dialects: map[string]dialectRow{"egroupware": {Idle: d}}}
	if got := limits.terms()["egroupware"]; got.Idle != 90*time.Minute || got.Absolute != 0 {
		t.Errorf("%+v", got)
	}
}

func TestNearest(t *testing.T) {
	t.Parallel()
	words := []string{"listen", "idle", "database", "tls_cert", "tls_key"}
	for s, want := range map[string]string{
		"listne": "listen", "idel": "idle", "LISTEN": "listen", "databse": "database",
		"tls_cart": "tls_cert", "service_host": "", "colour": "", "test_postgres_url": "",
	} {
		if got, found := nearest(s, words); got != want || found != (want != "") {
			t.Errorf("%s: %q, not %q", s, got, want)
		}
	}
}

func TestHasPassword(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]bool{
		"sqlite:/a:b@c":                             false,
		"postgres://u@h/d":                          false,
		"postgres://u:p@h/d":                        true,
		"postgresql://u:p@h/d":                      true,
		"postgres:///d?user=u&password=p":           true,
		"postgres://h/d?sslmode=disable":            false,
		"postgres://u:p@a:1,b:2/d":                  true, // several hosts
		"postgres://u:p%zz@h/d":                     true, // cannot be read
		"postgres:///d?host=%2Frun%2Fpg&port=55432": false,
	} {
		if got := hasPassword(url); got != want {
			t.Errorf("%s: %v", url, got)
		}
	}
}

func TestSamplePassword(t *testing.T) {
	t.Parallel()
	for url, refused := range map[string]bool{
		"postgres://countersign:countersign@db/d":       true,
		"postgres://u:password@10.0.0.1/d":              true,
		"postgres://u:password@127.0.0.1/d":             false,
		"postgres://u:password@[::1]:5432/d":            false,
		"postgres://u:password@/d?host=/run/postgresql": false,
		"postgres://u:k2Jq9vTz0sLw@db/d":                false,
		"postgres://u@db/d":                             false,
		"sqlite:/x":                                     false,
	} {
		if err := samplePassword(url); (err != nil) != refused {
			t.Errorf("%s: %v", url, err)
		}
	}
}

// A command line is on show to every user of the machine.
func TestShowsPassword(t *testing.T) {
	t.Parallel()
	const url = "postgres://u:p@h/d"
	for _, c := range []struct {
		args commandLine
		want bool
	}{
		{commandLine{"serve", "--database", url}, true},
		{commandLine{"serve", "--database=" + url}, true},
		{commandLine{"serve"}, false},
	} {
		if got := c.args.showsPassword(url); got != c.want {
			t.Errorf("%v: %v", c.args, got)
		}
	}
	if (commandLine{"sqlite:x"}).showsPassword("sqlite:x") {
		t.Error("a path is no secret")
	}
}

func TestStateDirectory(t *testing.T) {
	for _, c := range []struct{ systemd, xdg, home, want string }{
		{"/var/lib/a:/var/lib/b", "/x", "/h", "/var/lib/a"},
		{"", "/x", "/h", "/x/countersign"},
		{"", "relative", "/h", "/h/.local/state/countersign"},
		{"", "", "/h", "/h/.local/state/countersign"},
	} {
		t.Setenv("STATE_DIRECTORY", c.systemd)
		t.Setenv("XDG_STATE_HOME", c.xdg)
		t.Setenv("HOME", c.home)
		if got, err := stateDirectory(); got != c.want || err != nil {
			t.Errorf("%+v: %s, %v", c, got, err)
		}
	}
}

// The line to paste must work on this machine.
func TestClientURL(t *testing.T) {
	t.Parallel()
	tcp := func(ip string) net.Addr { return &net.TCPAddr{IP: net.ParseIP(ip), Port: 8443} }
	for _, c := range []struct {
		addr net.Addr
		cert string
		want string
	}{
		{tcp("127.0.0.1"), "", "http://127.0.0.1:8443/RPC2"},
		{tcp("0.0.0.0"), "cert.pem", "https://127.0.0.1:8443/RPC2"},
		{tcp("::"), "cert.pem", "https://127.0.0.1:8443/RPC2"},
		{tcp("::1"), "", "http://[::1]:8443/RPC2"},
		{&net.UnixAddr{Name: "/run/x", Net: "unix"}, "", "unix:/run/x"},
	} {
		if got := (&settings{TLSCert: c.cert}).clientURL(c.addr); got != c.want {
			t.Errorf("%v: %s, not %s", c.addr, got, c.want)
		}
	}
}

// The group of settings is one; a setting that forgot it could not come from a file.
func TestEveryServeFlagIsASetting(t *testing.T) {
	status, out, _ := runProgram(t, "", "serve", "--help")
	before, after, found := strings.Cut(out, "Settings:")
	if status != 0 || !found || strings.Count(before, "  --") != 0 {
		t.Errorf("status %d, flags outside the settings in:\n%s", status, before)
	}
	for _, flag := range []string{"--config", "--database", "--listen", "--log-level", "--linger"} {
		if !strings.Contains(after, flag) {
			t.Errorf("%s is no setting", flag)
		}
	}
}

// TestDefaultSettings: a service for the demo, or for a test, is the one that serve
// without flags assembles, and its numbers are the published ones of their packages.
func TestDefaultSettings(t *testing.T) {
	var c cli
	parser, err := kong.New(&c, lifetimes)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.Parse([]string{"serve"}); err != nil {
		t.Fatal(err)
	}
	want := &c.Serve.settings
	want.Database, want.tables = "sqlite:x", defaultTables()
	got := testSettings(t, "sqlite:x")
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the defaults are\n%+v\nand those of serve\n%+v", got, want)
	}
	if got.Idle != session.DefaultIdle || got.Absolute != session.DefaultAbsolute || got.MaxBody != server.DefaultLimits().Body {
		t.Errorf("idle %v, absolute %v, max-body %d", got.Idle, got.Absolute, got.MaxBody)
	}
	if got.cost() != password.DefaultParams || got.MinPassword != password.DefaultMinLength {
		t.Errorf("%+v", got.policy)
	}
}
