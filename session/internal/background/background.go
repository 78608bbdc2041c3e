// Package background runs what a manager does besides answering: some work goes on all
// the time, some comes round again and again.
//
// It must never know what the work is.
package background

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// Tasks are goroutines that end together. The zero value has none.
type Tasks struct {
	end context.CancelFunc
	all sync.WaitGroup
}

// Start begins the tasks. Each gets a context that Stop cancels, and returns soon after.
// It is called once at most.
func (t *Tasks) Start(tasks ...func(ctx context.Context)) {
	ctx, end := context.WithCancel(context.Background())
	t.end = end
	for _, task := range tasks {
		t.all.Go(func() { task(ctx) })
	}
}

// Stop ends the tasks and waits for them. Without Start it does nothing.
func (t *Tasks) Stop() {
	if t.end != nil {
		t.end()
	}
	t.all.Wait()
}

// Every makes a task that does something each time d has passed. An error is logged
// under the text trouble, and the task goes on.
func Every(d time.Duration, log *slog.Logger, trouble string, do func(context.Context) error) func(context.Context) {
	return func(ctx context.Context) {
		tick := time.NewTicker(d)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				if err := do(ctx); err != nil && ctx.Err() == nil {
					log.Error(trouble, "err", err)
				}
			}
		}
	}
}

// sweepPiece is how many rows leave in one removal of Sweep.
const sweepPiece = 1000

// Sweep removes what has expired at now in pieces that block nobody, until remove finds
// fewer than its limit, and tells how many went.
func Sweep(ctx context.Context, now time.Time, remove func(ctx context.Context, now time.Time, limit int) (int, error)) (int, error) {
	for total := 0; ; {
		n, err := remove(ctx, now, sweepPiece)
		total += n
		if err != nil || n < sweepPiece {
			return total, err
		}
	}
}
