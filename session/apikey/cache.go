package apikey

import (
	"sync"
	"sync/atomic"
	"time"

	"countersign/session"
	"countersign/session/account"
)

// cache is a bounded number of keys that were proven here. It holds what is there,
// never the news that something is not: strangers cannot fill it.
type cache struct {
	most int

	mu sync.RWMutex
	// version rises with every removal that was asked for. A key read from the store
	// is remembered only if it has not risen since before the read: so nothing dead
	// comes back.
	version   uint64
	entries   map[session.Digest]*entry
	byAccount map[string]map[session.Digest]struct{}
}

// entry is a key prepared for fast answers.
type entry struct {
	key    Key
	scope  account.Scope
	used   atomic.Int64                   // last use that is written or queued, in Unix microseconds
	rights atomic.Pointer[account.Rights] // of the last identity it was used with
}

func newEntry(k Key) (*entry, error) {
	scope, err := account.NewScope(k.Scope)
	if err != nil {
		return nil, err
	}
	e := &entry{key: k, scope: scope}
	if !k.LastUsed.IsZero() {
		e.used.Store(k.LastUsed.UnixMicro())
	}
	return e, nil
}

// within gives the rights that grants leave within the key's scope.
func (e *entry) within(grants *account.Grants) *account.Rights {
	if r := e.rights.Load(); r.Of(grants) {
		return r
	}
	r := account.Limit(grants, e.scope)
	e.rights.Store(r)
	return r
}

// due notes a use at now and tells whether the store should hear of it.
func (e *entry) due(now time.Time) bool {
	at, last := now.UnixMicro(), e.used.Load()
	if last != 0 && at-last < UseInterval.Microseconds() {
		return false
	}
	return e.used.CompareAndSwap(last, at)
}

func newCache(most int) cache {
	return cache{
		most:      most,
		entries:   map[session.Digest]*entry{},
		byAccount: map[string]map[session.Digest]struct{}{},
	}
}

// get gives the entry, or nil, and the version for a later put.
func (c *cache) get(d session.Digest) (*entry, uint64) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.entries[d], c.version
}

// put remembers an entry unless something was forgotten since version was read, and
// gives the one to use: that of a parallel look-up if it came first. At the bound a
// random one makes room.
func (c *cache) put(e *entry, version uint64) *entry {
	c.mu.Lock()
	defer c.mu.Unlock()
	if version != c.version {
		return e
	}
	d := e.key.Digest
	if first, ok := c.entries[d]; ok {
		return first
	}
	if len(c.entries) >= c.most {
		for victim := range c.entries {
			c.remove(victim)
			break
		}
	}
	c.entries[d] = e
	of := c.byAccount[e.key.Account]
	if of == nil {
		of = map[session.Digest]struct{}{}
		c.byAccount[e.key.Account] = of
	}
	of[d] = struct{}{}
	return e
}

func (c *cache) remove(d session.Digest) {
	id := c.entries[d].key.Account
	delete(c.entries, d)
	delete(c.byAccount[id], d)
	if len(c.byAccount[id]) == 0 {
		delete(c.byAccount, id)
	}
}

// forget drops an account's keys.
func (c *cache) forget(accountID string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.version++
	for d := range c.byAccount[accountID] {
		c.remove(d)
	}
}

// clear drops everything.
func (c *cache) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.version++
	clear(c.entries)
	clear(c.byAccount)
}

// sweep drops what is expired at now.
func (c *cache) sweep(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for d, e := range c.entries {
		if e.key.Expired(now) {
			c.remove(d)
		}
	}
}

func (c *cache) len() int {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return len(c.entries)
}
