package server_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"countersign/session"
	"countersign/session/account"
	"countersign/session/apikey"
)

// TestPasswordByLesser: neither a child session nor an API key sets a password, by
// whichever method, or moves its own account to another address; what stands for the
// account's own login does.
func TestPasswordByLesser(t *testing.T) {
	const old, fresh = "old password of ed", "a completely different one"
	s := newAdmission(t, options{})
	ed := account.Account{Name: "ed@example.org", Email: "ed@example.org", Grants: []string{"bugzilla.editusers"}}
	s.addUser(t, ed, old)
	s.addUser(t, account.Account{Name: "joe@example.org", Email: "joe@example.org"}, old)
	whole := s.client(plainPath).login(t, ed.Name, old)
	key, _ := s.addKey(t, ed.Name, apikey.Options{TTL: time.Minute})
	update := func(c *client, user string, args map[string]any) *answer {
		t.Helper()
		args["names"] = []any{user}
		return c.json(jsonCGIPath).jsonPost(t, bugzillaCall("User.update", args))
	}
	for name, lesser := range map[string]*client{
		"a child": whole.grant(t, "system.createChild", map[string]any{}),
		"a key":   s.client(plainPath).authorized("Bearer " + key),
	} {
		for _, c := range []struct {
			user string
			args map[string]any
			may  bool
		}{
			{ed.Name, map[string]any{"password": fresh}, false},
			{ed.Name, map[string]any{"email": "ed@elsewhere.org"}, false},
			{ed.Name, map[string]any{"full_name": name}, true},
			{"joe@example.org", map[string]any{"password": fresh}, false},
			{"joe@example.org", map[string]any{"full_name": name}, true},
		} {
			var a *answer
			lines := s.audited(t, func() { a = update(lesser, c.user, c.args) })
			if c.may {
				if a.fault != nil {
					t.Errorf("%s, %v of %s: %s", name, c.args, c.user, a.body)
				}
				continue
			}
			a.wantFault(t, http.StatusOK, 304, "log in with your password")
			if len(lines) != 1 || short(lines[0]) != "permission refused ed@example.org permission_denied bugzilla.editusers" {
				t.Errorf("%s, %v of %s: the audit says %v", name, c.args, c.user, lines)
			}
		}
		lesser.call(t, "system.setPassword", old, fresh).wantFault(t, http.StatusOK, -32003, "")
	}
	if !whole.alive(t) {
		t.Fatal("something was changed")
	}
	// Every form in which Bugzilla's clients log in themselves.
	password := old
	for name, call := range map[string]func(args map[string]any) *answer{
		"token": func(args map[string]any) *answer {
			a := s.client(plainPath).json(jsonCGIPath).jsonPost(t, bugzillaCall("User.login", map[string]any{"login": ed.Name, "password": password}))
			args["Bugzilla_token"] = a.value.(map[string]any)["token"]
			return update(s.client(plainPath), ed.Name, args)
		},
		"parameters": func(args map[string]any) *answer {
			args["Bugzilla_login"], args["Bugzilla_password"] = ed.Name, password
			return update(s.client(plainPath), ed.Name, args)
		},
		"Basic": func(args map[string]any) *answer {
			return update(s.client(plainPath).authorized(basicHeader(ed.Name, password)), ed.Name, args)
		},
		"session": func(args map[string]any) *answer {
			return update(s.client(plainPath).login(t, ed.Name, password), ed.Name, args)
		},
	} {
		if a := call(map[string]any{"password": password + "!"}); a.fault != nil {
			t.Errorf("%s: %s", name, a.body)
		}
		password += "!"
		s.pass(t, time.Second)
	}
	if a := update(s.client(plainPath).login(t, ed.Name, password), "joe@example.org", map[string]any{"password": fresh}); a.fault != nil {
		t.Errorf("another's: %s", a.body)
	}
	if a := update(s.client(plainPath).login(t, ed.Name, password), ed.Name, map[string]any{"email": "ed@elsewhere.org"}); a.fault != nil {
		t.Errorf("address: %s", a.body)
	}
}

