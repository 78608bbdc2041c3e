package main

import (
	"context"
	"log/slog"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"
)

// echoTime is how long after the first signal further ones are taken for the same:
// timeout(1) and some supervisors signal a process and its group.
const echoTime = 300 * time.Millisecond

// drainOnSignal ends the context at the first SIGTERM or SIGINT. A SIGINT is somebody
// at a terminal: then nothing lingers. A second signal ends the process at once.
func drainOnSignal(ctx context.Context, linger time.Duration, log *slog.Logger) (context.Context, func() time.Duration, func()) {
	ctx, cancel := context.WithCancel(ctx)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGTERM, os.Interrupt)
	var terminated atomic.Bool
	done := make(chan struct{})
	next := func() os.Signal {
		select {
		case s := <-signals:
			return s
		case <-done:
			return nil
		}
	}
	go func() {
		if s := next(); s != nil {
			log.Info("signal: ending", "signal", s.String())
			terminated.Store(s == syscall.SIGTERM)
			cancel()
		}
		first := time.Now()
		s := next()
		for s != nil && time.Since(first) < echoTime {
			s = next()
		}
		if s != nil {
			log.Warn("second signal: ending at once", "signal", s.String())
			os.Exit(1)
		}
	}()
	lingerFor := func() time.Duration {
		if terminated.Load() {
			return linger
		}
		return 0
	}
	return ctx, lingerFor, func() {
		signal.Stop(signals)
		close(done)
		cancel()
	}
}
