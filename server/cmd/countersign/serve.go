package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"time"

	"github.com/alecthomas/kong"

	"countersign/server"
	"countersign/session/audit"
)

type serveCmd struct {
	settings `embed:"" group:"settings"`
}

// Help shows examples below the flags.
func (serveCmd) Help() string {
	return `The first start on an empty database makes an administrator and prints its password, once, to standard output. The log goes to standard error, as JSON lines.

SIGTERM ends the server with status 0 when the calls under way are answered; a second signal ends it at once. SIGHUP changes nothing: a new certificate and a renamed audit file are noticed without one.

Examples:
  countersign serve
  countersign serve --listen 127.0.0.1:9000 --database sqlite:/var/lib/countersign/db.sqlite
  countersign serve --listen unix:/run/countersign/rpc.sock --trusted-proxy unix
  COUNTERSIGN_DATABASE=postgres://countersign@db/countersign countersign serve --config /etc/countersign.toml

A settings file:
  listen = "127.0.0.1:9000"
  idle = "30m"
  modules = ["validator1"]
  [[endpoint]]
  path = "/old/server.php"
  transport = "xmlrpc"
  dialect = "egroupware"
  [[endpoint]]
  path = "/xmlrpc.php"
  off = true
  [dialect.egroupware]
  idle = "4h"`
}

// Run implements the command.
func (c *serveCmd) Run(ctx context.Context, io stdio, env *environment, args commandLine, parsed *kong.Context) error {
	if err := c.complete(env); err != nil {
		return err
	}
	log, err := newLog(io.err, c.LogLevel)
	if err != nil {
		return err
	}
	if args.showsPassword(c.Database) {
		log.Warn(passwordOnShow)
	}
	if c.clientsAreOne() {
		log.Warn(oneClient)
	}
	for _, text := range strangeVariables(os.Environ(), settingsOf(parsed.Model.Node)) {
		log.Warn(text)
	}
	return withService(ctx, &c.settings, io.err, hangupIgnored, log, func(ctx context.Context, svc *service, linger func() time.Duration) error {
		return svc.serve(ctx, &c.settings, log, linger, func(ctx context.Context, a net.Addr) error {
			return ensureAdministrator(ctx, svc, io, log, c.clientURL(a))
		})
	})
}

// withService assembles a service, lets work use it until a signal comes, and closes
// it again. A signal that comes before the work has begun is no error.
func withService(
	ctx context.Context, s *settings, standardError io.Writer, h hangup, log *slog.Logger,
	work func(context.Context, *service, func() time.Duration) error,
) error {
	ctx, linger, stop := drainOnSignal(ctx, s.Linger, h, log)
	defer stop()
	svc, err := assemble(ctx, s, standardError, log)
	if err != nil {
		if ctx.Err() != nil {
			log.Info("stopped before serving")
			return nil
		}
		return err
	}
	err = work(ctx, svc, linger)
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	return errors.Join(err, svc.close(closing))
}

// serve listens and answers until ctx ends. ready is called when the address is known
// and before anything is answered; its error ends it all.
func (svc *service) serve(ctx context.Context, s *settings, log *slog.Logger, linger func() time.Duration, ready func(context.Context, net.Addr) error) (err error) {
	defer settleHeap()()
	how, err := s.serving(log)
	if err != nil {
		return err
	}
	how.Linger = linger
	l, err := server.Listen(s.Listen)
	if err != nil {
		return err
	}
	if how.TLS == nil && !s.PlainHTTP && !server.Loopback(l) {
		return errors.Join(misusef("%s is not a loopback address, and plain HTTP would send passwords in clear: %s", l.Addr(), plainHTTPAdvice), l.Close())
	}
	started := audit.Event{Type: audit.Start, Outcome: audit.OK, Version: version, Address: l.Addr().String()}
	if err := svc.record.Record(started); err != nil {
		return errors.Join(fmt.Errorf("the start cannot be recorded: %w", err), l.Close())
	}
	defer func() {
		if lost := svc.record.Record(audit.Event{Type: audit.Stop, Outcome: audit.OK}); lost != nil {
			err = errors.Join(err, fmt.Errorf("the end cannot be recorded: %w", lost))
		}
	}()
	if err := ready(ctx, l.Addr()); err != nil {
		return errors.Join(err, l.Close())
	}
	svc.sessions.Start()
	svc.keys.Start()
	log.Info("serving", "address", l.Addr().String(), "database", svc.db.URL(), "version", version, "tls", how.TLS != nil)
	if err := svc.server.Serve(ctx, l, how); err != nil {
		return err
	}
	log.Info("stopped")
	return nil
}

const plainHTTPAdvice = "give --tls-cert and --tls-key, or --plain-http behind a proxy that speaks TLS"

func (s *settings) serving(log *slog.Logger) (server.Serving, error) {
	how := s.tables.Connections
	if s.TLSCert == "" {
		return how, nil
	}
	files, err := server.NewCertificateFiles(s.TLSCert, s.TLSKey, log, time.Now)
	if err != nil {
		return how, misusef("tls_cert and tls_key: %w", err)
	}
	how.TLS = files.Config()
	return how, nil
}

// clientURL is an address as a client on this machine gives it to call.
func (s *settings) clientURL(a net.Addr) string {
	tcp, ok := a.(*net.TCPAddr)
	if !ok {
		return "unix:" + a.String()
	}
	host := *tcp
	if host.IP.IsUnspecified() {
		host.IP = net.IPv4(127, 0, 0, 1)
	}
	scheme := "http"
	if s.TLSCert != "" {
		scheme = "https"
	}
	return fmt.Sprintf("%s://%s/RPC2", scheme, host.String())
}
