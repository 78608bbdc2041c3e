package audit

import (
	"errors"
	"net/netip"
	"time"
)

// Type says what happened. The set is closed; the zero value is no event.
type Type uint8

// The types, in the order of the table in the package documentation.
const (
	Login Type = iota + 1
	Logout
	Credential
	SessionChild
	SessionEnd
	Lock
	Unlock
	Permission
	Grant
	Revoke
	Role
	KeyCreate
	KeyRotate
	KeyRevoke
	AccountAdd
	AccountChange
	AccountDisable
	AccountEnable
	AccountDelete
	AccountPassword
	Start
	Stop
	Panic
)

var typeNames = [...]string{
	Login:           "login",
	Logout:          "logout",
	Credential:      "credential",
	SessionChild:    "session.child",
	SessionEnd:      "session.end",
	Lock:            "lock",
	Unlock:          "unlock",
	Permission:      "permission",
	Grant:           "grant",
	Revoke:          "revoke",
	Role:            "role",
	KeyCreate:       "key.create",
	KeyRotate:       "key.rotate",
	KeyRevoke:       "key.revoke",
	AccountAdd:      "account.add",
	AccountChange:   "account.change",
	AccountDisable:  "account.disable",
	AccountEnable:   "account.enable",
	AccountDelete:   "account.delete",
	AccountPassword: "account.password",
	Start:           "start",
	Stop:            "stop",
	Panic:           "panic",
}

// String gives the value of the member "event"; "" for what is no event.
func (t Type) String() string {
	if int(t) < len(typeNames) {
		return typeNames[t]
	}
	return ""
}

// Outcome says how it ended. The set is closed; the zero value is no outcome.
type Outcome uint8

// The outcomes.
const (
	// OK: it was done or allowed.
	OK Outcome = iota + 1
	// Refused: it was decided against.
	Refused
	// Busy: nothing was decided, for want of capacity or of a part that is needed.
	Busy
	// Unknown: it may or may not have been done (session.ErrOutcomeUnknown).
	Unknown
)

var outcomeNames = [...]string{OK: "ok", Refused: "refused", Busy: "busy", Unknown: "unknown"}

// String gives the value of the member "outcome"; "" for what is no outcome.
func (o Outcome) String() string {
	if int(o) < len(outcomeNames) {
		return outcomeNames[o]
	}
	return ""
}

// The reasons of changes to who has a role.
const (
	RoleAssigned   = "role assigned"
	RoleUnassigned = "role unassigned"
)

// ErrEvent: the event has no type or no outcome of the closed sets.
var ErrEvent = errors.New("audit: not an event")

// Event is one thing that happened. Type and Outcome are required; any other field
// that is zero is left out of the line. The ids are arrays of eight bytes so that a
// session.PublicID fits and a session.Secret or session.Digest does not.
type Event struct {
	Type    Type
	Outcome Outcome
	// Time is when; zero takes the log's clock.
	Time time.Time
	// Peer is where it came from; not valid for Unix sockets and commands.
	Peer netip.Addr
	// Reason is why, of the few fixed wordings that refusals have
	// (session.Refusal.Reason). It must hold nothing that a client sent.
	Reason string
	// User is the account that it is about.
	User Name
	// Account is the account number of User.
	Account int64
	// Kind is User's: "user" or "server".
	Kind string
	// Actor is who did it, if it was not User.
	Actor Name
	// Request is the request id, as in the server's log.
	Request string
	// Endpoint is the path; a query is cut off, because a query may hold anything.
	Endpoint string
	// Dialect and Method are how and what was called.
	Dialect, Method string
	// Permission is the right that was asked for, given or taken.
	Permission string
	// Role is the role that gave the right, or the role that was changed.
	Role string
	// Session and Key are public ids.
	Session, Key [8]byte
	// Block is the range of addresses that a lock is on.
	Block netip.Prefix
	// Until is when a lock, a session or a key ends by itself.
	Until time.Time
	// Count is how many sessions, failures or keys it was about.
	Count int64
	// Version is the release that was started, Address what it listens at.
	Version, Address string
}
