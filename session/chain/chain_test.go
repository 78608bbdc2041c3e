package chain

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"countersign/session"
	"countersign/session/account"
	"countersign/session/sessiontest"
)

// script is an authenticator that does what the name it is asked about says: "grant",
// "busy", "down", "odd", "disabled" (a grant of a disabled account), "ask WHAT" (a question, then
// WHAT), or a reason of a refusal. It notes that it was asked.
type script struct {
	name string
	says string
	log  *[]string
}

var errOdd = errors.New("an error of no kind")

func (s script) Authenticate(context.Context, session.Credentials) (account.Account, error) {
	*s.log = append(*s.log, s.name)
	return s.do(s.says)
}

func (s script) do(what string) (account.Account, error) {
	switch what {
	case "grant":
		return account.Account{ID: s.name}, nil
	case "disabled":
		return account.Account{ID: s.name, Disabled: true}, nil
	case "busy":
		return account.Account{}, session.ErrBusy
	case "down":
		return account.Account{}, session.ErrUnavailable
	case "odd":
		return account.Account{}, errOdd
	}
	if then, asks := strings.CutPrefix(what, "ask "); asks {
		return account.Account{}, &session.Challenge{
			Prompts: []session.Prompt{{Text: s.name}},
			Cancel:  func() { *s.log = append(*s.log, s.name+" cancelled") },
			Continue: func(_ context.Context, answers []session.Password) (account.Account, error) {
				*s.log = append(*s.log, s.name+" "+string(answers[0]))
				return s.do(then)
			},
		}
	}
	return account.Account{}, &session.Refusal{Reason: what}
}

func chainOf(t *testing.T, says ...string) (*Chain, *[]string) {
	t.Helper()
	log := new([]string)
	var links []Named
	for i, what := range says {
		name := string(rune('a' + i))
		links = append(links, Named{name, script{name, what, log}})
	}
	c, err := New(links...)
	if err != nil {
		t.Fatal(err)
	}
	return c, log
}

// outcome is a result in a word or two.
func outcome(a account.Account, err error) string {
	refusal, refused := errors.AsType[*session.Refusal](err)
	_, asked := errors.AsType[*session.Challenge](err)
	switch {
	case err == nil:
		return "grant of " + a.ID
	case a.ID != "":
		return "an account with an error"
	case refused:
		return refusal.Reason
	case asked:
		return "question"
	case errors.Is(err, session.ErrBusy):
		return "busy" + tried(err)
	case errors.Is(err, session.ErrUnavailable):
		return "down" + tried(err)
	}
	return err.Error()
}

// tried marks the failures that count as a guess.
func tried(err error) string {
	if errors.Is(err, session.ErrTried) {
		return ", tried"
	}
	return ""
}

func TestOrder(t *testing.T) {
	const unknown, wrong, disabled = session.ReasonUnknown, session.ReasonPassword, session.ReasonDisabled
	for _, tt := range []struct {
		says  []string
		want  string
		asked string
	}{
		{[]string{"grant"}, "grant of a", "a"},
		{[]string{"grant", "grant"}, "grant of a", "a"},
		{[]string{unknown, "grant", "grant"}, "grant of b", "a b"},
		{[]string{wrong, "grant"}, "grant of b", "a b"},
		{[]string{session.ReasonInput, "grant"}, "grant of b", "a b"},
		{[]string{wrong, unknown}, wrong, "a b"},
		{[]string{unknown, wrong}, wrong, "a b"},
		{[]string{unknown, unknown}, unknown, "a b"},
		{[]string{wrong, session.ReasonExpired}, session.ReasonExpired, "a b"},
		{[]string{session.ReasonLocked, wrong}, session.ReasonLocked, "a b"},
		{[]string{unknown, session.ReasonInput}, unknown, "a b"},
		{[]string{unknown, "a reason of another package"}, unknown, "a b"},

		{[]string{disabled, "grant"}, disabled, "a b"},
		{[]string{disabled, unknown}, disabled, "a b"},
		{[]string{disabled, "down"}, disabled, "a b"},
		{[]string{"disabled", "grant"}, disabled, "a b"},
		{[]string{unknown, "disabled", "grant"}, disabled, "a b c"},

		{[]string{"down", "grant"}, "grant of b", "a b"},
		{[]string{"busy", "grant"}, "grant of b", "a b"},
		{[]string{"down", wrong}, "down, tried", "a b"},
		{[]string{wrong, "down"}, "down, tried", "a b"},
		{[]string{session.ReasonInput, "down"}, "down", "a b"},
		{[]string{"busy", wrong}, "busy, tried", "a b"},
		{[]string{"busy", "down"}, "down", "a b"},
		{[]string{"down", "busy"}, "down", "a b"},
		{[]string{wrong, "odd"}, "down, tried", "a b"},
	} {
		t.Run(strings.Join(tt.says, ", "), func(t *testing.T) {
			c, log := chainOf(t, tt.says...)
			if got := outcome(c.Authenticate(t.Context(), session.Credentials{})); got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
			if asked := strings.Join(*log, " "); asked != tt.asked {
				t.Errorf("asked %s, want %s", asked, tt.asked)
			}
		})
	}
}

