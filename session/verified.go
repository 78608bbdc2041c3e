package session

import (
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"io"
	"sync"
	"time"
)

// verified remembers, for a short time, passwords that were just proven, for clients
// that send user name and password with every call. It holds keyed hashes only, never
// failures, and an entry counts only while nothing about its account has changed.
type verified struct {
	key  [32]byte
	life time.Duration

	mu      sync.Mutex
	entries map[[sha256.Size]byte]proof
}

// proof is a password proven for an account.
type proof struct {
	account uint32 // number in identities
	version uint64 // of the account's slot when it was proven
	until   time.Time
}

// verifiedMost bounds the entries; at the bound the old ones go, and if there are
// none, everything does: a client then waits for one more verification.
const verifiedMost = 10_000

func newVerified(rand io.Reader, life time.Duration) (*verified, error) {
	v := &verified{life: life, entries: map[[sha256.Size]byte]proof{}}
	if _, err := io.ReadFull(rand, v.key[:]); err != nil {
		return nil, fmt.Errorf("session: no randomness: %w", err)
	}
	return v, nil
}

// tag is the keyed hash of everything the proof depends on, the address among it:
// whoever is locked out at one must not try passwords on what was proven at another.
func (v *verified) tag(c *Credentials) (tag [sha256.Size]byte) {
	mac := hmac.New(sha256.New, v.key[:])
	for _, part := range []string{string(c.Kind), c.Name, c.Login, string(c.Password), c.Peer.String()} {
		fmt.Fprintf(mac, "%d:%s", len(part), part)
	}
	return [sha256.Size]byte(mac.Sum(nil))
}

func (v *verified) get(c *Credentials, now time.Time) (proof, bool) {
	if v.life <= 0 {
		return proof{}, false
	}
	tag := v.tag(c)
	v.mu.Lock()
	defer v.mu.Unlock()
	p, ok := v.entries[tag]
	if ok && !now.Before(p.until) {
		delete(v.entries, tag)
		return proof{}, false
	}
	return p, ok
}

func (v *verified) put(c *Credentials, p proof, now time.Time) {
	if v.life <= 0 {
		return
	}
	p.until = now.Add(v.life)
	tag := v.tag(c)
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.entries) >= verifiedMost {
		for t, old := range v.entries {
			if !now.Before(old.until) {
				delete(v.entries, t)
			}
		}
		if len(v.entries) >= verifiedMost {
			clear(v.entries)
		}
	}
	v.entries[tag] = p
}

// clear forgets everything.
func (v *verified) clear() {
	v.mu.Lock()
	defer v.mu.Unlock()
	clear(v.entries)
}
