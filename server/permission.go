package server

import (
	"context"
	"log/slog"

	"countersign/methods"
	"countersign/session/account"
	"countersign/session/audit"
)

// Permit implements methods.Env.
func (x *exchange) Permit(e *methods.Entry) *methods.Error {
	refusal := e.Permit(x.caller)
	if err := x.recordCheck(e, e.Access.Permission(), refusal); err != nil {
		return err
	}
	return refusal
}

// Deny implements methods.Env. The audit has the right that was missing, whatever the
// caller is told: that may be that there is no such object.
func (x *exchange) Deny(e *methods.Entry, permission string, refusal *methods.Error) *methods.Error {
	if err := x.recordCheck(e, permission, errDenied); err != nil {
		return err
	}
	return refusal
}

var errDenied = &methods.Error{Kind: methods.KindPermissionDenied, Public: "a permission is missing"}

// denied records a refused right. What cannot be recorded stays refused.
func (x *exchange) denied(e *methods.Entry, refusal *methods.Error) *methods.Error {
	if refusal.Kind == methods.KindPermissionDenied || refusal.Kind == methods.KindReadOnly {
		if err := x.recordCheck(e, e.Access.Permission(), refusal); err != nil {
			return err
		}
	}
	return refusal
}

// logAllowed writes the line of a check that was passed, for who looks that closely:
// there is one for every call.
func (x *exchange) logAllowed(e *methods.Entry) {
	log, permission := x.server.cfg.Log, e.Access.Permission()
	if permission == "" || !log.Enabled(context.Background(), slog.LevelDebug) {
		return
	}
	role := x.identity.Account.GivenBy(permission)
	log.LogAttrs(context.Background(), slog.LevelDebug,
		audit.Check(permission, audit.Known(x.caller.Name), role, true), slog.String("request", x.id))
}

// recordCheck leaves a line for a question about a right: "Action: P User: U Result: R"
// (webyast contract §7).
func (x *exchange) recordCheck(e *methods.Entry, permission string, refusal *methods.Error) *methods.Error {
	if x.caller == nil || permission == "" && refusal == nil {
		return nil
	}
	event := x.event(audit.Permission)
	event.Permission, event.Method = permission, e.FullName
	if refusal != nil {
		event.Outcome, event.Reason = audit.Refused, refusal.Kind.String()
	} else {
		event.Role = x.identity.Account.GivenBy(event.Permission)
	}
	x.server.cfg.Log.LogAttrs(context.Background(), slog.LevelInfo,
		audit.Check(event.Permission, event.User, event.Role, refusal == nil), slog.String("request", x.id))
	if err := x.server.cfg.Audit.Record(event); err != nil {
		return methods.Wrap(methods.KindBusy, err, "the audit log cannot be written; try again")
	}
	return nil
}

// event describes something that happened to this request.
func (x *exchange) event(t audit.Type) audit.Event {
	e := audit.Event{
		Type: t, Outcome: audit.OK, Peer: x.client.Peer, Request: x.id, Endpoint: x.ep.path,
		Dialect: x.ep.dialect.Name, Session: x.session.Public, Key: x.keyID,
	}
	if x.caller != nil {
		e.User, e.Account, e.Kind = audit.Known(x.caller.Name), x.caller.Number, string(account.User)
		if x.caller.Server {
			e.Kind = string(account.Server)
		}
	}
	return e
}
