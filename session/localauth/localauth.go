// Package localauth proves logins against the accounts of Countersign's own
// database, whose passwords are argon2id hashes. The hashing itself happens in
// worker processes (session/verify).
//
// It must never let a client tell an unknown name from a wrong password or a
// disabled account: every attempt costs one verification of the same kind.
package localauth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"countersign/session"
	"countersign/session/account"
	"countersign/session/password"
	"countersign/session/verify"
)

// Config is what an Authenticator needs; Accounts and Runner are required.
type Config struct {
	Accounts account.Store
	Runner   verify.Runner
	// Params are what new hashes cost; password.DefaultParams if zero.
	Params password.Params
	// Rand makes the hash that no password matches; crypto/rand if nil.
	Rand io.Reader
	Log  *slog.Logger
}

// Authenticator implements session.Authenticator.
type Authenticator struct {
	cfg   Config
	dummy string
}

var _ session.Authenticator = (*Authenticator)(nil)

// New makes an Authenticator.
func New(cfg Config) (*Authenticator, error) {
	if cfg.Accounts == nil || cfg.Runner == nil {
		return nil, errors.New("localauth: accounts and a runner are required")
	}
	if cfg.Params == (password.Params{}) {
		cfg.Params = password.DefaultParams
	}
	if cfg.Rand == nil {
		cfg.Rand = rand.Reader
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	dummy, err := password.Dummy(cfg.Rand, cfg.Params)
	if err != nil {
		return nil, fmt.Errorf("localauth: %w", err)
	}
	return &Authenticator{cfg: cfg, dummy: dummy}, nil
}

// Authenticate implements session.Authenticator.
func (a *Authenticator) Authenticate(ctx context.Context, c session.Credentials) (account.Account, error) {
	if account.CheckName(c.Name) != nil || password.Check([]byte(c.Password)) != nil {
		return account.Account{}, &session.Refusal{Reason: session.ReasonInput}
	}
	found, hash, reason, err := a.find(ctx, c)
	if err != nil {
		return account.Account{}, err
	}
	ok, err := verify.VerifyPassword(ctx, a.cfg.Runner, hash, []byte(c.Password))
	if errors.Is(err, password.ErrFormat) || errors.Is(err, password.ErrBounds) {
		// A hash that cannot be used must not answer faster than one that can.
		a.cfg.Log.Error("a stored password hash is unusable", "account", found.ID, "err", err)
		reason = session.ReasonNoLogin
		ok, err = verify.VerifyPassword(ctx, a.cfg.Runner, a.dummy, []byte(c.Password))
	}
	if err != nil {
		return account.Account{}, runnerError(err)
	}
	if reason == "" && !ok {
		reason = session.ReasonPassword
	}
	if reason != "" {
		return account.Account{}, &session.Refusal{Reason: reason}
	}
	return a.rehash(ctx, found, c.Password), nil
}

// find gives the account and the hash to verify against. When the account cannot log
// in the hash is one of the same cost that nothing matches, and reason says why.
func (a *Authenticator) find(ctx context.Context, c session.Credentials) (found account.Account, hash, reason string, err error) {
	found, err = a.cfg.Accounts.Find(ctx, c.Kind, c.Name)
	switch {
	case errors.Is(err, account.ErrNotFound):
		return found, a.dummy, session.ReasonUnknown, nil
	case err != nil:
		return found, "", "", fmt.Errorf("%w: %w", session.ErrUnavailable, err)
	case found.PasswordHash == "":
		return found, a.dummy, session.ReasonNoLogin, nil
	case found.Disabled:
		return found, found.PasswordHash, session.ReasonDisabled, nil
	case subtle.ConstantTimeCompare([]byte(found.Login), []byte(c.Login)) != 1:
		return found, found.PasswordHash, session.ReasonUnknown, nil
	}
	return found, found.PasswordHash, "", nil
}

// rehash strengthens a hash that is weaker than new ones are. A failure is no reason
// to refuse the login that was just proven.
func (a *Authenticator) rehash(ctx context.Context, found account.Account, pass session.Password) account.Account {
	if !password.NeedsRehash(found.PasswordHash, a.cfg.Params) {
		return found
	}
	hash, err := verify.HashPassword(ctx, a.cfg.Runner, a.cfg.Params, []byte(pass))
	if err == nil {
		err = a.cfg.Accounts.Rehash(ctx, found.ID, found.PasswordHash, hash)
	}
	if err != nil {
		a.cfg.Log.Warn("a password hash could not be strengthened", "account", found.ID, "err", err)
		return found
	}
	found.PasswordHash = hash
	return found
}

func runnerError(err error) error {
	switch {
	case errors.Is(err, verify.ErrBusy):
		return fmt.Errorf("%w: %w", session.ErrBusy, err)
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	default:
		return fmt.Errorf("%w: %w", session.ErrUnavailable, err)
	}
}
