package verify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"countersign/session/password"
)

func containsSecret(text string) bool { return strings.Contains(text, "Zebra") }

// gone reports whether there is no such process, not even a zombie. It may be asked
// of our own children, which somebody must have reaped.
func gone(pid int) bool { return errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) }

// ended is gone for the children of others, which nobody may reap.
func ended(tb testing.TB, pid int) bool {
	tb.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if errors.Is(err, os.ErrNotExist) || errors.Is(err, syscall.ESRCH) {
		return true
	}
	if err != nil {
		tb.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	return strings.HasPrefix(rest, "Z") || strings.HasPrefix(rest, "X")
}

func needProc(t *testing.T) {
	t.Helper()
	if _, err := os.Stat("/proc/self/stat"); err != nil {
		t.Skip("looks at processes through /proc")
	}
}

func TestEveryThreadIsNice(t *testing.T) {
	needProc(t)
	p := newPool(t, Config{Limits: Limits{Workers: 1}})
	pid := workerPID(t, p)
	// Work that makes the runtime start threads.
	for range 3 {
		if _, err := HashPassword(t.Context(), p, password.Params{MemoryKiB: 4096, Time: 1, Threads: 8}, []byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	stats, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
	if err != nil || len(stats) < 2 {
		t.Fatalf("threads: %v, %v", stats, err)
	}
	for _, file := range stats {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		// proc(5): nice is field 19; the command in field 2 may hold spaces.
		_, rest, _ := strings.Cut(string(b), ") ")
		if nice := strings.Fields(rest)[16]; nice != strconv.Itoa(lowest) {
			t.Errorf("%s: nice %s", file, nice)
		}
	}
}

func TestWorkersEndWithTheServer(t *testing.T) {
	needProc(t)
	server := exec.Command(os.Args[0], argServer)
	out, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	var busy, idle, fled int
	if _, err := fmt.Fscan(out, &busy, &idle, &fled); err != nil {
		t.Errorf("server: %v", err)
	}
	if err := server.Process.Kill(); err != nil {
		t.Error(err)
	}
	if err := server.Wait(); err == nil {
		t.Error("the server was not killed")
	}
	for _, pid := range []int{busy, idle, fled} {
		if pid > 0 {
			eventually(t, fmt.Sprintf("end of process %d", pid), func() bool { return ended(t, pid) })
		}
	}
}

func TestKillReachesWhatAHandlerStarted(t *testing.T) {
	needProc(t)
	for _, c := range []struct{ start, then string }{
		{kindSpawn, kindHang}, {kindSpawn, kindExit}, {kindFlee, kindHang}, {kindFlee, kindPanic},
	} {
		p := newPool(t, Config{Limits: Limits{Workers: 1}, Deadline: patience / 5})
		pid, err := strconv.Atoi(mustRun(t, p, c.start, ""))
		if err != nil {
			t.Fatal(err)
		}
		if ended(t, pid) {
			t.Fatal("nothing was started")
		}
		if _, err := run(t, p, c.then, ""); !errors.Is(err, ErrUnavailable) {
			t.Fatal(err)
		}
		eventually(t, "end of the grandchild of "+c.start+" after "+c.then, func() bool { return ended(t, pid) })
	}
}

func TestSignalsToTheGroupDoNotEndWorkers(t *testing.T) {
	p := newPool(t, Config{Limits: Limits{Workers: 1}})
	pid := workerPID(t, p)
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP} {
		if err := syscall.Kill(pid, sig); err != nil {
			t.Fatal(err)
		}
		eventually(t, "worker idle", func() bool { return p.Stats().Running == 0 })
		if got := workerPID(t, p); got != pid {
			t.Fatalf("%v ended the worker", sig)
		}
	}
}

func TestWorkerInheritsNothing(t *testing.T) {
	needProc(t)
	t.Setenv("COUNTERSIGN_DATABASE", "postgres://u:"+secretInUse+"@localhost/x")
	leak, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer leak.Close()
	p := newPool(t, Config{Limits: Limits{Workers: 1}, Env: []string{"TZ=UTC"}})
	pid := workerPID(t, p)
	if env := mustRun(t, p, kindEnv, ""); env != "[TZ=UTC]" {
		t.Errorf("environment %s", env)
	}
	links, err := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
	if err != nil {
		t.Fatal(err)
	}
	sockets := 0
	for _, link := range links {
		target, err := os.Readlink(link)
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case strings.HasPrefix(target, "socket:"):
			sockets++
		case target == os.DevNull, strings.HasPrefix(target, "pipe:"), strings.HasPrefix(target, "anon_inode:"),
			strings.HasPrefix(target, "/sys/fs/cgroup/"): // the worker's own runtime reads its CPU limit
		default:
			t.Errorf("descriptor %s is %s", filepath.Base(link), target)
		}
	}
	if sockets > 1 {
		t.Errorf("%d sockets", sockets)
	}
}

func TestPasswordStaysOutOfSight(t *testing.T) {
	needProc(t)
	log := new(syncBuffer)
	p := newPool(t, Config{Limits: Limits{Workers: 1}, Logger: logTo(log)})
	pid := workerPID(t, p)
	encoded, err := HashPassword(t.Context(), p, password.Params{MemoryKiB: 64, Time: 1, Threads: 1}, []byte(secretInUse))
	if err != nil {
		t.Fatal(err)
	}
	if ok, err := VerifyPassword(t.Context(), p, encoded, []byte(secretInUse)); !ok || err != nil {
		t.Fatal(ok, err)
	}
	for _, name := range []string{"cmdline", "environ", "comm"} {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", pid, name))
		if err != nil && !errors.Is(err, os.ErrPermission) {
			t.Fatal(err)
		}
		if containsSecret(string(b)) {
			t.Errorf("%s shows the password", name)
		}
	}
	if err := p.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if containsSecret(log.String()) {
		t.Errorf("the log shows the password: %s", log)
	}
}

func TestOwnedPayloadIsCleared(t *testing.T) {
	p := newPool(t, Config{Limits: Limits{Workers: 1}})
	for _, kind := range []string{kindEcho, kindFail, "test.unknown"} {
		payload := []byte(secretInUse)
		// The outcome does not matter here, only what is left of the payload.
		_, err := p.Run(t.Context(), Job{Kind: kind, Payload: payload})
		eventually(t, "worker idle", func() bool { return p.Stats().Running == 0 })
		if !bytes.Equal(payload, make([]byte, len(payload))) {
			t.Errorf("%s (%v): %q", kind, err, payload)
		}
	}
}

func TestWorkerByHand(t *testing.T) {
	cmd := exec.Command(os.Args[0], argWorker)
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState.ExitCode() != 2 || !strings.Contains(string(out), "by hand") {
		t.Errorf("%v: %s", err, out)
	}
}

func TestSelfCommand(t *testing.T) {
	command, err := SelfCommand(argWorker)
	if err != nil {
		t.Fatal(err)
	}
	p := newPool(t, Config{Command: command})
	if got, err := p.Run(context.Background(), Job{Kind: kindEcho, Payload: []byte("hello")}); string(got) != "hello" {
		t.Errorf("%q, %v", got, err)
	}
}
