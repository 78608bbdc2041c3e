package main

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"slices"
	"strings"
	"testing"

	"countersign/session"
	"countersign/session/account"
	"countersign/session/audit"
	"countersign/sql"
	"countersign/sql/sqltest"
)

// diary keeps events, and after those fails.
type diary struct {
	room   int
	events []audit.Event
}

var errFull = errors.New("no space left")

func (d *diary) Record(e audit.Event) error {
	if len(d.events) == d.room {
		return errFull
	}
	d.events = append(d.events, e)
	return nil
}

func (d *diary) outcomes() (list []audit.Outcome) {
	for _, e := range d.events {
		list = append(list, e.Outcome)
	}
	return list
}

func TestRecorder(t *testing.T) {
	t.Parallel()
	errLost := errors.New("the connection was lost")
	two := []audit.Event{{Type: audit.Grant}, {Type: audit.Grant}}
	for name, c := range map[string]struct {
		room     int
		required bool
		fails    error // of the change
		done     bool
		want     error
		outcomes []audit.Outcome
	}{
		"recorded":          {2, true, nil, true, nil, []audit.Outcome{audit.OK, audit.OK}},
		"no room, required": {0, true, nil, false, errFull, nil},
		"half, required":    {1, true, nil, false, errFull, []audit.Outcome{audit.OK}},
		"no room, optional": {0, false, nil, true, nil, nil},
		"change refused":    {4, true, account.ErrNotFound, true, account.ErrNotFound, []audit.Outcome{audit.OK, audit.OK, audit.Refused, audit.Refused}},
		"change unknown":    {4, true, errLost, true, errLost, []audit.Outcome{audit.OK, audit.OK, audit.Unknown, audit.Unknown}},
		"change busy":       {4, false, sql.ErrBusy, true, sql.ErrBusy, []audit.Outcome{audit.OK, audit.OK, audit.Busy, audit.Busy}},
	} {
		t.Run(name, func(t *testing.T) {
			var said bytes.Buffer
			log := &diary{room: c.room}
			r := &recorder{log: log, required: c.required, actor: audit.System("ann"), io: stdio{err: &said}}
			done := false
			err := r.beforeAll(two, func() error { done = true; return c.fails })
			if !errors.Is(err, c.want) || (err == nil) != (c.want == nil) || done != c.done {
				t.Errorf("error %v, done %t", err, done)
			}
			if got := log.outcomes(); !slices.Equal(got, c.outcomes) {
				t.Errorf("recorded %v", got)
			}
			if missing := c.room == 0 && !c.required; missing != strings.Contains(said.String(), "not in the audit: no space left") {
				t.Errorf("said %q", said.String())
			}
			for _, e := range log.events {
				if e.Actor.String() != "system:ann" {
					t.Errorf("by %v", e.Actor)
				}
			}
		})
	}
}

// TestStartRecorded: a server that must keep a record and cannot does not start; one that
// can leaves a line for its start and its end.
func TestStartRecorded(t *testing.T) {
	for room, wanted := range []error{errFull, errFull, nil} {
		svc, d := testService(t, sqltest.SQLiteURL(t)), &diary{room: room}
		svc.record = d
		s := testSettings(t, "")
		s.Listen = "127.0.0.1:0"
		var address string
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		err := svc.serve(ctx, s, slog.New(slog.DiscardHandler), nil, func(_ context.Context, a net.Addr) error {
			address = a.String()
			stop()
			return nil
		})
		if started := room > 0; !errors.Is(err, wanted) || started != (address != "") {
			t.Errorf("room for %d lines: %v, started at %q", room, err, address)
		}
		want := []audit.Event{
			{Type: audit.Start, Outcome: audit.OK, Version: version, Address: address}, {Type: audit.Stop, Outcome: audit.OK},
		}
		if !slices.Equal(d.events, want[:room]) {
			t.Errorf("room for %d lines: recorded %+v", room, d.events)
		}
	}
}

func TestRecorderUndoes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		room     int
		required bool
		undone   bool
	}{{1, true, false}, {0, true, true}, {0, false, false}} {
		r := &recorder{log: &diary{room: c.room}, required: c.required, io: stdio{err: new(bytes.Buffer)}}
		undone := false
		err := r.after(audit.Event{Type: audit.KeyCreate}, func() error { undone = true; return nil })
		if undone != c.undone || (err != nil) != c.undone {
			t.Errorf("%+v: undone %t, %v", c, undone, err)
		}
	}
	r := &recorder{log: &diary{}, required: true}
	err := r.after(audit.Event{Type: audit.KeyCreate}, func() error { return session.ErrOutcomeUnknown })
	if !errors.Is(err, errFull) || !errors.Is(err, session.ErrOutcomeUnknown) {
		t.Errorf("both faults are to be told: %v", err)
	}
}
