package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"countersign/session/account"
	"countersign/session/audit"
)

// The account that the first start makes, and the role that allows everything.
const (
	adminName = "admin"
	adminRole = "admin"
)

// ensureAdministrator makes an administrator with a random password if there is no
// account at all, and tells the password once. Of several processes that start at the
// same time one makes it: names are unique in the database. Where nobody could read the
// password none is made, and the log says what to do.
func ensureAdministrator(ctx context.Context, svc *service, io stdio, log *slog.Logger, url string) error {
	accounts := svc.db.Accounts()
	if n, err := accounts.Count(ctx); n > 0 || err != nil {
		return err
	}
	if nowhere(io.out) {
		log.Warn("there is no account, and no standard output to show an administrator's password on; " + makeAdministrator)
		return nil
	}
	// What cannot be written is found out before there is a password that nobody knows.
	if err := say(io, "This database has no accounts yet.\n"); err != nil {
		return fmt.Errorf("there is no account, and an administrator's password could not be shown; %s: %w", makeAdministrator, err)
	}
	pass := rand.Text() // 26 letters and digits, 130 bits
	hash, err := svc.hash(ctx, pass)
	if err != nil {
		return fmt.Errorf("the administrator's password: %w", err)
	}
	made, err := accounts.Add(ctx, account.Account{
		Kind: account.User, Name: adminName, Display: "Administrator", Roles: []string{adminRole}, PasswordHash: hash,
	})
	if errors.Is(err, account.ErrExists) {
		return nil
	} else if err != nil {
		return fmt.Errorf("the administrator: %w", err)
	}
	event := about(audit.AccountAdd, &made)
	event.Actor = audit.System(systemUser())
	err = audit.Made(svc.record, event, func() error {
		return accounts.Delete(context.WithoutCancel(ctx), made.ID, time.Now())
	})
	if err != nil {
		return fmt.Errorf("the administrator: %w", err)
	}
	_, err = fmt.Fprintf(io.out, `An administrator was made.
The password is shown this once and kept nowhere; change it with: countersign user passwd %[1]s

  user:     %[1]s
  password: %[2]s

To log in and see who you are:

  countersign call --url %[3]s --user %[1]s system.session

`, adminName, pass, url)
	if err != nil {
		return fmt.Errorf("the administrator's password could not be shown; set one with countersign user passwd %s: %w", adminName, err)
	}
	return nil
}

// nowhere tells whether what is written is lost. A process that is started without a
// standard output has /dev/null for one.
func nowhere(w io.Writer) bool {
	out, isFile := w.(*os.File)
	if !isFile {
		return false
	}
	there, err := out.Stat()
	null, missing := os.Stat(os.DevNull)
	return err == nil && missing == nil && os.SameFile(there, null)
}
