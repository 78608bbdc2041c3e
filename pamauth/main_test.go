package pamauth

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"sync"
	"testing"
	"time"

	"countersign/session"
	"countersign/session/account"
	"countersign/session/verify"
)

// The test binary is also the worker.
const argWorker = "pamauth-test-worker"

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == argWorker {
		os.Exit(verify.WorkerMain(Handlers()))
	}
	os.Exit(m.Run())
}

const patience = 20 * time.Second

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// eventually waits for something that a goroutine or another process brings about.
func eventually(t testing.TB, what string, cond func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if cond() {
			return
		}
	}
	t.Fatalf("not within %v: %s", patience, what)
}

func user(name string, pass session.Password) session.Credentials {
	return session.Credentials{Kind: account.User, Name: name, Password: pass}
}

func reason(err error) string {
	if r, ok := errors.AsType[*session.Refusal](err); ok {
		return r.Reason
	}
	return ""
}

// asked returns the challenge that err is.
func asked(t testing.TB, err error) *session.Challenge {
	t.Helper()
	c, ok := errors.AsType[*session.Challenge](err)
	if !ok {
		t.Fatalf("%v, want a challenge", err)
	}
	return c
}

// syncBuffer is a log that several goroutines write.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func logTo(b *syncBuffer) *slog.Logger {
	return slog.New(slog.NewTextHandler(b, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// inProcess runs handlers on goroutines of the test.
func inProcess(t *testing.T, l verify.Limits, h verify.Handlers) *verify.InProcess {
	t.Helper()
	r := verify.NewInProcess(l, h)
	t.Cleanup(func() {
		if err := r.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return r
}
