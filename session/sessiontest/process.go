package sessiontest

import (
	"fmt"
	"testing"
	"time"

	"countersign/session"
	"countersign/session/internal/twin"
)

// serve is the second process: "insert 7" and "delete 7".
func serve(t *testing.T, s session.Store) {
	twin.Serve(t, func(order string) (string, error) { return "", obey(t, s, order) })
}

func obey(t *testing.T, s session.Store, order string) error {
	var verb string
	var n int
	if _, err := fmt.Sscan(order, &verb, &n); err != nil {
		return err
	}
	switch verb {
	case "insert":
		return s.Insert(t.Context(), records(n, n+1))
	case "delete":
		gone, err := s.Delete(t.Context(), ids(n, n+1))
		if err == nil && len(gone) != 1 {
			err = fmt.Errorf("%d were there", len(gone))
		}
		return err
	}
	return fmt.Errorf("unknown order %q", order)
}

// tell gives the second process an order.
func tell(p *twin.Process, verb string, n int) error {
	_, err := p.Do(fmt.Sprint(verb, " ", n))
	return err
}

// twoProcesses: what one process was told is done, the other sees; it hears of ends by
// signal; and both can write at once.
func twoProcesses(t *testing.T, s session.Store, p *twin.Process) {
	const n = 20
	signals := s.Watch(t.Context())
	f := follow(t, s)
	for i := range n {
		must(t, tell(p, "insert", i))
		wantLive(t, s, record(i))
	}
	must(t, f.catchUp(t))
	must(t, f.want())

	must(t, tell(p, "delete", 0))
	wantDead(t, s, id(0))
	for f.ends[id(0)] == 0 {
		select {
		case <-signals:
		case <-time.After(patience):
			t.Fatal("no signal from the other process")
		}
		must(t, f.catchUp(t))
	}
	must(t, s.Touch(t.Context(), []session.Touch{{ID: id(0), Seen: epoch.Add(time.Hour)}}))
	wantDead(t, s, id(0))

	parallel(t, 2, func(i int) error {
		for k := 1 + i; k < n; k += 2 {
			if i == 0 {
				if err := tell(p, "delete", k); err != nil {
					return err
				}
			} else if gone, err := s.Delete(t.Context(), ids(k, k+1)); err != nil || len(gone) != 1 {
				return fmt.Errorf("delete found %d: %w", len(gone), err)
			}
			if err := f.catchUpIf(t, i == 0); err != nil {
				return err
			}
		}
		return nil
	})
	must(t, f.catchUp(t))
	must(t, f.want(ids(0, n)...))
	wantDead(t, s, ids(0, n)...)
}

// catchUpIf lets one of several goroutines do the reading.
func (f *follower) catchUpIf(t testing.TB, mine bool) error {
	if !mine {
		return nil
	}
	return f.catchUp(t)
}
