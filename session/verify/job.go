package verify

import (
	"context"
	"errors"
	"fmt"
)

// Job is one piece of work for a worker.
type Job struct {
	Kind    string // key into the worker's Handlers, 1 to 64 bytes
	Payload []byte // read by the handler only; up to MaxPayload bytes
}

// MaxPayload is the longest payload and the longest answer, in bytes.
const MaxPayload = 64 << 10

const maxKind = 64

// Runner does jobs. Pool and InProcess are Runners.
type Runner interface {
	// Run does job and returns the handler's answer. It owns job.Payload from
	// then on and clears it, whatever it returns.
	//
	// Errors: ErrBusy when no worker came free, ErrUnavailable (ErrDeadline and
	// ErrTripped among them) when no worker gave an answer, ErrClosed after Close,
	// ErrJob for a job no worker would accept, and ctx.Err() when ctx ends first.
	Run(ctx context.Context, job Job) (answer []byte, err error)
}

// What can keep a job from being done.
var (
	// ErrBusy says that the queue is full or that the wait in it was too long.
	// The same job may succeed a moment later.
	ErrBusy = errors.New("verify: busy")

	// ErrUnavailable says that the worker did not answer: it could not be
	// started, it died, or its handler failed.
	ErrUnavailable = errors.New("verify: unavailable")

	// ErrDeadline is the ErrUnavailable of a worker that was killed because it
	// took too long.
	ErrDeadline = fmt.Errorf("%w: no answer before the deadline", ErrUnavailable)

	// ErrTripped is the ErrUnavailable of a pool that tries nothing for a while,
	// because too many jobs in a row came to ErrDeadline.
	ErrTripped = fmt.Errorf("%w: too many deadlines were missed", ErrUnavailable)

	// ErrClosed says that the Runner has been closed.
	ErrClosed = errors.New("verify: closed")

	// ErrJob says that the job has a kind the worker does not know, or a kind
	// or payload of a length that is not allowed.
	ErrJob = errors.New("verify: no such job")
)

func (j Job) check() error {
	if len(j.Kind) == 0 || len(j.Kind) > maxKind || len(j.Payload) > MaxPayload {
		return ErrJob
	}
	return nil
}
