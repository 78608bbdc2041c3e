package signin

import (
	"context"
	"errors"

	"countersign/methods"
	"countersign/session"
	"countersign/session/account"
	"countersign/session/apikey"
	"countersign/session/audit"
)

// About is an event about an account, caused by the call.
func About(c *methods.Call, t audit.Type, a *account.Account) audit.Event {
	e := audit.Event{
		Type: t, User: audit.Known(a.Name), Account: a.Number, Kind: string(a.Kind),
		Peer: c.Client.Peer, Request: c.Client.Request, Endpoint: c.Client.Endpoint, Dialect: c.Client.Dialect,
		Method: c.Entry.FullName, Session: c.Session.ID,
	}
	if c.Caller != nil && c.Caller.ID != a.ID {
		e.Actor = audit.Known(c.Caller.Name)
	}
	return e
}

// Change records events and then does what they are about (audit.Change). Its error is
// do's; KindBusy if they could not be recorded, and nothing was done.
func Change(log audit.Log, events []audit.Event, do func() error) error {
	return unrecorded(audit.Change(log, events, OutcomeOf, do))
}

// Made records that an account was made, or takes it back (audit.Made).
func Made(log audit.Log, e audit.Event, takeBack func() error) error {
	return unrecorded(audit.Made(log, e, takeBack))
}

func unrecorded(err error) error {
	if errors.Is(err, audit.ErrUnrecorded) {
		return Busy(err, "nothing was changed: the audit log cannot be written; try again")
	}
	return err
}

// OutcomeOf is what a change came to that failed.
func OutcomeOf(err error) audit.Outcome {
	is := func(any []error) bool {
		for _, one := range any {
			if errors.Is(err, one) {
				return true
			}
		}
		return false
	}
	switch {
	case is([]error{
		account.ErrNotFound, account.ErrExists, account.ErrNoOffer, session.ErrNotFound,
		apikey.ErrNotFound, apikey.ErrRotated, apikey.ErrOptions, apikey.ErrTooMany,
	}):
		return audit.Refused
	case is([]error{session.ErrUnavailable, session.ErrBusy}):
		return audit.Busy
	default:
		return audit.Unknown
	}
}

// WholeSession refuses calls that come with less than a session made by a login: a
// child session, an API key or a password must not make or end what is more than itself.
func WholeSession(ctx context.Context, c *methods.Call) error {
	if _, ok := session.FromContext(ctx); !ok {
		return methods.Errorf(methods.KindPermissionDenied, "this needs a session made by a login")
	}
	if !c.Caller.Whole {
		return methods.Errorf(methods.KindPermissionDenied, "a child session may not do this")
	}
	return nil
}
