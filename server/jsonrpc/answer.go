package jsonrpc

import (
	"math"
	"strconv"

	"countersign/server/wire"
)

// shape is the look of an answer.
type shape struct {
	version wire.Version
	id      string // JSON text; "" for none
	legacy  bool
}

// unknown is the shape of answers to requests of which nothing could be read.
func unknown(style wire.Style) shape {
	return shape{version: unknownVersion(style), legacy: style.JSONLegacy}
}

// append appends the answer to dst, which grows to most bytes at the most, or somewhat
// more before that is noticed. The error says why the value cannot leave.
func (s shape) append(dst []byte, out wire.Outcome, most int) ([]byte, error) {
	e := encoder{dst: dst, most: most}
	if out.Fault != nil {
		s.fault(&e, out.Fault)
	} else {
		s.result(&e, out)
	}
	return e.dst, e.err
}

// must is append for outcomes that fit: it puts null in the place of a value that cannot
// leave.
func (s shape) must(dst []byte, out wire.Outcome) []byte {
	whole, err := s.append(dst, out, math.MaxInt)
	if err != nil {
		whole, _ = s.append(dst, wire.Outcome{}, math.MaxInt)
	}
	return whole
}

func (s shape) result(e *encoder, out wire.Outcome) {
	switch s.version {
	case wire.JSON10:
		e.str(`{"result":`)
	case wire.JSON11:
		e.str(`{"version":"1.1","result":`)
	default:
		e.str(`{"jsonrpc":"2.0","result":`)
	}
	if !e.value(out.Value) {
		return
	}
	if s.version == wire.JSON10 {
		e.str(`,"error":null`)
	}
	// JSON::RPC::Legacy sent none with a success of 1.1 (bugzilla contract §2).
	if s.version != wire.JSON11 || !s.legacy {
		s.appendID(e)
	}
	e.str("}")
}

func (s shape) fault(e *encoder, f *wire.Fault) {
	switch s.version {
	case wire.JSON10:
		e.str(`{"result":null,"error":{"code":`)
	case wire.JSON11:
		e.str(`{"version":"1.1","error":{"name":"JSONRPCError","code":`)
	default:
		e.str(`{"jsonrpc":"2.0","error":{"code":`)
	}
	e.dst = strconv.AppendInt(e.dst, int64(f.Code), 10)
	e.str(`,"message":`)
	e.dst = appendString(e.dst, f.Text)
	e.str("}")
	if s.version != wire.JSON11 || !s.legacy || s.id != "" && s.id != "null" {
		s.appendID(e)
	}
	e.str("}")
}

func (s shape) appendID(e *encoder) {
	if s.id == "" {
		e.str(`,"id":null`)
		return
	}
	e.str(`,"id":`)
	e.dst = appendRaw(e.dst, s.id)
}
