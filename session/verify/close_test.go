package verify

import (
	"context"
	"errors"
	"testing"
	"time"
)

func TestCloseOfUnusedPool(t *testing.T) {
	p := newPool(t, Config{})
	if err := p.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if err := p.Close(t.Context()); !errors.Is(err, ErrClosed) {
		t.Errorf("second time: %v", err)
	}
	if _, err := run(t, p, kindEcho, ""); !errors.Is(err, ErrClosed) {
		t.Errorf("job after close: %v", err)
	}
}

func TestCloseLetsJobsEnd(t *testing.T) {
	p := newPool(t, Config{Limits: Limits{Workers: 2, QueueWait: time.Minute}})
	running := func(n int) {
		eventually(t, "what has ended is no longer counted", func() bool { return p.Stats().Running == n })
	}
	idle := workerPID(t, p)
	running(0)
	release, first := waitJob(t, p, t.Context())
	busy := workerPID(t, p)
	running(1)
	release2, second := waitJob(t, p, t.Context())
	queued := make(chan error, 1)
	go func() {
		_, err := p.Run(t.Context(), Job{Kind: kindEcho})
		queued <- err
	}()
	eventually(t, "one in the queue", func() bool { return p.Stats().Waiting == 1 })

	closed := make(chan error, 1)
	go func() { closed <- p.Close(t.Context()) }()
	if err := <-queued; !errors.Is(err, ErrClosed) {
		t.Errorf("waiting job: %v, want ErrClosed", err)
	}
	select {
	case err := <-closed:
		t.Fatalf("closed over running jobs: %v", err)
	default:
	}
	release()
	release2()
	for _, ch := range []<-chan error{first, second, closed} {
		if err := <-ch; err != nil {
			t.Error(err)
		}
	}
	for _, pid := range []int{idle, busy} {
		if !gone(pid) {
			t.Errorf("worker %d is alive, or a zombie", pid)
		}
	}
}

func TestCloseKillsWhenItsContextEnds(t *testing.T) {
	p := newPool(t, Config{Limits: Limits{Workers: 1}, Deadline: time.Hour})
	pid := workerPID(t, p)
	eventually(t, "worker idle", func() bool { return p.Stats().Running == 0 })
	_, done := waitJob(t, p, t.Context())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := p.Close(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want context.Canceled", err)
	}
	if err := <-done; !errors.Is(err, ErrUnavailable) {
		t.Errorf("running job: %v, want ErrUnavailable", err)
	}
	if !gone(pid) {
		t.Errorf("worker %d is alive, or a zombie", pid)
	}
}
