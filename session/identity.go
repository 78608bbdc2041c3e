package session

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"countersign/session/account"
)

// Identity is an account as sessions see it: its state and its rights, prepared for
// fast questions. It is immutable; a change to the account makes a new one.
type Identity struct {
	Account account.Account
	Grants  *account.Grants

	version uint64 // of its slot before it was read
}

// identities interns accounts, so that a session holds a number instead of pointers,
// and keeps each account's state until it is announced to have changed.
type identities struct {
	store account.Store
	mu    sync.RWMutex
	byID  map[string]uint32
	list  []*identitySlot
}

type identitySlot struct {
	id      string
	current atomic.Pointer[Identity] // nil: must be read again
	version atomic.Uint64            // rises with every announced change, of which a lock is one
}

// number gives the slot of an account id.
func (x *identities) number(id string) uint32 {
	x.mu.RLock()
	n, ok := x.byID[id]
	x.mu.RUnlock()
	if ok {
		return n
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if n, ok := x.byID[id]; ok {
		return n
	}
	if x.byID == nil {
		x.byID = map[string]uint32{}
	}
	n = uint32(len(x.list))
	x.list = append(x.list, &identitySlot{id: id})
	x.byID[id] = n
	return n
}

// unchanged tells whether nothing has happened to the account since the proof.
func (x *identities) unchanged(p proof) bool {
	return x.slot(p.account).version.Load() == p.version
}

func (x *identities) slot(n uint32) *identitySlot {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.list[n]
}

// get gives the account's current state, from memory if it has not changed. With
// fresh it asks the store in any case and keeps nothing.
func (x *identities) get(ctx context.Context, n uint32, fresh bool) (*Identity, error) {
	s := x.slot(n)
	version := s.version.Load()
	if !fresh {
		// One that was read before a change, and stored after it, is not current.
		if id := s.current.Load(); id != nil && id.version == version {
			return id, nil
		}
	}
	a, err := x.store.Get(ctx, s.id)
	if err != nil {
		return nil, err
	}
	id := &Identity{Account: a, Grants: account.NewGrants(a.Grants), version: version}
	id.Account.PasswordHash = ""
	if !fresh {
		s.current.Store(id)
	}
	return id, nil
}

// forget makes the next use read the account again; "*" means all accounts.
func (x *identities) forget(id string) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	if id == "*" {
		for _, s := range x.list {
			s.forget()
		}
		return
	}
	if n, ok := x.byID[id]; ok {
		x.list[n].forget()
	}
}

func (s *identitySlot) forget() {
	s.version.Add(1)
	s.current.Store(nil)
}

// LoginName gives the login name of the user that a client means for whom case does not
// count; what it typed if there is none (account.Resolve). Errors: ErrUnavailable.
func (m *Manager) LoginName(ctx context.Context, typed string) (string, error) {
	name, err := account.Resolve(ctx, m.cfg.Accounts, account.User, typed)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return name, nil
}
