package methods

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Kind says what went wrong, in terms that hold on every wire. The set is closed:
// each dialect owns one total table from Kind to its own numbers and texts.
type Kind uint8

// The kinds, in the order of the published table of plain fault numbers.
const (
	// KindInternal is anything unforeseen; the caller sees a request id only.
	KindInternal Kind = iota
	// KindParse: the document is not well formed.
	KindParse
	// KindEncoding: the document's character encoding is not supported.
	KindEncoding
	// KindCharacter: a character that the encoding, or the format, does not allow.
	KindCharacter
	// KindInvalidRequest: well formed, but not a call.
	KindInvalidRequest
	// KindMethodNotFound: no such method for this caller.
	KindMethodNotFound
	// KindInvalidParams: the arguments do not fit the signature.
	KindInvalidParams
	// KindApplication: the method refuses for a reason of its own, with its own Code.
	KindApplication
	// KindOutcomeUnknown: the work may or may not have been done.
	KindOutcomeUnknown
	// KindLoginRequired: no session, or one that does not hold.
	KindLoginRequired
	// KindLoginRefused: a login with wrong credentials, whatever was wrong with them.
	KindLoginRefused
	// KindPermissionDenied: the caller lacks the right.
	KindPermissionDenied
	// KindReadOnly: a read-only caller asked for a change.
	KindReadOnly
	// KindNotFound: the object does not exist, or not for this caller.
	KindNotFound
	// KindConflict: the object exists already, or was changed meanwhile.
	KindConflict
	// KindTooLarge: over a published limit of size, depth or count.
	KindTooLarge
	// KindThrottled: too many attempts; RetryAfter says when to come back.
	KindThrottled
	// KindBusy: overloaded, or a part is out of reach; trying again is right.
	KindBusy
	// KindTimeout: the method took longer than it may.
	KindTimeout
	// KindRecursion: a batch inside a batch.
	KindRecursion
	// KindCompression: the body's content coding is unknown or its data is damaged.
	KindCompression

	// KindCount is the number of kinds, for total tables.
	KindCount
)

var kindNames = [KindCount]string{
	KindInternal: "internal", KindParse: "parse", KindEncoding: "encoding",
	KindCharacter: "character", KindInvalidRequest: "invalid_request",
	KindMethodNotFound: "method_not_found", KindInvalidParams: "invalid_params",
	KindApplication: "application", KindOutcomeUnknown: "outcome_unknown",
	KindLoginRequired: "login_required", KindLoginRefused: "login_refused",
	KindPermissionDenied: "permission_denied", KindReadOnly: "read_only",
	KindNotFound: "not_found", KindConflict: "conflict", KindTooLarge: "too_large",
	KindThrottled: "throttled", KindBusy: "busy", KindTimeout: "timeout",
	KindRecursion: "recursion", KindCompression: "compression",
}

// String is the name used in logs and metric labels.
func (k Kind) String() string {
	if k < KindCount {
		return kindNames[k]
	}
	return "unknown"
}

// Error is the one error that crosses a wire.
type Error struct {
	Kind Kind
	// Public is the text a caller may see. It never carries a secret.
	Public string
	// Code is a number of the module's own, or a finer one that dialects with numbers
	// of their own may show; 0 for none.
	Code int
	// RetryAfter is when trying again makes sense, for KindThrottled and KindBusy.
	RetryAfter time.Duration
	// Argument says which argument did not fit, for KindInvalidParams; may be nil.
	Argument *ArgumentError
	// Cause is for the log, never for the caller.
	Cause error
}

// Errorf makes an Error whose public text is the formatted one.
func Errorf(kind Kind, format string, args ...any) *Error {
	return &Error{Kind: kind, Public: fmt.Sprintf(format, args...)}
}

// Wrap makes an Error that keeps cause for the log and shows public to the caller.
func Wrap(kind Kind, cause error, public string) *Error {
	return &Error{Kind: kind, Public: public, Cause: cause}
}

// Error implements error; it is the log's view and includes the cause.
func (e *Error) Error() string {
	if e.Cause == nil {
		return e.Kind.String() + ": " + e.Public
	}
	return e.Kind.String() + ": " + e.Public + ": " + e.Cause.Error()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }

// AsError turns any error into an Error: one found in err's chain, an *ArgumentError into
// KindInvalidParams, a deadline into KindTimeout, everything else into KindInternal with err as the private cause.
func AsError(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	if a, ok := errors.AsType[*ArgumentError](err); ok {
		return a.asError()
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return Wrap(KindTimeout, err, "the method took longer than it may")
	}
	return Wrap(KindInternal, err, "internal error")
}

// ArgumentError tells which argument did not fit a signature.
type ArgumentError struct {
	// Param is the position, from 1; 0 when the number of arguments is wrong. Name is the
	// parameter's, where there is one, and Missing tells that it was not given at all.
	Param   int
	Name    string
	Missing bool
	// Path leads from the parameter to the part that did not fit, e.g. ".fields[2]".
	Path string
	// Want and Got name the types; Want is empty when the number is wrong.
	Want, Got string
	// Reason is a sentence for cases that are not about types, e.g. a number out of range.
	Reason string
}

// Error implements error.
func (e *ArgumentError) Error() string {
	switch {
	case e.Param == 0, e.Missing:
		return e.Reason
	case e.Reason != "":
		return fmt.Sprintf("parameter %d%s: %s", e.Param, e.Path, e.Reason)
	default:
		return fmt.Sprintf("parameter %d%s: wanted %s, got %s", e.Param, e.Path, e.Want, e.Got)
	}
}

func (e *ArgumentError) asError() *Error {
	return &Error{Kind: KindInvalidParams, Public: e.Error(), Argument: e}
}
