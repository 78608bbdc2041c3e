//go:build pam && cgo

package pamauth

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/session"
	"countersign/session/verify"
	"countersign/sql/sqltest"
)

func shippedServiceFile(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../scripts/countersign.pam")
	must(t, err)
	return string(text)
}

// TestStatuses: each status of either call has one meaning.
func TestStatuses(t *testing.T) {
	module := scripted(t)
	const down = "unavailable"
	p, _ := pool(t, nil)
	// Numbers of <security/_pam_types.h>.
	for _, tt := range []struct {
		status        string
		auth, account string
	}{
		{"0", "", ""},
		{"1 open", down, down}, {"2 symbol", down, down}, {"3 service", down, down}, {"4 system", down, down}, {"5 buffer", down, down},
		{"6 permission denied", session.ReasonLocked, session.ReasonLocked},
		{"7 auth", session.ReasonPassword, session.ReasonLocked},
		{"8 cred insufficient", down, down}, {"9 authinfo unavailable", down, down},
		{"10 user unknown", session.ReasonUnknown, session.ReasonUnknown},
		{"11 max tries", session.ReasonLocked, session.ReasonLocked},
		{"12 new token required", session.ReasonChange, session.ReasonChange},
		{"13 account expired", session.ReasonExpired, session.ReasonExpired},
		{"14 session", down, down}, {"15 cred unavailable", down, down},
		{"16 cred expired", session.ReasonExpired, session.ReasonExpired},
		{"17 cred", down, down}, {"19 conversation", down, down}, {"20 token", down, down},
		{"26 abort", down, down},
		{"27 token expired", session.ReasonExpired, session.ReasonExpired},
		{"28 module unknown", down, down},
	} {
		number, _, _ := strings.Cut(tt.status, " ")
		dir := confDir(t, map[string]string{
			"auth":    "auth required " + module + " return=" + number + "\naccount required " + module + "\n",
			"account": "auth required " + module + "\naccount required " + module + " return=" + number + "\n",
		})
		db := sqltest.SQLite(t)
		addUser(t, db, "no-unix-user", false)
		for service, want := range map[string]string{"auth": tt.auth, "account": tt.account} {
			a, _ := open(t, db, p, func(c *Config) { c.ConfDir, c.Service = dir, service })
			_, err := a.Authenticate(t.Context(), user("no-unix-user", "x"))
			got := reason(err)
			if errors.Is(err, session.ErrUnavailable) {
				got = down
			} else if err != nil && got == "" {
				t.Fatal(err)
			}
			if got != want {
				t.Errorf("%s from %s: %q, want %q", tt.status, service, got, want)
			}
		}
	}
}

