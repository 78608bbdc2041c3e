package verify

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

var (
	errStart   = fmt.Errorf("%w: worker did not start", ErrUnavailable)
	errDied    = fmt.Errorf("%w: worker died", ErrUnavailable)
	errHandler = fmt.Errorf("%w: handler failed", ErrUnavailable)
)

// retirePatience is how long a worker with nothing to do may take to notice
// that its socket has ended.
const retirePatience = 2 * time.Second

// stderrPatience is how long standard error is read on after a worker has
// ended, in case something it started still holds it.
const stderrPatience = time.Second

// worker is the server's side of one process. One goroutine at a time uses it; kill
// and alive may be called by any.
type worker struct {
	cmd   *exec.Cmd
	conn  *os.File
	log   *slog.Logger
	uses  int
	ended chan struct{} // closed when the process has been reaped

	mu     sync.Mutex
	reaped bool // the process id may belong to somebody else
}

type workerState bool

const (
	workerSound  workerState = true
	workerBroken workerState = false
)

// startWorker starts a process and calls onEnd once it has been reaped.
func startWorker(cfg Config, onEnd func(*worker)) (*worker, error) {
	ours, theirs, err := socketPair()
	if err != nil {
		return nil, err
	}
	defer theirs.Close()

	cmd := exec.Command(cfg.Command[0], cfg.Command[1:]...)
	cmd.Env = append([]string{}, cfg.Env...) // nil would pass on the server's
	cmd.ExtraFiles = []*os.File{theirs}
	cmd.WaitDelay = stderrPatience
	// A group of its own, so that a kill also reaches what a handler started. Not a
	// session: under the kernel's autogroups nice would then mean nothing
	// between the worker and the server.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	stderr := &lineLog{log: cfg.Logger}
	cmd.Stderr = stderr
	if err := cmd.Start(); err != nil {
		ours.Close()
		return nil, err
	}
	w := &worker{cmd: cmd, conn: ours, log: cfg.Logger, ended: make(chan struct{})}
	go w.reap(stderr, onEnd)
	return w, nil
}

// reap waits for the end of the process, kills what it has left behind in its
// group, and collects it.
func (w *worker) reap(stderr *lineLog, onEnd func(*worker)) {
	defer close(w.ended)
	defer onEnd(w)
	if awaitExit(w.pid()) {
		w.mu.Lock()
		w.killGroup()
		w.reaped = true
		w.mu.Unlock()
	}
	err := w.cmd.Wait()
	w.mu.Lock()
	w.reaped = true
	w.mu.Unlock()
	stderr.flush()
	w.log.Debug("password worker ended", "pid", w.pid(), "state", w.cmd.ProcessState.String(), "error", err)
}

func (w *worker) pid() int { return w.cmd.Process.Pid }

func (w *worker) alive() bool {
	select {
	case <-w.ended:
		return false
	default:
		return true
	}
}

// exchange sends job, passes on what its handler asks, and reads its answer. A broken
// worker must not be used again. An error that wraps os.ErrDeadlineExceeded means
// that time is up: the first step has until deadline, every other has limit.
func (w *worker) exchange(job Job, t *talk, deadline time.Time, limit time.Duration) ([]byte, workerState, error) {
	w.uses++
	number := uint64(w.uses)
	next := frame{typ: frameJob, number: number, kind: job.Kind, payload: job.Payload}
	for {
		f, err := w.step(next, deadline)
		if err != nil {
			return nil, workerBroken, err
		}
		if f.number != number {
			return nil, workerBroken, errHandler
		}
		switch f.typ {
		case frameAnswer:
			return f.payload, workerSound, nil
		case frameUnknown:
			return nil, workerSound, ErrJob
		case frameFailed:
			return nil, workerSound, errHandler
		case frameQuestion:
		default:
			return nil, workerBroken, errHandler
		}
		next = frame{typ: frameReply, number: number}
		next.payload, err = t.ask(f.payload, w.ended)
		if errors.Is(err, errLate) {
			return nil, workerBroken, errLate
		}
		if err != nil {
			next.typ = frameSilence
		}
		deadline = time.Now().Add(limit)
	}
}

// step sends a frame, clears its payload, and reads the next.
func (w *worker) step(send frame, deadline time.Time) (frame, error) {
	defer clear(send.payload)
	if err := w.conn.SetDeadline(deadline); err != nil {
		return frame{}, errDied
	}
	if err := writeFrame(w.conn, send); err != nil {
		return frame{}, transportError(err)
	}
	f, err := readFrame(w.conn)
	if err != nil {
		return frame{}, transportError(err)
	}
	return f, nil
}

func transportError(err error) error {
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return err
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF),
		errors.Is(err, syscall.EPIPE), errors.Is(err, syscall.ECONNRESET):
		return errDied
	}
	return fmt.Errorf("%w: %w", ErrUnavailable, err)
}

// hangUp closes the socket, which ends a worker that is well. Closing a second
// time does nothing, and there is nothing to do about a descriptor that fails to close.
func (w *worker) hangUp() { _ = w.conn.Close() }

// retire ends a worker that has nothing to do and waits for it.
func (w *worker) retire() {
	w.hangUp()
	timer := time.AfterFunc(retirePatience, w.kill)
	defer timer.Stop()
	<-w.ended
}

// kill sends SIGKILL to the worker and everything it started.
func (w *worker) kill() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.reaped {
		w.killGroup()
	}
}

// killGroup needs mu, and a process that has not been reaped: until then its id, which
// is also the id of its group, is not given to another.
func (w *worker) killGroup() {
	if err := killTree(w.pid()); err != nil {
		w.log.Error("password worker cannot be killed", "pid", w.pid(), "error", err)
	}
}

// socketPair returns our end, which a deadline can be set on, and the one for
// the worker. Neither is inherited by processes started meanwhile.
func socketPair() (ours, theirs *os.File, err error) {
	syscall.ForkLock.RLock()
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err == nil {
		syscall.CloseOnExec(fds[0])
		syscall.CloseOnExec(fds[1])
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return nil, nil, os.NewSyscallError("socketpair", err)
	}
	if err := syscall.SetNonblock(fds[0], true); err != nil {
		return nil, nil, errors.Join(os.NewSyscallError("fcntl", err), syscall.Close(fds[0]), syscall.Close(fds[1]))
	}
	return os.NewFile(uintptr(fds[0]), "worker"), os.NewFile(uintptr(fds[1]), "server"), nil
}
