package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/netip"

	"countersign/session/account"
	"countersign/session/audit"
	"countersign/session/throttle"
	"countersign/sql"
)

type lockReleaseCmd struct {
	changing `embed:"" group:"settings"`
	User     string `arg:"" optional:"" help:"Release this account, or name that was tried."`
	Kind     string `help:"Kind of the account: user or server." enum:"user,server" default:"user"`
	Source   string `help:"Release this address, or range of addresses as lock list gives it." placeholder:"BLOCK"`
	All      bool   `help:"Release all that lock list shows."`
}

// Help shows examples.
func (lockReleaseCmd) Help() string {
	return `An account is released at every address. Running servers hold nothing back: the next login counts anew.

Examples:
  countersign lock release bubba
  countersign lock release --source 192.0.2.7
  countersign lock release --source 2001:db8:0:1::/64
  countersign lock release --all`
}

// Run implements the command.
func (c *lockReleaseCmd) Run(ctx context.Context, io stdio, env *environment) error {
	block, err := c.check()
	if err != nil {
		return err
	}
	return c.withChanges(ctx, io, false, func(db *sql.DB, r *recorder) error {
		switch {
		case c.All:
			rules := env.tables().Throttle
			return releaseAll(ctx, io, db, r, &rules)
		case block != "":
			return releaseSource(ctx, io, db, r, block)
		}
		return c.releaseUser(ctx, io, db, r)
	})
}

// check sees to it that one choice was made, and gives the block.
func (c *lockReleaseCmd) check() (block string, err error) {
	choices := 0
	for _, made := range []bool{c.User != "", c.Source != "", c.All} {
		if made {
			choices++
		}
	}
	if choices != 1 {
		return "", badUsef("give either a user, or --source, or --all")
	}
	if c.Source == "" {
		return "", nil
	}
	block, ok := parseBlock(c.Source)
	if !ok {
		return "", badUsef("--source: %q is neither an address nor a range that lock list gives", c.Source)
	}
	return block, nil
}

// parseBlock reads an address, or a block as throttle.Block writes it.
func parseBlock(text string) (string, bool) {
	if local := throttle.Block(netip.Addr{}); text == local {
		return local, true
	}
	if a, err := netip.ParseAddr(text); err == nil {
		return throttle.Block(a), true
	}
	p, err := netip.ParsePrefix(text)
	if err != nil || throttle.Block(p.Addr()) != p.String() {
		return "", false
	}
	return p.String(), true
}

// blockOf is a block as the audit has it; none for a Unix socket's.
func blockOf(block string) netip.Prefix {
	p, err := netip.ParsePrefix(block)
	if err != nil {
		return netip.Prefix{}
	}
	return p
}

func (c *lockReleaseCmd) releaseUser(ctx context.Context, io stdio, db *sql.DB, r *recorder) error {
	a, err := db.Accounts().Find(ctx, account.Kind(c.Kind), c.User)
	e := about(audit.Unlock, &a)
	if errors.Is(err, account.ErrNotFound) {
		// Names that are no account's are locked all the same.
		e, err = audit.Event{Type: audit.Unlock, User: unknownName(c.User), Kind: c.Kind}, nil
	}
	if err != nil {
		return err
	}
	t, err := throttle.New(ctx, throttle.Config{Store: db.Throttle(), Accounts: db.Accounts()})
	if err != nil {
		return err
	}
	n := 0
	err = r.before(e, func() error {
		n, err = t.Unlock(ctx, account.Kind(c.Kind), c.User)
		return err
	})
	switch {
	case err != nil:
		return err
	case n == 0 && a.ID == "":
		return fmt.Errorf("there is no %s %q, and no failed login of that name", c.Kind, c.User)
	case n == 0:
		return say(io, "%s %s had no failed logins.\n", c.Kind, c.User)
	}
	return say(io, "%s %s is released.\n", c.Kind, c.User)
}

// unknownName names what is no account's, as a hash that cannot be compared.
func unknownName(typed string) audit.Name {
	var key [32]byte
	rand.Read(key[:]) // never fails
	return audit.NewNamer(key).Unknown(typed)
}

func releaseSource(ctx context.Context, io stdio, db *sql.DB, r *recorder, block string) error {
	t, err := throttle.New(ctx, throttle.Config{Store: db.Throttle()})
	if err != nil {
		return err
	}
	n := 0
	err = r.before(audit.Event{Type: audit.Unlock, Block: blockOf(block)}, func() error {
		n, err = t.UnlockSource(ctx, block)
		return err
	})
	switch {
	case err != nil:
		return err
	case n == 0:
		return say(io, "%s had no failed logins.\n", block)
	}
	return say(io, "%s is released.\n", block)
}

// releaseAll releases what is locked. Failures go on meanwhile, so it goes over the list
// as often as a full table has pages, and then is done.
func releaseAll(ctx context.Context, io stdio, db *sql.DB, r *recorder, rules *throttle.Rules) error {
	const page = 1000
	released := map[throttle.Key]bool{}
	for range rules.Rows/page + 1 {
		t, locks, err := locksNow(ctx, db, rules)
		if err != nil {
			return err
		}
		for _, l := range locks {
			key := l.Key
			if key.Account != "" {
				key.Block = "" // an account is released at all its blocks at once
			}
			if released[key] {
				continue
			}
			if err := releaseLock(ctx, t, r, key, l.Name); err != nil {
				return err
			}
			released[key] = true
		}
		if len(locks) < page {
			break
		}
	}
	if len(released) == 1 {
		return say(io, "1 account or address released.\n")
	}
	return say(io, "%d accounts and addresses released.\n", len(released))
}

func releaseLock(ctx context.Context, t *throttle.Throttle, r *recorder, key throttle.Key, name throttle.Name) error {
	e := audit.Event{Type: audit.Unlock, Block: blockOf(key.Block)}
	switch {
	case name.Name != "":
		e.User, e.Kind = audit.Known(name.Name), string(name.Kind)
	case key.Account != "":
		e.User = unknownName(key.Account)
	}
	return r.before(e, func() error {
		if key.Account == "" {
			_, err := t.UnlockSource(ctx, key.Block)
			return err
		}
		_, err := t.UnlockTag(ctx, key.Account)
		return err
	})
}
