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
	if out.Fault != nil {
		return s.fault(dst, out.Fault), nil
	}
	e := encoder{most: most}
	dst = e.value(append(dst, s.beforeResult()...), out.Value)
	if e.over(dst) {
		return dst, e.err
	}
	if s.version == wire.JSON10 {
		dst = append(dst, `,"error":null`...)
	}
	// JSON::RPC::Legacy sent none with a success of 1.1 (bugzilla contract §2).
	if s.version != wire.JSON11 || !s.legacy {
		dst = s.appendID(dst)
	}
	return append(dst, '}'), nil
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

func (s shape) beforeResult() string {
	switch s.version {
	case wire.JSON10:
		return `{"result":`
	case wire.JSON11:
		return `{"version":"1.1","result":`
	default:
		return `{"jsonrpc":"2.0","result":`
	}
}

func (s shape) fault(dst []byte, f *wire.Fault) []byte {
	switch s.version {
	case wire.JSON10:
		dst = append(dst, `{"result":null,"error":{"code":`...)
	case wire.JSON11:
		dst = append(dst, `{"version":"1.1","error":{"name":"JSONRPCError","code":`...)
	default:
		dst = append(dst, `{"jsonrpc":"2.0","error":{"code":`...)
	}
	dst = strconv.AppendInt(dst, int64(f.Code), 10)
	dst = append(dst, `,"message":`...)
	dst = appendString(dst, f.Text)
	if f.Detail != "" && s.version == wire.JSON20 {
		dst = appendString(append(dst, `,"data":`...), f.Detail)
	}
	dst = append(dst, '}')
	if s.version != wire.JSON11 || !s.legacy || s.id != "" && s.id != "null" {
		dst = s.appendID(dst)
	}
	return append(dst, '}')
}

func (s shape) appendID(dst []byte) []byte {
	if s.id == "" {
		return append(dst, `,"id":null`...)
	}
	return appendRaw(append(dst, `,"id":`...), s.id)
}
