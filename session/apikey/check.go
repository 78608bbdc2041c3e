package apikey

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"

	"countersign/session"
	"countersign/session/account"
)

// ErrInvalid is the one answer for unknown, revoked and expired keys, and for keys of
// accounts that are disabled or gone.
var ErrInvalid = errors.New("apikey: not valid")

// Proof is a key that was found valid just now.
type Proof struct {
	// Key is without its digest. LastUsed is as it was when the key was read.
	Key
	// Identity is the account behind it. What the account holds is more than what the
	// key may: ask Rights.
	Identity *session.Identity
	// Rights are the account's, within the key's scope.
	Rights *account.Rights
	// ReadOnly tells that the key or its account may call only methods marked
	// read-only.
	ReadOnly bool
}

// Check proves a key and notes that it is used. In steady state it asks no store.
// Errors: ErrInvalid; session.ErrUnavailable with a cause when the store could not be
// asked.
func (m *Manager) Check(ctx context.Context, text Text) (Proof, error) {
	digest := text.Digest()
	e, version := m.cache.get(digest)
	// Asked after the look-up: a process that was paused in between must not answer
	// from the past.
	trusted := m.cfg.Accounts.Trusted()
	if e != nil && trusted {
		return m.admit(ctx, e, digest)
	}
	key, err := m.cfg.Store.Get(ctx, digest)
	switch {
	case errors.Is(err, ErrNotFound):
		return Proof{}, ErrInvalid
	case err != nil:
		return Proof{}, unavailable(err)
	case key.Expired(m.cfg.Now()):
		return Proof{}, ErrInvalid
	}
	if e, err = newEntry(key); err != nil {
		return Proof{}, unavailable(fmt.Errorf("the stored key %s: %w", key.ID, err))
	}
	if trusted {
		e = m.cache.put(e, version)
	}
	return m.admit(ctx, e, digest)
}

// admit compares the digest, looks at the clock and at the account.
func (m *Manager) admit(ctx context.Context, e *entry, digest session.Digest) (Proof, error) {
	now := m.cfg.Now()
	if subtle.ConstantTimeCompare(e.key.Digest[:], digest[:]) != 1 || e.key.Expired(now) {
		return Proof{}, ErrInvalid
	}
	who, err := m.cfg.Accounts.Identity(ctx, e.key.Account)
	switch {
	case errors.Is(err, account.ErrNotFound):
		return Proof{}, ErrInvalid
	case err != nil:
		return Proof{}, unavailable(err)
	case who.Account.Disabled:
		return Proof{}, ErrInvalid
	}
	if e.due(now) {
		m.uses.add(Use{Digest: digest, At: now})
	}
	p := Proof{
		Key: e.key, Identity: who, Rights: e.within(who.Grants),
		ReadOnly: e.key.ReadOnly || who.Account.ReadOnly,
	}
	p.Digest = session.Digest{}
	return p, nil
}

func unavailable(err error) error { return fmt.Errorf("%w: %w", session.ErrUnavailable, err) }
