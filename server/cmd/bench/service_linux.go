package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"sync/atomic"
	"time"

	"countersign/methods"
	"countersign/methods/interop"
	"countersign/methods/system"
	"countersign/server"
	"countersign/server/jsonrpc"
	"countersign/server/soap"
	"countersign/server/wire"
	"countersign/server/xmlrpc"
	"countersign/session"
	"countersign/session/account"
)

// serviceMain is the service without a database behind it, and so without anything
// that goes by the clock: for single-stepping. It knows the sessions of knownPair.
func serviceMain() error {
	manager, err := session.NewManager(session.Config{Sessions: known{}, Accounts: knownAccount{}, Authenticator: nobody{}, Now: slowly()})
	if err != nil {
		return err
	}
	registry, err := methods.NewRegistry(slices.Concat(
		system.Modules(system.Config{Sessions: manager, Now: time.Now}), interop.Modules("bench"), []methods.Module{sizeModule()})...)
	if err != nil {
		return err
	}
	log := slog.New(slog.NewJSONHandler(os.Stderr, nil))
	s, err := server.New(server.Config{
		Registry: registry, Sessions: manager, Log: log,
		Transports: []wire.Transport{xmlrpc.Transport{}, jsonrpc.Transport{}, soap.New()},
		Endpoints: []server.Endpoint{
			{Path: "/RPC2", Transport: "xmlrpc", Dialect: "plain"},
			{Path: "/rpc", Transport: "jsonrpc", Dialect: "plain"},
			{Path: "/soap", Transport: "soap", Dialect: "plain"},
		},
	})
	if err != nil {
		return err
	}
	// Not started: its background work goes by the clock too.
	if err := manager.CatchUp(context.Background()); err != nil {
		return err
	}
	l, err := server.Listen("127.0.0.1:0")
	if err != nil {
		return err
	}
	log.Info("serving", "address", l.Addr().String())
	return s.Serve(context.Background(), l, server.Serving{})
}

// slowly is a clock of a machine on which a look at it is 10 us of time, so that
// nothing runs out while the process is stepped. It asks the real one too, for the cost.
func slowly() func() time.Time {
	base := time.Now()
	var looks atomic.Int64
	return func() time.Time {
		_ = time.Now()
		return base.Add(time.Duration(looks.Add(1)) * 10 * time.Microsecond)
	}
}

// knownPairs is how many sessions there are.
const knownPairs = 100

func knownPair(n byte) session.Pair {
	return session.Pair{ID: session.Secret{n, 1}, Key: session.Secret{n, 2}}
}

// knownPairsInOrder are all of them.
func knownPairsInOrder() *pairs {
	p := &pairs{}
	for n := range byte(knownPairs) {
		p.add(knownPair(n))
	}
	return p
}

// known is a store of the known sessions. Its other methods must not be called.
type known struct{ session.Store }

func (known) Get(_ context.Context, id session.Digest) (session.Record, error) {
	for n := range byte(knownPairs) {
		if p := knownPair(n); p.ID.Digest() == id {
			now := time.Now()
			r := session.Record{
				ID: id, Key: p.Key.Digest(), Account: fmt.Sprintf("account%d", n%10),
				Created: now, Seen: now, End: now.Add(session.DefaultAbsolute), Idle: session.DefaultIdle,
			}
			binary.BigEndian.PutUint64(r.Public[:], uint64(n)+1)
			return r, nil
		}
	}
	return session.Record{}, session.ErrNotFound
}

func (known) Changes(context.Context, int64) ([]session.Change, int64, error) { return nil, 0, nil }
func (known) Watch(context.Context) <-chan struct{}                           { return nil }
func (known) Touch(context.Context, []session.Touch) error                    { return nil }
func (known) Sweep(context.Context, time.Time, int) (int, error)              { return 0, nil }

type knownAccount struct{ account.Store }

func (knownAccount) Get(_ context.Context, id string) (account.Account, error) {
	return account.Account{ID: id, Kind: account.User, Name: id, Number: 500, Grants: []string{"addressbook"}}, nil
}

type nobody struct{ session.Authenticator }
