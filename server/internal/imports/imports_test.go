package imports

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// pkg is what `go list -json` tells of a package.
type pkg struct {
	ImportPath string
	Imports    []string
}

// rule says what the packages under a path may import directly. The first rule that
// matches a package holds. Paths end in "/..." for a whole tree.
type rule struct {
	packages string
	may      []string // "std" for the standard library
	because  string
}

var rules = []rule{
	{"countersign/methods", []string{"std"}, "the vocabulary is everybody's, so it must lean on nobody"},
	{"countersign/methods/methodstest", []string{"std", "countersign/methods"}, "the suite tests modules through the vocabulary alone"},
	{"countersign/methods/signin", []string{"std", "countersign/methods", "countersign/session", "countersign/session/..."}, "what the modules that log in have in common"},
	{"countersign/methods/system", []string{"std", "countersign/methods", "countersign/methods/signin", "countersign/session", "countersign/session/..."}, "logging in is about sessions, and about nothing of a wire"},
	{"countersign/methods/bugzilla", []string{"std", "countersign/methods", "countersign/methods/signin", "countersign/session", "countersign/session/..."}, "people and accounts are what it is about, and nothing of a wire"},
	{"countersign/methods/...", []string{"std", "countersign/methods"}, "business code must not know how it is called or stored"},
	{"countersign/session/internal/keeper", []string{"std"}, "it keeps a goroutine for work that it knows nothing of"},
	{"countersign/session/internal/background", []string{"std"}, "it runs work that it knows nothing of"},
	{"countersign/session", []string{"std", "countersign/session/account", "countersign/session/audit", "countersign/session/internal/background", "countersign/session/internal/keeper"}, "sessions must not know a database, a wire or a hash"},
	{"countersign/session/account", []string{"std", "golang.org/x/text/unicode/norm"}, "accounts are domain types, and what their names look like"},
	{"countersign/session/internal/twin", []string{"std"}, "it starts a process that obeys what it knows nothing of"},
	{"countersign/session/internal/durable", []string{"std"}, "it knows folders only"},
	{"countersign/session/audit", []string{"std", "countersign/session/internal/durable"}, "the audit log must not be able to name a secret"},
	{"countersign/session/apikey", []string{"std", "countersign/session", "countersign/session/account", "countersign/session/internal/background"}, "keys are proven like sessions, and know no database"},
	{"countersign/session/apikey/apikeytest", []string{"std", "countersign/session/..."}, "the suite tests stores through their contract"},
	{"countersign/session/throttle/throttletest", []string{"std", "countersign/session/..."}, "the suite tests stores through their contract"},
	{"countersign/session/chain", []string{"std", "countersign/session", "countersign/session/account"}, "a chain asks others"},
	{"countersign/session/cookie", []string{"std", "countersign/session", "countersign/session/internal/durable", "github.com/gorilla/sessions", "github.com/gorilla/securecookie"}, "a cookie carries a session, and knows no store and no wire"},
	{"countersign/pamauth", []string{"std", "C", "countersign/session", "countersign/session/account", "countersign/session/audit", "countersign/session/verify", "github.com/msteinert/pam/v2"}, "PAM proves names and knows nothing of what they may do"},
	{"countersign/server/internal/peer", []string{"std"}, "addresses only"},
	{"countersign/session/throttle", []string{"std", "countersign/session", "countersign/session/account", "countersign/session/internal/keeper"}, "counting attempts is about names and addresses only"},
	{"countersign/session/account/accounttest", []string{"std", "countersign/session/..."}, "the suite tests stores through their contract"},
	{"countersign/session/sessiontest", []string{"std", "countersign/session/..."}, "the suite tests stores through their contract"},
	{"countersign/session/password", []string{"std", "golang.org/x/crypto/argon2"}, "the one place that hashes passwords"},
	{"countersign/session/verify", []string{"std", "countersign/session/password", "golang.org/x/sys/unix"}, "workers hash and do nothing else"},
	{"countersign/session/localauth", []string{"std", "countersign/session/..."}, "proving a password needs accounts and workers only"},
	{"countersign/sql", []string{"std", "countersign/session/...", "countersign/methods/...", "github.com/jackc/pgx/...", "modernc.org/sqlite/...", "github.com/pressly/goose/...", "golang.org/x/sys/unix"}, "only sql may import a database driver, and it implements contracts of the domain"},
	{"countersign/sql/sqltest", []string{"std", "countersign/sql", "golang.org/x/sys/unix", "github.com/jackc/pgx/...", "modernc.org/sqlite"}, "throw-away databases are about databases only"},
	{"countersign/server/wire", []string{"std", "countersign/methods"}, "the contract of transports must not know net/http's server, sessions or stores"},
	{"countersign/server/internal/words", []string{"std"}, "it knows bytes only"},
	{"countersign/server/internal/pieces", []string{"std"}, "it knows memory only"},
	{"countersign/server/internal/xmltext", []string{"std", "countersign/server/internal/words"}, "the scanner knows XML and nothing else"},
	{"countersign/server/internal/xmlbody", []string{"std", "countersign/methods", "countersign/server/wire", "countersign/server/internal/xmltext"}, "reading a body is about requests and XML, not about what they mean"},
	{"countersign/server/internal/sample", []string{"std", "countersign/methods/addressbook", "countersign/session/account"}, "sample data goes through the contracts of the stores"},
	{"countersign/server/xmlrpc", []string{"std", "countersign/methods", "countersign/server/wire", "countersign/server/internal/xmltext", "countersign/server/internal/xmlbody", "countersign/server/internal/pieces"}, "a transport knows bytes and values only"},
	{"countersign/server/soap", []string{"std", "countersign/methods", "countersign/server/wire", "countersign/server/internal/xmltext", "countersign/server/internal/xmlbody", "countersign/server/internal/pieces"}, "a transport knows bytes and values only"},
	{"countersign/server/jsonrpc", []string{"std", "countersign/methods", "countersign/server/wire", "countersign/server/internal/words"}, "a transport knows bytes and values only"},
	{"countersign/server/wire/wiretest", []string{"std", "countersign/methods", "countersign/server/wire", "countersign/server/internal/xmltext", "pgregory.net/rapid"}, "it stands in for the core in tests of transports"},
	{"countersign/server/dialect", []string{"std", "countersign/methods", "countersign/server/wire"}, "a dialect is data about clients; it decides nothing"},
	{"countersign/server", []string{"std", "countersign/methods", "countersign/methods/signin", "countersign/session", "countersign/session/account", "countersign/session/apikey", "countersign/session/audit", "countersign/server/..."}, "the server puts transports, dialects and sessions together, and knows no store"},
}

