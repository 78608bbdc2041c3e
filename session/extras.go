package session

import (
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"

	"countersign/session/account"
)

// extras hold what only few sessions have, a parent, a scope or an address that they
// are bound to, so that the records of all the others stay small and free of pointers.
type extras struct {
	mu   sync.RWMutex
	list []*extra // number n is list[n-1]; nil: free
	free []uint32
}

type extra struct {
	owner    [halfDigest]byte // the session's id: a number may have got a new owner
	parent   Digest
	onlyFrom netip.Addr
	scope    account.Scope
	// rights are those within the scope of the grants last asked for.
	rights atomic.Pointer[account.Rights]
}

// within gives what is left of grants in the scope; nil if it covers everything.
func (x *extra) within(grants *account.Grants) *account.Rights {
	if x.scope.Everything() {
		return nil
	}
	if r := x.rights.Load(); r.Of(grants) {
		return r
	}
	r := account.Limit(grants, x.scope)
	x.rights.Store(r)
	return r
}

// add keeps what is extra about a record and gives its number; 0 if there is nothing.
func (x *extras) add(r *Record) (uint32, error) {
	if r.Parent == (Digest{}) && r.Scope == "" && !r.OnlyFrom.IsValid() {
		return 0, nil
	}
	scope, err := account.NewScope(strings.Fields(r.Scope))
	if err != nil {
		return 0, fmt.Errorf("session %s: %w", r.Public, err)
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	entry := &extra{owner: [halfDigest]byte(r.ID[:halfDigest]), parent: r.Parent, onlyFrom: r.OnlyFrom, scope: scope}
	if last := len(x.free) - 1; last >= 0 {
		n := x.free[last]
		x.free = x.free[:last]
		x.list[n-1] = entry
		return n, nil
	}
	x.list = append(x.list, entry)
	return uint32(len(x.list)), nil
}

// of gives what is extra about a session, nil for nothing. ok is false when the entry
// is a copy of one that was removed meanwhile.
func (x *extras) of(e *entry) (found *extra, ok bool) {
	if e.extra == 0 {
		return nil, true
	}
	x.mu.RLock()
	defer x.mu.RUnlock()
	if int(e.extra) > len(x.list) || x.list[e.extra-1] == nil {
		return nil, false
	}
	found = x.list[e.extra-1]
	return found, found.owner == e.id
}

// release gives a number back.
func (x *extras) release(n uint32) {
	if n == 0 {
		return
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if int(n) <= len(x.list) && x.list[n-1] != nil {
		x.list[n-1] = nil
		x.free = append(x.free, n)
	}
}

// clear drops everything.
func (x *extras) clear() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.list, x.free = nil, nil
}