// TestTwoPrompts: a module asks for a second thing after pam_unix has had the password.
func TestTwoPrompts(t *testing.T) {
	name := unixUser(t, "right")
	module := scripted(t)
	second := "info=Hello_there error=Mind_the_step secret=Token:_ is=123456 echo=Colour?_ is=blue info=Goodbye\n"
	dir := confDir(t, map[string]string{
		"required":  "auth required pam_unix.so\nauth required " + module + " " + second + "account required pam_unix.so\n",
		"requisite": "auth requisite pam_unix.so\nauth required " + module + " " + second + "account required pam_unix.so\n",
		"chatty":    "auth required " + module + " info=Hello error=Hello\nauth required pam_unix.so\naccount required pam_unix.so\naccount required " + module + " info=Hello\n",
		"binary":    "auth required pam_unix.so\nauth required " + module + " binary\naccount required pam_unix.so\n",
		"account":   "auth required pam_unix.so\naccount required pam_unix.so\naccount required " + module + " echo=Sure?_ is=yes\n",
	})
	db := sqltest.SQLite(t)
	addUser(t, db, name, false)
	p, _ := pool(t, nil)
	login := func(service string, pass session.Password) (*session.Challenge, error) {
		a, _ := open(t, db, p, func(c *Config) { c.ConfDir, c.Service = dir, service })
		found, err := a.Authenticate(t.Context(), user(name, pass))
		if (err == nil) != (found.Name == name) {
			t.Fatalf("%q, %v", found.Name, err)
		}
		c, _ := errors.AsType[*session.Challenge](err)
		return c, err
	}
	for _, tt := range []struct {
		pass, token, colour session.Password
		want                string
	}{
		{"right", "123456", "blue", ""},
		{"right", "123456", "red", session.ReasonPassword},
		{"wrong", "123456", "blue", session.ReasonPassword},
	} {
		c, err := login("required", tt.pass)
		asked(t, err)
		want := []session.Prompt{{Text: "Hello there", Info: true}, {Text: "Mind the step", Info: true}, {Text: "Token: "}}
		if len(c.Prompts) != 3 || c.Prompts[0] != want[0] || c.Prompts[1] != want[1] || c.Prompts[2] != want[2] {
			t.Fatalf("%+v", c.Prompts)
		}
		_, err = c.Continue(t.Context(), []session.Password{"", "", tt.token})
		c = asked(t, err)
		if len(c.Prompts) != 1 || c.Prompts[0] != (session.Prompt{Text: "Colour? ", Echo: true}) {
			t.Fatalf("%+v", c.Prompts)
		}
		found, err := c.Continue(t.Context(), []session.Password{tt.colour})
		if reason(err) != tt.want || (err == nil) != (found.Name == name) || (err == nil) != (tt.want == "") {
			t.Errorf("%+v: %q, %v", tt, found.Name, err)
		}
	}
	if _, err := login("requisite", "wrong"); reason(err) != session.ReasonPassword {
		t.Errorf("requisite: %v", err)
	}
	if _, err := login("chatty", "right"); err != nil {
		t.Errorf("messages alone: %v", err)
	}
	if _, err := login("binary", "right"); !errors.Is(err, session.ErrUnavailable) {
		t.Errorf("a prompt that nobody can answer: %v, want ErrUnavailable", err)
	}
	c, err := login("account", "right")
	asked(t, err)
	if found, err := c.Continue(t.Context(), []session.Password{"yes"}); err != nil || found.Name != name {
		t.Errorf("a question of the account check: %v", err)
	}
	// What is given up frees its worker and leaves it sound.
	for range 10 {
		c, err := login("required", "right")
		asked(t, err)
		c.Cancel()
		eventually(t, "workers idle", func() bool { s := p.Stats(); return s.Running == 0 && s.Talking == 0 })
	}
	if s := p.Stats(); s.Lost != 0 || int64(s.Started) != int64(s.Processes) {
		t.Errorf("%+v: a worker had to be replaced", s)
	}
}

// TestCanonicalName: the account is that of PAM_USER at the end.
func TestCanonicalName(t *testing.T) {
	module := scripted(t)
	dir := confDir(t, map[string]string{
		"auth":    "auth required " + module + " user=canonical\naccount required " + module + "\n",
		"account": "auth required " + module + "\naccount required " + module + " user=canonical\n",
		"empty":   "auth required " + module + " user=\naccount required " + module + "\n",
	})
	db := sqltest.SQLite(t)
	addUser(t, db, "canonical", false)
	addUser(t, db, "as.typed", false)
	p, _ := pool(t, nil)
	for _, service := range []string{"auth", "account", "empty"} {
		a, _ := open(t, db, p, func(c *Config) { c.ConfDir, c.Service = dir, service })
		found, err := a.Authenticate(t.Context(), user("as.typed", "x"))
		if service == "empty" && !errors.Is(err, session.ErrUnavailable) || service != "empty" && (err != nil || found.Name != "canonical") {
			t.Errorf("%s: %q, %v", service, found.Name, err)
		}
	}
}

