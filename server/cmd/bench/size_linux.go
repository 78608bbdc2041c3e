package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// size compares the server with few sessions to the same server with a million.
func (b *bench) size(ctx context.Context) (err error) {
	few, many := 1_000, 1_000_000
	if b.quick {
		many = 100_000
	}
	b.say("\nSessions in memory: %d and %d", few, many)
	small, err := b.resident(ctx, few)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, small.server.stop()) }()
	large, err := b.resident(ctx, many)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, large.server.stop()) }()
	b.add("16", fmt.Sprintf("resident memory per session at %d", many), "<= 200 B",
		fmt.Sprintf("%.0f B", large.bytes), large.bytes <= 200)

	turns := spread(many, 10_000)
	onSmall, onLarge := newCalls(addTwo, small.pairs, spread(few, few)), newCalls(addTwo, large.pairs, turns)
	// The first use in a minute is written down, in batches, five seconds later at the
	// most: that is let pass, so that what follows is the steady state.
	if err := errors.Join(once(small.server, onSmall.again()), once(large.server, onLarge.again())); err != nil {
		return err
	}
	before, err := large.server.cpu()
	if err != nil {
		return err
	}
	if err := errors.Join(quiet(ctx, small.server), quiet(ctx, large.server)); err != nil {
		return err
	}
	after, err := large.server.cpu()
	if err != nil {
		return err
	}
	b.note("", fmt.Sprintf("CPU to write one use of a session down (once a minute, in batches) among %d", many),
		fmt.Sprintf("%.0f us", float64((after-before).Microseconds())/float64(len(turns))))
	base, err := dial(small.server, onSmall, 8)
	if err != nil {
		return err
	}
	defer base.close()
	target, err := dial(large.server, onLarge, 8)
	if err != nil {
		return err
	}
	defer target.close()
	// All within a minute, before the next uses are due.
	rounds, d := b.rounds, min(b.round, 32*time.Second/time.Duration(2*b.rounds+2))
	c, err := compare(ctx, base, target, rounds, d)
	if err != nil {
		return err
	}
	b.say("%s\n%s", line(fmt.Sprintf("%d sessions", few), c.base), line(fmt.Sprintf("%d sessions, %d in turn", many, len(turns)), c.target))
	b.atMost("9", fmt.Sprintf("p99 with %d sessions by p99 with %d", many, few), 1.50, c.ratio(p99))
	b.atMost("10", "CPU per call, the same", 1.15, c.ratio(cpu))
	b.instructions("10", "instructions per call, the same", 1.05, c)
	return nil
}

// residents is a server that has sessions in memory.
type residents struct {
	server *process
	pairs  *pairs
	bytes  float64 // memory that each session added
}

func (b *bench) resident(ctx context.Context, n int) (r residents, err error) {
	url, pairs, err := fill(ctx, b.dir, n)
	if err != nil {
		return r, err
	}
	r.pairs = pairs
	if r.server, err = b.startServer(url); err != nil {
		return r, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, r.server.stop())
		}
	}()
	// What it takes to answer at all is not the sessions'.
	if err := once(r.server, newCalls(whoAmI, pairs, inOrder(min(n, 100)))); err != nil {
		return r, err
	}
	before, err := r.server.memory()
	if err != nil {
		return r, err
	}
	if err := once(r.server, newCalls(whoAmI, pairs, inOrder(n))); err != nil {
		return r, err
	}
	after, err := r.server.memory()
	r.bytes = float64(after-before) / float64(n)
	return r, err
}

// quiet waits until a server has written down what it had to: at least six seconds,
// and then until it does next to nothing for one.
func quiet(ctx context.Context, p *process) error {
	d := 6 * time.Second
	for end := time.Now().Add(time.Minute); time.Now().Before(end); d = time.Second {
		before, err := p.cpu()
		if err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(d):
		}
		after, err := p.cpu()
		if err != nil {
			return err
		}
		if d == time.Second && after-before < 50*time.Millisecond {
			return nil
		}
	}
	return fmt.Errorf("%s does not come to rest", p.name)
}
