package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"time"

	"countersign/methods"
	"countersign/methods/addressbook"
	"countersign/methods/interop"
	"countersign/methods/system"
	"countersign/server"
	"countersign/server/wire"
	"countersign/server/xmlrpc"
	"countersign/session"
	"countersign/session/localauth"
	"countersign/session/verify"
	"countersign/sql"
)

// service is everything that a running Countersign is made of.
type service struct {
	db       *sql.DB
	pool     *verify.Pool
	sessions *session.Manager
	server   *server.Server
}

// assemble builds the service. What was opened is closed again if it fails.
func assemble(ctx context.Context, s *settings, log *slog.Logger) (svc *service, err error) {
	svc = &service{}
	defer func() {
		if err != nil {
			err = errors.Join(err, svc.close(context.WithoutCancel(ctx)))
		}
	}()
	if svc.db, err = sql.Open(ctx, s.Database, sql.WithLog(log)); err != nil {
		return svc, err
	}
	if svc.pool, err = newPool(s.Workers, log); err != nil {
		return svc, err
	}
	auth, err := localauth.New(localauth.Config{Accounts: svc.db.Accounts(), Runner: svc.pool, Log: log})
	if err != nil {
		return svc, err
	}
	svc.sessions, err = session.NewManager(session.Config{
		Sessions: svc.db.Sessions(), Accounts: svc.db.Accounts(), Authenticator: auth,
		Idle: s.Idle, Absolute: s.Absolute, Log: log,
	})
	if err != nil {
		return svc, err
	}
	registry, err := methods.NewRegistry(modules(s, svc)...)
	if err != nil {
		return svc, err
	}
	svc.server, err = server.New(server.Config{
		Registry: registry, Sessions: svc.sessions, Transports: []wire.Transport{xmlrpc.Transport{}},
		Endpoints: s.tables.endpoints(), Limits: server.Limits{Body: s.MaxBody}, Log: log,
		Ready: []server.ReadyCheck{{Name: "database", Check: svc.sessions.Ping}},
	})
	return svc, err
}

// newPool makes the pool of password workers: this program again, as "worker".
func newPool(workers int, log *slog.Logger) (*verify.Pool, error) {
	command, err := verify.SelfCommand("worker")
	if err != nil {
		return nil, err
	}
	return verify.NewPool(verify.Config{Command: command, Limits: verify.Limits{Workers: workers}, Logger: log})
}

// modules lists every module of the service by name: the one place to add one.
func modules(s *settings, svc *service) []methods.Module {
	limits := wire.DefaultLimits()
	list := system.Modules(system.Config{
		Sessions: svc.sessions, Version: version, Batch: limits.Batch, Answer: limits.Answer,
		Terms: s.tables.terms(), Now: time.Now,
	})
	list = append(list, addressbook.New(svc.db.AddressBook(), time.Now))
	for _, m := range interop.Modules(version) {
		if slices.Contains(s.Modules, m.Name) {
			list = append(list, m)
		}
	}
	return list
}

// optionalModules are the names that --modules knows.
func optionalModules() []string {
	var names []string
	for _, m := range interop.Modules(version) {
		names = append(names, m.Name)
	}
	return names
}

// terms are the session limits by dialect.
func (t *tables) terms() map[string]session.Terms {
	terms := map[string]session.Terms{}
	for name, row := range t.Dialects {
		terms[name] = session.Terms{Idle: time.Duration(row.Idle), Absolute: time.Duration(row.Absolute)}
	}
	return terms
}

// close ends the parts in the order in which they lean on each other.
func (svc *service) close(ctx context.Context) error {
	var faults []error
	if svc.sessions != nil {
		faults = append(faults, svc.sessions.Close(ctx))
	}
	if svc.pool != nil {
		faults = append(faults, svc.pool.Close(ctx))
	}
	if svc.db != nil {
		faults = append(faults, svc.db.Close())
	}
	if err := errors.Join(faults...); err != nil {
		return fmt.Errorf("closing: %w", err)
	}
	return nil
}

// newLog makes the log: JSON lines.
func newLog(w io.Writer, level string) (*slog.Logger, error) {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		return nil, err
	}
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: l})), nil
}
