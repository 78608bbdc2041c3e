package verify

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// blocking returns handlers whose only job lasts until the channel is closed.
func blocking() (Handlers, chan struct{}) {
	release := make(chan struct{})
	return Handlers{
		"block": func([]byte, Ask) ([]byte, error) { <-release; return nil, nil },
		"panic": func(p []byte, _ Ask) ([]byte, error) { panic(string(p)) },
	}, release
}

func TestLimitsHaveDefaults(t *testing.T) {
	l := Limits{}.withDefaults()
	if l.Workers < 1 || l.Queue != 64 || l.QueueWait != 2*time.Second {
		t.Errorf("%+v", l)
	}
}

func TestQueueWaitIsExact(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, release := blocking()
		p := NewInProcess(Limits{Workers: 1}, h)
		go p.Run(t.Context(), Job{Kind: "block"})
		synctest.Wait()
		start := time.Now()
		_, err := p.Run(t.Context(), Job{Kind: "block"})
		if waited := time.Since(start); !errors.Is(err, ErrBusy) || waited != 2*time.Second {
			t.Errorf("%v after %v", err, waited)
		}
		close(release)
		if err := p.Close(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestQueueIsInOrderAndBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var order []string
		step := make(chan struct{})
		p := NewInProcess(Limits{Workers: 1, Queue: 3}, Handlers{"note": func(b []byte, _ Ask) ([]byte, error) {
			<-step
			order = append(order, string(b))
			return nil, nil
		}})
		for _, name := range []string{"a", "b", "c", "d"} {
			go func() {
				if _, err := p.Run(t.Context(), Job{Kind: "note", Payload: []byte(name)}); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			}()
			synctest.Wait()
		}
		start := time.Now()
		if _, err := p.Run(t.Context(), Job{Kind: "note"}); !errors.Is(err, ErrBusy) || time.Since(start) != 0 {
			t.Errorf("fifth: %v after %v", err, time.Since(start))
		}
		for range 4 {
			step <- struct{}{}
			synctest.Wait()
		}
		if len(order) != 4 || order[0]+order[1]+order[2]+order[3] != "abcd" {
			t.Errorf("%q", order)
		}
	})
}

func TestCallerLeavesTheQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, release := blocking()
		p := NewInProcess(Limits{Workers: 1, Queue: 1}, h)
		ctx, leave := context.WithCancel(t.Context())
		left := make(chan error, 1)
		go func() {
			_, err := p.Run(ctx, Job{Kind: "block"})
			left <- err
		}()
		synctest.Wait()
		waiting, stop := context.WithTimeout(t.Context(), time.Second)
		defer stop()
		if _, err := p.Run(waiting, Job{Kind: "block"}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("in the queue: %v", err)
		}
		if n := p.gate.waiting.Load(); n != 0 {
			t.Errorf("%d still wait", n)
		}
		leave()
		if err := <-left; !errors.Is(err, context.Canceled) {
			t.Errorf("at work: %v", err)
		}
		synctest.Wait()
		if p.gate.running() != 1 {
			t.Error("the permit is free while the job runs")
		}
		close(release)
		synctest.Wait()
		if p.gate.running() != 0 {
			t.Error("the permit is taken although the job is done")
		}
	})
}

func TestCloseInProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, release := blocking()
		p := NewInProcess(Limits{Workers: 2}, h)
		errs := make(chan error, 3)
		for range 3 {
			go func() {
				_, err := p.Run(t.Context(), Job{Kind: "block"})
				errs <- err
			}()
		}
		synctest.Wait()
		closed := make(chan error, 1)
		go func() { closed <- p.Close(t.Context()) }()
		if err := <-errs; !errors.Is(err, ErrClosed) {
			t.Errorf("waiting job: %v", err)
		}
		synctest.Wait()
		select {
		case err := <-closed:
			t.Fatalf("closed over running jobs: %v", err)
		default:
		}
		close(release)
		for _, ch := range []chan error{errs, errs, closed} {
			if err := <-ch; err != nil {
				t.Error(err)
			}
		}
		if _, err := p.Run(t.Context(), Job{Kind: "block"}); !errors.Is(err, ErrClosed) {
			t.Errorf("after close: %v", err)
		}
		if err := p.Close(t.Context()); !errors.Is(err, ErrClosed) {
			t.Errorf("second close: %v", err)
		}
	})
}

func TestCloseInProcessGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, release := blocking()
		p := NewInProcess(Limits{Workers: 1}, h)
		go p.Run(t.Context(), Job{Kind: "block"})
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := p.Close(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		close(release)
	})
}

func TestPanicInProcess(t *testing.T) {
	h, _ := blocking()
	p := NewInProcess(Limits{Workers: 1}, h)
	for range 2 {
		_, err := run(t, p, "panic", secretInUse)
		if !errors.Is(err, ErrUnavailable) {
			t.Fatal(err)
		}
		if text := err.Error(); len(text) == 0 || containsSecret(text) {
			t.Errorf("the error shows the payload: %s", text)
		}
	}
}
