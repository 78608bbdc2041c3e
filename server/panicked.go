package server

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"

	"countersign/methods"
	"countersign/session/audit"
)

// panicked turns what was recovered into an internal error, and records it: nobody knows
// how far the method came. method is "" outside of methods.
func (x *exchange) panicked(ctx context.Context, method string, value any) *methods.Error {
	err := &methods.Error{Kind: methods.KindInternal, Public: "internal error", Cause: &panicError{value, debug.Stack()}}
	event := x.event(audit.Panic)
	event.Outcome, event.Method = audit.Unknown, method
	if lost := x.server.cfg.Audit.Record(event); lost != nil {
		x.server.cfg.Log.LogAttrs(ctx, slog.LevelError, "a panic is not in the audit",
			slog.String("request", x.id), slog.Any("err", lost))
	}
	return err
}

// panicError is the cause of an internal error that was a panic.
type panicError struct {
	value any
	stack []byte
}

// Error names the panic's type only: its value may quote what a client sent.
func (p *panicError) Error() string {
	if err, ok := p.value.(interface{ RuntimeError() }); ok {
		return fmt.Sprintf("panic: %v", err)
	}
	return fmt.Sprintf("panic of type %T", p.value)
}
