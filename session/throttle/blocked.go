package throttle

import (
	"fmt"
	"time"
)

// Scope says which counter blocks.
type Scope string

// The scopes.
const (
	ScopePair     Scope = "account+source"
	ScopeAccount  Scope = "account"
	ScopeSource   Scope = "source"
	ScopeDisabled Scope = "disabled" // the account, until it is unlocked
)

// Blocked is the refusal of an attempt. It does not depend on whether the name exists.
// Clients may be told when to come back, but not the scope.
type Blocked struct {
	Scope Scope
	// Until is when an attempt may begin, and RetryAfter the time left to then. Both are
	// zero if no time will do.
	Until      time.Time
	RetryAfter time.Duration
}

// Error implements error.
func (b *Blocked) Error() string {
	if b.Until.IsZero() {
		return fmt.Sprintf("throttle: blocked (%s) until unlocked", b.Scope)
	}
	return fmt.Sprintf("throttle: blocked (%s) for %v", b.Scope, b.RetryAfter)
}

// Seconds is RetryAfter in whole seconds, rounded up, as HTTP's Retry-After wants it
// (RFC 9110 §10.2.3).
func (b *Blocked) Seconds() int { return int((b.RetryAfter + time.Second - 1) / time.Second) }

// judge asks the counters that have a say, and is true if the attempt may begin. The
// longest wait decides.
func (o *op) judge(all Counters, parts []part, now time.Time) bool {
	for _, p := range parts {
		v := p.rule.judge(all[p.key], now)
		o.full = o.full || v.full
		if !v.blocked {
			continue
		}
		b := &Blocked{Scope: []Scope{ScopePair, ScopeAccount, ScopeSource}[p.role], Until: v.until}
		if v.disabled {
			b.Scope = ScopeDisabled
		} else {
			b.RetryAfter = v.until.Sub(now)
		}
		if o.blocked == nil || v.disabled || o.blocked.Scope != ScopeDisabled && v.until.After(o.blocked.Until) {
			o.blocked, o.blockedBy = b, p.key
		}
	}
	return o.blocked == nil && !o.full
}
