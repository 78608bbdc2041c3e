package bugzilla_test

import (
	"context"
	"time"

	"countersign/session/account"
)

// forgetful is a store whose accounts are gone when they are to be changed.
type forgetful struct{ account.Store }

func (forgetful) Change(context.Context, []account.Edit, time.Time) ([]account.Changed, error) {
	return nil, account.ErrNotFound
}
