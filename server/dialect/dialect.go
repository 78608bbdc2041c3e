package dialect

import (
	"time"

	"countersign/methods"
	"countersign/server/wire"
)

// Headers gives request headers by canonical name; http.Header is one.
type Headers interface{ Get(name string) string }

// Dialect is one family of clients.
type Dialect struct {
	// Name is the word that configuration and logs use.
	Name string
	// Families select the modules that only this family sees (methods.Module).
	Families []string
	// Codes give every kind of error its fault number.
	Codes Codes
	// Text words a fault.
	Text func(f Failure) string
	// Refuse, if set, may answer an error with something other than a fault.
	Refuse func(e *methods.Error) (wire.Outcome, bool)
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
	// ServerHeaders are the headers whose presence says that a server is calling.
	ServerHeaders []string
	// Idle and Absolute are the limits of sessions made through this dialect; 0 for the
	// service's own.
	Idle, Absolute time.Duration
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
}

// Fault gives the fault for a failure.
func (d *Dialect) Fault(f Failure) wire.Fault {
	return wire.Fault{Code: d.code(f.Error), Text: d.Text(f)}
}

// code prefers the error's own number where it has one that this dialect can show.
func (d *Dialect) code(e *methods.Error) int {
	if e.Code != 0 && (e.Kind == methods.KindApplication || d.Codes[e.Kind] >= 0) {
		return e.Code
	}
	return d.Codes[e.Kind]
}

// WithInteropCodes gives a copy of d whose faults have the numbers of the
// faults-interop specification, as plain has (phpgroupware contract §8.4).
func (d *Dialect) WithInteropCodes() *Dialect {
	c := *d
	c.Codes = plainCodes
	return &c
}

// Lookup finds a built-in dialect by name.
func Lookup(name string) (*Dialect, bool) {
	for _, d := range []func() *Dialect{Plain, PHPGroupWare, EGroupware} {
		if d := d(); d.Name == name {
			return d, true
		}
	}
	return nil, false
}
