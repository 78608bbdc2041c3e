package xmlrpc

import (
	"context"
	"strings"
	"sync"

	"countersign/server/internal/xmltext"
	"countersign/server/wire"
)

// Transport is the XML-RPC wire format. The zero value is ready.
type Transport struct{}

var _ wire.Transport = Transport{}

// Name implements wire.Transport.
func (Transport) Name() string { return "xmlrpc" }

// ContentType implements wire.Transport. The specification asks for text/xml; the
// charset makes libraries that otherwise assume US-ASCII (RFC 3023) read UTF-8.
func (Transport) ContentType() string { return "text/xml; charset=utf-8" }

// Reads implements wire.Transport. phpGroupWare's server did not look at the type at
// all (phpgroupware contract §1), so clients that send none are let in; a type that
// says something else is not.
func (Transport) Reads(mediaType string) bool {
	switch mediaType {
	case "", "text/xml", "application/xml", "application/octet-stream", "application/x-www-form-urlencoded", "text/plain":
		return true
	}
	return strings.HasSuffix(mediaType, "+xml")
}

// Gets implements wire.Transport.
func (Transport) Gets() bool { return false }

// reading is what it takes to read a request.
type reading struct {
	tape xmltext.Tape
	call call
}

// readings are reused: reading allocates nothing but the arguments in steady state.
var readings = sync.Pool{New: func() any { return new(reading) }}

func (r *reading) release() {
	r.tape.Reset()
	r.call = call{}
	readings.Put(r)
}

// Answer implements wire.Transport.
func (Transport) Answer(ctx context.Context, req *wire.Request, core wire.Core, dst []byte) wire.Reply {
	r := readings.Get().(*reading)
	defer r.release()
	var out wire.Outcome
	var err error
	if r.call, err = parse(&r.tape, req); err != nil {
		out = core.Fail(err)
	} else {
		out = core.Call(ctx, r.call.method, &r.call)
	}
	reply, ok := encode(out, req.Style, dst)
	if !ok {
		reply, _ = encode(core.Fail(errUnsendable), req.Style, dst)
	}
	return reply
}

// Refuse implements wire.Transport.
func (Transport) Refuse(out wire.Outcome, style wire.Style, dst []byte) wire.Reply {
	reply, _ := encode(out, style, dst)
	return reply
}

// encode reports false for a value that XML-RPC cannot carry.
func encode(out wire.Outcome, style wire.Style, dst []byte) (wire.Reply, bool) {
	e := encoder{dst: dst, style: style}
	ok := true
	if out.Fault != nil {
		e.fault(out.Fault)
	} else {
		ok = e.response(out.Value)
	}
	return wire.Reply{Status: out.Status, Body: e.dst}, ok
}
