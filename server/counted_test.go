package server_test

import (
	"context"
	"sync/atomic"
	"time"

	"countersign/session"
	"countersign/session/account"
	"countersign/session/apikey"
	"countersign/session/audit"
	"countersign/session/throttle"
)

// The counted stores pass what they are asked on and count it. They have the methods
// that proving a caller takes; any other is nil, so that asking for it ends the test.

// countedSessions leaves out what the background asks once a second, whatever the calls
// are: what other processes announce.
type countedSessions struct {
	session.Store
	real session.Store
	n    *atomic.Int64
}

func (c countedSessions) Get(ctx context.Context, id session.Digest) (session.Record, error) {
	c.n.Add(1)
	return c.real.Get(ctx, id)
}

func (c countedSessions) Insert(ctx context.Context, records []session.Record) error {
	c.n.Add(1)
	return c.real.Insert(ctx, records)
}

func (c countedSessions) Touch(ctx context.Context, touches []session.Touch) error {
	c.n.Add(1)
	return c.real.Touch(ctx, touches)
}

func (c countedSessions) Changes(ctx context.Context, after int64) ([]session.Change, int64, error) {
	return c.real.Changes(ctx, after)
}

func (c countedSessions) Watch(ctx context.Context) <-chan struct{} { return c.real.Watch(ctx) }

type countedAccounts struct {
	account.Store
	real account.Store
	n    *atomic.Int64
}

func (c countedAccounts) Get(ctx context.Context, id string) (account.Account, error) {
	c.n.Add(1)
	return c.real.Get(ctx, id)
}

func (c countedAccounts) Find(ctx context.Context, kind account.Kind, name string) (account.Account, error) {
	c.n.Add(1)
	return c.real.Find(ctx, kind, name)
}

type countedKeys struct {
	apikey.Store
	real apikey.Store
	n    *atomic.Int64
}

func (c countedKeys) Add(ctx context.Context, k apikey.Key) error {
	c.n.Add(1)
	return c.real.Add(ctx, k)
}

func (c countedKeys) List(ctx context.Context, account string) ([]apikey.Key, error) {
	c.n.Add(1)
	return c.real.List(ctx, account)
}

func (c countedKeys) Get(ctx context.Context, d session.Digest) (apikey.Key, error) {
	c.n.Add(1)
	return c.real.Get(ctx, d)
}

func (c countedKeys) Touch(ctx context.Context, uses []apikey.Use) error {
	c.n.Add(1)
	return c.real.Touch(ctx, uses)
}

type countedThrottle struct {
	throttle.Store
	real throttle.Store
	n    *atomic.Int64
}

func (c countedThrottle) Secret(ctx context.Context, fresh []byte) ([]byte, error) {
	c.n.Add(1)
	return c.real.Secret(ctx, fresh)
}

func (c countedThrottle) Load(ctx context.Context, keys []throttle.Key) (throttle.Counters, error) {
	c.n.Add(1)
	return c.real.Load(ctx, keys)
}

func (c countedThrottle) Change(ctx context.Context, keys []throttle.Key, d throttle.Durability, work func(throttle.Counters)) error {
	c.n.Add(1)
	return c.real.Change(ctx, keys, d, work)
}

func (c countedThrottle) Sweep(ctx context.Context, now time.Time) (int, error) {
	c.n.Add(1)
	return c.real.Sweep(ctx, now)
}

func (c countedThrottle) Trim(ctx context.Context, rows, blocks int) (int, error) {
	c.n.Add(1)
	return c.real.Trim(ctx, rows, blocks)
}

// countedAudit counts the lines, which cost what a statement does.
type countedAudit struct{ n *atomic.Int64 }

func (c countedAudit) Record(audit.Event) error {
	c.n.Add(1)
	return nil
}
