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
	s := &serving{
		conn: conn, handlers: handlers, report: report,
		jobs: make(chan frame), replies: make(chan frame, 1), gone: make(chan struct{}),
	}
	defer close(s.gone)
	failed := make(chan error, 1)
	go func() {
		failed <- s.work()
	}()
	received := make(chan error, 1)
	go func() {
		received <- s.receive()
	}()
	select {
	case err := <-received:
		return err
	case err := <-failed:
		return err
	}
}

// serving is what the two goroutines of one connection share.
type serving struct {
	conn     io.ReadWriter
	handlers Handlers
	report   io.Writer
	jobs     chan frame
	replies  chan frame    // replies and silences
	gone     chan struct{} // closed: nobody listens any more
}

// receive reads until the other side hangs up. It reads on while a job runs,
// because that is how the worker learns that the server is gone.
func (s *serving) receive() error {
	for {
		f, err := readFrame(s.conn)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch f.typ {
		case frameJob:
			select {
			case s.jobs <- f:
			case <-s.gone:
				return nil
			}
		case frameReply, frameSilence:
			select {
			case s.replies <- f:
			default:
				return fmt.Errorf("%w: a second reply", errFrame)
			}
		default:
			return fmt.Errorf("%w: type %q", errFrame, byte(f.typ))
		}
	}
}

// work does jobs and writes their answers.
func (s *serving) work() error {
	for {
		var f frame
		select {
		case f = <-s.jobs:
		case <-s.gone:
			return nil
		}
		reply := frame{number: f.number}
		var panicked *panicError
		answer, err := s.handlers.do(Job{Kind: f.kind, Payload: f.payload}, s.asker(f.number))
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
			fmt.Fprintf(s.report, "job failed: %v\n", err)
		}
		if err := writeFrame(s.conn, reply); err != nil {
			return err
		}
		tidy()
	}
}

// asker returns the Ask of the job with this number. After one silence it asks no more.
func (s *serving) asker(number uint64) Ask {
	silent := false
	return func(question []byte) ([]byte, error) {
		if silent {
			return nil, errNoReply
		}
		if err := writeFrame(s.conn, frame{typ: frameQuestion, number: number, payload: question}); err != nil {
			return nil, err
		}
		select {
		case f := <-s.replies:
			if f.typ == frameReply && f.number == number {
				return f.payload, nil
			}
		case <-s.gone:
		}
		silent = true
		return nil, errNoReply
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
