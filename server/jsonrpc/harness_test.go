package jsonrpc

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"countersign/methods"
	"countersign/server/wire"
	"countersign/server/wire/wiretest"
)

// core is a wire.Core that a test can script. Forks write to the same journal.
type core struct {
	wiretest.Core
	run     func(ctx context.Context, method string, args wire.Args) wire.Outcome // nil for echo
	numbers bool                                                                  // faults show an error's own number
	journal *journal
}

type journal struct {
	mu    sync.Mutex
	lines []string
}

func newCore() *core { return &core{journal: new(journal)} }

func (c *core) note(format string, args ...any) {
	c.journal.mu.Lock()
	defer c.journal.mu.Unlock()
	c.journal.lines = append(c.journal.lines, fmt.Sprintf(format, args...))
}

func (c *core) told() string { return strings.Join(c.journal.lines, ", ") }

var versionNames = map[wire.Version]string{wire.JSON10: "1.0", wire.JSON11: "1.1", wire.JSON20: "2.0"}

func (c *core) Speak(v wire.Version) { c.note("speak %s", versionNames[v]) }
func (c *core) Unanswered()          { c.note("unanswered") }
func (c *core) Anonymous()           { c.note("anonymous") }

func (c *core) Fork() wire.Core {
	fork := *c
	return &fork
}

func (c *core) Call(ctx context.Context, method string, args wire.Args) wire.Outcome {
	c.note("call %s", method)
	if c.run != nil {
		return c.run(ctx, method, args)
	}
	positional, named, err := args.Values()
	switch {
	case err != nil:
		return c.Fail(err)
	case named != nil:
		return wire.Outcome{Value: methods.Struct(named...)}
	}
	return wire.Outcome{Value: methods.Array(positional...)}
}

var plainNumbers = map[methods.Kind]int{
	methods.KindParse: -32700, methods.KindEncoding: -32701, methods.KindInvalidRequest: -32600,
	methods.KindMethodNotFound: -32601, methods.KindInvalidParams: -32602, methods.KindInternal: -32603,
	methods.KindTooLarge: -32007,
}

func (c *core) Fail(err error) wire.Outcome {
	e := methods.AsError(err)
	c.note("fail %s %d", e.Kind, e.Code)
	code := plainNumbers[e.Kind]
	if c.numbers && e.Code != 0 {
		code = e.Code
	}
	return wire.Outcome{Fault: &wire.Fault{Code: code, Text: e.Kind.String(), Kind: e.Kind}}
}

// post answers a body.
func post(t testing.TB, c *core, style wire.Style, body string) wire.Reply {
	t.Helper()
	req := &wire.Request{Body: []byte(body), Limits: wire.DefaultLimits(), Style: style}
	return Transport{}.Answer(t.Context(), req, c, nil)
}

var legacy = wire.Style{JSONLegacy: true}

// read decodes the arguments of a request, as for a caller that may make the call.
func read(body string) (method string, positional []methods.Value, named []methods.Member, err error) {
	var t tape
	if err = t.scan(body, wire.DefaultLimits(), envelopeDepth); err != nil {
		return "", nil, nil, err
	}
	c := readCall(&t, 0, wire.Style{})
	if c.err != nil {
		return "", nil, nil, c.err
	}
	positional, named, err = c.Values()
	return c.method, positional, named, err
}

// callOf is a request with this argument.
func callOf(argument string) string {
	return `{"jsonrpc":"2.0","method":"echo","params":[` + argument + `],"id":1}`
}

// value reads one argument.
func value(document string) (methods.Value, error) {
	_, v, _, err := read(callOf(document))
	if err != nil {
		return methods.Value{}, err
	}
	if len(v) != 1 {
		return methods.Value{}, fmt.Errorf("%d arguments", len(v))
	}
	return v[0], nil
}
