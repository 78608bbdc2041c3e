package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"countersign/session"
	"countersign/session/account"
	"countersign/session/audit"
	"countersign/sql"
)

type sessionCmd struct {
	List sessionListCmd `cmd:"" help:"List live sessions."`
	End  sessionEndCmd  `cmd:"" help:"End sessions."`
}

// Help shows examples.
func (sessionCmd) Help() string {
	return `The commands work on the database. A server that runs on it hears of every change at once.

Example:
  countersign session list
  countersign session end --user bubba`
}

type sessionListCmd struct {
	location `embed:"" group:"settings"`
	User     string `help:"Only sessions of this account." placeholder:"NAME"`
	Kind     string `help:"Kind of the account: user or server." enum:"user,server" default:"user"`
	JSON     bool   `name:"json" help:"Print a JSON array."`
}

// Help shows examples.
func (sessionListCmd) Help() string {
	return `Newest first. The id opens nothing; it names the session to "session end" and in logs. A server writes down the last use of a session once a minute.

Examples:
  countersign session list
  countersign session list --user my.host.name --kind server --json`
}

// sessionRow is a session as --json prints it.
type sessionRow struct {
	ID       string       `json:"id"`
	User     string       `json:"user"`
	Kind     account.Kind `json:"kind"`
	ReadOnly bool         `json:"read_only"`
	Child    bool         `json:"child"` // made from another session
	Scope    []string     `json:"scope"` // permissions that it is narrowed to; empty for none
	Created  time.Time    `json:"created"`
	LastUse  time.Time    `json:"last_use"`
	IdleEnds *time.Time   `json:"idle_ends"` // null without an idle limit
	Ends     time.Time    `json:"ends"`
	Peer     string       `json:"peer"`
	Endpoint string       `json:"endpoint"`
	Agent    string       `json:"agent"`
}

// Run implements the command.
func (c *sessionListCmd) Run(ctx context.Context, io stdio) error {
	return c.withDatabase(ctx, false, func(db *sql.DB) error {
		rows, err := liveSessions(ctx, db, account.Kind(c.Kind), c.User)
		if err != nil {
			return err
		}
		if c.JSON {
			return printJSON(io, rows)
		}
		t := table{{"ID", "USER", "KIND", "STATE", "CREATED", "LAST USE", "IDLE END", "END", "PEER", "ENDPOINT", "AGENT"}}
		for _, r := range rows {
			idle := ""
			if r.IdleEnds != nil {
				idle = moment(*r.IdleEnds)
			}
			t = append(t, []string{
				r.ID, r.User, string(r.Kind), r.state(), moment(r.Created), moment(r.LastUse), idle, moment(r.Ends),
				r.Peer, r.Endpoint, r.Agent,
			})
		}
		return t.print(io)
	})
}

// state says in words how a session is less than its account.
func (r *sessionRow) state() string {
	var words []string
	if r.Child {
		words = append(words, "child")
	}
	if r.ReadOnly {
		words = append(words, "read-only")
	}
	if len(r.Scope) > 0 {
		words = append(words, "only "+strings.Join(r.Scope, " "))
	}
	return strings.Join(words, ", ")
}

