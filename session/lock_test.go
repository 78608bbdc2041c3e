package session_test

import (
	"bytes"
	"context"
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"countersign/session"
	"countersign/session/account"
	"countersign/session/audit"
	"countersign/session/throttle"
	"countersign/sql"
)

// asking lets in who knows the password, and asks everybody else for a code that does
// not exist.
type asking struct{ door }

func (d asking) Authenticate(ctx context.Context, c session.Credentials) (account.Account, error) {
	if c.Password == "open" {
		return d.door.Authenticate(ctx, c)
	}
	return account.Account{}, &session.Challenge{
		Prompts: []session.Prompt{{Text: "Code: "}},
		Continue: func(context.Context, []session.Password) (account.Account, error) {
			return account.Account{}, &session.Refusal{Reason: session.ReasonPassword}
		},
		Cancel: func() {},
	}
}

// TestAbandonedConversationsLock: a login that ends in a question that nobody answers is
// a failure like any other: it locks, the audit tells, and no process remembers a
// password that was proven before.
func TestAbandonedConversationsLock(t *testing.T) {
	both(t, func(t *testing.T, db *sql.DB, _ *node, c *clock) {
		var lines bytes.Buffer
		th, err := throttle.New(t.Context(), throttle.Config{Store: db.Throttle(), Now: c.Now})
		must(t, err)
		cfg := session.Config{
			Now: c.Now, Authenticator: asking{door{db.Accounts()}}, Throttle: throttle.Gate{Throttle: th},
			Remember: time.Minute, Audit: audit.NewWriter(&lines, audit.Options{Now: c.Now}),
		}
		here, elsewhere := newNodeWith(t, db, cfg), newNodeWith(t, db, cfg)
		right := session.Credentials{Kind: account.User, Name: "ann", Password: "open"}
		for _, n := range []*node{here, elsewhere} {
			if _, fresh, err := n.Password(t.Context(), right, session.Origin{}); !fresh || err != nil {
				t.Fatalf("proven anew %v, %v", fresh, err)
			}
		}
		wrong := right
		wrong.Password = "guess"
		for range 5 { // as many as are free
			if strings.Contains(lines.String(), `"event":"lock"`) {
				t.Fatalf("locked too early:\n%s", lines.String())
			}
			// These terms do not converse: the question is given up at once.
			if _, err := here.Login(t.Context(), wrong, session.Terms{}); err == nil {
				t.Fatal("a guess opens")
			}
		}
		if n := strings.Count(lines.String(), `"event":"lock","outcome":"ok","user":"ann"`); n != 1 {
			t.Errorf("%d lines tell of the lock:\n%s", n, lines.String())
		}
		must(t, elsewhere.CatchUp(t.Context()))
		for _, n := range []*node{here, elsewhere} {
			if _, _, err := n.Password(t.Context(), right, session.Origin{}); err == nil {
				t.Error("while it is locked a remembered password opens")
			}
		}
	})
}

// TestQuestionsPerAddress: one client cannot hold all the places of logins that wait for
// answers. Who is turned away for that has not guessed, and is in the audit; who gives up,
// or answers, makes room.
func TestQuestionsPerAddress(t *testing.T) {
	both(t, func(t *testing.T, db *sql.DB, _ *node, c *clock) {
		var lines bytes.Buffer
		th, err := throttle.New(t.Context(), throttle.Config{Store: db.Throttle(), Now: c.Now})
		must(t, err)
		n := newNodeWith(t, db, session.Config{
			Now: c.Now, Authenticator: asking{door{db.Accounts()}}, Asking: 2, Throttle: throttle.Gate{Throttle: th},
			Audit: audit.NewWriter(&lines, audit.Options{Now: c.Now}),
		})
		ask := func(from string) (*session.More, error) {
			_, err := n.Login(t.Context(), session.Credentials{
				Kind: account.User, Name: "ann", Password: "guess", Peer: netip.MustParseAddr(from),
			}, session.Terms{Converse: true})
			more, _ := errors.AsType[*session.More](err)
			return more, err
		}
		first, _ := ask("2001:db8::1")
		if first == nil {
			t.Fatal("no question")
		}
		ask("2001:db8::2")
		const turnedAway = 10 // more than there are free guesses
		for range turnedAway {
			if more, err := ask("2001:db8::3"); more != nil || !errors.Is(err, session.ErrBusy) {
				t.Errorf("a third from the same network: %v", err)
			}
		}
		if n := strings.Count(lines.String(), `"event":"login","outcome":"busy"`); n != turnedAway {
			t.Errorf("%d lines tell of %d that were turned away:\n%s", n, turnedAway, lines.String())
		}
		if more, err := ask("2001:db8:0:1::1"); more == nil {
			t.Errorf("from another network: %v", err)
		}
		_, err = n.Continue(t.Context(), first.Nonce, []session.Password{"1234"}, session.Credentials{Peer: netip.MustParseAddr("2001:db8::1")})
		if _, refused := errors.AsType[*session.Refusal](err); !refused {
			t.Errorf("an answer: %v", err)
		}
		if more, err := ask("2001:db8::3"); more == nil {
			t.Errorf("with room again: %v", err)
		}
	})
}
