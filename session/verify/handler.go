package verify

import (
	"fmt"
	"runtime/debug"
)

// Handler does one job inside the worker. The payload is cleared when it returns, so
// it must keep no part of it. An outcome the caller can act on, such as a wrong
// password, is an answer; an error is for the log and must hold no secret.
type Handler func(payload []byte) (answer []byte, err error)

// Handlers are the kinds of job that a worker can do.
type Handlers map[string]Handler

// panicError is a handler's panic without its value, which may hold the payload. The
// stack shows addresses, never the bytes behind them.
type panicError struct {
	kind  string
	value string // type of the value
	stack []byte
}

func (e *panicError) Error() string {
	return fmt.Sprintf("handler of %q panicked with a %s\n%s", e.kind, e.value, e.stack)
}

// do runs the handler of job and clears the payload.
func (h Handlers) do(job Job) (answer []byte, err error) {
	defer clear(job.Payload)
	handler, ok := h[job.Kind]
	if !ok {
		return nil, ErrJob
	}
	defer func() {
		if v := recover(); v != nil {
			err = &panicError{kind: job.Kind, value: fmt.Sprintf("%T", v), stack: debug.Stack()}
		}
	}()
	answer, err = handler(job.Payload)
	if err == nil && len(answer) > MaxPayload {
		return nil, fmt.Errorf("answer of %q has %d bytes", job.Kind, len(answer))
	}
	return answer, err
}
