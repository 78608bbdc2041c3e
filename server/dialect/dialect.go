package dialect

import (
	"countersign/methods"
	"countersign/server/wire"
)

// Headers gives request headers by canonical name; http.Header is one.
type Headers interface{ Get(name string) string }

// Dialect is one family of clients.
type Dialect struct {
	// Name is the word that configuration and logs use.
	Name string
	// Wires are the transports that it is spoken over; nil for all.
	Wires []string
	// Families select the modules that only this family sees (methods.Module).
	Families []string
	// Codes give every kind of error its fault number; CodesFor, if set, gives those of a
	// version whose numbers differ, nil for Codes.
	Codes    Codes
	CodesFor func(v wire.Version) *Codes
	// Number, if set, gives a finer number for some failures; false for none.
	Number func(f Failure) (int, bool)
	// Text words a fault; Detail, if set, says more where Text is bound to a formula.
	Text   func(f Failure) string
	Detail func(f Failure) string
	// Refuse, if set, may answer an error with something other than a fault.
	Refuse func(e *methods.Error, v wire.Version) (wire.Outcome, bool)
	// Unknown, if set, words the absence of a method for a logged-in caller; otherwise
	// every missing method is KindMethodNotFound.
	Unknown func(view *methods.View, name string, caller *methods.Caller) *methods.Error
	// Present, if set, reshapes the results of business methods, those outside system.
	Present func(v methods.Value) methods.Value
	// Style is the look of answers; StyleFor, if set, adapts it to a client's headers.
	Style    wire.Style
	StyleFor func(s wire.Style, h Headers) wire.Style
	// Challenge is the WWW-Authenticate header that goes with status 401.
	Challenge string
	// Gate, if set, decides how a request is met by its verb and media type, before its
	// body is read; otherwise the transport's own types and verbs are let in.
	Gate func(r Arrival) Gate
	// Prepare, if set, reads what this family of clients sends besides the arguments. It
	// runs when the method is found and its arguments are decoded, before anybody asks who
	// calls: a dialect with Prepare tells everybody which methods there are not.
	Prepare func(c *Incoming)
	// RequireLogin refuses anonymous callers of what Prepare says needs one.
	RequireLogin bool
	// Rejected words credentials that do not hold, for Incoming.Strict.
	Rejected Rejected
	// NoCookies ignores session cookies. FoldNames finds the users of credentials that a
	// call offers whatever the case of their names.
	NoCookies, FoldNames bool
	// Header are further header lines of every answer, and Types the media types of
	// answers by transport, where they are not the transport's own.
	Header [][2]string
	Types  map[string]string
	// ServerHeaders are the headers whose presence says that a server is calling.
	ServerHeaders []string
}

// Codes are fault numbers by kind: a total table.
type Codes [methods.KindCount]int

// Failure is an error on its way out.
type Failure struct {
	// Error is what happened.
	Error *methods.Error
	// Method is the full name that was called; "" if the request never became a call.
	Method string
	// Inside says that the method itself refused, not dispatch.
	Inside bool
	// RequestID names the request in the log.
	RequestID string
	// Version is the one that the client speaks.
	Version wire.Version
}

// Fault gives the fault for a failure.
func (d *Dialect) Fault(f Failure) wire.Fault {
	out := wire.Fault{Code: d.code(f), Text: d.Text(f), Kind: f.Error.Kind}
	if d.Detail != nil {
		out.Detail = d.Detail(f)
	}
	return out
}

// code prefers the error's own number where it has one that this dialect can show.
func (d *Dialect) code(f Failure) int {
	e, codes := f.Error, &d.Codes
	if d.CodesFor != nil {
		if c := d.CodesFor(f.Version); c != nil {
			codes = c
		}
	}
	if e.Code != 0 && (e.Kind == methods.KindApplication || codes[e.Kind] >= 0) {
		return e.Code
	}
	if d.Number != nil {
		if n, ok := d.Number(f); ok {
			return n
		}
	}
	return codes[e.Kind]
}

// WithInteropCodes gives a copy of d whose faults have the numbers of the
// faults-interop specification, as plain has (phpgroupware contract §8.4).
func (d *Dialect) WithInteropCodes() *Dialect {
	c := *d
	c.Codes, c.CodesFor, c.Number = plainCodes, nil, nil
	return &c
}

// WithRequiredLogin gives a copy of d that refuses anonymous calls where it knows to.
func (d *Dialect) WithRequiredLogin() *Dialect {
	c := *d
	c.RequireLogin = true
	return &c
}

// builtIn makes every dialect that there is.
func builtIn() []*Dialect { return []*Dialect{Plain(), PHPGroupWare(), EGroupware(), Bugzilla()} }

// Lookup finds a built-in dialect by name.
func Lookup(name string) (*Dialect, bool) {
	for _, d := range builtIn() {
		if d.Name == name {
			return d, true
		}
	}
	return nil, false
}

// Names are those that Lookup knows.
func Names() []string {
	var names []string
	for _, d := range builtIn() {
		names = append(names, d.Name)
	}
	return names
}
