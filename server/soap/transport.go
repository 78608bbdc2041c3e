package soap

import (
	"context"
	"strings"
	"sync"

	"countersign/methods"
	"countersign/server/internal/xmltext"
	"countersign/server/wire"
)

// Transport is the SOAP wire format. Make it with New.
type Transport struct {
	// catalogs are made once per view. Views are as few as endpoints and live as long as
	// the service, and anybody may ask for the description.
	catalogs sync.Map // *methods.View → *catalog
}

var _ wire.Transport = (*Transport)(nil)

// New makes the transport.
func New() *Transport { return new(Transport) }

// Name implements wire.Transport.
func (*Transport) Name() string { return "soap" }

// ContentType implements wire.Transport: that of SOAP 1.1 (§6).
func (*Transport) ContentType() string { return "text/xml; charset=utf-8" }

// contentType12 is that of SOAP 1.2 (RFC 3902).
const contentType12 = "application/soap+xml; charset=utf-8"

// Reads implements wire.Transport. Clients of 2001 may send no type at all.
func (*Transport) Reads(mediaType string) bool {
	switch mediaType {
	case "", "text/xml", "application/xml":
		return true
	}
	return strings.HasSuffix(mediaType, "+xml")
}

// Gets implements wire.Transport: the WSDL comes by GET.
func (*Transport) Gets() bool { return true }

// reading is what it takes to read a request.
type reading struct {
	tape    xmltext.Tape
	message message
}

// readings are reused: reading allocates nothing but the arguments in steady state.
var readings = sync.Pool{New: func() any { return new(reading) }}

func (r *reading) release() {
	r.tape.Reset()
	r.message = message{}
	readings.Put(r)
}

// Answer implements wire.Transport.
func (t *Transport) Answer(ctx context.Context, req *wire.Request, core wire.Core, dst []byte) wire.Reply {
	if req.Get != nil {
		return t.describe(ctx, req, core, dst)
	}
	r := readings.Get().(*reading)
	defer r.release()
	m := &r.message
	err := m.read(&r.tape, req)
	core.Speak(m.version)
	if err == nil && m.credentials.Exists() {
		var c wire.Credential
		if c, err = m.credential(); err == nil {
			core.Identify(ctx, c)
		}
	}
	var out wire.Outcome
	method := ""
	if err != nil {
		out = core.Fail(err)
	} else {
		method = m.resolved(core.View())
		out = core.Call(ctx, method, m)
	}
	e := m.encoder(dst)
	if m.form == encoded {
		e.structs = t.catalog(core).structs
	}
	reply, ok := e.encode(m, &out, codeOf(err), m.outParams(req.Style, method, out.Value))
	if !ok {
		out = core.Fail(errUnsendable)
		e = m.encoder(dst)
		reply, _ = e.encode(m, &out, codeOfKind, false)
	}
	return reply
}

// Refuse implements wire.Transport. The body was not read, so the version is the older
// one, which clients of the newer recognise.
func (*Transport) Refuse(out wire.Outcome, _ wire.Style, dst []byte) wire.Reply {
	m := message{version: wire.SOAP11, year: y2001}
	e := m.encoder(dst)
	reply, _ := e.encode(&m, &out, codeOfKind, false)
	return reply
}

// encoder gives one that answers in the version, year and form of the message.
func (m *message) encoder(dst []byte) encoder {
	return encoder{dst: dst, version: m.version, year: m.year, form: m.form}
}

// encode reports false for a value that cannot be written.
func (e *encoder) encode(m *message, out *wire.Outcome, c code, outParams bool) (wire.Reply, bool) {
	reply := wire.Reply{Status: out.Status}
	if m.version == wire.SOAP12 {
		reply.ContentType = contentType12
	}
	ok := true
	if out.Fault == nil {
		ok = e.response(m, out, outParams)
	} else {
		e.fault(out.Fault, c)
		if reply.Status == 0 {
			reply.Status = faultStatus(m.version, out.Fault.Kind, c)
		}
	}
	reply.Body = e.dst
	return reply, ok
}

// The statuses that faults have in HTTP.
const (
	statusBadRequest   = 400
	statusUnauthorized = 401
	statusServerError  = 500
)

// faultStatus is 500 (SOAP 1.1 §6.2), and 400 for what the sender did wrong in 1.2
// (part 2, §7.5.2.2).
func faultStatus(v wire.Version, k methods.Kind, c code) int {
	if v == wire.SOAP12 && c == codeOfKind && sendersFault(k) {
		return statusBadRequest
	}
	return statusServerError
}
