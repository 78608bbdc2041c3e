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
	return runDetached(ctx, p.gate, job, func(job Job, reply chan<- result) {
		answer, err := p.handlers.do(job)
		if err != nil && !errors.Is(err, ErrJob) {
			err = fmt.Errorf("%w: %w", errHandler, err)
		}
		reply <- result{answer, err}
	})
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

type result struct {
	answer []byte
	err    error
}

// runDetached gives job a permit and a goroutine of its own, which work keeps until
// it returns, and waits for the reply or for ctx. Work must send one reply and
// may go on afterwards.
func runDetached(ctx context.Context, g *gate, job Job, work func(Job, chan<- result)) ([]byte, error) {
	if err := job.check(); err != nil {
		clear(job.Payload)
		return nil, err
	}
	if err := g.enter(ctx); err != nil {
		clear(job.Payload)
		return nil, err
	}
	reply := make(chan result, 1)
	go func() {
		defer g.leave()
		work(job, reply)
	}()
	select {
	case r := <-reply:
		return r.answer, r.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
