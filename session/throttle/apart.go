package throttle

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// apart knows the accounts that need counters of their own, lest the success of one make
// good the guesses at another: of those that look alike all but the first, which the form
// stands for. Every other spelling is counted by the form.
type apart struct {
	names atomic.Pointer[map[Name]bool] // never nil
	stale atomic.Bool                   // accounts have changed since names were read

	mu      sync.Mutex
	next    time.Time // when names may be read again
	failing bool
}

// rereadAfter is the least time between two readings. Locks are announced as changed
// accounts are, and whoever guesses can make many.
const rereadAfter = time.Second

// has tells whether the account is counted by its very name.
func (a *apart) has(n Name) bool { return (*a.names.Load())[n] }

// AccountsChanged is to be called when accounts may have changed, by this process or
// another: which of them look alike is read again before the next attempt. It costs
// nothing.
func (t *Throttle) AccountsChanged() { t.apart.stale.Store(true) }

// keepUp reads which accounts look alike, if accounts have changed and it was not done
// just now. It takes a twentieth of the time at most: many accounts are not read in a
// moment. One attempt waits for it, whatever its name, and no other. What cannot be read
// stays as it was.
func (t *Throttle) keepUp(ctx context.Context) {
	a := &t.apart
	if !a.stale.Load() || !a.mu.TryLock() {
		return
	}
	defer a.mu.Unlock()
	begin := t.cfg.Now()
	if begin.Before(a.next) {
		return
	}
	a.stale.Store(false) // what changes from now on may be missed
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeTimeout)
	defer cancel()
	err := t.readApart(ctx)
	a.next = begin.Add(max(rereadAfter, 20*t.cfg.Now().Sub(begin)))
	switch {
	case err != nil:
		a.stale.Store(true)
		if !a.failing {
			t.cfg.Log.Error("the accounts that look alike cannot be read; they are counted as before until they can", "err", err)
		}
	case a.failing:
		t.cfg.Log.Info("the accounts that look alike can be read again")
	}
	a.failing = err != nil
}

func (t *Throttle) readApart(ctx context.Context) error {
	names := map[Name]bool{}
	if t.cfg.Accounts != nil {
		all, err := t.cfg.Accounts.LookAlikes(ctx)
		if err != nil {
			return err
		}
		for _, alike := range all {
			for _, name := range alike.Names[1:] {
				names[Name{alike.Kind, name}] = true
			}
		}
	}
	t.apart.names.Store(&names)
	return nil
}
