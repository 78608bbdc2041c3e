package session

import "context"

// contextKey is the type of Key.
type contextKey struct{}

// Key is under what a request's context has its *Session.
var Key contextKey

// FromContext gives the session that a request came with; false if it came without
// one. It must not be changed, nor kept after the request.
func FromContext(ctx context.Context) (*Session, bool) {
	s, ok := ctx.Value(Key).(*Session)
	return s, ok
}
