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

// hangup is what SIGHUP means to a command: that a terminal has gone, or that somebody
// is in the habit of having services reload by it.
type hangup int

const (
	hangupEnds    hangup = iota // as SIGINT does
	hangupIgnored               // nothing needs reloading
)

// drainOnSignal ends the context at the first SIGTERM or SIGINT, and SIGHUP if that is
// what it means. A SIGINT is somebody at a terminal: then nothing lingers. A second
// signal ends the process at once.
func drainOnSignal(ctx context.Context, linger time.Duration, h hangup, log *slog.Logger) (context.Context, func() time.Duration, func()) {
	ctx, cancel := context.WithCancel(ctx)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGTERM, os.Interrupt)
	if !signal.Ignored(syscall.SIGHUP) { // as nohup wants it
		signal.Notify(signals, syscall.SIGHUP)
	}
	var terminated atomic.Bool
	done := make(chan struct{})
	next := func() os.Signal {
		for {
			select {
			case s := <-signals:
				if s != syscall.SIGHUP || h != hangupIgnored {
					return s
				}
				log.Info("SIGHUP: nothing needs reloading; certificates and the audit file are taken up by themselves, other settings by a restart")
			case <-done:
				return nil
			}
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
