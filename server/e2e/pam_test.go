//go:build pam && cgo

package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"countersign/session/account"
	"countersign/session/password"
	"countersign/sql"
	"countersign/sql/sqltest"
)

const buildTags = "pam"

// TestPAM runs the program with --auth accounts,pam over real Unix accounts and a
// module that asks a second question.
func TestPAM(t *testing.T) {
	if os.Geteuid() != 0 || !have("useradd", "userdel", "chpasswd", "chage", "gcc") {
		lacking(t, "root with useradd, chpasswd and chage, or gcc")
	}
	dir := t.TempDir()
	module := filepath.Join(dir, "pam_scripted.so")
	run(t, "gcc", "-shared", "-fPIC", "-o", module, filepath.Join("..", "..", "pamauth", "testdata", "pam_scripted.c"), "-lpam")
	must(t, os.WriteFile(filepath.Join(dir, "unix"), []byte("auth required pam_unix.so nodelay\naccount required pam_unix.so\n"), 0o644))
	must(t, os.WriteFile(filepath.Join(dir, "twostep"), []byte("auth required pam_unix.so nodelay\nauth required "+module+
		" echo=Token:_ is=123456\naccount required pam_unix.so\n"), 0o644))
	good, expired, locked := unixUser(t), unixUser(t), unixUser(t)
	run(t, "chage", "-E", "2001-01-01", expired)
	run(t, "usermod", "-L", locked)

	url := sqltest.SQLiteURL(t)
	db, err := sql.Open(t.Context(), url)
	must(t, err)
	hash, err := password.Hash(randReader{}, password.DefaultParams, []byte("local-secret"))
	must(t, err)
	_, err = db.Accounts().Add(t.Context(), account.Account{Kind: account.User, Name: "local", PasswordHash: hash, Roles: []string{"user"}})
	must(t, err)
	// The audit names people in clear only if they have an account here.
	for _, name := range []string{expired, locked} {
		_, err = db.Accounts().Add(t.Context(), account.Account{Kind: account.User, Name: name, Roles: []string{"user"}})
		must(t, err)
	}
	must(t, db.Close())
	audit := filepath.Join(dir, "audit.log")
	serve := func(service string) *process {
		return start(t, "serve", "--listen", "127.0.0.1:0", "--database", url, "--auth", "accounts,pam",
			"--pam-service", service, "--pam-confdir", dir, "--pam-create", "--audit", audit, "--linger", "0s")
	}

	p := serve("unix")
	pair := pairIn(login(t, p, good, unixPassword))
	if valid, err := check(p.address, pair); err != nil || !valid {
		t.Errorf("a Unix account's session: %v %v\n%s", valid, err, tail(p.logged(), 5))
	}
	if pairIn(login(t, p, "local", "local-secret")) == "" {
		t.Error("an account of the database is refused beside PAM")
	}
	refusals := map[string]bool{}
	for _, c := range [][2]string{{good, "wrong-" + unixPassword}, {expired, unixPassword}, {locked, unixPassword}, {"nobody-at-all", unixPassword}} {
		answer := login(t, p, c[0], c[1])
		if !strings.Contains(answer, "-32002") {
			t.Errorf("%s: %s", c[0], answer)
		}
		refusals[answer] = true
	}
	if len(refusals) != 1 {
		t.Errorf("clients can tell refusals apart: %v", refusals)
	}
	lines, err := os.ReadFile(audit)
	must(t, err)
	for name, reason := range map[string]string{good: "wrong password", expired: "account expired", locked: "account locked"} {
		if !regexp.MustCompile(`"outcome":"refused"[^\n]*"reason":"` + reason + `[^\n]*"user":"` + name + `"|"user":"` + name + `"[^\n]*"reason":"` + reason).Match(lines) {
			t.Errorf("the audit does not tell %q of %s:\n%s", reason, name, lines)
		}
	}
	p.kill()

	p = serve("twostep")
	answer := login(t, p, good, unixPassword)
	nonce := regexp.MustCompile(`<name>nonce</name><value><string>([0-9a-f]{32})<`).FindStringSubmatch(answer)
	if nonce == nil || !strings.Contains(answer, "<string>Token: </string>") || !strings.Contains(answer, "<name>echo</name><value><boolean>1<") {
		t.Fatalf("no second question: %s", answer)
	}
	answer = more(t, p, nonce[1], "123456")
	if valid, err := check(p.address, pairIn(answer)); err != nil || !valid {
		t.Errorf("after the second answer: %v %v %s", valid, err, answer)
	}
	if again := more(t, p, nonce[1], "123456"); !strings.Contains(again, "-32002") {
		t.Errorf("a nonce worked twice: %s", again)
	}
	nonce = regexp.MustCompile(`<string>([0-9a-f]{32})<`).FindStringSubmatch(login(t, p, good, unixPassword))
	if answer := more(t, p, nonce[1], "654321"); !strings.Contains(answer, "-32002") {
		t.Errorf("a wrong second answer: %s", answer)
	}
	lines, err = os.ReadFile(audit)
	must(t, err)
	for _, secret := range []string{unixPassword, "local-secret", "123456", "654321", strings.Split(pair, ":")[0], strings.Split(pair, ":")[1]} {
		if strings.Contains(string(lines)+p.logged(), secret) {
			t.Errorf("the log or the audit shows a secret")
		}
	}
}

const unixPassword = "a-unix-pass-phrase"

// unixUser makes an account of the machine, for the length of the test.
func unixUser(t *testing.T) string {
	t.Helper()
	var b [4]byte
	if _, err := (randReader{}).Read(b[:]); err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("cse2e%x", b)
	run(t, "useradd", "--no-create-home", name)
	t.Cleanup(func() { run(t, "userdel", name) })
	cmd := exec.Command("chpasswd")
	cmd.Stdin = strings.NewReader(name + ":" + unixPassword + "\n")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("chpasswd: %v %s", err, out)
	}
	return name
}

func run(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v %s", name, err, out)
	}
}

func login(t *testing.T, p *process, user, pass string) string {
	t.Helper()
	answer, err := post(p.address, "", call("system.login", user, pass))
	must(t, err)
	return answer
}

// more answers the question of a login.
func more(t *testing.T, p *process, nonce, answer string) string {
	t.Helper()
	out, err := post(p.address, "", `<?xml version="1.0"?><methodCall><methodName>system.login</methodName><params><param><value><struct>`+
		`<member><name>nonce</name><value><string>`+nonce+`</string></value></member>`+
		`<member><name>answers</name><value><array><data><value><string>`+answer+`</string></value></data></array></value></member>`+
		`</struct></value></param></params></methodCall>`)
	must(t, err)
	return out
}
