package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"countersign/session"
	"countersign/session/account"
	"countersign/session/apikey"
	"countersign/session/audit"
	"countersign/sql"
)

type keyAddCmd struct {
	changing `embed:"" group:"settings"`
	User     string    `arg:"" help:"Account that the key acts for."`
	Kind     string    `help:"Kind of the account: user or server." enum:"user,server" default:"user"`
	Name     string    `help:"What to call it in lists." placeholder:"LABEL"`
	Scope    []string  `help:"Permissions that it is narrowed to; * as last component covers all below. May be given several times." placeholder:"GLOB"`
	ReadOnly bool      `help:"Only methods that change nothing."`
	Expires  *lifetime `help:"How long it is good, such as 90d or 12h; default: until it is revoked." placeholder:"DURATION"`
}

// Help shows examples.
func (keyAddCmd) Help() string {
	return `The key stands alone on the last line of standard output. It is kept nowhere: who loses it needs another.

Examples:
  countersign key add bubba --name backup --read-only --expires 90d
  countersign key add my.host.name --kind server --scope addressbook --scope 'org.opensuse.yast.*'
  (umask 077; countersign key add bubba | tail -n 1 > key)`
}

// Run implements the command.
func (c *keyAddCmd) Run(ctx context.Context, io stdio) error {
	var life time.Duration
	if c.Expires != nil {
		if life = time.Duration(*c.Expires); life <= 0 {
			return badUsef("--expires: a key cannot have ended before it is made; without --expires it is good until it is revoked")
		}
	}
	if err := prefixed("--scope: ", checkPermissions(c.Scope)); err != nil {
		return badUse{misuse{err}}
	}
	return c.withChanges(ctx, io, false, func(db *sql.DB, r *recorder) error {
		owner, err := findAccount(ctx, db.Accounts(), account.Kind(c.Kind), c.User)
		if err != nil {
			return err
		}
		keys, err := keyManager(db)
		if err != nil {
			return err
		}
		if err := doubt(io, c.Scope); err != nil {
			return err
		}
		draft, err := keys.Draft(owner.ID, apikey.Options{
			Name: c.Name, Scope: c.Scope, ReadOnly: c.ReadOnly, TTL: life,
		})
		if errors.Is(err, apikey.ErrOptions) {
			return badUse{misuse{err}}
		}
		if err != nil {
			return err
		}
		key := &draft.Key
		if err := r.before(aboutKey(audit.KeyCreate, &owner, key), func() error { return keys.Store(ctx, &draft) }); err != nil {
			return err
		}
		return handOver(ctx, io, keys, &draft, fmt.Sprintf("key %s of %s %s: %s.", key.ID, owner.Kind, owner.Name, keyInWords(key)))
	})
}

// aboutKey is an event about a key.
func aboutKey(t audit.Type, owner *account.Account, k *apikey.Key) audit.Event {
	e := about(t, owner)
	e.Key, e.Until = k.ID, k.Expires
	return e
}

// handOver shows the text of a new key, and ends the key if that fails.
func handOver(ctx context.Context, io stdio, keys *apikey.Manager, d *apikey.Draft, about string) error {
	err := say(io, "%s\nIt is shown this once; send it as \"Authorization: Bearer KEY\".\n\n%s\n", about, d.Text.Reveal())
	if err == nil {
		return nil
	}
	if _, failed := keys.Revoke(context.WithoutCancel(ctx), d.Key.ID); failed != nil {
		return errors.Join(fmt.Errorf("the key could not be shown: %w", err), fmt.Errorf("and could not be ended: %w", failed))
	}
	return fmt.Errorf("the key could not be shown, and was ended: %w", err)
}

// keyInWords says what a key may do, and until when.
func keyInWords(k *apikey.Key) string {
	words := "all that the account may"
	if len(k.Scope) > 0 {
		words = "of what the account may, only " + strings.Join(k.Scope, ", ")
	}
	if k.ReadOnly {
		words += ", read-only"
	}
	if k.Expires.IsZero() {
		return words + ", until it is revoked"
	}
	return words + ", until " + moment(k.Expires)
}

