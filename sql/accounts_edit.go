package sql

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"time"

	"countersign/session"
	"countersign/session/account"
)

// Change implements account.Store. Names are held first if one is given, and accounts are
// locked in the order of their IDs, so that two changes do not wait for each other, but
// where a name calls for more (fillCanonical).
func (s *accounts) Change(ctx context.Context, edits []account.Edit, at time.Time) ([]account.Changed, error) {
	order := make([]int, len(edits))
	for i := range edits {
		order[i] = i
		if !storable(edits[i].ID) {
			return nil, account.ErrNotFound
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return strings.Compare(edits[a].ID, edits[b].ID) })
	made := make([]account.Changed, len(edits))
	names := slices.ContainsFunc(edits, func(e account.Edit) bool { return e.Name != nil })
	err := s.db.write(ctx, func(t *tx) error {
		if names {
			if err := t.holdNames(); err != nil {
				return err
			}
		}
		var news []session.Change
		for _, i := range order {
			c, told, err := t.edit(&edits[i], at)
			if err != nil {
				return err
			}
			made[i] = c
			news = append(news, told...)
		}
		return t.announce(news...)
	})
	if err != nil {
		return nil, accountError(err)
	}
	return made, nil
}

// edit makes one edit and tells what to announce.
func (t *tx) edit(e *account.Edit, at time.Time) (account.Changed, []session.Change, error) {
	// The lock comes first: what is read then stays as it is.
	if err := found(t.exec(`UPDATE accounts SET id = id WHERE id = $1`, e.ID)); err != nil {
		return account.Changed{}, nil, err
	}
	before, err := t.account(e.ID)
	if err != nil {
		return account.Changed{}, nil, err
	}
	if err := t.editFields(e, before); err != nil {
		return account.Changed{}, nil, err
	}
	if err := t.editRights(e, &before); err != nil {
		return account.Changed{}, nil, err
	}
	after, err := t.account(e.ID)
	if err != nil {
		return account.Changed{}, nil, err
	}
	ends := after.Name != before.Name || after.PasswordHash != before.PasswordHash || after.Disabled && !before.Disabled
	same := reflect.DeepEqual(before, after)
	before.PasswordHash, after.PasswordHash = "", ""
	if same {
		return account.Changed{Before: before, After: after}, nil, nil
	}
	if err := t.setAccount(`id = id`, e.ID, at); err != nil {
		return account.Changed{}, nil, err
	}
	after.Changed = fromMicros(micros(at))
	told := changed(e.ID)
	if ends {
		gone, err := t.endAccountSessions(e.ID, session.Digest{})
		if err != nil {
			return account.Changed{}, nil, err
		}
		told = append(ended(gone), told...)
	}
	return account.Changed{Before: before, After: after}, told, nil
}

// editFields makes the part of an edit that is about the account's own row.
func (t *tx) editFields(e *account.Edit, a account.Account) error {
	name := a.Name
	e.Apply(&a)
	if err := a.Check(); err != nil {
		return err
	}
	if err := refuse(a.Display, a.Email, a.PasswordHash, a.DisabledText); err != nil {
		return err
	}
	if a.Name != name {
		if err := t.claimName(&a); err != nil {
			return err
		}
	}
	_, err := t.exec(`UPDATE accounts SET name = $2, display = $3, email = $4, password_hash = $5, no_mail = $6,
			disabled = $7, disabled_text = $8, name_key = $9, email_key = $10, display_key = $11,
			canonical = $12, canonical_of = $2 WHERE id = $1`,
		a.ID, a.Name, a.Display, a.Email, a.PasswordHash, flag(a.NoMail), flag(a.Disabled), a.DisabledText,
		account.Fold(a.Name), account.Fold(a.Email), account.Fold(a.Display), account.Canonical(a.Name))
	return err
}

// editRights takes and gives roles and direct permissions.
func (t *tx) editRights(e *account.Edit, before *account.Account) error {
	if err := refuse(slices.Concat(e.AddRoles, e.Grants)...); err != nil {
		return err
	}
	for _, role := range e.DropRoles {
		if !slices.Contains(before.Roles, role) {
			continue
		}
		if _, err := t.exec(`DELETE FROM account_roles WHERE account = $1 AND role = $2`, e.ID, role); err != nil {
			return err
		}
	}
	held := func(role string) bool {
		return slices.Contains(before.Roles, role) && !slices.Contains(e.DropRoles, role)
	}
	if err := t.giveRoles(e.ID, slices.DeleteFunc(slices.Clone(e.AddRoles), held)); err != nil {
		return err
	}
	for _, permission := range e.Revokes {
		if !storable(permission) {
			continue
		}
		if _, err := t.exec(`DELETE FROM account_grants WHERE account = $1 AND permission = $2`, e.ID, permission); err != nil {
			return err
		}
	}
	for _, permission := range e.Grants {
		if err := t.grant(e.ID, permission); err != nil {
			return err
		}
	}
	return nil
}
