package audit_test

import (
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"countersign/session"
	"countersign/session/audit"
)

const fail2banFolder = "../../scripts/fail2ban"

// need skips the test when a program is missing; with COUNTERSIGN_TEST_REQUIRE_ALL=1 it
// fails instead.
func need(t *testing.T, program string) {
	t.Helper()
	if _, err := exec.LookPath(program); err == nil {
		return
	}
	if os.Getenv("COUNTERSIGN_TEST_REQUIRE_ALL") == "1" {
		t.Fatalf("%s is missing, and COUNTERSIGN_TEST_REQUIRE_ALL is set", program)
	}
	t.Skipf("%s is missing: ./scripts/test installs it (Debian package fail2ban)", program)
}

func copyFile(t *testing.T, to, from string) {
	t.Helper()
	content, err := os.ReadFile(from)
	must(t, err)
	must(t, os.MkdirAll(filepath.Dir(to), 0o700))
	must(t, os.WriteFile(to, content, 0o600))
}

// TestFilter lets fail2ban itself read a log: it finds refused logins with their
// address and time, and nothing else, whatever clients send.
func TestFilter(t *testing.T) {
	need(t, "fail2ban-regex")
	addr := netip.MustParseAddr
	fake := `x","outcome":"refused","peer":"198.51.100.1"}` + "\n" +
		`{"time":"2001-08-14T09:30:00.000000Z","event":"login","outcome":"refused","peer":"198.51.100.2"}`
	path := filepath.Join(t.TempDir(), "audit.log")
	log := open(t, path, audit.FileOptions{Options: audit.Options{Now: atNoon}})
	for _, e := range []audit.Event{
		{Type: audit.Login, Outcome: audit.Refused, Peer: addr("192.0.2.1"), Reason: session.ReasonPassword, User: audit.Known("ann")},
		{Type: audit.Login, Outcome: audit.Refused, Peer: addr("2001:db8::2")},
		{Type: audit.Login, Outcome: audit.Refused, Peer: addr("::ffff:192.0.2.3"), Reason: "locked", Method: fake},
		{Type: audit.Login, Outcome: audit.Refused, Peer: addr("fe80::4%eth0"), User: audit.Known(fake)},
		{Type: audit.Login, Outcome: audit.Refused, Peer: addr("::1")},
		{Type: audit.Login, Outcome: audit.Refused, User: audit.Known(fake)},
		{Type: audit.Login, Outcome: audit.OK, Peer: addr("192.0.2.9"), User: audit.Known(fake), Method: fake},
		{Type: audit.Login, Outcome: audit.Busy, Peer: addr("192.0.2.9")},
		{Type: audit.Credential, Outcome: audit.Refused, Peer: addr("192.0.2.9"), Method: fake, Endpoint: fake, Reason: fake},
		{Type: audit.Permission, Outcome: audit.Refused, Peer: addr("192.0.2.9"), Permission: fake, Role: fake, User: audit.Known(fake)},
		{Type: audit.Logout, Outcome: audit.OK, Peer: addr("192.0.2.9")},
	} {
		must(t, log.Record(e))
	}
	must(t, log.Close())

	filter, err := filepath.Abs(filepath.Join(fail2banFolder, "filter.d/countersign.conf"))
	must(t, err)
	// Another time zone shows that the time is read as the UTC it is.
	cmd := exec.CommandContext(t.Context(), "fail2ban-regex", "--usedns=no", "-o", "row", path, filter)
	cmd.Env = append(os.Environ(), "TZ=Asia/Tokyo")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var got []string
	for _, m := range regexp.MustCompile(`(?m)^\['([^']*)',\s*([0-9.]+)`).FindAllStringSubmatch(string(out), -1) {
		got = append(got, m[1]+" "+m[2])
	}
	const want = "192.0.2.1 997781400, 2001:db8::2 997781400, 192.0.2.3 997781400, fe80::4 997781400, ::1 997781400"
	if strings.Join(got, ", ") != want {
		t.Errorf("found %s\nwant  %s\n%s", strings.Join(got, ", "), want, out)
	}
}

// TestJail has fail2ban check a configuration that is its own plus the example.
func TestJail(t *testing.T) {
	need(t, "fail2ban-client")
	folder := t.TempDir()
	must(t, os.CopyFS(folder, os.DirFS("/etc/fail2ban")))
	must(t, os.RemoveAll(filepath.Join(folder, "jail.d"))) // jails of this machine
	filter, jail := filepath.Join(folder, "filter.d/countersign.conf"), filepath.Join(folder, "jail.d/countersign.conf")
	copyFile(t, filter, filepath.Join(fail2banFolder, "filter.d/countersign.conf"))
	copyFile(t, jail, filepath.Join(fail2banFolder, "jail.d/countersign.conf"))

	const example = "/var/lib/countersign/audit.log"
	content, err := os.ReadFile(jail)
	must(t, err)
	if strings.Count(string(content), example) != 1 {
		t.Fatalf("the jail does not name %s", example)
	}
	log := filepath.Join(folder, "audit.log")
	must(t, os.WriteFile(log, nil, 0o600))
	must(t, os.WriteFile(jail, []byte(strings.Replace(string(content), example, log, 1)), 0o600))

	out, err := exec.CommandContext(t.Context(), "fail2ban-client", "-c", folder, "-d").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, want := range []string{
		`['add', 'countersign',`,
		`['set', 'countersign', 'addlogpath', '` + log + `'`,
		`['set', 'countersign', 'maxretry', 20]`,
		`"event":"login","outcome":"refused"`,
	} {
		if !strings.Contains(string(out), want) {
			t.Errorf("the configuration lacks %s:\n%s", want, out)
		}
	}
}
