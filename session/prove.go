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
	// Failed lets the count stand.
	Failed(ctx context.Context) error
	// Void takes the count back because nothing was verified.
	Void(ctx context.Context) error
	// Left is how many further attempts are free if this one fails; 0 when its failure
	// locks.
	Left() int
}

// Throttled is the refusal of an attempt that was not made. It does not depend on the
// password.
type Throttled struct {
	// RetryAfter is how long to wait; 0 if only an administrator can help.
	RetryAfter time.Duration
	// Scope says which counter it was, for the audit: never for a client.
	Scope string
}

// Error implements error.
func (t *Throttled) Error() string { return "too many attempts (" + t.Scope + ")" }

// noThrottle lets every attempt pass, for a Manager without one.
type noThrottle struct{}

func (noThrottle) Reserve(context.Context, *Credentials) (Attempt, error) { return noThrottle{}, nil }
func (noThrottle) Succeeded(context.Context) error                        { return nil }
func (noThrottle) Failed(context.Context) error                           { return nil }
func (noThrottle) Void(context.Context) error                             { return nil }
func (noThrottle) Left() int                                              { return 1 }

// prove verifies credentials under the throttle. When a *Challenge comes back, the
// attempt stays reserved until the challenge is decided.
func (m *Manager) prove(ctx context.Context, c *Credentials) (account.Account, error) {
	attempt, err := m.cfg.Throttle.Reserve(ctx, c)
	if err != nil {
		if t, ok := errors.AsType[*Throttled](err); ok {
			find, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeTimeout)
			defer cancel()
			m.dropVerified(find, c)
			return account.Account{}, t
		}
		return account.Account{}, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	a, err := m.cfg.Authenticator.Authenticate(ctx, *c)
	return m.decide(ctx, c, attempt, a, err)
}

// decide settles an attempt by what became of it.
func (m *Manager) decide(ctx context.Context, c *Credentials, attempt Attempt, a account.Account, err error) (account.Account, error) {
	if ch, more := errors.AsType[*Challenge](err); more {
		return account.Account{}, &challenged{Challenge: ch, attempt: attempt}
	}
	// The counters are settled even if the client has gone meanwhile.
	settle, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeTimeout)
	defer cancel()
	failed := countsAsFailed(err)
	var settled error
	switch {
	case err == nil:
		settled = attempt.Succeeded(settle)
	case failed:
		settled = attempt.Failed(settle)
	default:
		settled = attempt.Void(settle)
	}
	if settled != nil {
		m.cfg.Log.Error("a login attempt could not be counted", "err", settled)
		if err == nil {
			return account.Account{}, fmt.Errorf("%w: %w", ErrUnavailable, settled)
		}
	}
	if failed && attempt.Left() == 0 {
		m.announceLock(settle, m.dropVerified(settle, c))
		lock := c.event(audit.Lock, audit.OK, Origin{}, m.nameOf(ctx, c))
		if err := m.record(lock); err != nil {
			return account.Account{}, err
		}
	}
	return a, err
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
func (m *Manager) giveUp(c *challenged) {
	c.Cancel()
	ctx, cancel := context.WithTimeout(context.Background(), writeTimeout)
	defer cancel()
	if err := c.attempt.Failed(ctx); err != nil {
		m.cfg.Log.Error("a login attempt could not be counted", "err", err)
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
	a, err := m.prove(ctx, &c)
	if more, ok := errors.AsType[*challenged](err); ok {
		m.giveUp(more)
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
	attempt, err := m.cfg.Throttle.Reserve(ctx, &c)
	if err != nil {
		if t, ok := errors.AsType[*Throttled](err); ok {
			return t
		}
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	if err := attempt.Failed(ctx); err != nil {
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	e := c.event(audit.Credential, audit.Refused, from, audit.Name{})
	e.Reason = "unknown key"
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

// nobody is announced where there is no account, so that names take equal time.
const nobody = "00000000000000000000000000000000"

// dropVerified forgets what was proven for the account that credentials name: it is
// locked now. It returns the account's ID, or nobody, after the same time.
func (m *Manager) dropVerified(ctx context.Context, c *Credentials) string {
	a, err := m.cfg.Accounts.Find(ctx, c.Kind, c.Name)
	if err != nil {
		return nobody
	}
	m.identities.slot(m.identities.number(a.ID)).version.Add(1)
	return a.ID
}

// announceLock tells the other processes that an account was locked, so that they forget
// what was proven for it. Without that they remember it for Config.Remember at most.
func (m *Manager) announceLock(ctx context.Context, accountID string) {
	if m.verified.life <= 0 {
		return // by the same configuration they remember nothing either
	}
	if err := m.cfg.Sessions.Announce(ctx, accountID); err != nil {
		m.cfg.Log.Error("other processes were not told of a lock", "err", err)
	}
}
