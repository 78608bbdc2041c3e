package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"countersign/session/account"
	"countersign/session/password"
	"countersign/sql"
)

// What people type. Both have the same length.
const (
	rightPassword = "a right and proper password"
	wrongPassword = "a wrong and sloppy password"
)

// stormClients log in at one time: more than the one worker, and fewer than the queue
// before it takes.
const stormClients = 4

// logins is what calls suffer from logins, and what logins cost beside their hash. The
// one password worker inherits the servers' CPU, so at nice 19 it has what the server
// leaves of it; the clients that log in run on the load's CPU, in a process of their own.
func (b *bench) logins(ctx context.Context) (err error) {
	dir := filepath.Join(b.dir, "logins")
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	sessions := 100_000
	if b.quick {
		sessions = 20_000
	}
	url, pairs, err := fill(ctx, dir, sessions)
	if err != nil {
		return err
	}
	hash, err := password.Hash(rand.Reader, password.DefaultParams, []byte(rightPassword))
	if err != nil {
		return err
	}
	var people []account.Account
	for i := range stormClients {
		for n := range stormAccounts {
			people = append(people, account.Account{Kind: account.User, Name: stormName(i, n), PasswordHash: hash})
		}
	}
	if err := addAccounts(ctx, url, people); err != nil {
		return err
	}
	server, err := b.startServer(url)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.stop()) }()
	self, err := os.Executable()
	if err != nil {
		return err
	}
	storm, err := startChore((*exec.Cmd).Start, self, "logins", server.address, fmt.Sprint(stormClients))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, storm.stop()) }()
	if err := once(server, newCalls(whoAmI, pairs, inOrder(sessions))); err != nil {
		return err
	}
	if err := b.callsBeside(ctx, server, storm, newCalls(addTwo, pairs, spread(sessions, 10_000))); err != nil {
		return err
	}
	// The bare loop is as nice as the worker: to the server that does not matter, which
	// has nothing to do then, but to whatever else the machine does.
	loop, err := startChore(startPinned, "nice", "-n", "19", self, "hashes", hash)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, loop.stop()) }()
	return b.loginsBeside(ctx, server, storm, loop)
}

// callsBeside compares calls while nobody logs in with calls while the worker always
// has a password to verify and others wait.
func (b *bench) callsBeside(ctx context.Context, server *process, storm *chore, c *calls) error {
	b.say("\nAuthenticated calls, 8 connections, alone and beside %d clients that log in without a pause", stormClients)
	l, err := dial(server, c, 8)
	if err != nil {
		return err
	}
	defer l.close()
	var beside []tally
	alone := func() (sample, error) { return l.run(b.round, 0) }
	stormy := func() (sample, error) {
		if err := storm.begin(); err != nil {
			return sample{}, err
		}
		s, err := l.run(b.round, 0)
		t, stopped := storm.end()
		beside = append(beside, t)
		return s, errors.Join(err, stopped)
	}
	var found contest
	if found.base, found.target, err = inTurn(ctx, b.rounds, alone, stormy); err != nil {
		return err
	}
	b.say("%s\n%s", line("alone", found.base), line("beside logins", found.target))
	beside = beside[1:] // the first round warms up
	granted, busy := 0, 0
	for _, t := range beside {
		granted, busy = granted+t.Done, busy+t.Busy
	}
	seconds := b.round.Seconds() * float64(len(beside))
	if share := share(found.base); share < quietShare {
		b.say("  no verdict: calls alone had %.2f of the CPU, other work the rest", share)
		b.note("21", "calls/s beside saturated logins, by without, on a busy machine", found.ratio(rate).String())
		b.note("21", "p99, the same", found.ratio(p99).String())
	} else {
		b.atLeast("21", "calls/s beside saturated logins, by without", 0.70, found.ratio(rate))
		b.atMost("21", "p99, the same", 3.00, found.ratio(p99))
	}
	b.note("21", "p50, the same", found.ratio(p50).String())
	b.note("21", "logins granted meanwhile; answered busy", fmt.Sprintf("%.1f/s; %.1f/s", float64(granted)/seconds, float64(busy)/seconds))
	return nil
}

// quietShare is what a side that could use its whole CPU has of it at least, on a
// machine that does nothing else. Below it, rates tell who else wanted the CPU.
const quietShare = 0.75

// share is how much of its CPU one side had.
func share(all []sample) float64 {
	var shares []float64
	for _, s := range all {
		shares = append(shares, s.rate*s.cpu.Seconds())
	}
	return median(shares)
}

// addAccounts stores accounts that can log in.
func addAccounts(ctx context.Context, url string, people []account.Account) (err error) {
	db, err := sql.Open(ctx, url)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	for _, a := range people {
		if _, err := db.Accounts().Add(ctx, a); err != nil {
			return err
		}
	}
	return nil
}
