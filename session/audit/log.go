package audit

import (
	"fmt"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
)

// Log keeps events. Implementations may be used by any number of goroutines.
type Log interface {
	// Record keeps the event. After an error it may or may not have been kept; who must
	// not go on without a record refuses then what the event is about.
	Record(e Event) error
}

// Discard keeps nothing.
type Discard struct{}

// Record implements Log.
func (Discard) Record(Event) error { return nil }

// Writer writes the lines to an io.Writer, one Write each: standard error, or a test's
// buffer.
type Writer struct {
	options Options
	mu      sync.Mutex
	to      io.Writer
}

// NewWriter makes a Writer.
func NewWriter(to io.Writer, o Options) *Writer {
	o.fill()
	return &Writer{options: o, to: to}
}

// Record implements Log.
func (w *Writer) Record(e Event) error {
	l, err := w.options.newLine(&e)
	if err != nil {
		return err
	}
	defer l.free()
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, err := w.to.Write(l.b); err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	return nil
}

// Tolerant is a log for a service that goes on when its audit does not. Its Record
// never fails: what was lost is counted, and the first loss of a series is reported, as
// is its end.
type Tolerant struct {
	log     Log
	report  *slog.Logger
	failing atomic.Bool
	lost    atomic.Uint64
}

// NewTolerant makes a Tolerant around a log that tells of its failures.
func NewTolerant(log Log, report *slog.Logger) *Tolerant {
	return &Tolerant{log: log, report: report}
}

// Record implements Log.
func (t *Tolerant) Record(e Event) error {
	err := t.log.Record(e)
	switch {
	case err != nil:
		lost := t.lost.Add(1)
		if t.failing.CompareAndSwap(false, true) {
			t.report.Error("the audit log fails; the service goes on without", "err", err, "lost", lost)
		}
	case t.failing.Load() && t.failing.CompareAndSwap(true, false):
		t.report.Warn("the audit log works again", "lost", t.lost.Load())
	}
	return nil
}
