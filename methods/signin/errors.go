package signin

import (
	"context"
	"errors"
	"time"

	"countersign/methods"
	"countersign/session"
)

// LoginError gives the errors of a login their kinds. Every refusal is the same one,
// whatever was wrong.
func LoginError(err error) error {
	if _, refused := errors.AsType[*session.Refusal](err); refused {
		return methods.Wrap(methods.KindLoginRefused, err, "login refused")
	}
	if t, ok := errors.AsType[*session.Throttled](err); ok {
		return &methods.Error{
			Kind: methods.KindThrottled, Public: "too many attempts; try again later", RetryAfter: t.RetryAfter, Cause: err,
		}
	}
	return Error(err)
}

// Error gives the errors of session their kinds; others pass.
func Error(err error) error {
	switch {
	case errors.Is(err, session.ErrBusy):
		return Busy(err, "too many logins are waiting; try again in a moment")
	case errors.Is(err, session.ErrUnavailable):
		return Busy(err, "a part that is needed is out of reach; try again")
	case errors.Is(err, session.ErrOutcomeUnknown), errors.Is(err, context.DeadlineExceeded):
		return methods.Wrap(methods.KindOutcomeUnknown, err, "the outcome is unknown; it is safe to ask again")
	default:
		return err
	}
}

// Busy is the error of what cannot be done right now.
func Busy(err error, public string) error {
	return &methods.Error{Kind: methods.KindBusy, Public: public, RetryAfter: 2 * time.Second, Cause: err}
}
