package verify

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"countersign/session/password"
)

func TestPoolNeedsCommand(t *testing.T) {
	if _, err := NewPool(Config{}); err == nil {
		t.Error("no error")
	}
}

func TestWorkersStartWhenNeeded(t *testing.T) {
	p := newPool(t, Config{Limits: Limits{Workers: 4}})
	if s := p.Stats(); s.Started != 0 {
		t.Errorf("before the first job: %+v", s)
	}
	first := workerPID(t, p)
	eventually(t, "worker idle", func() bool { return p.Stats().Running == 0 })
	if again := workerPID(t, p); again != first {
		t.Errorf("a second worker, %d, while %d had nothing to do", again, first)
	}
	if s := p.Stats(); s.Started != 1 || s.Processes != 1 {
		t.Errorf("after two jobs: %+v", s)
	}
}

// waitJob starts a job that lasts until release is called, and returns when it
// has a worker.
func waitJob(t *testing.T, p *Pool, ctx context.Context) (release func(), done <-chan error) {
	t.Helper()
	before := p.Stats().Running
	file := filepath.Join(t.TempDir(), "go")
	ended := make(chan error, 1)
	go func() {
		_, err := p.Run(ctx, Job{Kind: kindWait, Payload: []byte(file)})
		ended <- err
	}()
	eventually(t, "job running", func() bool { return p.Stats().Running > before })
	return func() {
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Error(err)
		}
	}, ended
}

func TestFullQueueIsBusy(t *testing.T) {
	p := newPool(t, Config{Limits: Limits{Workers: 1, Queue: 2, QueueWait: time.Minute}})
	release, done := waitJob(t, p, t.Context())
	queued := make(chan error, 2)
	for range 2 {
		go func() {
			_, err := p.Run(t.Context(), Job{Kind: kindEcho})
			queued <- err
		}()
	}
	eventually(t, "two in the queue", func() bool { return p.Stats().Waiting == 2 })
	if _, err := run(t, p, kindEcho, ""); !errors.Is(err, ErrBusy) {
		t.Errorf("third: %v, want ErrBusy", err)
	}
	release()
	for _, ch := range []<-chan error{done, queued, queued} {
		if err := <-ch; err != nil {
			t.Errorf("admitted job: %v", err)
		}
	}
}

func TestWaitInQueueEndsBusy(t *testing.T) {
	p := newPool(t, Config{Limits: Limits{Workers: 1, QueueWait: 20 * time.Millisecond}})
	release, done := waitJob(t, p, t.Context())
	if _, err := run(t, p, kindEcho, ""); !errors.Is(err, ErrBusy) {
		t.Errorf("%v, want ErrBusy", err)
	}
	release()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestCallerWhoLeavesFreesNothing(t *testing.T) {
	p := newPool(t, Config{Limits: Limits{Workers: 1, QueueWait: 20 * time.Millisecond}})
	pid := workerPID(t, p)
	eventually(t, "worker idle", func() bool { return p.Stats().Running == 0 })
	ctx, leave := context.WithCancel(t.Context())
	release, done := waitJob(t, p, ctx)
	leave()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("caller: %v", err)
	}
	if s := p.Stats(); s.Running != 1 {
		t.Errorf("the worker is free: %+v", s)
	}
	if _, err := run(t, p, kindEcho, ""); !errors.Is(err, ErrBusy) {
		t.Errorf("next caller: %v, want ErrBusy", err)
	}
	release()
	eventually(t, "worker idle", func() bool { return p.Stats().Running == 0 })
	if got := workerPID(t, p); got != pid {
		t.Errorf("worker %d was replaced by %d", pid, got)
	}
}

