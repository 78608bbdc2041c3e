package verify

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// InProcess is a Runner without processes, for tools and tests: jobs run on
// goroutines of the caller's process, under the same limits and the same rule that
// a caller who leaves frees nothing. It has no deadline, because a goroutine
// cannot be killed.
type InProcess struct {
	handlers Handlers
	gate     *gate
	once     sync.Once
}

// NewInProcess returns an InProcess that is ready.
func NewInProcess(limits Limits, handlers Handlers) *InProcess {
	return &InProcess{handlers: handlers, gate: newGate(limits)}
}

// Run implements Runner.
func (p *InProcess) Run(ctx context.Context, job Job) ([]byte, error) {
	turn, err := newTalk(p.gate, false).start(ctx, job, p.work)
	return turn.Answer, err
}

// Converse implements Talker. A reply that comes too late ends the handler's wait
// with an error, because a goroutine cannot be killed.
func (p *InProcess) Converse(ctx context.Context, job Job) (Turn, error) {
	return newTalk(p.gate, true).start(ctx, job, p.work)
}

func (p *InProcess) work(job Job, t *talk) {
	answer, err := p.handlers.do(job, func(question []byte) ([]byte, error) { return t.ask(question, nil) })
	if err != nil && !errors.Is(err, ErrJob) {
		err = fmt.Errorf("%w: %w", errHandler, err)
	}
	t.finish(answer, err)
}

// Close refuses further jobs and waits for those that run, or for ctx.
func (p *InProcess) Close(ctx context.Context) error {
	err := ErrClosed
	p.once.Do(func() {
		close(p.gate.closed)
		var taken int
		err = nil
		if !p.gate.drain(ctx, &taken) {
			err = ctx.Err()
		}
	})
	return err
}
