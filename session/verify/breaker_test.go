package verify

import (
	"errors"
	"sync/atomic"
	"testing"
	"time"
)

// TestBreaker goes through the states step by step. A step is a number of seconds to let
// pass, "in" and "no" for an admission that is expected and not, "late" and "ok" for the
// end of the oldest job.
func TestBreaker(t *testing.T) {
	for name, steps := range map[string][]any{
		"five in a row":             {"in", "late", "in", "late", "in", "late", "in", "late", "in", "late", "no"},
		"an answer between":         {"in", "late", "in", "late", "in", "late", "in", "late", "in", "ok", "in", "late", "in"},
		"pause":                     {"in", "in", "in", "in", "in", 10, "late", "late", "late", "late", "late", 29, "no", 1, "in", "no"},
		"probe answers":             {"in", "in", "in", "in", "in", "late", "late", "late", "late", "late", 30, "in", "ok", "in", "late", "in"},
		"probe hangs":               {"in", "in", "in", "in", "in", "late", "late", "late", "late", "late", 30, "in", "no", 10, "late", 19, "no", 1, "in"},
		"late ones prolong nothing": {"in", "in", "in", "in", "in", "in", "late", "late", "late", "late", "late", 10, "late", 20, "in"},
		"one that answers closes":   {"in", "in", "in", "in", "in", "in", "late", "late", "late", "late", "late", "no", "ok", "in"},
	} {
		t.Run(name, func(t *testing.T) {
			now := time.Unix(1e9, 0)
			b := &breaker{after: 5, pause: 30 * time.Second, now: func() time.Time { return now }}
			var out []pass
			for i, step := range steps {
				switch step {
				case "in", "no":
					if refuses := b.refuses(); refuses != (step == "no") {
						t.Fatalf("step %d, %v: refuses %v", i, step, refuses)
					}
					p, ok := b.enter()
					if ok != (step == "in") {
						t.Fatalf("step %d, %v: %v", i, step, ok)
					}
					if ok {
						out = append(out, p)
					}
				case "late", "ok":
					b.leave(out[0], step == "late")
					out = out[1:]
				default:
					now = now.Add(time.Duration(step.(int)) * time.Second)
				}
			}
		})
	}
}

func TestPoolTrips(t *testing.T) {
	var now atomic.Int64
	p := newPool(t, Config{
		Limits: Limits{Workers: 2}, Deadline: time.Second, TripAfter: 2,
		Now: func() time.Time { return time.Unix(now.Load(), 0) },
	})
	for range 2 {
		if _, err := run(t, p, kindHang, ""); !errors.Is(err, ErrDeadline) {
			t.Fatal(err)
		}
	}
	started := p.Stats().Started
	payload := []byte(secretInUse)
	if _, err := p.Run(t.Context(), Job{Kind: kindEcho, Payload: payload}); !errors.Is(err, ErrTripped) || !errors.Is(err, ErrUnavailable) {
		t.Errorf("%v, want ErrTripped", err)
	}
	if containsSecret(string(payload)) {
		t.Error("the payload was not cleared")
	}
	if s := p.Stats(); !s.Tripped || s.Started != started {
		t.Errorf("%+v", s)
	}
	now.Add(30)
	mustRun(t, p, kindEcho, "")
	mustRun(t, p, kindEcho, "")
	if s := p.Stats(); s.Tripped {
		t.Errorf("%+v", s)
	}
}

func TestPoolWithoutBreaker(t *testing.T) {
	p := newPool(t, Config{Limits: Limits{Workers: 1}, Deadline: time.Second})
	for range 3 {
		if _, err := run(t, p, kindHang, ""); !errors.Is(err, ErrDeadline) || errors.Is(err, ErrTripped) {
			t.Fatal(err)
		}
	}
}