func TestContextThatHasEnded(t *testing.T) {
	p := newPool(t, Config{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	payload := []byte(secretInUse)
	if _, err := p.Run(ctx, Job{Kind: kindEcho, Payload: payload}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if strings.Contains(string(payload), "Zebra") {
		t.Error("the payload was not cleared")
	}
	if s := p.Stats(); s.Started != 0 {
		t.Errorf("%+v", s)
	}
}

func TestLateWorkerIsKilledAndReplaced(t *testing.T) {
	p := newPool(t, Config{Limits: Limits{Workers: 1}, Deadline: 2 * time.Second})
	pid := workerPID(t, p)
	_, err := run(t, p, kindHang, "")
	if !errors.Is(err, ErrDeadline) || !errors.Is(err, ErrUnavailable) {
		t.Errorf("%v, want ErrDeadline", err)
	}
	if got := workerPID(t, p); got == pid {
		t.Errorf("worker %d goes on", pid)
	}
	if !gone(pid) {
		t.Errorf("worker %d is alive, or a zombie", pid)
	}
	if s := p.Stats(); s.Started != 2 || s.Lost != 1 || s.Processes != 1 {
		t.Errorf("%+v", s)
	}
}

func TestKilledWorkerIsReplaced(t *testing.T) {
	p := newPool(t, Config{Limits: Limits{Workers: 1}})
	pid := workerPID(t, p)
	eventually(t, "worker idle", func() bool { return p.Stats().Running == 0 })
	release, done := waitJob(t, p, t.Context())
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if err := <-done; !errors.Is(err, ErrUnavailable) || errors.Is(err, ErrDeadline) {
		t.Errorf("%v, want ErrUnavailable", err)
	}
	release()
	if got := workerPID(t, p); got == pid {
		t.Errorf("process id %d again", pid)
	}
}

func TestWorkerKilledWhileIdleCostsNoJob(t *testing.T) {
	p := newPool(t, Config{Limits: Limits{Workers: 1}})
	pid := workerPID(t, p)
	eventually(t, "worker idle", func() bool { return p.Stats().Running == 0 })
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	eventually(t, "worker reaped", func() bool { return p.Stats().Processes == 0 })
	if got := workerPID(t, p); got == pid {
		t.Errorf("process id %d again", pid)
	}
}

func TestTroubleInAWorker(t *testing.T) {
	for _, tt := range []struct {
		kind     string
		want     error
		replaced bool
	}{
		{kindFail, ErrUnavailable, false},
		{kindHuge, ErrUnavailable, false},
		{"test.unknown", ErrJob, false},
		{kindPanic, ErrUnavailable, true},
		{kindExit, ErrUnavailable, true},
	} {
		t.Run(tt.kind, func(t *testing.T) {
			log := new(syncBuffer)
			p := newPool(t, Config{Limits: Limits{Workers: 1}, Logger: logTo(log)})
			pid := workerPID(t, p)
			_, err := run(t, p, tt.kind, secretInUse)
			if !errors.Is(err, tt.want) {
				t.Fatalf("%v, want %v", err, tt.want)
			}
			if replaced := workerPID(t, p) != pid; replaced != tt.replaced {
				t.Errorf("replaced: %v", replaced)
			}
			if err := p.Close(t.Context()); err != nil {
				t.Fatal(err)
			}
			for what, text := range map[string]string{"error": err.Error(), "log": log.String()} {
				if strings.Contains(text, "Zebra") {
					t.Errorf("the %s shows the payload: %s", what, text)
				}
			}
			if tt.kind == kindFail && !strings.Contains(log.String(), "the disk is full") {
				t.Errorf("the log does not say why: %s", log)
			}
			if tt.kind == kindPanic && !strings.Contains(log.String(), "testHandlers") {
				t.Errorf("the log does not say where: %s", log)
			}
		})
	}
}

func TestRetireAfterMaxUses(t *testing.T) {
	p := newPool(t, Config{Limits: Limits{Workers: 1}, MaxUses: 3})
	var pids []int
	for range 7 {
		pids = append(pids, workerPID(t, p))
	}
	for i, pid := range pids {
		if same := i > 0 && pid == pids[i-1]; same != (i%3 != 0) {
			t.Errorf("jobs ran in %v, want three in each", pids)
			break
		}
	}
	eventually(t, "one process", func() bool { return p.Stats().Processes == 1 })
	if s := p.Stats(); s.Started != 3 || s.Lost != 0 {
		t.Errorf("%+v", s)
	}
}

func TestCommandThatIsNoWorker(t *testing.T) {
	for name, command := range map[string][]string{
		"missing": {filepath.Join(t.TempDir(), "missing")},
		"other":   {os.Args[0], argBystand},
	} {
		t.Run(name, func(t *testing.T) {
			log := new(syncBuffer)
			p := newPool(t, Config{Command: command, Logger: logTo(log)})
			if _, err := run(t, p, kindEcho, ""); !errors.Is(err, ErrUnavailable) {
				t.Errorf("%v, want ErrUnavailable", err)
			}
			if err := p.Close(t.Context()); err != nil {
				t.Error(err)
			}
			if log.String() == "" {
				t.Error("the log does not say why")
			}
		})
	}
}

func TestJobOfWrongSize(t *testing.T) {
	p := newPool(t, Config{})
	for name, job := range map[string]Job{
		"no kind":      {},
		"long kind":    {Kind: strings.Repeat("k", maxKind+1)},
		"long payload": {Kind: kindEcho, Payload: make([]byte, MaxPayload+1)},
	} {
		if _, err := p.Run(t.Context(), job); !errors.Is(err, ErrJob) {
			t.Errorf("%s: %v, want ErrJob", name, err)
		}
	}
	longest := strings.Repeat("x", MaxPayload)
	if got := mustRun(t, p, kindEcho, longest); got != longest {
		t.Errorf("the longest payload comes back as %d bytes", len(got))
	}
}

func TestManyCallersAtOnce(t *testing.T) {
	p := newPool(t, Config{Limits: Limits{Workers: 3, Queue: 200, QueueWait: patience}, MaxUses: 5})
	errs := make(chan error)
	for i := range 100 {
		go func() {
			want := strconv.Itoa(i)
			got, err := p.Run(t.Context(), Job{Kind: kindEcho, Payload: []byte(want)})
			if err == nil && string(got) != want {
				err = fmt.Errorf("caller %s got the answer of %s", want, got)
			}
			errs <- err
		}()
	}
	for range 100 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
		if s := p.Stats(); s.Processes > 3 {
			t.Errorf("more processes than workers: %+v", s)
		}
	}
}

func TestPasswordsThroughRunners(t *testing.T) {
	cheap := password.Params{MemoryKiB: 64, Time: 1, Threads: 1}
	inProcess := NewInProcess(Limits{}, testHandlers())
	defer func() {
		if err := inProcess.Close(context.Background()); err != nil {
			t.Error(err)
		}
	}()
	for name, r := range map[string]Runner{"pool": newPool(t, Config{}), "in process": inProcess} {
		t.Run(name, func(t *testing.T) {
			ctx := t.Context()
			encoded, err := HashPassword(ctx, r, cheap, []byte(secretInUse))
			if err != nil {
				t.Fatal(err)
			}
			if ok, err := password.Verify(encoded, []byte(secretInUse)); !ok || err != nil {
				t.Errorf("the hash is not of the password: %v, %v", ok, err)
			}
			if again, err := HashPassword(ctx, r, cheap, []byte(secretInUse)); err != nil || again == encoded {
				t.Errorf("same salt twice, or %v", err)
			}
			costly := strings.Replace(encoded, "m=64,", "m=262145,", 1)
			for _, tt := range []struct {
				name, encoded, password string
				want                    bool
				wantErr                 error
			}{
				{"right", encoded, secretInUse, true, nil},
				{"wrong", encoded, secretInUse + "x", false, nil},
				{"empty", encoded, "", false, password.ErrEmpty},
				{"NUL", encoded, secretInUse + "\x00", false, password.ErrNUL},
				{"too long", encoded, strings.Repeat("x", 1025), false, password.ErrTooLong},
				{"no hash", "", secretInUse, false, password.ErrFormat},
				{"malformed hash", encoded + "=", secretInUse, false, password.ErrFormat},
				{"endless hash", strings.Repeat("$", MaxPayload), secretInUse, false, password.ErrFormat},
				{"hash above the bounds", costly, secretInUse, false, password.ErrBounds},
			} {
				ok, err := VerifyPassword(ctx, r, tt.encoded, []byte(tt.password))
				if ok != tt.want || !errors.Is(err, tt.wantErr) {
					t.Errorf("%s: %v, %v, want %v, %v", tt.name, ok, err, tt.want, tt.wantErr)
				}
			}
			if _, err := HashPassword(ctx, r, password.Params{}, []byte("x")); !errors.Is(err, password.ErrBounds) {
				t.Errorf("hash without cost: %v", err)
			}
			if _, err := HashPassword(ctx, r, cheap, nil); !errors.Is(err, password.ErrEmpty) {
				t.Errorf("hash of nothing: %v", err)
			}
			for _, kind := range []string{kindVerify, kindHash} {
				if _, err := run(t, r, kind, "\xff"); !errors.Is(err, ErrUnavailable) {
					t.Errorf("%s with a payload of another shape: %v", kind, err)
				}
			}
		})
	}
}
