package server_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"

	"countersign/session"
	"countersign/session/account"
	"countersign/session/audit"
)

// asking asks for a word more before it lets the accounts decide.
type asking struct{ session.Authenticator }

func (a asking) Authenticate(_ context.Context, c session.Credentials) (account.Account, error) {
	return account.Account{}, &session.Challenge{
		Prompts: []session.Prompt{{Text: "word"}}, Cancel: func() {},
		Continue: func(ctx context.Context, _ []session.Password) (account.Account, error) {
			return a.Authenticator.Authenticate(ctx, c)
		},
	}
}

// limited is an audit that fails from the nth event of a type on.
type limited struct {
	audit.Log
	of   audit.Type
	left int
}

func (c *limited) Record(e audit.Event) error {
	if e.Type == c.of {
		if c.left--; c.left < 0 {
			return errors.New("the disk is full")
		}
	}
	return c.Log.Record(e)
}

// TestSecondStepEndsSession: a login ends the session that came with it, in one step or
// two; if it cannot be ended, nobody gets the new one.
func TestSecondStepEndsSession(t *testing.T) {
	for name, auth := range map[string]func(session.Authenticator) session.Authenticator{
		"one step": nil, "two steps": func(a session.Authenticator) session.Authenticator { return asking{a} },
	} {
		t.Run(name, func(t *testing.T) {
			record := &limited{Log: audit.Discard{}, of: audit.Logout, left: 1}
			s := newAdmission(t, options{auth: auth, record: record})
			login := func(c *client) *answer {
				a := c.call(t, "system.login", map[string]any{"username": "bubba", "password": "gump"})
				if more, ok := a.value.(map[string]any); ok && more["nonce"] != nil {
					a = c.call(t, "system.login", map[string]any{"nonce": more["nonce"], "answers": []any{"x"}})
				}
				return a
			}
			of := func(a *answer) *client {
				grant := a.value.(map[string]any)
				return s.client(plainPath).basic(fmt.Sprint(grant["sessionid"], ":", grant["kp3"]))
			}
			first := of(login(s.client(plainPath)))
			second := of(login(first))
			if first.alive(t) || !second.alive(t) {
				t.Errorf("the first lives %t, the second %t", first.alive(t), second.alive(t))
			}
			login(second).wantFault(t, http.StatusOK, -32009, "try again")
			infos, err := s.sessions.List(t.Context(), "")
			must(t, err)
			if len(infos) != 1 || !second.alive(t) {
				t.Errorf("%d sessions, the second lives %t", len(infos), second.alive(t))
			}
		})
	}
}
