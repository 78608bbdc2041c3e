// Package keeper runs a piece of work on a goroutine of its own whenever there is some,
// and keeps the goroutine for a while in between: work that goes deep, into a database,
// has to grow a new stack every time otherwise, which costs as much as a statement.
//
// It must never know what the work is.
package keeper

import (
	"sync"
	"time"
)

// linger is how long a goroutine waits for more work before it ends.
const linger = 10 * time.Second

// Keeper runs one piece of work, never twice at a time.
type Keeper struct {
	work func()
	wake chan struct{} // holds one token while busy was set and the goroutine waits

	mu      sync.Mutex
	changed sync.Cond
	due     bool        // the work is to be run, once more if it runs now
	soon    *time.Timer // makes it due; nil while nothing does
	busy    bool        // it is due or runs
	alive   bool        // there is a goroutine
	leaving bool        // that is to end when there is nothing to do
}

// New makes a Keeper. There is no goroutine before the first Kick.
func New(work func()) *Keeper {
	k := &Keeper{work: work, wake: make(chan struct{}, 1)}
	k.changed.L = &k.mu
	return k
}

// Kick has the work run: it begins, or begins once more, after the call.
func (k *Keeper) Kick() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.due = true
	k.begin()
}

// KickWithin has the work run too, after d at the latest: with the next Kick if that
// comes before.
func (k *Keeper) KickWithin(d time.Duration) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.due && k.soon == nil {
		k.soon = time.AfterFunc(d, k.Kick)
	}
}

// begin wakes or starts the goroutine. The caller holds the lock.
func (k *Keeper) begin() {
	switch {
	case k.busy:
	case k.alive:
		k.busy = true
		k.wake <- struct{}{}
	default:
		k.busy, k.alive = true, true
		go k.run()
	}
}

// Stop returns when the work is done and the goroutine has come to its end. The Keeper
// can be kicked again.
func (k *Keeper) Stop() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.soon != nil {
		k.due = true
		k.begin()
	}
	for k.alive {
		k.leaving = true
		k.begin()
		k.changed.Wait()
	}
}

func (k *Keeper) run() {
	timer := time.NewTimer(linger)
	defer timer.Stop()
	for {
		for k.next() {
			k.work()
		}
		if k.left(false) {
			return
		}
		timer.Reset(linger)
		select {
		case <-k.wake:
		case <-timer.C:
			if k.left(true) {
				return
			}
			<-k.wake
		}
	}
}

// next tells whether the work is to be run now.
func (k *Keeper) next() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.due {
		k.due = false
		if k.soon != nil {
			k.soon.Stop()
			k.soon = nil
		}
		return true
	}
	k.busy = false
	return false
}

// left tells whether the goroutine ends here: it was asked to leave, or waited too long,
// and there is nothing to do.
func (k *Keeper) left(waited bool) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.busy || !k.leaving && !waited {
		return false
	}
	k.alive, k.leaving = false, false
	k.changed.Broadcast()
	return true
}
