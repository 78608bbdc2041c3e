package jsonrpc

import (
	"context"
	"math"
	"strings"
	"sync"

	"countersign/server/wire"
)

// Transport is the JSON-RPC wire format. The zero value is ready.
type Transport struct{}

var _ wire.Transport = Transport{}

// Name implements wire.Transport.
func (Transport) Name() string { return "jsonrpc" }

// ContentType implements wire.Transport.
func (Transport) ContentType() string { return "application/json; charset=utf-8" }

// Reads implements wire.Transport. A page of another site cannot make a browser send any
// of these without asking first (bugzilla contract §4).
func (Transport) Reads(mediaType string) bool {
	switch mediaType {
	case "application/json", "application/json-rpc", "application/jsonrequest":
		return true
	}
	return strings.HasSuffix(mediaType, "+json")
}

// Gets implements wire.Transport.
func (Transport) Gets() bool { return true }

// exchange is one request while it is being answered.
type exchange struct {
	ctx  context.Context
	req  *wire.Request
	core wire.Core
	tape tape
	call call
}

// exchanges are reused: reading allocates nothing but the document's text and the
// arguments in steady state.
var exchanges = sync.Pool{New: func() any { return new(exchange) }}

func (x *exchange) release() {
	x.tape.reset()
	x.ctx, x.req, x.core, x.call = nil, nil, nil, call{}
	exchanges.Put(x)
}

// Answer implements wire.Transport.
func (Transport) Answer(ctx context.Context, req *wire.Request, core wire.Core, dst []byte) wire.Reply {
	x := exchanges.Get().(*exchange)
	defer x.release()
	x.ctx, x.req, x.core = ctx, req, core
	if req.Get != nil {
		return x.get(dst)
	}
	// Values are pieces of this text, and live as long as a method keeps them.
	doc := string(req.Body)
	depth := envelopeDepth
	batch := opensArray(doc)
	if batch {
		depth++
	}
	err := checkCharset(doc, req.Charset)
	if err == nil {
		err = x.tape.scan(doc, req.Limits, depth)
	}
	switch {
	case err != nil:
		return x.refuse(unknown(req.Style), err, dst)
	case batch:
		return x.batch(dst)
	}
	x.call = readCall(&x.tape, 0, req.Style)
	if x.tape.nodes[0].kind != kindObject {
		x.call.version = unknownVersion(req.Style)
	}
	return x.single(dst)
}

// Refuse implements wire.Transport.
func (Transport) Refuse(out wire.Outcome, style wire.Style, dst []byte) wire.Reply {
	return wire.Reply{Status: out.Status, Body: unknown(style).must(dst, out)}
}

// envelopeDepth is how many containers stand around an argument: the request and params.
const envelopeDepth = 2

func opensArray(doc string) bool {
	return strings.HasPrefix(strings.TrimLeft(doc, " \t\r\n"), "[")
}

// checkCharset refuses labels that change what the bytes mean: JSON between systems is
// UTF-8 (RFC 8259 §8.1). Clients that label plain ASCII otherwise do no harm.
func checkCharset(doc, charset string) error {
	switch charset {
	case "", "utf-8", "utf8", "us-ascii":
		return nil
	}
	for i := range len(doc) {
		if doc[i] >= 0x80 {
			return errEncoding
		}
	}
	return nil
}

// refuse answers a request that never became a call.
func (x *exchange) refuse(s shape, err error, dst []byte) wire.Reply {
	x.core.Speak(s.version)
	out := x.core.Fail(err)
	return wire.Reply{Status: out.Status, Body: s.must(dst, out)}
}

// single answers a request that is not in a batch.
func (x *exchange) single(dst []byte) wire.Reply {
	out := x.call.run(x.ctx, x.core)
	if x.call.unanswered {
		return silence(dst)
	}
	s := x.call.shape(x.req.Style)
	body, err := s.append(dst, out, math.MaxInt)
	if err != nil {
		out = x.core.Fail(err)
		body = s.must(dst, out)
	}
	return wire.Reply{Status: out.Status, Tagged: x.req.Get != nil && out.Fault == nil, Body: body}
}

// silence is the answer to notifications: nothing, with status 200, since there are
// clients that take no other for good (bugzilla contract §2; jsonrpclib).
func silence(dst []byte) wire.Reply { return wire.Reply{Body: dst} }

// run makes the call and says what became of it.
func (c *call) run(ctx context.Context, core wire.Core) wire.Outcome {
	core.Speak(c.version)
	if c.err != nil {
		return core.Fail(c.err)
	}
	if c.unanswered {
		core.Unanswered()
	}
	return core.Call(ctx, c.method, c)
}

// shape is that of the call's answer.
func (c *call) shape(style wire.Style) shape {
	return shape{version: c.version, id: c.id, legacy: style.JSONLegacy}
}
