package verify

import (
	"fmt"
	"runtime/debug"
)

// Handler does one job inside the worker. The payload is cleared when it returns, so
// it must keep no part of it. An outcome the caller can act on, such as a wrong
// password, is an answer; an error is for the log and must hold no secret. With ask it
// may ask the caller something before it answers.
type Handler func(payload []byte, ask Ask) (answer []byte, err error)

// Ask puts a question to the caller and waits for the reply, which the handler clears
// when it has read it. An error means that nobody will reply, to no further question
// either: the job was not started with Converse, the caller has left, or the server
// has no place for one more conversation. The handler then comes to its end.
type Ask func(question []byte) (reply []byte, err error)

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
func (h Handlers) do(job Job, ask Ask) (answer []byte, err error) {
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
	answer, err = handler(job.Payload, func(question []byte) ([]byte, error) {
		if len(question) > MaxPayload {
			return nil, fmt.Errorf("question of %q has %d bytes", job.Kind, len(question))
		}
		return ask(question)
	})
	if err == nil && len(answer) > MaxPayload {
		return nil, fmt.Errorf("answer of %q has %d bytes", job.Kind, len(answer))
	}
	return answer, err
}
