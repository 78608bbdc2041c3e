package server_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"countersign/session/verify"
)

// TestCannotVerify: a password that cannot be verified just now is told so with the same
// words and the same wait, whichever way it came; and it is no guess.
func TestCannotVerify(t *testing.T) {
	for _, c := range []struct {
		name string
		err  error
		text string
	}{
		{"the queue is full", verify.ErrBusy, "too many logins are waiting"},
		{"no worker starts", errors.New("no such program"), "a part that is needed is out of reach"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newAdmission(t, options{})
			s.checks.instead = func(context.Context) ([]byte, error) { return nil, c.err }
			for _, w := range ways() {
				if strings.HasPrefix(w.name, "multicall") {
					continue // its answer is one of several, and says nothing of the request
				}
				for range 2 { // more than the free guesses in all
					a := w.try(t, s.client(plainPath).from(1), "bubba", "gump")
					if got := a.header.Get("Retry-After"); got != "2" || a.admitted() {
						t.Errorf("%s: Retry-After %q, want 2; %s", w.name, got, a.body)
					}
				}
			}
			here := s.client(plainPath).from(1)
			login := here.tryLogin(t, "bubba", "gump")
			basic := here.authorized(basicHeader("bubba", "gump")).call(t, "system.session")
			for _, a := range []*answer{login, basic} {
				a.wantFault(t, 200, -32009, c.text)
			}
			s.checks.instead = nil
			if a := s.client(plainPath).from(1).tryLogin(t, "bubba", "gump"); !a.admitted() {
				t.Errorf("afterwards: %s", a.body)
			}
		})
	}
}