type keyRotateCmd struct {
	changing `embed:"" group:"settings"`
	ID       string   `arg:"" name:"id" help:"The key's id, as key list gives it."`
	Overlap  lifetime `help:"How long the old key goes on to work, such as 2d or 12h." default:"0s" placeholder:"DURATION"`
}

// Help shows examples.
func (keyRotateCmd) Help() string {
	return `The new key has the account, name, scope and length of life of the old one, and stands alone on the last line of standard output. Without --overlap the old key ends at once.

Examples:
  countersign key rotate 6f1d0c6f2a3b4c5d --overlap 2d
  (umask 077; countersign key rotate 6f1d0c6f2a3b4c5d | tail -n 1 > key)`
}

// Run implements the command.
func (c *keyRotateCmd) Run(ctx context.Context, io stdio) error {
	ids, err := publicIDs([]string{c.ID})
	if err != nil {
		return badUse{misuse{err}}
	}
	if c.Overlap < 0 {
		return badUsef("--overlap: a length of time is negative")
	}
	return c.withChanges(ctx, io, false, func(db *sql.DB, r *recorder) error {
		keys, old, owner, err := findKey(ctx, db, ids[0])
		if err != nil {
			return err
		}
		draft, err := keys.DraftRotation(ctx, old.ID, time.Duration(c.Overlap))
		if err != nil {
			return keyFault(old.ID, err)
		}
		ending := aboutKey(audit.KeyRevoke, &owner, &old)
		ending.Until = draft.OldEnd
		events := []audit.Event{ending, aboutKey(audit.KeyRotate, &owner, &draft.Key)}
		err = r.beforeAll(events, func() error { return keyFault(old.ID, keys.Store(ctx, &draft)) })
		if err != nil {
			return err
		}
		fate := "which has ended"
		if c.Overlap > 0 {
			fate = "which works until " + moment(draft.OldEnd)
		}
		return handOver(ctx, io, keys, &draft, fmt.Sprintf("key %s of %s %s, in place of %s, %s: %s.",
			draft.Key.ID, owner.Kind, owner.Name, old.ID, fate, keyInWords(&draft.Key)))
	})
}

// findKey gives a key and the account that it acts for.
func findKey(ctx context.Context, db *sql.DB, id session.PublicID) (*apikey.Manager, apikey.Key, account.Account, error) {
	keys, err := keyManager(db)
	if err != nil {
		return nil, apikey.Key{}, account.Account{}, err
	}
	key, err := keys.Find(ctx, id)
	if err != nil {
		return nil, key, account.Account{}, keyFault(id, err)
	}
	owner, err := db.Accounts().Get(ctx, key.Account)
	return keys, key, owner, err
}

type keyRevokeCmd struct {
	changing `embed:"" group:"settings"`
	IDs      []string `arg:"" name:"id" help:"Keys by their ids, as key list gives them."`
}

// Help shows an example.
func (keyRevokeCmd) Help() string {
	return `A running server hears of it in a moment, and refuses the keys after three seconds in any case.

Example:
  countersign key revoke 6f1d0c6f2a3b4c5d`
}

// Run implements the command.
func (c *keyRevokeCmd) Run(ctx context.Context, io stdio) error {
	ids, err := publicIDs(c.IDs)
	if err != nil {
		return badUse{misuse{err}}
	}
	return c.withChanges(ctx, io, false, func(db *sql.DB, r *recorder) error {
		var faults []error
		for _, id := range ids {
			err := revokeKey(ctx, db, r, id)
			if err == nil {
				err = say(io, "key %s has ended.\n", id)
			}
			faults = append(faults, err)
		}
		return errors.Join(faults...)
	})
}

func revokeKey(ctx context.Context, db *sql.DB, r *recorder, id session.PublicID) error {
	keys, key, owner, err := findKey(ctx, db, id)
	if err != nil {
		return err
	}
	e := aboutKey(audit.KeyRevoke, &owner, &key)
	e.Until = time.Time{}
	return r.before(e, func() error {
		_, err := keys.Revoke(ctx, id)
		return keyFault(id, err)
	})
}
