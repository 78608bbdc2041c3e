package server

import (
	"context"
	"errors"
	"log/slog"

	"countersign/methods"
)

// logFailure writes one line for a failed call: internal errors with their cause,
// refusals without. Arguments, results and credentials are never logged.
func (x *exchange) logFailure(ctx context.Context, f failure) {
	level := slog.LevelInfo
	switch f.err.Kind {
	case methods.KindInternal:
		level = slog.LevelError
		if errors.Is(f.err, context.Canceled) && errors.Is(ctx.Err(), context.Canceled) {
			level = slog.LevelInfo // the client is gone
		}
	case methods.KindBusy, methods.KindOutcomeUnknown, methods.KindTimeout:
		level = slog.LevelWarn
	}
	log := x.server.cfg.Log
	if !log.Enabled(ctx, level) {
		return
	}
	attrs := append(x.attrs(f.method), slog.String("kind", f.err.Kind.String()))
	if f.err.Cause != nil && level != slog.LevelInfo {
		attrs = append(attrs, slog.String("cause", f.err.Cause.Error()))
		if p, ok := errors.AsType[*panicError](f.err.Cause); ok {
			attrs = append(attrs, slog.String("stack", string(p.stack)))
		}
	}
	log.LogAttrs(ctx, level, "call failed", attrs...)
}

// attrs describe the request and its caller.
func (x *exchange) attrs(method string) []slog.Attr {
	attrs := []slog.Attr{
		slog.String("request", x.id),
		slog.String("endpoint", x.ep.path),
		slog.String("method", methodLabel(method)),
		slog.String("peer", x.client.Peer.String()),
	}
	if x.caller != nil {
		attrs = append(attrs, slog.String("user", x.caller.Name), slog.String("session", x.session.Public.String()))
	}
	return attrs
}
