package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	random "math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"countersign/session/account"
	"countersign/session/password"
)

// refusal is a login that must not be told from others by its time.
type refusal struct {
	class, name, pass string // name is the format of the names
	account           *account.Account
}

// perSource is how many refusals of each class come from one address: all together
// fewer than the service lets one address have.
const perSource = 5

// timing compares how long refused logins take, and what they answer (requirements
// AUT-7). Every one is the first and only with its name, so that no account is locked.
func (b *bench) timing(ctx context.Context) (err error) {
	samples := 60 * b.rounds
	if b.quick {
		samples = 12 * b.rounds
	}
	hash, err := password.Hash(rand.Reader, password.DefaultParams, []byte(rightPassword))
	if err != nil {
		return err
	}
	classes := []refusal{
		{"unknown user", "ghost-%06d", rightPassword, nil},
		{"wrong password", "known-%06d", wrongPassword, &account.Account{PasswordHash: hash}},
		{"disabled user", "ended-%06d", rightPassword, &account.Account{PasswordHash: hash, Disabled: true}},
	}
	server, err := b.startRefusing(ctx, classes, samples)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.stop()) }()
	b.say("\nRefused logins, %d of each class in random turns, one at a time", samples)
	times, alike, err := refuse(ctx, server, classes, samples)
	if err != nil {
		return err
	}
	for i, c := range classes {
		b.say("  %-16s p50 %6.0f us", c.class, float64(median(times[i]).Nanoseconds())/1e3)
	}
	for i, one := range classes {
		for j, other := range classes[:i] {
			auc, chance := separation(times[i], times[j])
			figure := fmt.Sprintf("login times of %s and %s told apart, AUC", other.class, one.class)
			found := fmt.Sprintf("%.3f (%d each: up to %.3f is chance)", auc, samples, 0.5+chance)
			if chance > 0.05 {
				b.note("AUT-7", figure, found+"; too few to judge")
			} else {
				b.add("AUT-7", figure, "<= 0.55", found, auc <= 0.55)
			}
		}
	}
	b.add("AUT-7", "status, headers and text of their answers", "the same", map[bool]string{true: "the same", false: "they differ"}[alike], alike)
	return nil
}

// startRefusing starts a server with the accounts of the classes.
func (b *bench) startRefusing(ctx context.Context, classes []refusal, samples int) (*process, error) {
	url := "sqlite:" + filepath.Join(b.dir, "timing.db")
	var people []account.Account
	for n := range samples {
		for _, c := range classes {
			if c.account != nil {
				a := *c.account
				a.Kind, a.Name = account.User, fmt.Sprintf(c.name, n)
				people = append(people, a)
			}
		}
	}
	if err := addAccounts(ctx, url, people); err != nil {
		return nil, err
	}
	return b.startServer(url)
}

// refuse samples the classes in turns of random order, after a few that warm up, and
// tells whether all answers were the same.
func refuse(ctx context.Context, server *process, classes []refusal, samples int) (times [][]time.Duration, alike bool, err error) {
	times = make([][]time.Duration, len(classes))
	if err := warmUp(ctx, server); err != nil {
		return nil, false, err
	}
	var client *loginClient
	defer func() {
		if client != nil {
			client.close()
		}
	}()
	first, alike := "", true
	for n := range samples {
		if n%perSource == 0 {
			if client != nil {
				client.close()
			}
			if client, err = dialLogin(ctx, server.address, sourceAddress(1+n/perSource)); err != nil {
				return nil, false, err
			}
		}
		for _, i := range random.Perm(len(classes)) {
			if err := ctx.Err(); err != nil {
				return nil, false, err
			}
			c := classes[i]
			r, err := client.login(fmt.Sprintf(c.name, n), c.pass)
			if err != nil {
				return nil, false, err
			}
			if !r.refused() {
				return nil, false, fmt.Errorf("login of %s: %s", c.class, r.text)
			}
			times[i] = append(times[i], r.took)
			if first == "" {
				first = r.text
			} else if alike && r.text != first {
				alike = false
				fmt.Fprintf(os.Stderr, "bench: refused logins differ:\n%s\n%s: %s\n", first, c.class, r.text)
			}
		}
	}
	return times, alike, nil
}

// warmUp lets the server start its worker, from an address that is not used again.
func warmUp(ctx context.Context, server *process) error {
	client, err := dialLogin(ctx, server.address, sourceAddress(0))
	if err != nil {
		return err
	}
	defer client.close()
	for n := range 2 * perSource {
		if _, err := client.login(fmt.Sprintf("early-%06d", n), wrongPassword); err != nil {
			return err
		}
	}
	return nil
}
