package bugzilla

import (
	"context"
	"errors"

	"countersign/methods"
	"countersign/methods/signin"
	"countersign/session/account"
	"countersign/session/audit"
)

// The fixed wordings of the audit's reason for a change to who is in a group.
const (
	reasonAssigned = "role assigned"
	reasonTaken    = "role unassigned"
)

// about is an event about an account, caused by the call.
func about(c *methods.Call, t audit.Type, a *account.Account) audit.Event {
	e := audit.Event{
		Type: t, Outcome: audit.OK, User: audit.Known(a.Name), Account: a.Number, Kind: string(a.Kind),
		Peer: c.Client.Peer, Request: c.Client.Request, Endpoint: c.Client.Endpoint, Dialect: c.Client.Dialect,
		Method: c.Entry.FullName, Session: c.Session.ID,
	}
	if c.Caller != nil && c.Caller.ID != a.ID {
		e.Actor = audit.Known(c.Caller.Name)
	}
	return e
}

// recorded records events as done and then does what they are about: where a record is
// required, nothing happens without one. If it fails, a second line for each says what
// has become of it.
func (m *module) recorded(events []audit.Event, do func() error) error {
	for i, e := range events {
		if err := m.cfg.Audit.Record(e); err != nil {
			err = errors.Join(err, m.takeBack(events[:i], audit.Refused))
			return signin.Busy(err, "nothing was changed: the audit log cannot be written")
		}
	}
	err := do()
	if err == nil {
		return nil
	}
	outcome := audit.Unknown
	if errors.Is(err, account.ErrNotFound) || errors.Is(err, account.ErrExists) {
		outcome = audit.Refused
	}
	if unwritten := m.takeBack(events, outcome); unwritten != nil {
		return signin.Busy(errors.Join(err, unwritten), "it failed, and the audit log cannot be written")
	}
	return err
}

func (m *module) takeBack(events []audit.Event, outcome audit.Outcome) error {
	var faults []error
	for _, e := range events {
		e.Outcome = outcome
		faults = append(faults, m.cfg.Audit.Record(e))
	}
	return errors.Join(faults...)
}

// recordNew records a new account, and removes it again if that fails.
func (m *module) recordNew(ctx context.Context, c *methods.Call, a *account.Account) error {
	err := m.cfg.Audit.Record(about(c, audit.AccountAdd, a))
	if err == nil {
		return nil
	}
	err = errors.Join(err, m.cfg.Accounts.Delete(context.WithoutCancel(ctx), a.ID, m.cfg.Now()))
	return signin.Busy(err, "the account was not made: the audit log cannot be written")
}

// refused records that a right was asked for and is missing, and gives the refusal.
func (m *module) refused(c *methods.Call, permission string, refusal *methods.Error) error {
	if c.Caller == nil {
		return refusal
	}
	e := about(c, audit.Permission, &account.Account{ID: c.Caller.ID, Name: c.Caller.Name, Number: c.Caller.Number, Kind: account.User})
	if c.Caller.Server {
		e.Kind = string(account.Server)
	}
	e.Outcome, e.Permission, e.Reason = audit.Refused, permission, methods.KindPermissionDenied.String()
	if err := m.cfg.Audit.Record(e); err != nil {
		return signin.Busy(err, "the audit log cannot be written; try again")
	}
	return refusal
}