// TestNewUserByLesser: neither a child session nor an API key makes a user with a
// password, with which it could log in as more than it is. Both make users without one,
// and what stands for the account's own login makes users with one.
func TestNewUserByLesser(t *testing.T) {
	const mine, fresh = "old password of ed", "a completely different one"
	s := newAdmission(t, options{})
	s.addUser(t, account.Account{Name: "ed@example.org", Grants: []string{"bugzilla.editusers"}}, mine)
	whole := s.client(plainPath).login(t, "ed@example.org", mine)
	key, _ := s.addKey(t, "ed@example.org", apikey.Options{TTL: time.Minute})
	narrow, _ := s.addKey(t, "ed@example.org", apikey.Options{TTL: time.Minute, Scope: []string{"bugzilla.editusers"}})
	made := 0
	create := func(c *client, args map[string]any) *answer {
		t.Helper()
		made++
		args["email"] = fmt.Sprintf("new%d@example.org", made)
		return c.json(jsonCGIPath).jsonPost(t, bugzillaCall("User.create", args))
	}
	loggedIn := func() *answer {
		t.Helper()
		return s.client(plainPath).tryLogin(t, fmt.Sprintf("new%d@example.org", made), fresh)
	}
	for name, lesser := range map[string]*client{
		"a child":      whole.grant(t, "system.createChild", map[string]any{}),
		"a key":        s.client(plainPath).authorized("Bearer " + key),
		"a narrow key": s.client(plainPath).authorized("Bearer " + narrow),
	} {
		lines := s.audited(t, func() {
			create(lesser, map[string]any{"password": fresh}).wantFault(t, http.StatusOK, 304, "log in with your password")
		})
		if len(lines) != 1 || short(lines[0]) != "permission refused ed@example.org permission_denied bugzilla.editusers" {
			t.Errorf("%s: the audit says %v", name, lines)
		}
		loggedIn().wantFault(t, http.StatusOK, -32002, "login refused")
		for _, none := range []map[string]any{{}, {"password": " "}} {
			if a := create(lesser, none); a.fault != nil {
				t.Errorf("%s, without a password: %s", name, a.body)
			}
		}
	}
	for name, call := range map[string]func(args map[string]any) *answer{
		"token": func(args map[string]any) *answer {
			a := s.client(plainPath).json(jsonCGIPath).jsonPost(t, bugzillaCall("User.login", map[string]any{"login": "ed@example.org", "password": mine}))
			args["Bugzilla_token"] = a.value.(map[string]any)["token"]
			return create(s.client(plainPath), args)
		},
		"parameters": func(args map[string]any) *answer {
			args["Bugzilla_login"], args["Bugzilla_password"] = "ed@example.org", mine
			return create(s.client(plainPath), args)
		},
		"Basic": func(args map[string]any) *answer {
			return create(s.client(plainPath).authorized(basicHeader("ed@example.org", mine)), args)
		},
		"session": func(args map[string]any) *answer { return create(whole, args) },
	} {
		if a := call(map[string]any{"password": fresh}); a.fault != nil {
			t.Errorf("%s: %s", name, a.body)
		}
		if a := loggedIn(); a.fault != nil {
			t.Errorf("%s, the new user: %s", name, a.body)
		}
	}
}

// elsewhere proves names by a word that no account has, as PAM does.
type elsewhere struct{ accounts account.Store }

func (e elsewhere) Authenticate(ctx context.Context, c session.Credentials) (account.Account, error) {
	if string(c.Password) != "open sesame" {
		return account.Account{}, &session.Refusal{Reason: session.ReasonPassword}
	}
	return e.accounts.Find(ctx, c.Kind, c.Name)
}

// TestNoPasswordHere: who is proven by somebody else gives himself no password; an
// editor of users may give him one.
func TestNoPasswordHere(t *testing.T) {
	var s *service
	s = newAdmission(t, options{auth: func(session.Authenticator) session.Authenticator {
		return authFunc(func(ctx context.Context, c session.Credentials) (account.Account, error) {
			return elsewhere{s.db.Accounts()}.Authenticate(ctx, c)
		})
	}})
	const fresh = "a long walk to the harbour"
	_, err := s.db.Accounts().Add(t.Context(), account.Account{Kind: account.User, Name: "pam", Grants: []string{"bugzilla.editusers"}})
	must(t, err)
	pam, admin := s.client(plainPath).login(t, "pam", "open sesame"), s.client(plainPath).login(t, "admin", "open sesame")
	update := func(c *client) *answer {
		return c.json(jsonCGIPath).jsonPost(t, bugzillaCall("User.update", map[string]any{"names": []any{"pam"}, "password": fresh}))
	}
	pam.call(t, "system.setPassword", "open sesame", fresh).wantFault(t, http.StatusOK, -32500, "no password here")
	update(pam).wantFault(t, http.StatusOK, 304, "yours is kept elsewhere")
	if s.account(t, "pam").PasswordHash != "" {
		t.Fatal("there is a password")
	}
	if a := update(admin); a.fault != nil || s.account(t, "pam").PasswordHash == "" {
		t.Errorf("by an editor: %s", a.body)
	}
}

type authFunc func(ctx context.Context, c session.Credentials) (account.Account, error)

func (f authFunc) Authenticate(ctx context.Context, c session.Credentials) (account.Account, error) {
	return f(ctx, c)
}
