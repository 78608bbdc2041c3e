package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"

	"countersign/session/account"
	"countersign/sql/sqltest"
)

func TestCheckCertificate(t *testing.T) {
	t.Parallel()
	day := 24 * time.Hour
	for name, c := range map[string]struct {
		from, to time.Duration
		want     verdict
	}{
		"good":    {-day, 90 * day, good},
		"soon":    {-day, 3 * day, warn},
		"over":    {-9 * day, -day, fail},
		"not yet": {day, 90 * day, fail},
	} {
		var f findings
		s := &settings{}
		s.TLSCert, s.TLSKey = certificate(t, t.TempDir(), time.Now().Add(c.from), time.Now().Add(c.to))
		if f.checkCertificate(s); len(f) != 1 || f[0].Status != c.want {
			t.Errorf("%s: %v", name, f)
		}
	}
}

// certificate makes files with a certificate for 127.0.0.1 that is its own authority.
func certificate(t *testing.T, dir string, from, to time.Time) (certFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: from, NotAfter: to, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true,
	}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	certFile, keyFile = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for file, block := range map[string]*pem.Block{
		certFile: {Type: "CERTIFICATE", Bytes: cert}, keyFile: {Type: "PRIVATE KEY", Bytes: secret},
	} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return certFile, keyFile
}

func TestCheckAudit(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	old := filepath.Join(dir, "old.log")
	if err := os.WriteFile(old, []byte("{}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]verdict{
		"": good, old: good, filepath.Join(dir, "new.log"): good,
		dir: fail, filepath.Join(dir, "nowhere", "new.log"): fail, filepath.Join(old, "new.log"): fail,
	} {
		var f findings
		s := &settings{}
		s.Audit = path
		if f.checkAudit(s); len(f) != 1 || f[0].Status != want {
			t.Errorf("%q: %v", path, f)
		}
	}
	if text, err := os.ReadFile(old); err != nil || string(text) != "{}\n" {
		t.Errorf("the old file holds %q: %v", text, err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestCheckAccounts(t *testing.T) {
	t.Parallel()
	everything := []string{"*"}
	for name, c := range map[string]struct {
		accounts []account.Account
		want     verdict
	}{
		"none":     {nil, warn},
		"admin":    {[]account.Account{{Kind: account.User, Name: "a", Grants: everything}}, good},
		"disabled": {[]account.Account{{Kind: account.User, Name: "a", Grants: everything, Disabled: true}}, warn},
		"server":   {[]account.Account{{Kind: account.Server, Name: "a", Grants: everything}}, warn},
		"user":     {[]account.Account{{Kind: account.User, Name: "a", Grants: []string{"addressbook"}}}, warn},
	} {
		var f findings
		if f.checkAccounts(c.accounts); f[len(f)-1].Status != c.want {
			t.Errorf("%s: %v", name, f)
		}
	}
}

// TestCheckLookAlikes: accounts from before that look alike are named.
func TestCheckLookAlikes(t *testing.T) {
	t.Parallel()
	url := sqltest.SQLiteURL(t)
	db := sqltest.Open(t, url)
	for _, name := range []string{"zoe", "bubba", "other", "third"} {
		if _, err := db.Accounts().Add(t.Context(), account.Account{Kind: account.User, Name: name}); err != nil {
			t.Fatal(err)
		}
	}
	warnings := func() (texts []string) {
		var f findings
		f.checkDatabase(t.Context(), url)
		for _, line := range f {
			if line.Check == "accounts" && line.Status == warn {
				texts = append(texts, line.Text)
			}
		}
		return texts
	}
	if got := warnings(); len(got) != 0 {
		t.Errorf("nobody looks like anybody: %q", got)
	}
	sqltest.Rename(t, url, "other", "Bub\u00adba")
	sqltest.Rename(t, url, "third", "BUBBA")
	if got := warnings(); len(got) != 1 || !strings.HasPrefix(got[0], `the users "bubba", "Bub\u00adba", "BUBBA" look alike: `) {
		t.Errorf("%q", got)
	}
}

func TestStrangeVariables(t *testing.T) {
	t.Parallel()
	settings := map[string]*kong.Flag{"listen": nil, "idle": nil, "database": nil, "max_body": nil}
	got := strangeVariables([]string{
		"PATH=/bin", "COUNTERSIGN_LISTEN=x", "COUNTERSIGN_IDEL=x", "COUNTERSIGN_SESSION=x", "COUNTERSIGN_CONFIG=x",
		"COUNTERSIGN_SERVICE_HOST=10.0.0.1", "COUNTERSIGN_PORT=tcp://10.0.0.1:80", "COUNTERSIGN_TEST_POSTGRES_URL=x",
		"COUNTERSIGN_MAXBODY=1", "COUNTERSIGN_PASSWORD=x",
	}, settings)
	want := []string{
		"COUNTERSIGN_IDEL is set, but no setting has that name; did you mean COUNTERSIGN_IDLE?",
		"COUNTERSIGN_MAXBODY is set, but no setting has that name; did you mean COUNTERSIGN_MAX_BODY?",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}
