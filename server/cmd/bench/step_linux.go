package main

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// Machines that count no instructions, as most virtual ones, still know them one by
// one: the server is single-stepped through some calls. That counts the instructions
// of the process itself and not the kernel's, and it repeats to a per cent.

// stepServer gives the user instructions of one call to a server that this program can be.
func (b *bench) stepServer(asking *calls, name string, args ...string) (float64, error) {
	calls := 15
	if b.quick {
		calls = 5
	}
	server, err := startSelf(name, args...)
	if err != nil {
		return 0, err
	}
	n, err := stepped(server, asking.again(), calls)
	return n, errors.Join(err, server.stop())
}

// stepped gives the user instructions of one call, the median of so many.
func stepped(server *process, r requests, calls int) (float64, error) {
	l, err := dial(server, r, 1)
	if err != nil {
		return 0, err
	}
	defer l.close()
	if _, err := l.run(0, 2000); err != nil { // pools, caches and sessions are warm
		return 0, err
	}
	var counted atomic.Uint64
	var ended atomic.Bool
	ready, failed := make(chan struct{}), make(chan error, 1)
	go func() {
		failed <- step(server.cmd.Process.Pid, &counted, &ended, ready)
	}()
	select {
	case <-ready:
	case err := <-failed:
		return 0, err
	}
	if _, err := l.run(0, 2); err != nil { // what the stop itself set in motion is over
		return 0, err
	}
	found := make([]float64, calls)
	for i := range found {
		before := counted.Load()
		if _, err := l.run(0, 1); err != nil {
			return 0, err
		}
		found[i] = float64(counted.Load() - before)
	}
	ended.Store(true)
	return median(found), errors.Join(server.cmd.Process.Kill(), <-failed)
}

// step single-steps every thread of the process but one until it ends. The one is the
// runtime's monitor, the second thread of a Go program: its work goes by the clock, and
// the clock does not know that the others have become slow. It is held.
func step(pid int, counted *atomic.Uint64, ended *atomic.Bool, ready chan<- struct{}) error {
	runtime.LockOSThread()                 // a tracer is a thread
	if err := pin(serverCPU); err != nil { // a step costs less where the tracer is near
		return err
	}
	tids, err := threads(pid)
	if err != nil {
		return err
	}
	for _, tid := range tids {
		if err := seize(tid); err != nil {
			return err
		}
	}
	monitor := tids[1]
	close(ready)
	for {
		var status unix.WaitStatus
		tid, err := unix.Wait4(-1, &status, unix.WALL, nil)
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case ended.Load() && (errors.Is(err, unix.ECHILD) || status.Signaled() || status.Exited()):
			return nil
		case err != nil:
			return fmt.Errorf("single-stepping: %w", err)
		case !status.Stopped() || tid == monitor:
			continue
		}
		deliver := 0
		switch {
		case status.StopSignal() != unix.SIGTRAP && status.TrapCause() <= 0 && uint32(status)>>16 == 0:
			deliver = int(status.StopSignal())
		case uint32(status)>>16 == 0:
			counted.Add(1)
		}
		if err := ptrace(unix.PTRACE_SINGLESTEP, tid, uintptr(deliver)); err != nil && !errors.Is(err, unix.ESRCH) {
			return fmt.Errorf("single-stepping: %w", err)
		}
	}
}

// seize takes hold of a thread and stops it; threads that it starts are held too.
func seize(tid int) error {
	if err := ptrace(unix.PTRACE_SEIZE, tid, unix.PTRACE_O_TRACECLONE); err != nil {
		return fmt.Errorf("taking hold of thread %d: %w", tid, err)
	}
	return ptrace(unix.PTRACE_INTERRUPT, tid, 0)
}

func ptrace(request, tid int, data uintptr) error {
	_, _, errno := unix.RawSyscall6(unix.SYS_PTRACE, uintptr(request), uintptr(tid), 0, data, 0, 0)
	if errno != 0 {
		return errno
	}
	return nil
}

func threads(pid int) ([]int, error) {
	tasks, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	if err != nil {
		return nil, err
	}
	var tids []int
	for _, t := range tasks {
		tid, err := strconv.Atoi(t.Name())
		if err != nil {
			return nil, err
		}
		tids = append(tids, tid)
	}
	slices.Sort(tids)
	if len(tids) < 2 {
		return nil, fmt.Errorf("process %d has no monitor thread", pid)
	}
	return tids, nil
}
