package server

import (
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"countersign/methods"
	"countersign/server/wire"
	"countersign/session"
	"countersign/session/apikey"
	"countersign/session/audit"
)

// Config is what a Server is made of. Registry, Sessions and Transports are required.
type Config struct {
	Registry   *methods.Registry
	Sessions   *session.Manager
	Transports []wire.Transport
	// Keys proves API keys; nil if there are none.
	Keys *apikey.Manager
	// Cookies carries sessions in cookies; nil for not at all.
	Cookies Cookies
	// Origins are those whose pages may call and read answers ("https://app.example"),
	// with credentials that they know; none by default.
	Origins []string
	// PublicURL is the scheme and host under which clients reach the service, without a
	// slash at the end, if that is not what their requests say.
	PublicURL string
	// TrustedProxies may say in X-Forwarded-For who is behind them.
	TrustedProxies []netip.Prefix
	// TrustedSocket tells that so may whoever connects over a Unix socket.
	TrustedSocket bool
	// Endpoints is the table; DefaultEndpoints if nil.
	Endpoints []Endpoint
	// Limits bound requests; DefaultLimits for zero fields.
	Limits Limits
	// Ready tells whether what the service stands on is there, for /readyz; nil for
	// always.
	Ready []ReadyCheck
	// Audit keeps a record of rights refused and asked for; discarded if nil. If it
	// fails, what cannot be recorded is refused.
	Audit audit.Log
	// Log gets the service's events; discarded if nil.
	Log *slog.Logger
	// Rand sets this process's request ids apart from others'; crypto/rand if nil.
	Rand io.Reader
}

// Cookies reads and writes the cookie that carries a session.
type Cookies interface {
	// Read finds the session's pair in the request; a cookie that is forged, damaged or
	// too old is none.
	Read(h http.Header) (session.Pair, bool)
	// Give sets the cookie, Take removes it.
	Give(h http.Header, p session.Pair, until time.Time) error
	Take(h http.Header)
}

// Limits bound one request and the service as a whole (requirements, table of
// numbers).
type Limits struct {
	// Body is the most bytes a body may have, content codings removed.
	Body int `toml:"-"`
	// Target and HeaderLines bound the request line and the number of header lines.
	Target      int `toml:"target"`
	HeaderLines int `toml:"header_lines"`
	// InFlight is how many requests are worked on at once.
	InFlight int `toml:"in_flight"`
	// Handler is how long a method may take.
	Handler time.Duration `toml:"handler"`
	// Wire bounds what transports decode.
	Wire wire.Limits `toml:"request"`
}

// DefaultLimits are the published ones.
func DefaultLimits() Limits {
	return Limits{
		Body: 1 << 20, Target: 8 << 10, HeaderLines: 100, InFlight: 256,
		Handler: 20 * time.Second, Wire: wire.DefaultLimits(),
	}
}

func (l Limits) withDefaults() Limits {
	d := DefaultLimits()
	fill(&l.Body, d.Body)
	fill(&l.Target, d.Target)
	fill(&l.HeaderLines, d.HeaderLines)
	fill(&l.InFlight, d.InFlight)
	fill(&l.Handler, d.Handler)
	fill(&l.Wire.ValueDepth, d.Wire.ValueDepth)
	fill(&l.Wire.ElementDepth, d.Wire.ElementDepth)
	fill(&l.Wire.Elements, d.Wire.Elements)
	fill(&l.Wire.Attributes, d.Wire.Attributes)
	fill(&l.Wire.NameBytes, d.Wire.NameBytes)
	fill(&l.Wire.Batch, d.Wire.Batch)
	fill(&l.Wire.Answer, d.Wire.Answer)
	return l
}

func fill[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}