// TestWhatModulesSee: items and password as sent, read by a program under pam_exec. A
// password given there is not a prompt of its own.
func TestWhatModulesSee(t *testing.T) {
	needModules(t, "pam_exec.so", "pam_permit.so")
	needTools(t, "sh")
	seen := filepath.Join(t.TempDir(), "seen")
	script := filepath.Join(t.TempDir(), "look")
	must(t, os.WriteFile(script, []byte("#!/bin/sh\n"+
		"{ echo \"$PAM_SERVICE|$PAM_USER|$PAM_RHOST|$PAM_TTY|$PAM_TYPE\"; cat; } >"+seen+"\n"), 0o755))
	dir := confDir(t, map[string]string{"look": "auth required pam_exec.so quiet expose_authtok " + script + "\naccount required pam_permit.so\n"})
	db := sqltest.SQLite(t)
	addUser(t, db, "ann", false)
	p, _ := pool(t, nil)
	a, _ := open(t, db, p, func(c *Config) { c.ConfDir, c.Service = dir, "look" })
	for _, pass := range []session.Password{"plain", " blanks ", "pä\xc3ßé\n", session.Password(strings.Repeat("x", maxSecret))} {
		c := user("ann", pass)
		must(t, c.Peer.UnmarshalText([]byte("2001:db8::7")))
		_, err := a.Authenticate(t.Context(), c)
		must(t, err)
		got, err := os.ReadFile(seen)
		must(t, err)
		items, secret, _ := strings.Cut(string(got), "\n")
		if items != "look|ann|2001:db8::7|look|auth" {
			t.Errorf("items %s", items)
		}
		// pam_exec ends the password with a NUL.
		if strings.TrimSuffix(secret, "\x00") != string(pass) {
			t.Errorf("password %q, want %q", secret, pass)
		}
	}
	must(t, os.WriteFile(script, []byte("#!/bin/sh\nexit 1\n"), 0o755))
	if _, err := a.Authenticate(t.Context(), user("ann", "x")); !errors.Is(err, session.ErrUnavailable) {
		t.Errorf("a program that fails: %v, want ErrUnavailable", err)
	}
	refusing := confDir(t, map[string]string{"look": "auth [success=1 default=ignore] pam_exec.so quiet expose_authtok " + script +
		"\nauth requisite pam_deny.so\nauth required pam_permit.so\naccount required pam_permit.so\n"})
	a, _ = open(t, db, p, func(c *Config) { c.ConfDir, c.Service = refusing, "look" })
	if _, err := a.Authenticate(t.Context(), user("ann", "x")); reason(err) != session.ReasonPassword {
		t.Errorf("a program that refuses, with pam_deny behind it: %v", err)
	}
}

// TestCrashes: a module takes its worker down; that login is unavailable, others go on,
// and no log shows the password.
func TestCrashes(t *testing.T) {
	module := scripted(t)
	needModules(t, "pam_exec.so")
	stacks := map[string]string{"sound": "auth required " + module + " secret=Password:_ is=ZebraZebra\naccount required " + module + "\n"}
	for _, how := range []string{"segv", "abort", "exit"} {
		stacks[how] = "auth required " + module + " secret=Password:_ " + how + "\naccount required " + module + "\n"
	}
	stacks["child"] = "auth required pam_exec.so quiet expose_authtok /bin/sh -c kill\\ -SEGV\\ $$\naccount required " + module + "\n"
	stacks["missing"] = "auth required /no/such/pam_module.so\naccount required " + module + "\n"
	dir := confDir(t, stacks)
	db := sqltest.SQLite(t)
	addUser(t, db, "ann", false)
	p, log := pool(t, func(c *verify.Config) { c.Workers = 2 })
	for service := range stacks {
		a, ours := open(t, db, p, func(c *Config) { c.ConfDir, c.Service = dir, service })
		found, err := a.Authenticate(t.Context(), user("ann", "ZebraZebra"))
		switch {
		case service == "sound" && (err != nil || found.Name != "ann"):
			t.Errorf("%q, %v", found.Name, err)
		case service != "sound" && (!errors.Is(err, session.ErrUnavailable) || errors.Is(err, verify.ErrDeadline)):
			t.Errorf("%s: %v, want ErrUnavailable", service, err)
		}
		if text := log.String() + ours.String(); strings.Contains(text, "Zebra") || strings.Contains(text, "rax") {
			t.Errorf("%s: the log shows the password, or registers: %s", service, text)
		}
	}
	eventually(t, "no zombies", func() bool { return len(workers(t)) == p.Stats().Processes })
}

// TestLateAnswerKillsTheWorker: a conversation is not held for ever.
func TestLateAnswerKillsTheWorker(t *testing.T) {
	module := scripted(t)
	dir := confDir(t, map[string]string{"ask": "auth required " + module + " echo=Well?_ is=yes\naccount required " + module + "\n"})
	p, _ := pool(t, func(c *verify.Config) { c.Workers, c.Conversations, c.ReplyWait = 2, 1, 50*time.Millisecond })
	a, _ := open(t, sqltest.SQLite(t), p, func(c *Config) { c.ConfDir, c.Service = dir, "ask" })
	_, err := a.Authenticate(t.Context(), user("ann", "x"))
	c := asked(t, err)
	eventually(t, "worker replaced", func() bool { s := p.Stats(); return s.Lost == 1 && s.Running == 0 && s.Processes == 0 })
	if _, err := c.Continue(t.Context(), []session.Password{"yes"}); reason(err) != session.ReasonAnswer {
		t.Errorf("%v", err)
	}
}
