package audit_test

import (
	"errors"
	"strings"
	"testing"

	"countersign/session/audit"
)

// room is a log that has room for so many more lines.
type room struct {
	left int
	told []string
}

var errFull = errors.New("no space left")

func (r *room) Record(e audit.Event) error {
	if r.left == 0 {
		return errFull
	}
	r.left--
	r.told = append(r.told, e.Type.String()+" "+e.Outcome.String())
	return nil
}

// TestChange: nothing is done without a record, what failed is corrected, and a log that
// says what is not true is told of, whatever the failure was.
func TestChange(t *testing.T) {
	errTaken := errors.New("taken")
	events := []audit.Event{{Type: audit.Grant}, {Type: audit.Role}}
	for name, c := range map[string]struct {
		room  int
		fails error
		done  bool
		want  error
		not   error
		told  string
	}{
		"done":                  {room: 9, done: true, told: "grant ok, role ok"},
		"failed":                {room: 9, done: true, fails: errTaken, want: errTaken, not: audit.ErrUncorrected, told: "grant ok, role ok, grant refused, role refused"},
		"no room":               {room: 0, want: audit.ErrUnrecorded},
		"room for one":          {room: 1, want: audit.ErrUnrecorded, told: "grant ok"},
		"failed, and no room":   {room: 2, done: true, fails: errTaken, want: audit.ErrUncorrected, not: errTaken, told: "grant ok, role ok"},
		"failed, room for one":  {room: 3, done: true, fails: errTaken, want: audit.ErrUncorrected, not: errTaken, told: "grant ok, role ok, grant refused"},
		"done, and no room now": {room: 2, done: true, told: "grant ok, role ok"},
	} {
		log, done := &room{left: c.room}, false
		err := audit.Change(log, events, func(error) audit.Outcome { return audit.Refused }, func() error {
			done = true
			return c.fails
		})
		if done != c.done || !errors.Is(err, c.want) || c.not != nil && errors.Is(err, c.not) {
			t.Errorf("%s: done %v, %v", name, done, err)
		}
		if told := strings.Join(log.told, ", "); told != c.told {
			t.Errorf("%s: the log says %q, want %q", name, told, c.told)
		}
	}
}

// TestMade: what cannot be recorded is taken back; where that fails it is not called
// unrecorded, because it is there.
func TestMade(t *testing.T) {
	errStays := errors.New("stays")
	for name, c := range map[string]struct {
		room      int
		takeBack  error
		taken     bool
		want, not error
	}{
		"recorded":       {room: 1},
		"taken back":     {taken: true, want: audit.ErrUnrecorded},
		"not taken back": {taken: true, takeBack: errStays, want: errStays, not: audit.ErrUnrecorded},
	} {
		taken := false
		err := audit.Made(&room{left: c.room}, audit.Event{Type: audit.AccountAdd}, func() error { taken = true; return c.takeBack })
		if taken != c.taken || !errors.Is(err, c.want) || c.not != nil && errors.Is(err, c.not) {
			t.Errorf("%s: taken back %v, %v", name, taken, err)
		}
	}
}
