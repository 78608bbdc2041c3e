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
	return Error(err)
}

// Rejection gives the errors of credentials that came with a call their kinds. Those that
// do not hold are as good as none. Whatever else went wrong changed nothing, and can be
// tried again.
func Rejection(err error) *methods.Error {
	if e, ok := errors.AsType[*methods.Error](err); ok {
		return e
	}
	if _, refused := errors.AsType[*session.Refusal](err); refused || errors.Is(err, session.ErrInvalid) {
		return methods.ErrLoginRequired()
	}
	if e := known(err); e != nil {
		return e
	}
	return outOfReach(err)
}

// Error gives the errors of session their kinds; others pass.
func Error(err error) error {
	if e := known(err); e != nil {
		return e
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return unknownOutcome(err)
	}
	return err
}

// known is the table of what session says of itself and not of the credentials; nil for
// other errors.
func known(err error) *methods.Error {
	if t, ok := errors.AsType[*session.Throttled](err); ok {
		return &methods.Error{
			Kind: methods.KindThrottled, Public: "too many attempts; try again later", RetryAfter: t.RetryAfter, Cause: err,
		}
	}
	switch {
	case errors.Is(err, session.ErrBusy):
		return Busy(err, "too many logins are waiting; try again in a moment")
	case errors.Is(err, session.ErrUnavailable):
		return outOfReach(err)
	case errors.Is(err, session.ErrOutcomeUnknown):
		return unknownOutcome(err)
	}
	return nil
}

func outOfReach(err error) *methods.Error {
	return Busy(err, "a part that is needed is out of reach; try again")
}

func unknownOutcome(err error) *methods.Error {
	return methods.Wrap(methods.KindOutcomeUnknown, err, "the outcome is unknown; it is safe to ask again")
}

// Busy is the error of what cannot be done right now.
func Busy(err error, public string) *methods.Error {
	return &methods.Error{Kind: methods.KindBusy, Public: public, RetryAfter: 2 * time.Second, Cause: err}
}
