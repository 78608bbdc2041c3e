package verify

import (
	"context"
	"fmt"
	"time"
)

// killPatience is how long a worker may take to die of SIGKILL before Close gives
// up on it: one that waits for a dead disk inside the kernel takes for ever.
const killPatience = 2 * time.Second

// Close refuses further jobs and those that wait (ErrClosed), lets those that run
// come to their end, and ends and reaps the workers. When ctx ends first,
// the workers are killed and the error wraps ctx.Err(). A second Close returns ErrClosed.
func (p *Pool) Close(ctx context.Context) error {
	p.mu.Lock()
	if p.closing {
		p.mu.Unlock()
		return ErrClosed
	}
	p.closing = true
	idle := p.idle
	p.idle = nil
	p.mu.Unlock()
	close(p.gate.closed)

	done := make(chan struct{})
	go func() {
		defer close(done)
		for _, w := range idle {
			w.hangUp()
		}
		for _, w := range idle {
			w.retire()
		}
	}()
	var taken int
	if p.gate.drain(ctx, &taken) && wait(ctx, done) {
		return nil
	}

	p.killAll()
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), killPatience)
	defer cancel()
	if !p.gate.drain(last, &taken) || !wait(last, done) {
		return fmt.Errorf("verify: workers did not end when killed: %w", ctx.Err())
	}
	return fmt.Errorf("verify: workers were killed: %w", ctx.Err())
}

func (p *Pool) killAll() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.killed = true
	for w := range p.live {
		w.kill()
	}
}

func wait(ctx context.Context, done <-chan struct{}) bool {
	select {
	case <-done:
		return true
	case <-ctx.Done():
		return false
	}
}