// free are the packages without a rule.
var free = []string{
	"countersign/server/cmd/...",          // commands wire everything together
	"countersign/server/e2e",              // it is tests alone
	"countersign/server/internal/imports", // and so is this
}

// TestDirections reads the imports of every package (without its tests) and holds
// them against the rules.
func TestDirections(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range list(t) {
		i := slices.IndexFunc(rules, func(r rule) bool { return matches(r.packages, p.ImportPath) })
		if i < 0 {
			if !slices.ContainsFunc(free, func(pattern string) bool { return matches(pattern, p.ImportPath) }) {
				t.Errorf("%s imports %q and has no rule", p.ImportPath, p.Imports)
			}
			continue
		}
		seen[rules[i].packages] = true
		for _, imported := range p.Imports {
			if !allowed(rules[i].may, imported) {
				t.Errorf("%s must not import %s: %s", p.ImportPath, imported, rules[i].because)
			}
		}
	}
	for _, r := range rules {
		if !seen[r.packages] {
			t.Errorf("the rule for %s fits no package", r.packages)
		}
	}
}

// TestFewImporters: what only these packages may import, the free ones among them.
func TestFewImporters(t *testing.T) {
	all := list(t)
	for what, who := range map[string][]string{
		"unsafe": {"countersign/methods", "countersign/server/internal/xmltext", "countersign/server/cmd/bench"},
		"C":      {"countersign/pamauth"},
		// Cookies are read and made in one place.
		"github.com/gorilla/sessions/...":     {"countersign/session/cookie"},
		"github.com/gorilla/securecookie/...": {"countersign/session/cookie"},
		// The benchmark compares the service with a server built on it.
		"github.com/gorilla/rpc/...": {"countersign/server/cmd/bench"},
		// Everybody else asks for stores.
		"database/sql":             {"countersign/sql", "countersign/sql/sqltest"},
		"github.com/jackc/pgx/...": {"countersign/sql", "countersign/sql/sqltest"},
		"modernc.org/sqlite/...":   {"countersign/sql", "countersign/sql/sqltest"},
	} {
		for _, p := range all {
			for _, imported := range p.Imports {
				if matches(what, imported) && !slices.Contains(who, p.ImportPath) {
					t.Errorf("%s must not import %q", p.ImportPath, imported)
				}
			}
		}
	}
}

func matches(pattern, path string) bool {
	if tree, ok := strings.CutSuffix(pattern, "/..."); ok {
		return path == tree || strings.HasPrefix(path, tree+"/")
	}
	return path == pattern
}

func allowed(may []string, imported string) bool {
	first, _, _ := strings.Cut(imported, "/")
	if !strings.Contains(first, ".") && first != "countersign" {
		return slices.Contains(may, "std")
	}
	return slices.ContainsFunc(may, func(m string) bool { return matches(m, imported) })
}

func list(t *testing.T) []pkg {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports", "countersign/...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []pkg
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}
