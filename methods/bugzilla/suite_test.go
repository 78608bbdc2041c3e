package bugzilla_test

import (
	"fmt"
	"testing"

	"countersign/methods"
	"countersign/methods/bugzilla"
	"countersign/methods/methodstest"
)

// TestSuite calls by position, as the suite does. It takes every method that is not
// marked read-only for one that readers may not call: which of them they may is in
// TestReaders.
func TestSuite(t *testing.T) {
	w := newWorld(t)
	admin := w.as("admin@example.org")
	token := w.offered("offered@example.org")
	env := &anyEnv{}
	text, loose := methods.String, []methods.Type{methods.TypeInt, methods.TypeDouble, methods.TypeBoolean}
	names := func(s string) methods.Value { return list(s) }
	for _, m := range bugzilla.New(w.cfg) {
		for i := range m.Methods {
			m.Methods[i].ForReaders = false
		}
		options := []methodstest.Option{
			methodstest.Caller(admin.caller), methodstest.Client(client), methodstest.Env(env), methodstest.Fingerprint(w.state),
		}
		if m.Name == "Bugzilla" {
			for _, name := range []string{"version", "time", "timezone", "extensions", "parameters", "last_audit_time"} {
				options = append(options, methodstest.Args(name))
			}
			options = append(options,
				methodstest.Args("parameters", names("urlbase"), names("_all")),
				methodstest.Args("last_audit_time", names("Bugzilla::User")))
		} else {
			options = append(options,
				methodstest.Args("login", text("bubba"), text(good)),
				methodstest.Args("logout"),
				methodstest.Args("valid_login", text("bubba")),
				methodstest.Args("get", list(1, 2), names("bubba"), names("*")),
				methodstest.Args("create", text("made@example.org"), text("Made"), text("some words in a row")),
				methodstest.Args("update", list(4), names("zoe@example.org"), text("Zoe")),
				methodstest.Args("offer_account_by_email", text("other@example.org")),
				methodstest.Args("accept_offer", text(token), text("some words in a row")),
				// Perl's clients say 1 for yes, and guess the types of names and passwords.
				methodstest.Tolerates("login", append(loose, methods.TypeString)...),
				methodstest.Tolerates("valid_login", loose...),
				methodstest.Tolerates("create", loose...),
				methodstest.Tolerates("accept_offer", loose...),
				methodstest.Tolerates("get", methods.TypeInt, methods.TypeString),
				methodstest.Tolerates("update", append(loose, methods.TypeString)...),
			)
		}
		methodstest.Module(t, m, options...)
	}
	if env.logins == 0 {
		t.Error(fmt.Errorf("no login reserved its password check"))
	}
}

// anyEnv lends as many password checks as are wanted.
type anyEnv struct {
	methods.Env
	logins int
}

func (e *anyEnv) ReserveLogin() error { e.logins++; return nil }
func (e *anyEnv) DropLogin()          {}
