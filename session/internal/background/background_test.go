package background

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// TestTasks: what comes round comes round in time and outlives its errors, which are
// logged; Stop waits for work in hand, and its end is no trouble.
func TestTasks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		runs := 0
		var ended atomic.Int64
		var tasks Tasks
		tasks.Start(
			Every(time.Minute, slog.New(slog.NewTextHandler(&log, nil)), "it went wrong", func(ctx context.Context) error {
				runs++
				switch runs {
				case 2:
					return errors.New("once")
				case 4:
					<-ctx.Done()
					time.Sleep(time.Second) // of the bubble's own time
					ended.Add(1)
					return ctx.Err()
				}
				return nil
			}),
			func(ctx context.Context) {
				<-ctx.Done()
				ended.Add(1)
			},
		)
		time.Sleep(4*time.Minute + time.Second)
		synctest.Wait()
		if runs != 4 || ended.Load() != 0 {
			t.Errorf("%d runs in four minutes, %d tasks ended", runs, ended.Load())
		}
		tasks.Stop()
		if runs != 4 || ended.Load() != 2 {
			t.Errorf("after Stop: %d runs, %d tasks ended", runs, ended.Load())
		}
		if n := strings.Count(log.String(), "\n"); n != 1 || !strings.Contains(log.String(), `msg="it went wrong" err=once`) {
			t.Errorf("%d lines were logged:\n%s", n, &log)
		}
		tasks.Stop()
	})
}

func TestStopWithoutStart(t *testing.T) {
	var tasks Tasks
	tasks.Stop()
}

func TestSweep(t *testing.T) {
	now := time.Unix(9, 0)
	for _, c := range []struct{ rows, fail, gone, calls int }{
		{rows: 0, gone: 0, calls: 1},
		{rows: 999, gone: 999, calls: 1},
		{rows: 1000, gone: 1000, calls: 2},
		{rows: 2500, gone: 2500, calls: 3},
		{rows: 2500, fail: 2, gone: 1000, calls: 2},
	} {
		left, calls := c.rows, 0
		gone, err := Sweep(t.Context(), now, func(_ context.Context, at time.Time, limit int) (int, error) {
			calls++
			if !at.Equal(now) || calls == c.fail {
				return 0, errors.New("no")
			}
			n := min(left, limit)
			left -= n
			return n, nil
		})
		if gone != c.gone || calls != c.calls || (err != nil) != (c.fail > 0) {
			t.Errorf("%+v: %d went in %d calls: %v", c, gone, calls, err)
		}
	}
}
