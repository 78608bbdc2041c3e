package audit_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"countersign/session/audit"
)

// TestFullDisk: when the file cannot grow, the strict log says so, the tolerant one goes
// on, counts and reports once, and with room again the log is sound.
func TestFullDisk(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.log")
	out, err := child(t, "full", path).Output()
	must(t, err)
	var r fullReport
	must(t, json.Unmarshal(out, &r))
	if r.Strict == 0 || !strings.Contains(r.Err, "file too large") {
		t.Errorf("the strict log took %d events, then said %q", r.Strict, r.Err)
	}
	if r.Tolerant != 0 {
		t.Errorf("the tolerant log refused %d events", r.Tolerant)
	}
	if len(r.Reports) != 2 || !strings.Contains(r.Reports[0], "the audit log fails") || !strings.Contains(r.Reports[1], `"lost":100`) {
		t.Errorf("reported %q", r.Reports)
	}
	if r.Again != "" {
		t.Errorf("with room again: %s", r.Again)
	}
	var whole, torn int
	for _, text := range readLines(t, path) {
		if json.Valid([]byte(text)) {
			whole++
		} else {
			torn++
		}
	}
	if whole != r.Strict+2 || torn != 1 {
		t.Errorf("%d lines and %d torn ones, want %d and 1", whole, torn, r.Strict+2)
	}
}

// failing is a place to write to that fails on demand.
type failing struct {
	bytes.Buffer
	err error
}

func (f *failing) Write(p []byte) (int, error) {
	if f.err != nil {
		return 0, f.err
	}
	return f.Buffer.Write(p)
}

func TestTolerantReportsOncePerSeries(t *testing.T) {
	var server bytes.Buffer
	to := &failing{}
	strict := audit.NewWriter(to, audit.Options{Now: atNoon})
	log := audit.NewTolerant(strict, slog.New(slog.NewTextHandler(&server, nil)))
	down := errors.New("no space")
	for _, step := range []struct {
		err     error
		reports int
		last    string // how the last report ends
	}{{nil, 0, ""}, {down, 1, "lost=1\n"}, {down, 1, "lost=1\n"}, {nil, 2, "lost=2\n"}, {nil, 2, "lost=2\n"}, {down, 3, "lost=3\n"}, {nil, 4, "lost=3\n"}} {
		to.err = step.err
		must(t, log.Record(numbered(0)))
		if got := strings.Count(server.String(), "\n"); got != step.reports || !strings.HasSuffix(server.String(), step.last) {
			t.Errorf("%d reports, want %d and at last %q: %s", got, step.reports, step.last, server.String())
		}
		if err := strict.Record(numbered(0)); !errors.Is(err, step.err) {
			t.Errorf("the strict log: %v, want %v", err, step.err)
		}
	}
	must(t, audit.Discard{}.Record(numbered(0)))
}
