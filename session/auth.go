package session

import (
	"context"
	"errors"
	"log/slog"
	"net/netip"
	"time"

	"countersign/session/account"
)

// Credentials are what a client offers at login.
type Credentials struct {
	// Kind says whether a user or a server logs in.
	Kind account.Kind
	// Name is the user's login name, or the server's host name.
	Name string
	// Login is the user name that a server sends besides its host name.
	Login string
	// Password is the secret, bytes as sent.
	Password Password
	// Peer is the address the login comes from.
	Peer netip.Addr
}

// Password is a password in clear. It prints as "[redacted]".
type Password string

// String hides the password.
func (Password) String() string { return "[redacted]" }

// GoString hides the password from %#v.
func (Password) GoString() string { return "[redacted]" }

// LogValue hides the password from logs.
func (Password) LogValue() slog.Value { return slog.StringValue("[redacted]") }

// Authenticator proves who somebody is.
type Authenticator interface {
	// Authenticate returns the account that the credentials prove. Errors: a *Refusal
	// for whatever is wrong with the credentials or the account; a *Challenge when more
	// must be asked; ErrBusy when the queue is full; ErrUnavailable when a part it needs
	// is out of reach. Unknown names and wrong passwords take the same time.
	Authenticate(ctx context.Context, c Credentials) (account.Account, error)
}

// Challenge is an authentication that needs more from the user before it can decide.
// It holds resources until Continue or Cancel is called; exactly one of them must be,
// once.
type Challenge struct {
	// Prompts are what to ask, in order; one answer is due for each.
	Prompts []Prompt
	// Continue goes on with the answers. Its results are Authenticate's, another
	// *Challenge among them.
	Continue func(ctx context.Context, answers []Password) (account.Account, error)
	// Cancel gives up.
	Cancel func()
}

// Prompt is one question of a Challenge.
type Prompt struct {
	// Text is the back end's own wording.
	Text string
	// Echo tells that the answer may be seen while it is typed.
	Echo bool
	// Info marks a message that wants no more than an empty answer.
	Info bool
}

// Error implements error.
func (*Challenge) Error() string { return "login: more is needed" }

// Refusal is a login refused. The reason is for audit and log; clients must not be
// able to tell one reason from another.
type Refusal struct{ Reason string }

// The reasons.
const (
	ReasonUnknown  = "unknown account"
	ReasonPassword = "wrong password"
	ReasonDisabled = "account disabled"
	ReasonNoLogin  = "account without a password"
	ReasonInput    = "unusable name or password"
	ReasonExpired  = "account expired"
	ReasonLocked   = "account locked by the back end"
	ReasonChange   = "password must be changed first"
	ReasonAnswer   = "unusable answer to a prompt"
	ReasonNoPeer   = "no address to bind the session to"
)

// Error implements error.
func (r *Refusal) Error() string { return "login refused: " + r.Reason }

// Errors of logins and checks.
var (
	// ErrInvalid is the one answer for unknown, wrong, expired and ended sessions.
	ErrInvalid = errors.New("session: not valid")
	// ErrBusy: too many password checks are waiting.
	ErrBusy = errors.New("session: too many logins are waiting")
	// ErrUnavailable: a part that is needed is out of reach; nothing was decided.
	ErrUnavailable = errors.New("session: a needed part is out of reach")
	// ErrTried comes with ErrBusy or ErrUnavailable when a password was verified all the
	// same, and did not hold: the attempt counts, or it would be a guess for free.
	ErrTried = errors.New("session: the password was tried")
	// ErrOutcomeUnknown: the change may or may not have been made durable.
	ErrOutcomeUnknown = errors.New("session: the outcome is unknown")
)

// isRefusal tells an answer of the store from a failure to get one.
func isRefusal(err error) bool {
	return errors.Is(err, ErrNotFound) || errors.Is(err, ErrCollision)
}

// Terms are the conditions of a new session.
type Terms struct {
	// Idle and Absolute are its limits; zero takes the Manager's.
	Idle, Absolute time.Duration
	// ReadOnly makes a session that can change nothing.
	ReadOnly bool
	// OnlyPeer makes a session that is good only at the address that logs in.
	OnlyPeer bool
	// Converse lets the login ask for more (*More).
	Converse bool
	// Origin describes the login, for lists and the audit.
	Origin Origin
}

// Origin says how a client came in.
type Origin struct {
	// Agent is the client's own description of itself; Endpoint the path that it
	// called, Dialect that endpoint's; Request the request id.
	Agent, Endpoint, Dialect, Request string
}
