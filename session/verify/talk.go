package verify

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// Talker is a Runner whose handlers may ask back.
type Talker interface {
	Runner
	// Converse does job as Run does, but when the handler asks something, it
	// returns the question instead of an answer and the worker waits. Errors:
	// Run's, and ErrBusy when a handler asks while Limits.Conversations are open.
	Converse(ctx context.Context, job Job) (Turn, error)
}

// Turn is what a handler says next: its answer, or a question before it.
type Turn struct {
	Answer   []byte
	Question *Question // nil: Answer is the end of the job
}

// Question is a handler waiting for a reply, with its worker. It waits for
// Limits.ReplyWait, then the worker is killed.
type Question struct {
	Payload []byte

	talk *talk
	used atomic.Bool
}

// ErrReply says that a reply came too late, or that the question had been replied to
// or withdrawn before, or that the reply is longer than MaxPayload.
var ErrReply = errors.New("verify: nobody waits for this reply")

// Reply lets the handler go on and returns what it says next. It may be called once,
// and owns and clears the reply. Errors: those of Converse, and ErrReply.
func (q *Question) Reply(ctx context.Context, reply []byte) (Turn, error) {
	if q.used.Swap(true) {
		clear(reply)
		return Turn{}, ErrReply
	}
	if len(reply) > MaxPayload {
		clear(reply)
		q.talk.leave()
		return Turn{}, ErrReply
	}
	// There is room: a handler asks again only after it has taken the last reply.
	q.talk.replies <- reply
	return q.talk.next(ctx)
}

// Withdraw tells the handler that nobody will reply. The worker is free again once the
// handler has come to its end, which has the deadline of every step.
func (q *Question) Withdraw() {
	if !q.used.Swap(true) {
		q.talk.leave()
	}
}

// talk joins a caller with the goroutine that does the job.
type talk struct {
	open    bool // the caller takes questions
	gate    *gate
	turns   chan result // one question that nobody may have taken, and the end
	replies chan []byte
	gone    chan struct{} // closed: the caller has left
	leaving sync.Once

	// The rest belongs to the goroutine of the job.
	asked  int
	failed error // why a question was not passed on or not replied to
}

// result is a question of a handler, or how its job ended.
type result struct {
	question bool
	payload  []byte
	err      error
}

func newTalk(g *gate, open bool) *talk {
	return &talk{
		open: open, gate: g,
		turns: make(chan result, 2), replies: make(chan []byte, 1), gone: make(chan struct{}),
	}
}

// next waits for the next turn. A caller who stops waiting has left for good.
func (t *talk) next(ctx context.Context) (Turn, error) {
	select {
	case r := <-t.turns:
		if r.question {
			return Turn{Question: &Question{Payload: r.payload, talk: t}}, nil
		}
		return Turn{Answer: r.payload}, r.err
	case <-ctx.Done():
		t.leave()
		return Turn{}, ctx.Err()
	}
}

func (t *talk) leave() { t.leaving.Do(func() { close(t.gone) }) }

// maxQuestions bounds a handler that would ask for ever.
const maxQuestions = 32

// errNoReply is how a handler learns that nobody will reply. Why is none of its business.
var errNoReply = errors.New("verify: no reply")

// errLate is the failed of a talk whose reply did not come in time.
var errLate = fmt.Errorf("%w: it came too late", ErrReply)

// ask passes a question on and waits for the reply, which the caller has to clear.
// After an error every further question gets one too. Died is the end of the worker.
func (t *talk) ask(question []byte, died <-chan struct{}) ([]byte, error) {
	if t.failed == nil {
		t.failed = t.mayAsk()
	}
	if t.failed != nil {
		return nil, errNoReply
	}
	t.turns <- result{question: true, payload: question}
	timer := time.NewTimer(t.gate.limits.ReplyWait)
	defer timer.Stop()
	select {
	case reply := <-t.replies:
		return reply, nil
	case <-timer.C:
		t.failed = errLate
		return nil, errLate
	case <-t.gone:
		t.failed = errNoReply
	case <-t.gate.closed:
		t.failed = ErrClosed
	case <-died:
		t.failed = errDied
	}
	return nil, errNoReply
}

// mayAsk says why a question cannot be passed on. The first takes one of the places
// for conversations, which finish gives back.
func (t *talk) mayAsk() error {
	select {
	case <-t.gone:
		return errNoReply
	default:
	}
	switch {
	case !t.open:
		return errNoReply
	case t.asked == 0:
		select {
		case t.gate.talks <- struct{}{}:
		default:
			return fmt.Errorf("%w: too many conversations are open", ErrBusy)
		}
	case t.asked == maxQuestions:
		return fmt.Errorf("%w: the handler asks without end", ErrUnavailable)
	}
	t.asked++
	return nil
}

// finish ends the talk with the outcome of the job. A conversation that failed has no
// answer, whatever its handler made of that.
func (t *talk) finish(answer []byte, err error) {
	if t.open && t.failed != nil {
		answer, err = nil, t.failed
	}
	t.turns <- result{payload: answer, err: err}
}

// free gives the place for a conversation back.
func (t *talk) free() {
	if t.asked > 0 {
		<-t.gate.talks
	}
}

// start gives job a permit and a goroutine of its own, which work keeps until it
// returns, and waits for the first turn or for ctx. Work must finish the talk and may
// go on afterwards.
func (t *talk) start(ctx context.Context, job Job, work func(Job, *talk)) (Turn, error) {
	if err := job.check(); err != nil {
		clear(job.Payload)
		return Turn{}, err
	}
	if err := t.gate.enter(ctx); err != nil {
		clear(job.Payload)
		return Turn{}, err
	}
	go func() {
		defer t.gate.leave()
		defer t.free()
		work(job, t)
	}()
	return t.next(ctx)
}