func moment(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

// liveSessions gives the sessions of an account, or everybody's for user "".
func liveSessions(ctx context.Context, db *sql.DB, kind account.Kind, user string) ([]sessionRow, error) {
	accounts, err := db.Accounts().List(ctx)
	if err != nil {
		return nil, err
	}
	names, only := map[string]string{}, ""
	for _, a := range accounts {
		names[a.ID] = a.Name
		if a.Kind == kind && a.Name == user {
			only = a.ID
		}
	}
	if user != "" && only == "" {
		return nil, fmt.Errorf("there is no %s %q", kind, user)
	}
	records, err := db.Sessions().List(ctx, only, 0)
	if err != nil {
		return nil, err
	}
	now, rows := time.Now(), []sessionRow{}
	for i := range records {
		if !records[i].Expired(now) {
			rows = append(rows, rowOf(records[i].Info(), names))
		}
	}
	return rows, nil
}

func rowOf(i session.Info, names map[string]string) sessionRow {
	r := sessionRow{
		ID: i.Public.String(), User: names[i.Account], Kind: account.User, ReadOnly: i.ReadOnly, Child: i.Child, Scope: filled(strings.Fields(i.Scope)),
		Created: i.Created, LastUse: i.Seen, Ends: i.End,
		Peer: i.Peer, Endpoint: i.Endpoint, Agent: i.Agent,
	}
	if i.Server {
		r.Kind = account.Server
	}
	if !i.IdleEnds.IsZero() {
		r.IdleEnds = &i.IdleEnds
	}
	return r
}

type sessionEndCmd struct {
	changing `embed:"" group:"settings"`
	IDs      []string `arg:"" optional:"" name:"public-id" help:"Sessions by their public id, as session list gives it."`
	User     string   `help:"All sessions of this account." placeholder:"NAME"`
	Kind     string   `help:"Kind of the account: user or server." enum:"user,server" default:"user"`
	All      bool     `help:"All sessions of everybody."`
}

// Help shows examples.
func (sessionEndCmd) Help() string {
	return `A running server hears of it in a moment, and refuses the sessions after three seconds in any case.

Examples:
  countersign session end 6f1d0c6f2a3b4c5d
  countersign session end --user bubba
  countersign session end --all`
}

// Run implements the command.
func (c *sessionEndCmd) Run(ctx context.Context, io stdio) error {
	ids, err := c.check()
	if err != nil {
		return badUse{misuse{err}}
	}
	return c.withChanges(ctx, io, false, func(db *sql.DB, r *recorder) error {
		var n int
		switch {
		case c.All:
			n, err = endAll(ctx, db, r)
		case c.User != "":
			n, err = c.endAccount(ctx, db, r)
		default:
			n, err = endEach(ctx, db.Sessions(), r, ids)
		}
		if n > 0 || err == nil {
			err = errors.Join(say(io, "%s.\n", endedInWords(n)), err)
		}
		return err
	})
}

// check reads the ids and sees to it that exactly one choice was made.
func (c *sessionEndCmd) check() ([]session.PublicID, error) {
	choices := 0
	for _, made := range []bool{len(c.IDs) > 0, c.User != "", c.All} {
		if made {
			choices++
		}
	}
	if choices != 1 {
		return nil, errors.New("give either public ids, or --user, or --all")
	}
	return publicIDs(c.IDs)
}

func (c *sessionEndCmd) endAccount(ctx context.Context, db *sql.DB, r *recorder) (n int, err error) {
	a, err := findAccount(ctx, db.Accounts(), account.Kind(c.Kind), c.User)
	if err != nil {
		return 0, err
	}
	err = r.before(about(audit.SessionEnd, &a), func() error {
		n, err = db.Sessions().DeleteAccount(ctx, a.ID, session.Digest{})
		return err
	})
	return n, err
}

// endEach ends the sessions that are there and names those that are not.
func endEach(ctx context.Context, store session.Store, r *recorder, ids []session.PublicID) (n int, err error) {
	var faults []error
	for _, id := range ids {
		err := r.before(audit.Event{Type: audit.SessionEnd, Session: id}, func() error {
			err := store.DeletePublic(ctx, id)
			if errors.Is(err, session.ErrNotFound) {
				err = inWords(err, "there is no session %s", id)
			}
			return err
		})
		if err == nil {
			n++
		}
		faults = append(faults, err)
	}
	return n, errors.Join(faults...)
}

// endAll ends the sessions that there are now. Logins go on meanwhile, so there is no
// end to wait for.
func endAll(ctx context.Context, db *sql.DB, r *recorder) (n int, err error) {
	accounts, err := db.Accounts().List(ctx)
	if err != nil {
		return 0, err
	}
	owners := map[string]account.Account{}
	for _, a := range accounts {
		owners[a.ID] = a
	}
	records, err := db.Sessions().List(ctx, "", 0)
	if err != nil {
		return 0, err
	}
	ids, events := make([]session.Digest, len(records)), make([]audit.Event, len(records))
	for i := range records {
		owner := owners[records[i].Account]
		ids[i], events[i] = records[i].ID, about(audit.SessionEnd, &owner)
		events[i].Session = records[i].Public
	}
	err = r.beforeAll(events, func() error {
		ended, err := db.Sessions().Delete(ctx, ids)
		n = len(ended)
		return err
	})
	return n, err
}

func endedInWords(n int) string {
	if n == 1 {
		return "1 session ended"
	}
	return fmt.Sprintf("%d sessions ended", n)
}
