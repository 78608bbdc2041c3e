package verify

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// The test binary is also the worker, and the server that is killed.
const (
	argWorker   = "verify-test-worker"
	argBystand  = "verify-test-bystander"
	argServer   = "verify-test-server"
	argSleeper  = "verify-test-sleeper"
	patience    = 10 * time.Second
	secretInUse = "Correct-Zebra-Battery-Staple"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case argWorker:
			os.Exit(WorkerMain(testHandlers()))
		case argBystand:
			fmt.Fprintln(os.Stderr, "not a worker at all")
			os.Exit(3)
		case argSleeper:
			time.Sleep(time.Hour)
		case argServer:
			os.Exit(serverMain())
		}
	}
	goleak.VerifyTestMain(m)
}

// Kinds of job that only tests have.
const (
	kindEcho  = "test.echo"
	kindPID   = "test.pid"
	kindWait  = "test.wait"  // until the file named by the payload exists
	kindHang  = "test.hang"  // for ever
	kindPanic = "test.panic" // with the payload as its value
	kindFail  = "test.fail"
	kindExit  = "test.exit"
	kindHuge  = "test.huge"  // an answer that is too long
	kindSpawn = "test.spawn" // a process that outlives the job; answers its id
	kindEnv   = "test.env"
	kindTalk  = "test.talk"  // asks as often as the payload says, answers the replies
	kindFlee  = "test.flee"  // a process in a session of its own; answers its id
	kindStuck = "test.stuck" // asks once, then hangs whatever the reply
)

func testHandlers() Handlers {
	h := Argon2(rand.Reader)
	h[kindEcho] = func(p []byte, _ Ask) ([]byte, error) { return bytes.Clone(p), nil }
	h[kindPID] = func([]byte, Ask) ([]byte, error) { return []byte(strconv.Itoa(os.Getpid())), nil }
	h[kindWait] = func(p []byte, _ Ask) ([]byte, error) {
		for {
			if _, err := os.Stat(string(p)); err == nil {
				return []byte("seen"), nil
			}
			time.Sleep(time.Millisecond)
		}
	}
	h[kindHang] = func([]byte, Ask) ([]byte, error) { select {} }
	h[kindPanic] = func(p []byte, _ Ask) ([]byte, error) { panic(string(p)) }
	h[kindFail] = func([]byte, Ask) ([]byte, error) { return nil, errors.New("the disk is full") }
	h[kindExit] = func([]byte, Ask) ([]byte, error) { os.Exit(7); return nil, nil }
	h[kindHuge] = func([]byte, Ask) ([]byte, error) { return make([]byte, MaxPayload+1), nil }
	h[kindSpawn] = func([]byte, Ask) ([]byte, error) {
		cmd := exec.Command(os.Args[0], argSleeper)
		if err := cmd.Start(); err != nil {
			return nil, err
		}
		return []byte(strconv.Itoa(cmd.Process.Pid)), nil
	}
	h[kindTalk] = talkative
	h[kindStuck] = func(_ []byte, ask Ask) ([]byte, error) {
		if _, err := ask([]byte("well?")); err != nil {
			return nil, err
		}
		select {}
	}
	h[kindFlee] = func([]byte, Ask) ([]byte, error) {
		cmd := exec.Command(os.Args[0], argSleeper)
		cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
		if err := cmd.Start(); err != nil {
			return nil, err
		}
		return []byte(strconv.Itoa(cmd.Process.Pid)), nil
	}
	h[kindEnv] = func([]byte, Ask) ([]byte, error) { return fmt.Append(nil, os.Environ()), nil }
	return h
}

// talkative asks "0", "1" and so on, and answers what was replied, or "no reply" at the
// first question without one.
func talkative(payload []byte, ask Ask) ([]byte, error) {
	n, err := strconv.Atoi(string(payload))
	if err != nil {
		return nil, err
	}
	var all []byte
	for i := range n {
		reply, err := ask([]byte(strconv.Itoa(i)))
		if err != nil {
			if _, err := ask([]byte("again")); err == nil {
				return nil, errors.New("a reply after silence")
			}
			return append(all, "no reply"...), nil
		}
		all = append(all, reply...)
	}
	return all, nil
}

// serverMain is a server with one worker that is computing, has started a process in
// a session of its own, and one that is idle. It prints the process ids of the three
// and waits to be killed.
func serverMain() int {
	p, err := NewPool(Config{Command: []string{os.Args[0], argWorker}, Limits: Limits{Workers: 2}, Deadline: time.Hour})
	if err != nil {
		fmt.Println(err)
		return 1
	}
	busy, err := p.Run(context.Background(), Job{Kind: kindPID})
	if err != nil {
		fmt.Println(err)
		return 1
	}
	fled, err := p.Run(context.Background(), Job{Kind: kindFlee})
	if err != nil {
		fmt.Println(err)
		return 1
	}
	for p.Stats().Running != 0 {
		time.Sleep(time.Millisecond)
	}
	go p.Run(context.Background(), Job{Kind: kindHang})
	for p.Stats().Running == 0 {
		time.Sleep(time.Millisecond)
	}
	idle, err := p.Run(context.Background(), Job{Kind: kindPID})
	if err != nil {
		fmt.Println(err)
		return 1
	}
	fmt.Printf("%s %s %s\n", busy, idle, fled)
	select {}
}

// syncBuffer is a log that workers and the test use at the same time.
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

func logTo(w io.Writer) *slog.Logger {
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// newPool returns a pool over this test binary, and checks at the end of the test
// that it leaves neither processes nor permits behind.
func newPool(tb testing.TB, cfg Config) *Pool {
	tb.Helper()
	if cfg.Command == nil {
		cfg.Command = []string{os.Args[0], argWorker}
	}
	if cfg.Env == nil {
		// The race detector sleeps for a second before a process ends.
		cfg.Env = []string{"GORACE=atexit_sleep_ms=0"}
	}
	p, err := NewPool(cfg)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := p.Close(ctx); err != nil && !errors.Is(err, ErrClosed) {
			tb.Errorf("close: %v", err)
		}
		if s := p.Stats(); s.Processes != 0 {
			tb.Errorf("after close: %+v", s)
		}
	})
	return p
}

// run returns the answer as text.
func run(tb testing.TB, r Runner, kind, payload string) (string, error) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	answer, err := r.Run(ctx, Job{Kind: kind, Payload: []byte(payload)})
	return string(answer), err
}

func mustRun(tb testing.TB, r Runner, kind, payload string) string {
	tb.Helper()
	answer, err := run(tb, r, kind, payload)
	if err != nil {
		tb.Fatalf("%s: %v", kind, err)
	}
	return answer
}

func workerPID(tb testing.TB, r Runner) int {
	tb.Helper()
	pid, err := strconv.Atoi(mustRun(tb, r, kindPID, ""))
	if err != nil {
		tb.Fatal(err)
	}
	return pid
}

// eventually waits for something that another process brings about.
func eventually(tb testing.TB, what string, cond func() bool) {
	tb.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if cond() {
			return
		}
	}
	tb.Fatalf("not within %v: %s", patience, what)
}
