package bugzilla

import (
	"context"
	"errors"

	"countersign/methods"
	"countersign/methods/signin"
	"countersign/session/password"
)

// newPassword checks a password that is chosen for one of these names, and gives what is
// stored of it. Of Bugzilla's two numbers for a short one clients see 502 (bugzilla
// contract §10).
func (m *module) newPassword(ctx context.Context, chosen string, names ...string) (string, error) {
	for _, name := range names {
		if err := m.cfg.Policy.CheckNew(chosen, name); err != nil {
			return "", m.refusedPassword(err)
		}
	}
	hash, err := m.cfg.Hash(ctx, chosen)
	if err != nil {
		return "", signin.Busy(err, "the password cannot be set at the moment; try again")
	}
	return hash, nil
}

func (m *module) refusedPassword(err error) error {
	refuse := func(code int, format string, args ...any) error {
		e := fault(methods.KindInvalidParams, code, format, args...)
		e.Cause = err
		return e
	}
	switch {
	case errors.Is(err, password.ErrTooShort), errors.Is(err, password.ErrEmpty):
		return refuse(codeTooShort, "The password must be at least %d characters long.", max(m.cfg.Policy.MinLength, 1))
	case errors.Is(err, password.ErrUserName):
		return refuse(codeNotComplex, "The password is not complex enough: it is made from the login name.")
	case errors.Is(err, password.ErrCommon):
		return refuse(codeNotComplex, "The password is not complex enough: it is one of those that are tried first.")
	default:
		return refuse(codeNotComplex, "The password cannot be used: it is too long, or has a NUL in it.")
	}
}
