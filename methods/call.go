package methods

import (
	"context"
	"encoding/hex"
	"net/netip"
	"slices"
	"time"
)

// Call is one call on its way through dispatch to a method.
type Call struct {
	// Entry is the method that was resolved.
	Entry *Entry
	// Params are the positional arguments.
	Params []Value
	// Named are the named arguments of wires that have them; nil otherwise.
	Named []Member
	// Caller is who calls; nil for an anonymous caller.
	Caller *Caller
	// Session is the session that the call came with; zero without one.
	Session Session
	// Client describes the other end.
	Client Client
	// Env is what the endpoint lends to a call.
	Env Env
}

// Client describes the other end of a call as far as methods may care.
type Client struct {
	// Dialect is the name of the endpoint's dialect, e.g. "phpgroupware".
	Dialect string
	// Endpoint is the path that was called.
	Endpoint string
	// UserAgent is the client's own words; it is untrusted.
	UserAgent string
	// Request is the request id.
	Request string
	// Peer is the address that called, after trusted proxies were looked through.
	Peer netip.Addr
	// ServerLogin says that the client named itself a server in a header of its own
	// (phpgroupware contract §1.2).
	ServerLogin bool
}

// Session is what a call may know of the session it came with.
type Session struct {
	// ID is the session's public id.
	ID PublicID
	// IdleEnds is when it ends if it is not used from now on, zero without an idle
	// limit; End is when it ends at the latest.
	IdleEnds, End time.Time
}

// PublicID names a session in lists, logs and revocations. It is no secret: it
// opens nothing.
type PublicID [8]byte

// String gives 16 hex digits; the zero id gives "".
func (p PublicID) String() string {
	if p == (PublicID{}) {
		return ""
	}
	return hex.EncodeToString(p[:])
}

// Caller is an authenticated account, as far as methods need to know it. It is
// immutable and shared between calls.
type Caller struct {
	// ID is the account's key in the store.
	ID string
	// Name is the login name.
	Name string
	// Number is the account number under which records are owned. A server account
	// that acts for a user has that user's number.
	Number int64
	// Server tells a server account from a user.
	Server bool
	// ReadOnly callers may only call methods marked read-only.
	ReadOnly bool
	// Whole callers came with the account's own login: its password, or a session made
	// with it. The others came with what was made from that and may be less, an API key or
	// a child session: it must not become more.
	Whole bool
	// Rights decides about permission names.
	Rights Rights
}

// Rights answers whether a permission is held.
type Rights interface {
	// Allows tells whether the permission, a dotted name, is granted.
	Allows(permission string) bool
}

// Allows tells whether the caller holds the permission; a nil caller holds none.
func (c *Caller) Allows(permission string) bool {
	return c != nil && c.Rights != nil && c.Rights.Allows(permission)
}

// AllowsAll tells whether the caller holds all of these permissions.
func (c *Caller) AllowsAll(permissions []string) bool {
	return !slices.ContainsFunc(permissions, func(p string) bool { return !c.Allows(p) })
}

// Env is what the endpoint lends to a call: the methods one can see from there, a
// way to call them, and the endpoint's own way of naming faults.
type Env interface {
	// View is the set of methods of the endpoint.
	View() *View
	// Invoke runs another method as part of this call, with the same caller, rights
	// and limits as a call of its own.
	Invoke(ctx context.Context, parent *Call, name string, params []Value) (Value, error)
	// ReserveLogin takes the one password check that a request has. It fails when the
	// check was taken before: a batch of logins must not be a guessing amplifier.
	ReserveLogin() error
	// Permit tells whether the caller of this request may call the method, as dispatch
	// would, and leaves a record of the question.
	Permit(e *Entry) *Error
	// Deny leaves a record that the caller lacks a permission that the method itself asked
	// for, and gives the refusal; or what to answer instead if there can be no record.
	Deny(e *Entry, permission string, refusal *Error) *Error
	// KeepLogin also hands a session to the client as a cookie that lasts until then. It
	// is false where there are no cookies.
	KeepLogin(token string, until time.Time) bool
	// DropLogin takes the cookie away.
	DropLogin()
	// Fault gives the number and text under which err leaves this endpoint.
	Fault(err error) (code int, text string)
}