func TestQuestions(t *testing.T) {
	const wrong, disabled = session.ReasonPassword, session.ReasonDisabled
	for _, tt := range []struct {
		says  []string
		want  string // after all answers
		asked string
	}{
		{[]string{"ask grant", "grant"}, "grant of a", "a, a 1"},
		{[]string{"ask ask grant"}, "grant of a", "a, a 1, a 2"},
		{[]string{"ask " + wrong, "grant"}, "grant of b", "a, a 1, b"},
		{[]string{wrong, "ask grant", "grant"}, "grant of b", "a, b, b 1"},
		{[]string{"ask " + wrong, "ask grant"}, "grant of b", "a, a 1, b, b 2"},
		{[]string{"ask " + wrong, session.ReasonUnknown}, wrong, "a, a 1, b"},
		{[]string{"down", "ask " + wrong}, "down, tried", "a, b, b 1"},
		{[]string{disabled, "ask grant"}, disabled, "a, b, b 1"},
		{[]string{"ask " + disabled, "grant"}, disabled, "a, a 1, b"},
	} {
		t.Run(strings.Join(tt.says, ", "), func(t *testing.T) {
			c, log := chainOf(t, tt.says...)
			a, err := c.Authenticate(t.Context(), session.Credentials{})
			for n := 1; outcome(a, err) == "question"; n++ {
				challenge, _ := errors.AsType[*session.Challenge](err)
				a, err = challenge.Continue(t.Context(), []session.Password{session.Password(fmt.Sprint(n))})
			}
			if got := outcome(a, err); got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
			if asked := strings.Join(*log, ", "); asked != tt.asked {
				t.Errorf("asked %s, want %s", asked, tt.asked)
			}
		})
	}
}

func TestCancelReachesTheLink(t *testing.T) {
	c, log := chainOf(t, session.ReasonUnknown, "ask grant")
	_, err := c.Authenticate(t.Context(), session.Credentials{})
	challenge, ok := errors.AsType[*session.Challenge](err)
	if !ok {
		t.Fatal(err)
	}
	challenge.Cancel()
	if want := []string{"a", "b", "b cancelled"}; !slices.Equal(*log, want) {
		t.Errorf("%v, want %v", *log, want)
	}
}

// TestContextThatEnds: the rest of the chain is not asked, and a question that nobody
// waits for is cancelled.
func TestContextThatEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, says := range []string{session.ReasonUnknown, "down", "ask grant", "grant"} {
		c, log := chainOf(t, says, "grant")
		a, err := c.Authenticate(ctx, session.Credentials{})
		if !errors.Is(err, context.Canceled) || a.ID != "" {
			t.Errorf("%s: %q, %v", says, a.ID, err)
		}
		if slices.Contains(*log, "b") {
			t.Errorf("%s: the next was asked", says)
		}
		if says == "ask grant" && !slices.Contains(*log, "a cancelled") {
			t.Error("the question holds its worker")
		}
	}
}

func TestNewRefuses(t *testing.T) {
	log := new([]string)
	sound := Named{"a", script{"a", "grant", log}}
	for what, links := range map[string][]Named{
		"nobody":     nil,
		"no name":    {{"", sound.Authenticator}},
		"nothing":    {{"a", nil}},
		"twice same": {sound, sound},
	} {
		if _, err := New(links...); err == nil {
			t.Errorf("%s: no error", what)
		}
	}
}

// people is an authenticator that knows some by name.
type people struct {
	passwords map[string]session.Password
	disabled  map[string]bool
}

func (p people) Authenticate(ctx context.Context, c session.Credentials) (account.Account, error) {
	if ctx.Err() != nil {
		return account.Account{}, ctx.Err()
	}
	known, ok := p.passwords[c.Name]
	switch {
	case !ok || c.Kind != account.User || c.Login != "":
		return account.Account{}, &session.Refusal{Reason: session.ReasonUnknown}
	case c.Password != known:
		return account.Account{}, &session.Refusal{Reason: session.ReasonPassword}
	case p.disabled[c.Name]:
		return account.Account{}, &session.Refusal{Reason: session.ReasonDisabled}
	}
	return account.Account{ID: "of " + c.Name, Kind: c.Kind, Name: c.Name}, nil
}

func TestSuite(t *testing.T) {
	user := func(name string, p session.Password) session.Credentials {
		return session.Credentials{Kind: account.User, Name: name, Password: p}
	}
	sessiontest.Authenticator(t, func(t *testing.T) sessiontest.Logins {
		c, err := New(
			Named{"first", people{
				passwords: map[string]session.Password{"ann": "Ann's password", "dan": "Dan's password"},
				disabled:  map[string]bool{"dan": true},
			}},
			Named{"second", people{passwords: map[string]session.Password{"bob": "Bob's password", "dan": "Dan's password"}}},
		)
		if err != nil {
			t.Fatal(err)
		}
		return sessiontest.Logins{
			Authenticator: c, Longest: 100,
			Known: user("ann", "Ann's password"), Other: user("bob", "Bob's password"), Disabled: user("dan", "Dan's password"),
		}
	})
}
