package session

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"countersign/session/account"
	"countersign/session/audit"
)

// Throttle bounds guessing. Every verification of a secret that a person chose passes
// it first, whatever wire it came by.
type Throttle interface {
	// Reserve counts an attempt as failed in advance. Errors: *Throttled; anything else
	// means that the counters could not be reached.
	Reserve(ctx context.Context, c *Credentials) (Attempt, error)
}

// Attempt is a reserved attempt. Exactly one of its methods must be called, once.
type Attempt interface {
	// Succeeded takes the count back, at the latest within a moment.
	Succeeded(ctx context.Context) error
	// Failed lets the count stand, and tells what is locked by it.
	Failed(ctx context.Context) ([]Lock, error)
	// Void takes the count back because nothing was verified.
	Void(ctx context.Context) error
}

// Throttled is the refusal of an attempt that was not made. It does not depend on the
// password.
type Throttled struct {
	// RetryAfter is how long to wait; 0 if only an administrator can help.
	RetryAfter time.Duration
	// Scope says which counter it was, for the audit: never for a client.
	Scope string
}

// reason is the refusal's wording in the audit.
func (t *Throttled) reason() string { return "throttled: " + t.Scope }

// Error implements error.
func (t *Throttled) Error() string { return "too many attempts (" + t.Scope + ")" }

// noThrottle lets every attempt pass, for a Manager without one.
type noThrottle struct{}

func (noThrottle) Reserve(context.Context, *Credentials) (Attempt, error) { return noThrottle{}, nil }
func (noThrottle) Succeeded(context.Context) error                        { return nil }
func (noThrottle) Failed(context.Context) ([]Lock, error)                 { return nil, nil }
func (noThrottle) Void(context.Context) error                             { return nil }

// prove verifies credentials under the throttle. When a *Challenge comes back, the
// attempt stays reserved until the challenge is decided.
func (m *Manager) prove(ctx context.Context, c *Credentials, from Origin) (account.Account, error) {
	attempt, err := m.reserve(ctx, c)
	if err != nil {
		return account.Account{}, err
	}
	a, err := m.cfg.Authenticator.Authenticate(ctx, *c)
	return m.decide(ctx, c, from, attempt, a, err)
}

// reserve counts an attempt in advance. Errors: *Throttled, ErrUnavailable.
func (m *Manager) reserve(ctx context.Context, c *Credentials) (Attempt, error) {
	attempt, err := m.cfg.Throttle.Reserve(ctx, c)
	if t, ok := errors.AsType[*Throttled](err); ok {
		return nil, t
	} else if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return attempt, nil
}

// decide settles an attempt by what became of it.
func (m *Manager) decide(ctx context.Context, c *Credentials, from Origin, attempt Attempt, a account.Account, err error) (account.Account, error) {
	if ch, more := errors.AsType[*Challenge](err); more {
		return account.Account{}, &challenged{Challenge: ch, attempt: attempt}
	}
	var settled error
	switch {
	case countsAsFailed(err):
		if err := m.fail(ctx, c, from, attempt); err != nil {
			return account.Account{}, err
		}
	case err == nil:
		settled = settle(ctx, attempt.Succeeded)
	default:
		settled = settle(ctx, attempt.Void)
	}
	if settled != nil {
		m.cfg.Log.Error("a login attempt could not be counted", "err", settled)
		if err == nil {
			return account.Account{}, fmt.Errorf("%w: %w", ErrUnavailable, settled)
		}
	}
	return a, err
}

// settle runs a decision even if the client has gone meanwhile.
func settle(ctx context.Context, decision func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeTimeout)
	defer cancel()
	return decision(ctx)
}

// fail counts a failure, and sees to what it locks. One that cannot be counted is
// reserved all the same. Errors: ErrUnavailable if a lock cannot be recorded.
func (m *Manager) fail(ctx context.Context, c *Credentials, from Origin, attempt Attempt) error {
	return settle(ctx, func(ctx context.Context) error {
		locks, err := attempt.Failed(ctx)
		if err != nil {
			m.cfg.Log.Error("a login attempt could not be counted", "err", err)
		}
		return m.locked(ctx, c, from, locks)
	})
}

