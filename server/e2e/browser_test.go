package e2e

import (
	"crypto/rand"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/server/internal/sample"
	"countersign/session/password"
	"countersign/sql"
	"countersign/sql/sqltest"
)

// TestBrowser lets pages in Chromium call: the example page from an origin that the
// configuration names, which may do everything, and from one that it does not name.
func TestBrowser(t *testing.T) {
	browser := startBrowser(t)
	page, stranger := servePage(t), servePage(t)
	database := sampleDatabase(t)
	config := filepath.Join(t.TempDir(), "countersign.toml")
	must(t, os.WriteFile(config, fmt.Appendf(nil, browserSettings, page), 0o600))
	p := start(t, "serve", "--config", config, "--listen", "127.0.0.1:0", "--database", database)
	server := "http://" + p.address

	t.Run("allowed", func(t *testing.T) {
		tab := openTab(t, browser, page)
		state, said := runPage(t, tab, server)
		if state != "done" {
			t.Errorf("the page ended as %s", state)
		}
		for _, step := range append([]string{"version"}, steps...) {
			if !strings.Contains("\n"+said, "\n"+step+" ok") {
				t.Errorf("no line %q in\n%s", step+" ok", said)
			}
		}
	})
	t.Run("not allowed", func(t *testing.T) {
		tab := openTab(t, browser, stranger)
		// What everybody may read comes by script; the login is not even sent.
		state, said := runPage(t, tab, server)
		if lines := strings.Split(said, "\n"); state != "failed" || len(lines) < 2 || !strings.HasPrefix(lines[0], "version ok") || lines[1] != "Failed to fetch" {
			t.Errorf("the page ended as %s, saying\n%s", state, said)
		}
		for _, attempt := range attempts {
			if got := evaluate(t, tab, fmt.Sprintf(attempt.script, server)); got != attempt.want {
				t.Errorf("%s: %q, want %q", attempt.name, got, attempt.want)
			}
		}
		if list := sessionList(t, database); list != "[]" {
			t.Errorf("there are sessions: %s", list)
		}
	})
}

const browserSettings = `
cors_origin = [%q]

[[endpoint]]
path = "/jsonrpc.cgi"
transport = "jsonrpc"
dialect = "bugzilla"
jsonp = true
`

// attempts are what the script of a page that may not call can try nevertheless.
var attempts = []struct{ name, script, want string }{
	{
		"a login of which the browser does not ask first and shows no answer",
		`fetch("%s/rpc", {method: "POST", mode: "no-cors", credentials: "include",
			body: '{"jsonrpc":"2.0","id":1,"method":"system.login","params":["bubba","gump"]}'}).then(a => a.type, e => e.message)`,
		"opaque",
	},
	{
		"the same over XML-RPC, with its media type",
		`fetch("%s/RPC2", {method: "POST", headers: {"Content-Type": "text/xml"},
			body: "<methodCall><methodName>system.listMethods</methodName></methodCall>"}).then(a => a.type, e => e.message)`,
		"Failed to fetch",
	},
	{
		"a script, where JSONP is off",
		`script("%s/rpc", "system.listMethods").then(() => "called", e => e.message)`,
		"system.listMethods: no script",
	},
	{
		"a script for what one has to be logged in for",
		`script("%s/jsonrpc.cgi", "addressbook.boaddressbook.categories").then(a => String(a.error.code), e => e.message)`,
		"410",
	},
}

// sampleDatabase makes a database with the sample accounts and gives its address.
func sampleDatabase(t *testing.T) string {
	t.Helper()
	url := sqltest.SQLiteURL(t)
	db, err := sql.Open(t.Context(), url)
	must(t, err)
	hash := func(plain string) (string, error) {
		return password.Hash(rand.Reader, password.DefaultParams, []byte(plain))
	}
	must(t, sample.Fill(t.Context(), db.Accounts(), db.AddressBook(), hash, time.Now()))
	must(t, db.Close())
	return url
}

// sessionList gives the live sessions of a database, as JSON.
func sessionList(t *testing.T, database string) string {
	t.Helper()
	path, err := binary()
	must(t, err)
	out, err := exec.Command(path, "session", "list", "--json", "--database", database).Output()
	must(t, err)
	return strings.TrimSpace(string(out))
}
