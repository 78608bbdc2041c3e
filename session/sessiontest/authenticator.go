package sessiontest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"countersign/session"
	"countersign/session/account"
)

// Logins are an authenticator under test and what it knows.
type Logins struct {
	session.Authenticator
	// Known proves an account; so does Other, with another password.
	Known, Other session.Credentials
	// Disabled has the right password of an account that is disabled.
	Disabled session.Credentials
	// Longest is how many bytes a password may have.
	Longest int
}

// Authenticator runs the suite that every session.Authenticator passes. Open is called
// for each test of it.
func Authenticator(t *testing.T, open func(t *testing.T) Logins) {
	t.Helper()
	for _, c := range []struct {
		name string
		run  func(t *testing.T, l Logins)
	}{
		{"RightPassword", rightPassword},
		{"Refused", refusedLogins},
		{"ContextThatHasEnded", contextThatHasEnded},
		{"Parallel", parallelLogins},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t, open(t)) })
	}
}

func rightPassword(t *testing.T, l Logins) {
	for _, c := range []session.Credentials{l.Known, l.Other, l.Known} {
		wantProven(t, l, c)
	}
}

func wantProven(t testing.TB, l Logins, c session.Credentials) account.Account {
	t.Helper()
	a, err := l.Authenticate(t.Context(), c)
	must(t, err)
	must(t, proves(&a, c))
	return a
}

func proves(a *account.Account, c session.Credentials) error {
	if a.ID == "" || a.Kind != c.Kind || a.Name != c.Name || a.Disabled {
		return fmt.Errorf("%s proves account %q of kind %q, id %q, disabled %v", c.Name, a.Name, a.Kind, a.ID, a.Disabled)
	}
	return nil
}

// refusedLogins: whatever is wrong, the answer is a *session.Refusal that gives no
// account and shows no password; and the right password goes on being right.
func refusedLogins(t *testing.T, l Logins) {
	known := l.Known
	with := func(change func(c *session.Credentials)) session.Credentials {
		c := known
		change(&c)
		return c
	}
	name := func(s string) session.Credentials { return with(func(c *session.Credentials) { c.Name = s }) }
	pass := func(s session.Password) session.Credentials {
		return with(func(c *session.Credentials) { c.Password = s })
	}
	for what, c := range map[string]session.Credentials{
		"wrong password":           pass(known.Password + "x"),
		"other's password":         pass(l.Other.Password),
		"blank behind":             pass(known.Password + " "),
		"line end behind":          pass(known.Password + "\n"),
		"first part":               pass(known.Password[:len(known.Password)-1]),
		"other case":               pass(session.Password(swapCase(string(known.Password)))),
		"empty password":           pass(""),
		"NUL behind":               pass(known.Password + "\x00"),
		"NUL within":               pass(known.Password + "\x00x"),
		"NUL first":                pass("\x00" + known.Password),
		"longest password":         pass(session.Password(strings.Repeat("x", l.Longest))),
		"too long a password":      pass(session.Password(strings.Repeat("x", l.Longest+1))),
		"far too long a password":  pass(session.Password(strings.Repeat("x", 1<<20))),
		"not UTF-8":                pass("\xff\xfe"),
		"unknown":                  name("nobody.of.this.name"),
		"empty name":               name(""),
		"name in another case":     name(swapCase(known.Name)),
		"blank behind the name":    name(known.Name + " "),
		"NUL behind the name":      name(known.Name + "\x00"),
		"NUL within the name":      name(known.Name + "\x00x"),
		"line end behind the name": name(known.Name + "\n"),
		"name with a colon":        name(known.Name + ":x"),
		"too long a name":          name(strings.Repeat("n", 256)),
		"far too long a name":      name(strings.Repeat("n", 1<<20)),
		"disabled":                 l.Disabled,
		"disabled, wrong password": {Kind: l.Disabled.Kind, Name: l.Disabled.Name, Password: l.Disabled.Password + "x"},
		"server of a user's name":  with(func(c *session.Credentials) { c.Kind = account.Server }),
		"kind unknown":             with(func(c *session.Credentials) { c.Kind = "" }),
		"user with a login":        with(func(c *session.Credentials) { c.Login = known.Name }),
	} {
		t.Run(what, func(t *testing.T) {
			a, err := l.Authenticate(t.Context(), c)
			must(t, refuses(&a, err, c))
		})
	}
	wantProven(t, l, known)
}

func refuses(a *account.Account, err error, c session.Credentials) error {
	if a.ID != "" || a.Name != "" {
		return fmt.Errorf("gives the account %q", a.Name)
	}
	refusal, ok := errors.AsType[*session.Refusal](err)
	if !ok {
		return fmt.Errorf("error %w, want a *session.Refusal", err)
	}
	if refusal.Reason == "" {
		return errors.New("refused without a reason")
	}
	if p := string(c.Password); len(p) > 3 && strings.Contains(err.Error(), p) {
		return errors.New("the error shows the password")
	}
	return nil
}

// contextThatHasEnded: nothing is decided, so it is neither a grant nor a refusal.
func contextThatHasEnded(t *testing.T, l Logins) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, c := range []session.Credentials{l.Known, l.Disabled} {
		a, err := l.Authenticate(ctx, c)
		if !errors.Is(err, context.Canceled) || a.ID != "" {
			t.Errorf("%s: %q, %v, want context.Canceled", c.Name, a.ID, err)
		}
		if _, refused := errors.AsType[*session.Refusal](err); refused {
			t.Errorf("%s: refused: %v", c.Name, err)
		}
	}
	wantProven(t, l, l.Known)
}

// parallelLogins: right and wrong at once, and nobody gets another's answer.
func parallelLogins(t *testing.T, l Logins) {
	parallel(t, 8, func(i int) error {
		for n := range 3 {
			c := []session.Credentials{l.Known, l.Other}[(i+n)%2]
			a, err := decided(t, l, c)
			if err == nil {
				err = proves(&a, c)
			}
			if err != nil {
				return fmt.Errorf("right password of %s: %w", c.Name, err)
			}
			c.Password += "x"
			a, err = decided(t, l, c)
			if err := refuses(&a, err, c); err != nil {
				return fmt.Errorf("wrong password of %s: %w", c.Name, err)
			}
		}
		return nil
	})
}

// decided asks again when nothing was decided: a loaded machine may be too busy once.
func decided(t *testing.T, l Logins, c session.Credentials) (a account.Account, err error) {
	for range 5 {
		a, err = l.Authenticate(t.Context(), c)
		if !errors.Is(err, session.ErrBusy) && !errors.Is(err, session.ErrUnavailable) {
			break
		}
	}
	return a, err
}

func swapCase(s string) string {
	if upper := strings.ToUpper(s); upper != s {
		return upper
	}
	return strings.ToLower(s)
}
