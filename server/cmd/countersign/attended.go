package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"countersign/session/account"
	"countersign/sql"
)

// administrators names the enabled users that may do everything.
func administrators(accounts []account.Account) []string {
	var names []string
	for i := range accounts {
		if a := &accounts[i]; !a.Disabled && a.Kind == account.User && slices.Contains(a.Grants, "*") {
			names = append(names, a.Name)
		}
	}
	return names
}

// makeAdministrator is what to do where there is none.
const makeAdministrator = "make one with countersign user add NAME --role " + adminRole +
	", or countersign grant NAME '*'"

// attended wraps work that may take somebody's permissions away: it says on standard
// error if that left nobody who may do everything.
func attended(ctx context.Context, io stdio, work func(*sql.DB, *recorder) error) func(*sql.DB, *recorder) error {
	return func(db *sql.DB, r *recorder) error {
		before, err := db.Accounts().List(ctx)
		if err != nil {
			return err
		}
		if err := work(db, r); err != nil || len(administrators(before)) == 0 {
			return err
		}
		after, err := db.Accounts().List(ctx)
		if err == nil && len(administrators(after)) == 0 {
			_, err = fmt.Fprintf(io.err, "countersign: no enabled user may do everything any more; %s\n", makeAdministrator)
		}
		if err != nil {
			return errors.Join(errors.New("the change was made, but who may still do everything could not be told"), err)
		}
		return nil
	}
}
