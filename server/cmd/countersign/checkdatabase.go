package main

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"countersign/session/account"
	"countersign/session/password"
	"countersign/session/verify"
	"countersign/sql"
)

// checkDatabase opens the database and looks at the accounts in it.
func (f *findings) checkDatabase(ctx context.Context, url string) {
	if l := (location{Database: url}); l.absent() {
		f.add("database", warn, "%s does not exist yet; the first start makes it, and an administrator", url)
		return
	}
	err := leaveToOwner(filesOf(url)...)
	var db *sql.DB
	if err == nil {
		db, err = sql.Open(ctx, url)
	}
	if err != nil {
		f.add("database", fail, "%v", err)
		return
	}
	defer func() {
		if err := db.Close(); err != nil {
			f.add("database", fail, "%v", err)
		}
	}()
	start := time.Now()
	if err := db.Ping(ctx); err != nil {
		f.add("database", fail, "%s: %v", db.URL(), err)
		return
	}
	f.add("database", good, "%s answers in %v; its schema is up to date", db.URL(), time.Since(start).Round(10*time.Microsecond))
	accounts, err := db.Accounts().List(ctx)
	if err != nil {
		f.add("accounts", fail, "%v", err)
		return
	}
	f.checkAccounts(accounts)
	alike, err := db.Accounts().LookAlikes(ctx)
	if err != nil {
		f.add("accounts", fail, "%v", err)
		return
	}
	for _, a := range alike {
		f.add("accounts", warn, "the %ss %s look alike: people may take one for the other, and other spellings count as the first when passwords are guessed; keep one of them", a.Kind, quotedList(a.Names))
	}
}

// quotedList shows names so that one sees in what they differ.
func quotedList(names []string) string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = strconv.Quote(name)
	}
	return strings.Join(quoted, ", ")
}

// checkAccounts counts the accounts and looks for one that may do everything.
func (f *findings) checkAccounts(accounts []account.Account) {
	counts, disabled := map[account.Kind]int{}, 0
	for i := range accounts {
		a := &accounts[i]
		counts[a.Kind]++
		if a.Disabled {
			disabled++
		}
	}
	admins := administrators(accounts)
	f.add("accounts", good, "users: %d, servers: %d, disabled among them: %d", counts[account.User], counts[account.Server], disabled)
	switch {
	case len(accounts) == 0:
		f.add("administrator", warn, "there is no account; the first start makes one")
	case len(admins) == 0:
		f.add("administrator", warn, "no enabled user may do everything; %s", makeAdministrator)
	default:
		f.add("administrator", good, "%s", cell(strings.Join(admins, ", ")))
	}
}

// checkWorker hashes something in a worker process, as a login would.
func (f *findings) checkWorker(ctx context.Context, cost password.Params) {
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	pool, err := newPool(verify.Config{Limits: verify.Limits{Workers: 1}}, slog.New(slog.DiscardHandler))
	if err != nil {
		f.add("worker", fail, "%v", err)
		return
	}
	start := time.Now()
	_, err = verify.HashPassword(ctx, pool, cost, []byte("a password for measuring"))
	took := time.Since(start)
	if err := errors.Join(err, pool.Close(ctx)); err != nil {
		f.add("worker", fail, "passwords cannot be checked: %v", err)
		return
	}
	f.add("worker", good, "a password worker starts and hashes in %v", took.Round(time.Millisecond))
}
