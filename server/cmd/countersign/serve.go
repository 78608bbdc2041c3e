package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"

	"countersign/server"
)

type serveCmd struct {
	settings `embed:""`
}

// Help shows examples below the flags.
func (serveCmd) Help() string {
	return `Examples:
  countersign serve
  countersign serve --listen 127.0.0.1:9000 --database sqlite:/var/lib/countersign/db.sqlite
  COUNTERSIGN_DATABASE=postgres://countersign@db/countersign countersign serve --config /etc/countersign.toml`
}

// Run implements the command.
func (c *serveCmd) Run(ctx context.Context, io stdio) error {
	if err := c.complete(); err != nil {
		return err
	}
	log, err := newLog(io.err, c.LogLevel)
	if err != nil {
		return err
	}
	svc, err := assemble(ctx, &c.settings, log)
	if err != nil {
		return err
	}
	err = ensureAdministrator(ctx, svc, io)
	if err == nil {
		err = svc.serve(ctx, &c.settings, log, nil)
	}
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	return errors.Join(err, svc.close(closing))
}

// serve listens and answers until a signal comes or ctx ends. ready, if set, is told
// the address that is listened on.
func (svc *service) serve(ctx context.Context, s *settings, log *slog.Logger, ready func(net.Addr)) error {
	how, err := s.serving(log)
	if err != nil {
		return err
	}
	l, err := server.Listen(s.Listen)
	if err != nil {
		return err
	}
	if how.TLS == nil && !s.PlainHTTP && !server.Loopback(l) {
		return errors.Join(
			fmt.Errorf("%s is not a loopback address, and plain HTTP would send passwords in clear: give --tls-cert and --tls-key, or --plain-http behind a proxy that speaks TLS", l.Addr()),
			l.Close())
	}
	svc.sessions.Start()
	log.Info("serving", "address", l.Addr().String(), "database", svc.db.URL(), "version", version, "tls", how.TLS != nil)
	if ready != nil {
		ready(l.Addr())
	}
	ctx, linger, stop := drainOnSignal(ctx, s.Linger, log)
	defer stop()
	how.Linger = linger
	if err := svc.server.Serve(ctx, l, how); err != nil {
		return err
	}
	log.Info("stopped")
	return nil
}

func (s *settings) serving(log *slog.Logger) (server.Serving, error) {
	var how server.Serving
	switch {
	case s.TLSCert == "" && s.TLSKey == "":
		return how, nil
	case s.TLSCert == "" || s.TLSKey == "":
		return how, errors.New("--tls-cert and --tls-key go together")
	}
	files, err := server.NewCertificateFiles(s.TLSCert, s.TLSKey, log, time.Now)
	if err != nil {
		return how, err
	}
	how.TLS = files.Config()
	return how, nil
}

// drainOnSignal ends the context at the first SIGTERM or SIGINT. A SIGINT is somebody
// at a terminal: then nothing lingers. The second signal ends the process at once.
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
			terminated.Store(s == syscall.SIGTERM)
			cancel()
		}
		if s := next(); s != nil {
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
