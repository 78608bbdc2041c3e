package server

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"countersign/methods"
	"countersign/server/dialect"
	"countersign/server/wire"
	"countersign/session"
)

// exchange is one request on its way through the core. It is the Core that its
// transport asks and the Env that its methods see.
type exchange struct {
	server *Server
	ep     *endpoint
	id     string
	client methods.Client
	style  wire.Style
	header http.Header
	bytes  int // size of the body
	get    bool
	late   *methods.Error // what the dialect says of the request when its call is known

	// What the transport tells of the request.
	version    wire.Version
	unanswered bool
	anonymous  bool

	// What admission found: a caller with a session, or why there is none.
	caller   *methods.Caller
	identity *session.Identity
	session  session.Session  // zero for a caller without one
	keyID    session.PublicID // of the API key, zero without one
	rejected error            // the credentials that were offered do not hold

	credential credential
	fromCookie bool
	unasked    bool // another site's page could have made a browser send it
	verified   bool // a password was verified for this request

	// top is the exchange that this one was forked off, or itself. What the elements of a
	// batch share is top's, under its lock.
	top           *exchange
	mu            sync.Mutex
	cookie        cookieChange
	retryAfter    time.Duration
	touched       bool
	loginReserved bool

	// Parts that live as long as the exchange are in it, so that a request costs one
	// allocation instead of one for each. It is never used again for another request:
	// a method may hold on to what it saw.
	callerStorage methods.Caller
	ctx           callContext
	request       wire.Request
	firstCall     methods.Call
	idHeader      [1]string
}

var (
	_ wire.Core   = (*exchange)(nil)
	_ methods.Env = (*exchange)(nil)
)

// newExchange notes who calls.
func (s *Server) newExchange(ep *endpoint, r *http.Request) *exchange {
	h := r.Header
	x := &exchange{server: s, ep: ep, id: s.ids.next(), style: ep.style, header: h}
	x.top = x
	x.client.Dialect, x.client.Endpoint = ep.dialect.Name, ep.path
	x.client.Request = x.id
	x.client.UserAgent = first(h, "User-Agent")
	if far := farEnd(r); far.IsValid() || overSocket(r) {
		x.client.Peer = s.peers.Client(far, h["X-Forwarded-For"])
	}
	for _, name := range ep.dialect.ServerHeaders {
		x.client.ServerLogin = x.client.ServerLogin || len(h[name]) > 0
	}
	if ep.dialect.StyleFor != nil {
		x.style = ep.dialect.StyleFor(x.style, h)
	}
	return x
}

// farEndKey is the context key of a connection's other end, a netip.Addr: to read it
// once for each connection spares every call a hundredth.
type farEndKey struct{}

func withFarEnd(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, farEndKey{}, parseFarEnd(c.RemoteAddr().String()))
}

// farEnd is the address at the other end of the request's connection; the zero Addr for
// one without.
func farEnd(r *http.Request) netip.Addr {
	if far, ok := r.Context().Value(farEndKey{}).(netip.Addr); ok {
		return far
	}
	return parseFarEnd(r.RemoteAddr) // another HTTP server is in front
}

// overSocket tells whether the request came over a Unix socket, whose other end has no
// address.
func overSocket(r *http.Request) bool {
	_, is := r.Context().Value(http.LocalAddrContextKey).(*net.UnixAddr)
	return is
}

func parseFarEnd(hostPort string) netip.Addr {
	p, err := netip.ParseAddrPort(hostPort)
	if err != nil { // a Unix socket's
		return netip.Addr{}
	}
	return p.Addr().Unmap()
}

// View implements methods.Env.
func (x *exchange) View() *methods.View { return x.ep.view }

// errLoginReserved refuses every login of a batch but the first.
var errLoginReserved = &methods.Error{Kind: methods.KindLoginRefused, Public: "one login per request"}

// errUnanswered refuses by a notification what only its answer tells of: a session whose
// secrets nobody gets must not exist (requirements SES-15).
var errUnanswered = &methods.Error{Kind: methods.KindInvalidRequest, Public: "this method needs an answer"}

// ReserveLogin implements methods.Env.
func (x *exchange) ReserveLogin() error {
	switch {
	case x.unanswered:
		return errUnanswered
	case !x.claim(&x.top.loginReserved):
		return errLoginReserved
	}
	return nil
}

// claim sets a flag of the request and tells whether it was not set before.
func (x *exchange) claim(flag *bool) bool {
	x.top.mu.Lock()
	defer x.top.mu.Unlock()
	claimed := !*flag
	*flag = true
	return claimed
}

// Fault implements methods.Env.
func (x *exchange) Fault(err error) (int, string) {
	f, ok := errors.AsType[*failure](err)
	if !ok {
		f = &failure{err: methods.AsError(err)}
	}
	fault := x.fault(*f)
	return fault.Code, fault.Text
}

// Fail implements wire.Core.
func (x *exchange) Fail(err error) wire.Outcome {
	f := failure{err: methods.AsError(err)}
	x.logFailure(context.Background(), f)
	return x.outcome(f)
}

// failure is an error with the place it came from.
type failure struct {
	err    *methods.Error
	method string
	inside bool // the method itself refused, not dispatch
}

// outcome shapes a failure as the dialect wants it.
func (x *exchange) outcome(f failure) wire.Outcome {
	if x.ep.dialect.Refuse != nil {
		if out, ok := x.ep.dialect.Refuse(f.err, x.version); ok {
			return out
		}
	}
	if f.err.RetryAfter > 0 {
		x.top.mu.Lock()
		x.top.retryAfter = max(x.top.retryAfter, f.err.RetryAfter)
		x.top.mu.Unlock()
	}
	fault := x.fault(f)
	return wire.Outcome{Fault: &fault}
}

func (x *exchange) fault(f failure) wire.Fault {
	return x.ep.dialect.Fault(dialect.Failure{
		Error: f.err, Method: f.method, Inside: f.inside, RequestID: x.id, Version: x.version,
	})
}
