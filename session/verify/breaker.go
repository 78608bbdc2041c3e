package verify

import (
	"sync"
	"time"
)

// breaker keeps jobs away from a back end that answers nothing any more. After some
// time-outs in a row it refuses every job for a while; then one job may try, and the
// others go on being refused until that one has ended.
type breaker struct {
	after int // time-outs in a row; 0 never trips
	pause time.Duration
	now   func() time.Time

	mu      sync.Mutex
	row     int       // time-outs in a row
	until   time.Time // refused till then; zero while closed
	probing bool
}

// pass is the admission of one job.
type pass struct {
	probe bool
	at    time.Time
}

// refuses tells whether enter would refuse now.
func (b *breaker) refuses() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.blocked()
}

func (b *breaker) blocked() bool {
	return !b.until.IsZero() && (b.probing || b.now().Before(b.until))
}

// enter admits a job, which must leave with its pass.
func (b *breaker) enter() (pass, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.blocked() {
		return pass{}, false
	}
	p := pass{probe: !b.until.IsZero(), at: b.now()}
	b.probing = p.probe
	return p, true
}

// leave tells how the job ended. It returns true if that has opened the breaker.
func (b *breaker) leave(p pass, timedOut bool) (tripped bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if p.probe {
		b.probing = false
	}
	switch {
	case !timedOut:
		b.row, b.until = 0, time.Time{}
	case p.probe:
		// From when it began: what was repaired while it hung is tried a pause later.
		b.until = p.at.Add(b.pause)
	case b.after > 0:
		b.row++
		if tripped = b.row >= b.after && b.until.IsZero(); tripped {
			b.until = b.now().Add(b.pause)
		}
	}
	return tripped
}
