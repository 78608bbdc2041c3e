//go:build pam && cgo

package pamauth

import (
	"errors"
	"strings"
	"testing"
	"time"

	"countersign/session"
	"countersign/session/sessiontest"
	"countersign/sql/sqltest"
)

// TestUnixSuite runs the suite on real accounts of this machine.
func TestUnixSuite(t *testing.T) {
	db := sqltest.SQLite(t)
	ann := user(unixUser(t, "Ann's password"), "Ann's password")
	bob := user(unixUser(t, "Bob's  pass phrase"), "Bob's  pass phrase")
	dan := user(unixUser(t, "Dan's password"), "Dan's password")
	addUser(t, db, ann.Name, false)
	addUser(t, db, bob.Name, false)
	addUser(t, db, dan.Name, true)
	dir := confDir(t, map[string]string{DefaultService: unixStack})
	p, _ := pool(t, nil)
	sessiontest.Authenticator(t, func(t *testing.T) sessiontest.Logins {
		a, _ := open(t, db, p, func(c *Config) { c.ConfDir = dir })
		return sessiontest.Logins{Authenticator: a, Longest: maxSecret, Known: ann, Other: bob, Disabled: dan}
	})
}

// TestUnixAccounts: what has happened to an account is told apart for the audit, and only
// there.
func TestUnixAccounts(t *testing.T) {
	needRoot(t)
	const pass = "The password of zebras"
	db := sqltest.SQLite(t)
	dir := confDir(t, map[string]string{DefaultService: unixStack})
	p, workerLog := pool(t, nil)
	a, log := open(t, db, p, func(c *Config) { c.ConfDir, c.AutoCreate, c.Roles = dir, true, []string{"user"} })
	for _, tt := range []struct {
		what    string
		pass    string
		command []string // with the name after it
		want    string
		wrong   string // with a wrong password
	}{
		{"sound", pass, nil, "", session.ReasonPassword},
		{"expired", pass, []string{"chage", "-E", "0"}, session.ReasonExpired, session.ReasonPassword},
		{"password expired and inactive", pass, []string{"chage", "-d", "2001-01-01", "-M", "1", "-I", "1"}, session.ReasonExpired, session.ReasonPassword},
		{"password must be changed", pass, []string{"chage", "-d", "0"}, session.ReasonChange, session.ReasonPassword},
		{"password too old", pass, []string{"chage", "-d", "2001-01-01", "-M", "1"}, session.ReasonChange, session.ReasonPassword},
		{"locked", pass, []string{"passwd", "--quiet", "-l"}, session.ReasonLocked, session.ReasonLocked},
		{"locked and expired", pass, []string{"usermod", "-L", "-e", "1"}, session.ReasonLocked, session.ReasonLocked},
		{"never had a password", "", nil, session.ReasonNoLogin, session.ReasonNoLogin},
		{"empty password", pass, []string{"passwd", "--quiet", "-d"}, session.ReasonNoLogin, session.ReasonNoLogin},
	} {
		t.Run(tt.what, func(t *testing.T) {
			name := unixUser(t, tt.pass)
			if tt.command != nil {
				system(t, "", append(tt.command, name)...)
			}
			found, err := a.Authenticate(t.Context(), user(name, pass))
			if reason(err) != tt.want || (err == nil) != (tt.want == "") || (err == nil) != (found.Name == name) {
				t.Errorf("%q, %v, want %q", found.Name, err, tt.want)
			}
			if _, err := a.Authenticate(t.Context(), user(name, pass+"x")); reason(err) != tt.wrong {
				t.Errorf("wrong password: %v, want %q", err, tt.wrong)
			}
		})
	}
	if _, err := a.Authenticate(t.Context(), user("no-such-user-here", pass)); reason(err) != session.ReasonUnknown {
		t.Errorf("unknown: %v", err)
	}
	if n, err := db.Accounts().Count(t.Context()); n != 1 || err != nil {
		t.Errorf("%d accounts were made, %v, want that of the one login", n, err)
	}
	if text := log.String() + workerLog.String(); strings.Contains(text, "zebras") {
		t.Errorf("the log shows the password: %s", text)
	}
}

// TestNoFailureDelay: pam_unix asks for 2 s ± a quarter after a wrong password.
func TestNoFailureDelay(t *testing.T) {
	name := unixUser(t, "right")
	module := scripted(t)
	dir := confDir(t, map[string]string{
		"unix":  unixStack,
		"delay": "auth required " + module + " delay=60000000 return=7\naccount required " + module + "\n",
	})
	p, _ := pool(t, nil)
	for _, service := range []string{"unix", "delay"} {
		a, _ := open(t, sqltest.SQLite(t), p, func(c *Config) { c.ConfDir, c.Service = dir, service })
		// The quickest of several: the machine may be busy with other things.
		quickest := time.Hour
		for range 5 {
			start := time.Now()
			if _, err := a.Authenticate(t.Context(), user(name, "wrong")); reason(err) != session.ReasonPassword {
				t.Fatal(err)
			}
			quickest = min(quickest, time.Since(start))
		}
		if quickest > 1400*time.Millisecond {
			t.Errorf("%s: a refusal takes %v", service, quickest)
		}
	}
}

// TestShippedServiceFileWorks: with real accounts, and root stays out.
func TestShippedServiceFileWorks(t *testing.T) {
	needModules(t, "pam_unix.so", "pam_succeed_if.so")
	name := unixUser(t, "right")
	low := unixUser(t, "right")
	system(t, "", "usermod", "-o", "-u", "0", low)
	dir := confDir(t, map[string]string{DefaultService: shippedServiceFile(t)})
	p, _ := pool(t, nil)
	a, _ := open(t, sqltest.SQLite(t), p, func(c *Config) { c.ConfDir, c.AutoCreate = dir, true })
	if found, err := a.Authenticate(t.Context(), user(name, "right")); err != nil || found.Name != name {
		t.Errorf("%q, %v", found.Name, err)
	}
	if _, err := a.Authenticate(t.Context(), user(name, "wrong")); reason(err) != session.ReasonPassword {
		t.Errorf("wrong password: %v", err)
	}
	if _, err := a.Authenticate(t.Context(), user(low, "right")); reason(err) != session.ReasonLocked {
		t.Errorf("an account with the rights of root: %v", err)
	}
	if found := Check(t.Context(), CheckConfig{Runner: p, ConfDir: dir}); len(found) != 0 {
		t.Errorf("check: %+v", found)
	}
	none := confDir(t, nil)
	if found := Check(t.Context(), CheckConfig{Runner: p, ConfDir: none}); len(found) == 0 || !strings.Contains(found[0].Text, "no service file") {
		t.Errorf("check without a file: %+v", found)
	}
	a, _ = open(t, sqltest.SQLite(t), p, func(c *Config) { c.ConfDir = none })
	if _, err := a.Authenticate(t.Context(), user(name, "right")); !errors.Is(err, session.ErrUnavailable) {
		t.Errorf("without a service file: %v, want ErrUnavailable", err)
	}
}
