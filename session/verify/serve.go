package verify

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
)

// Serve is the worker's side of one connection. It does one job after the other
// and writes the errors of handlers to report. It returns nil when the other side
// hangs up, at once even when a job is running: its goroutine is left behind,
// and the process is expected to end.
func Serve(conn io.ReadWriter, handlers Handlers, report io.Writer) error {
	jobs := make(chan frame)
	gone := make(chan struct{})
	defer close(gone)
	failed := make(chan error, 1)
	go func() {
		failed <- work(conn, jobs, gone, handlers, report)
	}()
	received := make(chan error, 1)
	go func() {
		received <- receive(conn, jobs, gone)
	}()
	select {
	case err := <-received:
		return err
	case err := <-failed:
		return err
	}
}

// receive reads jobs until the other side hangs up. It reads on while a job runs,
// because that is how the worker learns that the server is gone.
func receive(conn io.Reader, jobs chan<- frame, gone <-chan struct{}) error {
	for {
		f, err := readFrame(conn)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if f.typ != frameJob {
			return fmt.Errorf("%w: type %q", errFrame, byte(f.typ))
		}
		select {
		case jobs <- f:
		case <-gone:
			return nil
		}
	}
}

// work does jobs and writes their answers.
func work(conn io.Writer, jobs <-chan frame, gone <-chan struct{}, handlers Handlers, report io.Writer) error {
	for {
		var f frame
		select {
		case f = <-jobs:
		case <-gone:
			return nil
		}
		reply := frame{number: f.number}
		var panicked *panicError
		answer, err := handlers.do(Job{Kind: f.kind, Payload: f.payload})
		switch {
		case err == nil:
			reply.typ, reply.payload = frameAnswer, answer
		case errors.Is(err, ErrJob):
			reply.typ = frameUnknown
		case errors.As(err, &panicked):
			reply.typ = framePanicked
		default:
			reply.typ = frameFailed
		}
		if err != nil {
			fmt.Fprintf(report, "job failed: %v\n", err)
		}
		if err := writeFrame(conn, reply); err != nil {
			return err
		}
		tidy()
	}
}

// keepIdle is how much free memory a worker holds on to, in bytes: enough for three
// hashes of the default cost, far less than one of the highest.
const keepIdle = 64 << 20

// tidy collects what a job has left while the server handles its answer. The
// blocks of one argon2 are nearly the whole heap, and the next job uses the same
// memory again; after a hash of unusual cost it goes back to the system.
func tidy() {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	if m.HeapIdle-m.HeapReleased > keepIdle {
		debug.FreeOSMemory()
	}
}