// countsAsFailed tells the outcomes that count against whoever tried. A client that
// left is one: its password was verified all the same. Nothing was for names and
// passwords that nobody can have.
func countsAsFailed(err error) bool {
	if r, ok := errors.AsType[*Refusal](err); ok {
		return r.Reason != ReasonInput
	}
	return errors.Is(err, ErrTried) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// challenged is a challenge whose attempt is still reserved.
type challenged struct {
	*Challenge
	attempt Attempt
}

// Unwrap lets errors.As find the Challenge.
func (c *challenged) Unwrap() error { return c.Challenge }

// giveUp ends a challenge that nobody will answer: it counts as a failure, or leaving
// would be a way to guess for free.
func (m *Manager) giveUp(c *challenged, who *Credentials, from Origin) {
	c.Cancel()
	if err := m.fail(context.Background(), who, from, c.attempt); err != nil {
		m.cfg.Log.Error("what a login locked that was given up could not be recorded", "err", err)
	}
}

// Password proves user name and password that came with a single call, without making
// a session. A proof is remembered for a short time (Config.Remember). fresh tells
// that a verification was made just now. Errors: those of Authenticator but Challenge,
// which counts as a refusal here; *Throttled.
func (m *Manager) Password(ctx context.Context, c Credentials, from Origin) (who *Identity, fresh bool, err error) {
	now := m.cfg.Now()
	if p, ok := m.verified.get(&c, now); ok && m.trusted(now) && m.identities.unchanged(p) {
		who, err := m.identity(ctx, p.account, false)
		return who, false, err
	}
	a, err := m.prove(ctx, &c, from)
	if more, ok := errors.AsType[*challenged](err); ok {
		m.giveUp(more, &c, from)
		err = &Refusal{Reason: ReasonAnswer}
	}
	if err != nil {
		return nil, true, m.refuse(ctx, &c, from, err)
	}
	n := m.identities.number(a.ID)
	version := m.identities.slot(n).version.Load()
	// What was proven is the account as it was read then; it must still be that.
	who, err = m.identity(ctx, n, true)
	if err != nil {
		return nil, true, err
	}
	if !who.Account.Changed.Equal(a.Changed) {
		return nil, true, m.refuse(ctx, &c, from, &Refusal{Reason: ReasonPassword})
	}
	if err := m.record(c.event(audit.Credential, audit.OK, from, audit.Known(who.Account.Name))); err != nil {
		return nil, true, err
	}
	m.verified.put(&c, proof{account: n, version: version}, now)
	return who, true, nil
}

// BadKey counts an API key that does not hold against the address it came from, and
// gives the refusal: ErrInvalid, or *Throttled.
func (m *Manager) BadKey(ctx context.Context, peer netip.Addr, from Origin) error {
	c := Credentials{Peer: peer}
	e := c.event(audit.Credential, audit.Refused, from, audit.Name{})
	e.Reason = "unknown key"
	attempt, err := m.reserve(ctx, &c)
	if t, ok := errors.AsType[*Throttled](err); ok {
		e.Reason = t.reason()
		if err := m.record(e); err != nil {
			return err
		}
		return t
	} else if err != nil {
		return err
	}
	if err := m.fail(ctx, &c, from, attempt); err != nil {
		return err
	}
	if err := m.record(e); err != nil {
		return err
	}
	return ErrInvalid
}

// identity gives an account that may act now.
func (m *Manager) identity(ctx context.Context, n uint32, fresh bool) (*Identity, error) {
	who, err := m.identities.get(ctx, n, fresh)
	switch {
	case errors.Is(err, account.ErrNotFound):
		return nil, ErrInvalid
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrUnavailable, err)
	case who.Account.Disabled:
		return nil, ErrInvalid
	}
	return who, nil
}
