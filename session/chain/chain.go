package chain

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"countersign/session"
	"countersign/session/account"
)

// Named is a link of a chain. The name is for errors and logs.
type Named struct {
	Name string
	session.Authenticator
}

// Chain implements session.Authenticator.
type Chain struct{ links []Named }

var _ session.Authenticator = (*Chain)(nil)

// New makes a chain that asks in this order. Every link needs a name of its own.
func New(links ...Named) (*Chain, error) {
	if len(links) == 0 {
		return nil, errors.New("chain: nobody to ask")
	}
	for i, l := range links {
		if l.Name == "" || l.Authenticator == nil {
			return nil, fmt.Errorf("chain: link %d has no name, or nobody to ask", i)
		}
		if slices.ContainsFunc(links[:i], func(other Named) bool { return other.Name == l.Name }) {
			return nil, fmt.Errorf("chain: %q is in it twice", l.Name)
		}
	}
	return &Chain{links: slices.Clone(links)}, nil
}

// Authenticate implements session.Authenticator.
func (c *Chain) Authenticate(ctx context.Context, cred session.Credentials) (account.Account, error) {
	return (&attempt{links: c.links, cred: cred}).ask(ctx)
}

// attempt is one login on its way down the chain.
type attempt struct {
	links []Named // still to be asked
	cred  session.Credentials

	refused   string // the most telling reason so far
	undecided error  // of one that was busy or out of reach
	disabled  bool   // nobody may grant any more
}

// ask asks the links that are left.
func (a *attempt) ask(ctx context.Context) (account.Account, error) {
	for len(a.links) > 0 {
		found, err := a.links[0].Authenticate(ctx, a.cred)
		if done, err := a.take(ctx, &found, err); done {
			return found, err
		}
	}
	switch {
	case a.disabled:
		return account.Account{}, &session.Refusal{Reason: session.ReasonDisabled}
	case a.undecided != nil && a.refused != "" && a.refused != session.ReasonInput:
		return account.Account{}, fmt.Errorf("%w; %w", a.undecided, session.ErrTried)
	case a.undecided != nil:
		return account.Account{}, a.undecided
	}
	return account.Account{}, &session.Refusal{Reason: a.refused}
}

// take takes the result of the first link in. When it returns true the login has come
// to an end, or to a question; otherwise the link is done with.
func (a *attempt) take(ctx context.Context, found *account.Account, err error) (done bool, _ error) {
	challenge, challenged := errors.AsType[*session.Challenge](err)
	if ctx.Err() != nil {
		if challenged {
			challenge.Cancel()
		}
		*found = account.Account{}
		return true, ctx.Err()
	}
	if err == nil && !found.Disabled && !a.disabled {
		return true, nil
	}
	wasDisabled := found.Disabled
	*found = account.Account{}
	refusal, refused := errors.AsType[*session.Refusal](err)
	switch {
	case err == nil:
		a.disabled = a.disabled || wasDisabled
	case challenged:
		return true, a.wrap(challenge)
	case refused:
		a.disabled = a.disabled || refusal.Reason == session.ReasonDisabled
		a.refused = moreTelling(a.refused, refusal.Reason)
	default:
		a.undecided = moreLasting(a.undecided, fmt.Errorf("%s: %w", a.links[0].Name, err))
	}
	a.links = a.links[1:]
	return false, nil
}

// wrap gives the client the question of the first link, so that what comes of the
// answers is taken in like any other result of that link. Also when nobody may grant any
// more: whether there is a question must not tell that.
func (a *attempt) wrap(inner *session.Challenge) *session.Challenge {
	return &session.Challenge{
		Prompts: inner.Prompts,
		Cancel:  inner.Cancel,
		Continue: func(ctx context.Context, answers []session.Password) (account.Account, error) {
			found, err := inner.Continue(ctx, answers)
			if done, err := a.take(ctx, &found, err); done {
				return found, err
			}
			return a.ask(ctx)
		},
	}
}

// telling has the reasons of refusals from the least to the most telling for an audit.
var telling = []string{
	session.ReasonInput, session.ReasonUnknown, session.ReasonNoLogin, session.ReasonPassword,
	session.ReasonAnswer, session.ReasonChange, session.ReasonExpired, session.ReasonLocked, session.ReasonDisabled,
}

func moreTelling(one, other string) string {
	if slices.Index(telling, other) >= slices.Index(telling, one) {
		return other
	}
	return one
}

// moreLasting prefers what is out of reach to what is only busy: asking again soon
// would not help. An error of no kind counts as out of reach.
func moreLasting(one, other error) error {
	if !errors.Is(other, session.ErrBusy) && !errors.Is(other, session.ErrUnavailable) {
		other = fmt.Errorf("%w: %w", session.ErrUnavailable, other)
	}
	if one == nil || errors.Is(one, session.ErrBusy) {
		return other
	}
	return one
}
