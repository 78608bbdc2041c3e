package session

import (
	"context"
	"sync"
	"time"

	"countersign/session/internal/keeper"
)

// batch gathers what parallel callers want written and writes it together: while one
// write is under way the next ones queue up and leave as one (group commit). A lone
// caller waits for company only where crowded says that there will be some.
type batch[T any] struct {
	write   func(ctx context.Context, items []T) error
	crowded func() bool // nil: never
	timeout time.Duration
	most    int

	writer *keeper.Keeper
	mu     sync.Mutex
	queue  []*waiting[T]
	late   sync.WaitGroup // callers that have gone and still want to know
}

// company is how long an item waits for another one: a little longer than a hash takes.
const company = 25 * time.Millisecond

type waiting[T any] struct {
	item T
	done chan error // buffered: the writer never waits for a caller
}

func newBatch[T any](most int, timeout time.Duration, write func(context.Context, []T) error) *batch[T] {
	b := &batch[T]{write: write, timeout: timeout, most: most}
	b.writer = keeper.New(b.drain)
	return b
}

// do hands item in and waits until it is written. When ctx ends first the outcome is
// unknown: the write goes on for the others. late is then called with its outcome.
func (b *batch[T]) do(ctx context.Context, item T, late func(error)) error {
	w := &waiting[T]{item: item, done: make(chan error, 1)}
	b.mu.Lock()
	b.queue = append(b.queue, w)
	if len(b.queue) == 1 && b.crowded != nil && b.crowded() {
		b.writer.KickWithin(company)
	} else {
		b.writer.Kick()
	}
	b.mu.Unlock()
	select {
	case err := <-w.done:
		return err
	case <-ctx.Done():
		if late != nil {
			b.late.Go(func() { late(<-w.done) })
		}
		return ctx.Err()
	}
}

func (b *batch[T]) drain() {
	for {
		b.mu.Lock()
		n := min(len(b.queue), b.most)
		if n == 0 {
			b.mu.Unlock()
			return
		}
		now := b.queue[:n:n]
		b.queue = b.queue[n:]
		b.mu.Unlock()
		b.writeOut(now)
	}
}

// writeOut writes the items together. If that is refused each is tried alone, so that
// one caller's fault is not everybody's.
func (b *batch[T]) writeOut(now []*waiting[T]) {
	items := make([]T, len(now))
	for i, w := range now {
		items[i] = w.item
	}
	err := b.writeTimed(items)
	if err == nil || len(now) == 1 || !isRefusal(err) {
		for _, w := range now {
			w.done <- err
		}
		return
	}
	for i, w := range now {
		w.done <- b.writeTimed(items[i : i+1])
	}
}

func (b *batch[T]) writeTimed(items []T) error {
	ctx, cancel := context.WithTimeout(context.Background(), b.timeout)
	defer cancel()
	return b.write(ctx, items)
}

// wait returns when nothing is queued or under way and everybody was told.
func (b *batch[T]) wait() {
	b.writer.Stop()
	b.late.Wait()
}
