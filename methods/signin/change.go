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
	err := audit.Change(log, events, OutcomeOf, do)
	if errors.Is(err, audit.ErrUnrecorded) {
		return Busy(err, "nothing was changed: the audit log cannot be written; try again")
	}
	return err
}

// Made records that an account was made, or takes it back (audit.Made). Errors: KindBusy,
// and it is gone; KindOutcomeUnknown.
func Made(log audit.Log, e audit.Event, takeBack func() error) error {
	switch err := audit.Made(log, e, takeBack); {
	case errors.Is(err, audit.ErrUnrecorded):
		return Busy(err, "the account was not made: the audit log cannot be written")
	case err != nil:
		return methods.Wrap(methods.KindOutcomeUnknown, err, "the account is there or not: the audit log cannot be written")
	}
	return nil
}

// OutcomeOf is what a change came to that failed.
func OutcomeOf(err error) audit.Outcome {
	for _, refusal := range []error{
		account.ErrNotFound, account.ErrExists, session.ErrNotFound, apikey.ErrNotFound, apikey.ErrRotated,
		apikey.ErrTooMany,
	} {
		if errors.Is(err, refusal) {
			return audit.Refused
		}
	}
	if errors.Is(err, session.ErrUnavailable) {
		return audit.Busy
	}
	return audit.Unknown
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
