package wire

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"countersign/methods"
)

// Transport is one wire format.
type Transport interface {
	// Name is the word that configuration, logs and metrics use, e.g. "xmlrpc".
	Name() string
	// Reads tells whether a body of this media type ("" for none) may be this format.
	Reads(mediaType string) bool
	// Gets tells whether a request by GET can be one too: a call in the query, or a
	// question for a description.
	Gets() bool
	// ContentType is that of every answer that does not name another.
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
	// Get is set for a request by GET or HEAD, which has no body; nil for a POST.
	Get *Get
}

// Get is what a request by GET has instead of a body.
type Get struct {
	// Query is the raw query.
	Query string
	// Base is the scheme and host that the client used, "https://host:8443", and Path
	// the endpoint's.
	Base, Path string
}

// Version is the version of a wire format that a request is written in, for the
// formats whose versions number their errors differently.
type Version uint8

// The versions.
const (
	OnlyVersion Version = iota // of a format that has one
	JSON10
	JSON11
	JSON20
	SOAP11
	SOAP12
)

// Limits bound what a transport decodes (requirements, table of numbers). The
// server puts the published number for a zero in its Config; a transport takes what the
// request has.
type Limits struct {
	// ValueDepth is how deep arrays and structs may nest.
	ValueDepth int `toml:"value_depth"`
	// ElementDepth, Elements, Attributes and NameBytes bound XML documents.
	ElementDepth int `toml:"element_depth"`
	Elements     int `toml:"elements"`
	Attributes   int `toml:"attributes"`
	NameBytes    int `toml:"name_bytes"`
	// Batch is how many calls one request may make.
	Batch int `toml:"batch"`
	// Answer is how many bytes a batch's answer may have.
	Answer int `toml:"batch_answer"`
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
	// Lines ends a line after most tags, as phpGroupWare's server did (phpgroupware
	// contract §12).
	Lines bool
	// DashedDates writes YYYY-MM-DDThh:mm:ss instead of YYYYMMDDThh:mm:ss.
	DashedDates bool
	// DropNil leaves members and items that are nil, or no date, out of XML answers, and Declared
	// begins them with a declaration that names the encoding, without a line end
	// (bugzilla contract §9, §11).
	DropNil, Declared bool
	// JSONLegacy answers as Perl's JSON::RPC::Legacy did (bugzilla contract §2, §3): a
	// request of no readable version gets the shape of 1.1, a success in 1.1 has no id,
	// and a call by GET without an id has the service's address for one.
	JSONLegacy bool
	// JSONP wraps the answer to a GET that names a callback.
	JSONP bool
	// OutParams gives the members of a struct that a method of the system module returns
	// as results of their own in SOAP (phpgroupware contract §7.2).
	OutParams bool
}

// Core is the server's side of one request.
type Core interface {
	// Speak tells in which version the request, or this element of a batch, is written.
	Speak(v Version)
	// Identify replaces the request's credentials by those of the document itself. It
	// comes before Call.
	Identify(ctx context.Context, c Credential)
	// Unanswered says that the call's answer will not be sent: it must not make anything
	// whose only trace is the answer, such as a session. It comes before Call.
	Unanswered()
	// Anonymous says that the answer is for whoever made a browser ask, such as a script
	// of another site: no credential of the request counts. It comes before Call.
	Anonymous()
	// Fork makes the Core of one element of a batch. Forks may be used at the same time;
	// the Core itself must not be used until they are done.
	Fork() Core
	// View has the methods of the endpoint, whoever calls.
	View() *methods.View
	// Methods are those of the view that the caller may call and may be told of, sorted
	// by name. The error is why the request's credentials do not hold: who offers some is
	// never taken for nobody.
	Methods(ctx context.Context) ([]*methods.Entry, error)
	// Call runs the method. The arguments are asked for only if the caller may call it.
	Call(ctx context.Context, method string, args Args) Outcome
	// Fail gives the outcome of a request that never became a call.
	Fail(err error) Outcome
}

// Credential is what a document or a header of a dialect's own offers to prove who
// calls: a user and a password, a session's token, or an API key. The first that is
// there decides. It is never logged.
type Credential struct {
	User, Password string
	// Token is a session's secrets, sessionid and key, with or without a colon between.
	Token string
	Key   string
}

// None tells that nothing is offered.
func (c *Credential) None() bool { return *c == Credential{} }

// Format hides the credential from every verb.
func (Credential) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[redacted]") }

// LogValue hides the credential from logs.
func (Credential) LogValue() slog.Value { return slog.StringValue("[redacted]") }

// Args are the arguments of a call, decoded on demand.
type Args interface {
	// Values decodes them: the positional ones, or the named ones for wires that have
	// names. The error is a *methods.Error.
	Values() (positional []methods.Value, named []methods.Member, err error)
}

// FittedArgs are the arguments of a wire whose documents leave it to the method's
// signatures what is a list and whether names of arguments mean anything. Where they
// are implemented the core asks for them instead of Values.
type FittedArgs interface {
	Args
	// ValuesFor is Values for a method.
	ValuesFor(e *methods.Entry) (positional []methods.Value, named []methods.Member, err error)
}

// ValuesFor decodes the arguments of a call of a method.
func ValuesFor(args Args, e *methods.Entry) (positional []methods.Value, named []methods.Member, err error) {
	if fitted, ok := args.(FittedArgs); ok {
		return fitted.ValuesFor(e)
	}
	return args.Values()
}

// Outcome is what became of a call: a value, or a fault.
type Outcome struct {
	Value methods.Value
	// Result is the type that the method's preferred signature gives Value; nil if it is
	// not known.
	Result *methods.Schema
	// Fault is nil for a success.
	Fault *Fault
	// Status is the HTTP status that the dialect wants, 0 for the transport's own.
	Status int
}

// Fault is a failure as the dialect wants it shown.
type Fault struct {
	Code int
	Text string
	// Detail is more than Text says, for formats that have a place for it; often "".
	Detail string
	// Kind is for formats that tell whose fault it is.
	Kind methods.Kind
}

// ErrFormula is the cause of errors of which a specification's own words say enough: no
// Detail goes with them.
var ErrFormula = errors.New("the specification has words for it")

// Reply is an encoded answer.
type Reply struct {
	// Status is the HTTP status, 0 for 200.
	Status int
	// ContentType is the answer's, "" for the transport's own.
	ContentType string
	// Tagged answers to a GET may be asked after by their ETag.
	Tagged bool
	// Body is dst with the answer appended.
	Body []byte
}
