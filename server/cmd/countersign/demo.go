package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"countersign/server/internal/sample"
	"countersign/session/password"
)

type demoCmd struct {
	Listen   string   `help:"Loopback address to listen on." default:"127.0.0.1:8080" group:"settings"`
	Modules  []string `help:"Further modules to switch on: validator1, interopEchoTests, examples, soapinterop." placeholder:"NAME" group:"settings"`
	LogLevel string   `help:"Least level that is logged: debug, info, warn, error." enum:"debug,info,warn,error" default:"info" group:"settings"`
}

// Help shows examples.
func (demoCmd) Help() string {
	return `Makes a database in a temporary directory, which is removed at the end, puts sample accounts and contacts into it, logs in to itself over HTTP and prints every request and answer. Then it stays up until SIGINT, SIGTERM or SIGHUP. It listens on loopback only, by default on the same address as serve: the passwords are no secrets.

Standard output ends with the addresses, the accounts and, last of all, the line "ready: http://127.0.0.1:PORT", which a script can wait for. The log goes to standard error, as JSON lines.

Examples:
  countersign demo
  countersign demo --listen 127.0.0.1:0
  countersign call --user bubba addressbook.boaddressbook.search      (the password is gump)`
}

// Run implements the command.
func (c *demoCmd) Run(ctx context.Context, io stdio) (err error) {
	log, err := newLog(io.err, c.LogLevel)
	if err != nil {
		return err
	}
	if err := loopbackAddress(c.Listen); err != nil {
		return misused(err)
	}
	dir, err := os.MkdirTemp("", "countersign-demo-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	s, err := defaultSettings("sqlite:" + filepath.Join(dir, "countersign.db"))
	if err != nil {
		return err
	}
	s.Listen, s.Modules, s.LogLevel = c.Listen, c.Modules, c.LogLevel
	if err := s.complete(&environment{}); err != nil {
		return err
	}
	return withService(ctx, s, io.err, hangupEnds, log, func(ctx context.Context, svc *service, _ func() time.Duration) error {
		return svc.demonstrate(ctx, s, log, io)
	})
}

// loopbackAddress refuses addresses that other machines can reach, and sockets, over
// which the demo cannot show plain HTTP.
func loopbackAddress(address string) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("--listen: %w", err)
	}
	if host == "" || !localHost(host) {
		return fmt.Errorf("%s is not loopback, and everybody knows the passwords of the demo: give --listen 127.0.0.1:PORT", address)
	}
	return nil
}

// demonstrate serves the sample data, with a conversation at the beginning.
func (svc *service) demonstrate(ctx context.Context, s *settings, log *slog.Logger, io stdio) error {
	hash := func(pass string) (string, error) {
		return password.Hash(rand.Reader, password.DefaultParams, []byte(pass))
	}
	if err := sample.Fill(ctx, svc.db.Accounts(), svc.db.AddressBook(), hash, time.Now()); err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	var talking sync.WaitGroup
	err := svc.serve(ctx, s, log, nil, func(ctx context.Context, a net.Addr) error {
		talking.Go(func() {
			if err := converse(ctx, io, a.String(), svc.db.URL()); err != nil && ctx.Err() == nil {
				fail(err)
			}
		})
		return nil
	})
	talking.Wait()
	if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, context.Canceled) {
		err = errors.Join(cause, err)
	}
	return err
}
