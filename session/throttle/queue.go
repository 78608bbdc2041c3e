package throttle

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"countersign/session"
	"countersign/session/internal/keeper"
)

const (
	// most is how many ops are done in one transaction.
	most = 100
	// storeTimeout bounds one visit to the store.
	storeTimeout = 5 * time.Second
	// pollInterval is how often parked attempts look whether another process has decided
	// something.
	pollInterval = 50 * time.Millisecond
	// company is how long a decision that nobody waits for may wait for other ops.
	company = 20 * time.Millisecond
)

// op is one change to the counters of an attempt.
type op struct {
	attempt *Attempt
	what    what
	block   string // of reserve, for the limits of the queue
	outcome
	err  error
	done chan struct{} // closed when outcome and err stand

	soon   bool // nobody waits for it
	parked bool // it has been parked; the queue's alone

	finished, gone bool // guarded by queue.mu
}

// outcome is what a reserve found: the epochs of a granted attempt, or why it was not
// granted; or what a failure locked.
type outcome struct {
	locked    []Lock
	epochs    []int64
	blocked   *Blocked
	blockedBy Key
	full      bool
}

func newReservation(a *Attempt, block string) *op {
	return &op{attempt: a, what: reserve, block: block, done: make(chan struct{})}
}

func newDecision(a *Attempt, what what) *op {
	return &op{attempt: a, what: what, done: make(chan struct{})}
}

// queue gathers what parallel callers want done to counters and does it together, in
// the order of arrival, one transaction after another (group commit). Attempts that
// find no free failure are parked until something was decided.
type queue struct {
	run             func(ops []*op) (decided bool)
	perBlock, total int

	runner  *keeper.Keeper
	mu      sync.Mutex
	ready   []*op
	parked  []*op
	polling bool
}

func (q *queue) init(perBlock, total int, run func([]*op) bool) {
	q.perBlock, q.total, q.run = perBlock, total, run
	q.runner = keeper.New(q.drain)
}

// do hands o in and waits until it is done, a parked one at most so long. An attempt
// that is granted when nobody waits for it any more is given back.
func (q *queue) do(ctx context.Context, o *op, parking time.Duration) error {
	if err := ctx.Err(); err != nil && o.what == reserve {
		return err
	}
	var expired <-chan time.Time
	if parking > 0 {
		timer := time.NewTimer(parking)
		defer timer.Stop()
		expired = timer.C
	}
	q.mu.Lock()
	q.ready = append(q.ready, o)
	q.mu.Unlock()
	q.runner.Kick()
	var err error
	select {
	case <-o.done:
		return o.err
	case <-ctx.Done():
		err = ctx.Err()
	case <-expired:
		err = fmt.Errorf("%w: other attempts are not decided yet", session.ErrBusy)
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if o.finished {
		return o.err
	}
	o.gone = true
	q.parked = slices.DeleteFunc(q.parked, func(p *op) bool { return p == o })
	return err
}

// soon hands in a decision that nobody waits for. It is done with the next op, or in a
// moment by itself: whoever logs in and goes costs no transaction of their own while
// others log in. A parked attempt waits for decisions, so then it is done at once.
func (q *queue) soon(o *op) {
	o.soon = true
	q.mu.Lock()
	defer q.mu.Unlock()
	q.ready = append(q.ready, o)
	if len(q.parked) > 0 {
		q.runner.Kick()
	} else {
		q.runner.KickWithin(company)
	}
}

func (q *queue) drain() {
	for {
		q.mu.Lock()
		q.ready = slices.DeleteFunc(q.ready, func(o *op) bool { return o.gone && o.what == reserve })
		n := min(len(q.ready), most)
		if n == 0 {
			q.poll()
			q.mu.Unlock()
			return
		}
		ops := q.ready[:n:n]
		q.ready = q.ready[n:]
		q.mu.Unlock()
		decided := q.run(ops)
		q.mu.Lock()
		for _, o := range ops {
			q.deliver(o)
		}
		if decided {
			q.unpark()
		}
		q.mu.Unlock()
	}
}

// deliver gives an op's caller its answer, or parks it.
func (q *queue) deliver(o *op) {
	granted := o.what == reserve && o.err == nil && o.blocked == nil
	switch {
	case granted && o.full && !o.gone:
		if q.park(o) {
			return
		}
		o.err = fmt.Errorf("%w: too many attempts are waiting", session.ErrBusy)
	case granted && o.gone && !o.full:
		o.attempt.epochs = o.epochs
		q.ready = append(q.ready, newDecision(o.attempt, void))
	case o.err == nil && o.blocked != nil:
		o.err = o.blocked
	}
	o.finished = true
	close(o.done)
}

func (q *queue) park(o *op) bool {
	same := 0
	for _, p := range q.parked {
		if p.block == o.block {
			same++
		}
	}
	if same >= q.perBlock || len(q.parked) >= q.total {
		return false
	}
	o.parked = true
	q.parked = append(q.parked, o)
	return true
}

// unpark puts the parked attempts in front of those that came later.
func (q *queue) unpark() {
	q.ready = append(q.parked, q.ready...)
	q.parked = nil
}

// poll looks after parked attempts in a while.
func (q *queue) poll() {
	if len(q.parked) == 0 || q.polling {
		return
	}
	q.polling = true
	time.AfterFunc(pollInterval, func() {
		q.mu.Lock()
		defer q.mu.Unlock()
		q.polling = false
		if len(q.parked) > 0 {
			q.unpark()
			q.runner.Kick()
		}
	})
}

// wait returns when nothing is to be done.
func (q *queue) wait() {
	q.runner.Stop()
}
