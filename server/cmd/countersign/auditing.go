package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/user"
	"strconv"

	"countersign/methods/signin"
	"countersign/session/account"
	"countersign/session/audit"
	"countersign/sql"
)

// auditing says where changes are written down.
type auditing struct {
	Audit         string `help:"File that gets a JSON line for every login, refusal, logout, lock, grant, key and change to an account. Default: a server writes to standard error, other commands nowhere." placeholder:"FILE"`
	AuditRequired bool   `help:"Refuse what cannot be written to the audit."`
}

// changing is what commands need that change something.
type changing struct {
	location `embed:""`
	auditing `embed:""`
}

// withChanges opens the database and the audit for a command that changes something. A
// database that it made is told on standard error.
func (c *changing) withChanges(ctx context.Context, io stdio, create bool, work func(*sql.DB, *recorder) error) error {
	if err := c.complete(); err != nil {
		return misused(err)
	}
	made := c.absent()
	return c.withDatabase(ctx, create, func(db *sql.DB) error {
		r, err := c.openAudit(io)
		if err != nil {
			return fmt.Errorf("nothing was changed: %w", err)
		}
		if err := errors.Join(work(db, r), r.close()); err != nil || !made {
			return err
		}
		_, err = fmt.Fprintf(io.err, "countersign: there was no database %s, so it was made; serve makes no administrator in it now, because it has an account\n", db.URL())
		return err
	})
}

// recorder writes down what a command does, in the name of the user of the machine who
// runs it. It shares the file with the server.
//
// What takes away or changes is recorded first, as ok, and then done: where a record is
// required, nothing happens without one. Should it then fail, a second line tells that.
// What makes something new is recorded when it has its number, and undone if that
// fails.
type recorder struct {
	log      audit.Log // nil to keep no record
	close    func() error
	required bool
	actor    audit.Name
	io       stdio
}

// openAudit opens the file. Where none is set and a record is required it goes to
// standard error, as the server's does.
func (a *auditing) openAudit(io stdio) (*recorder, error) {
	r := &recorder{close: func() error { return nil }, required: a.AuditRequired, actor: audit.System(systemUser()), io: io}
	node, err := os.Hostname()
	if err != nil {
		r.warn(err)
	}
	options := audit.Options{Node: node}
	switch {
	case a.Audit != "":
		err := leaveToOwner(a.Audit)
		var file *audit.File
		if err == nil {
			file, err = openAuditFile(a.Audit, audit.FileOptions{Options: options, Sync: true})
		}
		switch {
		case err == nil:
			r.log, r.close = file, file.Close
		case a.AuditRequired:
			return nil, fmt.Errorf("audit: %w", err)
		default:
			r.warn(err)
		}
	case a.AuditRequired:
		r.log = audit.NewWriter(io.err, options)
	}
	return r, nil
}

// systemUser is the login name of who runs the program, or the number.
func systemUser() string {
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return strconv.Itoa(os.Getuid())
}

func (r *recorder) warn(err error) { fmt.Fprintf(r.io.err, "countersign: not in the audit: %v\n", err) }

// about is an event about an account.
func about(t audit.Type, a *account.Account) audit.Event {
	return audit.Event{Type: t, User: audit.Known(a.Name), Account: a.Number, Kind: string(a.Kind)}
}

// before records e and then does it (audit.Change).
func (r *recorder) before(e audit.Event, do func() error) error {
	return r.beforeAll([]audit.Event{e}, do)
}

// beforeAll is before for a change of several parts.
func (r *recorder) beforeAll(events []audit.Event, do func() error) error {
	return audit.Change(r, events, outcomeOf, do)
}

// after records e, which was done, and undoes it if it cannot be recorded.
func (r *recorder) after(e audit.Event, undo func() error) error { return audit.Made(r, e, undo) }

// Record implements audit.Log: it fails only where a record is required.
func (r *recorder) Record(e audit.Event) error {
	if r.log == nil {
		return nil
	}
	e.Actor = r.actor
	err := r.log.Record(e)
	if err != nil && !r.required {
		r.warn(err)
		return nil
	}
	return err
}

// outcomeOf is what a failed change has come to.
func outcomeOf(err error) audit.Outcome {
	if errors.Is(err, sql.ErrBusy) {
		return audit.Busy
	}
	return signin.OutcomeOf(err)
}

// worded is an error in other words, which stays what it was for errors.Is.
type worded struct {
	text string
	error
}

func (e worded) Error() string { return e.text }
func (e worded) Unwrap() error { return e.error }

func inWords(err error, format string, args ...any) error {
	return worded{fmt.Sprintf(format, args...), err}
}
