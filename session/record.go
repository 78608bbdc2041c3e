package session

import (
	"context"
	"errors"
	"fmt"

	"countersign/session/account"
	"countersign/session/audit"
)

// record keeps an event. What cannot be recorded must not happen: the error is the
// caller's to return.
func (m *Manager) record(e audit.Event) error {
	if err := m.cfg.Audit.Record(e); err != nil {
		return fmt.Errorf("%w: the audit log: %w", ErrUnavailable, err)
	}
	return nil
}

// change records e and then does it; nothing is done without a record. Errors:
// ErrUnavailable with audit.ErrUnrecorded, and it was not done; those of do;
// ErrOutcomeUnknown with audit.ErrUncorrected.
func (m *Manager) change(e audit.Event, do func() error) error {
	err := audit.Change(m.cfg.Audit, []audit.Event{e}, func(err error) audit.Outcome {
		if errors.Is(err, ErrNotFound) {
			return audit.Refused
		}
		return audit.Unknown
	}, do)
	switch {
	case errors.Is(err, audit.ErrUnrecorded):
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	case errors.Is(err, audit.ErrUncorrected):
		return fmt.Errorf("%w: %w", ErrOutcomeUnknown, err)
	}
	return err
}

// event describes an attempt with the credentials. Their password is not part of it.
func (c *Credentials) event(t audit.Type, o audit.Outcome, from Origin, who audit.Name) audit.Event {
	return audit.Event{
		Type: t, Outcome: o, User: who, Kind: string(c.Kind), Peer: c.Peer,
		Request: from.Request, Endpoint: from.Endpoint, Dialect: from.Dialect,
	}
}

func (m *Manager) recordLogin(c *Credentials, t Terms, s *Session) error {
	e := c.event(audit.Login, audit.OK, t.Origin, audit.Known(s.Identity.Account.Name))
	e.Account, e.Session, e.Until = s.Identity.Account.Number, s.Public, s.End
	return m.record(e)
}

// refuse records an attempt that came to nothing, and returns why.
func (m *Manager) refuse(ctx context.Context, c *Credentials, from Origin, why error) error {
	e := c.event(audit.Login, audit.Busy, from, m.nameOf(ctx, c))
	if refusal, ok := errors.AsType[*Refusal](why); ok {
		e.Outcome, e.Reason = audit.Refused, refusal.Reason
	} else if t, ok := errors.AsType[*Throttled](why); ok {
		e.Outcome, e.Reason = audit.Refused, t.reason()
	} else if errors.Is(why, ErrOutcomeUnknown) {
		e.Outcome = audit.Unknown
	}
	if err := m.record(e); err != nil {
		return errors.Join(err, why)
	}
	return why
}

// nameOf is how the audit names who tried: in clear only if there is such an account,
// since people type passwords where the name belongs.
func (m *Manager) nameOf(ctx context.Context, c *Credentials) audit.Name {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeTimeout)
	defer cancel()
	if account.CheckName(c.Name) == nil {
		if a, err := m.cfg.Accounts.Find(ctx, c.Kind, c.Name); err == nil {
			return audit.Known(a.Name)
		}
	}
	return m.namer.Unknown(c.Name)
}

// recordEnd keeps what became of a session.
func (m *Manager) recordEnd(t audit.Type, s *Session, by By) error {
	e := ending(t, s, by)
	e.Outcome = audit.OK
	return m.record(e)
}

// ending describes the end of a session, or of all of an account's, that its owner or
// somebody else asked for.
func ending(t audit.Type, s *Session, by By) audit.Event {
	e := audit.Event{
		Type: t, Peer: by.Peer, Request: by.Origin.Request, Endpoint: by.Origin.Endpoint,
		Dialect: by.Origin.Dialect, Actor: by.Actor, Session: s.Public,
	}
	if s.Identity != nil {
		a := &s.Identity.Account
		e.User, e.Account, e.Kind = audit.Known(a.Name), a.Number, string(a.Kind)
	}
	return e
}
