package wire

import (
	"context"

	"countersign/methods"
)

// Transport is one wire format.
type Transport interface {
	// Name is the word that configuration, logs and metrics use, e.g. "xmlrpc".
	Name() string
	// Reads tells whether a body of this media type ("" for none) may be this format.
	Reads(mediaType string) bool
	// ContentType is that of every answer.
	ContentType() string
	// Answer decodes the request, asks core for each call in it, and encodes what comes
	// back. It appends the answer to dst. It never fails: what is wrong with the request
	// becomes a fault in its own format.
	Answer(ctx context.Context, req *Request, core Core, dst []byte) Reply
	// Refuse encodes the outcome of a request whose body was never read.
	Refuse(out Outcome, style Style, dst []byte) Reply
}

// Request is a request as a transport sees it.
type Request struct {
	// Body is the whole body, content codings removed. It is never written again, so
	// values may be views of it.
	Body []byte
	// Charset is the charset parameter of the Content-Type, lower case, "" if absent.
	Charset string
	// Limits bound what is decoded.
	Limits Limits
	// Style is how this client wants answers to look.
	Style Style
}

// Limits bound what a transport decodes (requirements, table of numbers). Zero fields
// are filled by Defaults.
type Limits struct {
	// ValueDepth is how deep arrays and structs may nest.
	ValueDepth int
	// ElementDepth, Elements, Attributes and NameBytes bound XML documents.
	ElementDepth, Elements, Attributes, NameBytes int
	// Batch is how many calls one request may make.
	Batch int
	// Answer is how many bytes a batch's answer may have.
	Answer int
}

// DefaultLimits are the published ones.
func DefaultLimits() Limits {
	return Limits{
		ValueDepth: 32, ElementDepth: 160, Elements: 100_000, Attributes: 16, NameBytes: 256,
		Batch: 100, Answer: 4 << 20,
	}
}

// Style is the look of an answer, where old clients depend on it. The zero Style is
// the compact safe subset of phpgroupware contract §6.1.
type Style struct {
	// Lines ends a line after most tags, as phpGroupWare's server did (contract §12).
	Lines bool
	// DashedDates writes YYYY-MM-DDThh:mm:ss instead of YYYYMMDDThh:mm:ss.
	DashedDates bool
}

// Core is the server's side of one request.
type Core interface {
	// Call runs the method. The arguments are asked for only if the caller may call it.
	Call(ctx context.Context, method string, args Args) Outcome
	// Fail gives the outcome of a request that never became a call.
	Fail(err error) Outcome
}

// Args are the arguments of a call, decoded on demand.
type Args interface {
	// Values decodes them: the positional ones, or the named ones for wires that have
	// names. The error is a *methods.Error.
	Values() (positional []methods.Value, named []methods.Member, err error)
}

// Outcome is what became of a call: a value, or a fault.
type Outcome struct {
	Value methods.Value
	// Fault is nil for a success.
	Fault *Fault
	// Status is the HTTP status that the dialect wants, 0 for the transport's own.
	Status int
}

// Fault is a failure as the dialect wants it shown.
type Fault struct {
	Code int
	Text string
}

// Reply is an encoded answer.
type Reply struct {
	// Status is the HTTP status, 0 for 200.
	Status int
	// Body is dst with the answer appended.
	Body []byte
}
