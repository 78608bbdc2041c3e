package cookie

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/gorilla/securecookie"

	"countersign/session"
)

const (
	// SecureName is the cookie's name over HTTPS, PlainName without it. The prefix is a
	// promise that browsers keep (RFC 6265bis §4.1.3.2).
	SecureName = "__Host-countersign"
	PlainName  = "countersign"
	// DefaultMaxAge is the longest a session may live (requirements, table of numbers).
	DefaultMaxAge = 24 * time.Hour
	// ahead is how far a cookie's time may be in the future (requirements SES-14).
	ahead = 60 * time.Second
	// maxValue is the longest value that is looked at, in bytes. Ours have about 180.
	maxValue = 4096
)

// Config is what cookies need; Keys is required.
type Config struct {
	Keys *Keys
	// MaxAge is the longest absolute limit of a session; DefaultMaxAge if zero.
	MaxAge time.Duration
	// PlainOn is the address, host:port, on which browsers reach the service over plain
	// HTTP. It must be on the loopback. Empty for HTTPS.
	PlainOn string
	// Now is the clock; time.Now if nil.
	Now func() time.Time
}

// Cookies reads and writes the session cookie. It is safe for parallel use.
type Cookies struct {
	name   string
	secure bool
	maxAge time.Duration
	now    func() time.Time
	codecs []securecookie.Codec
}

// New makes a Cookies. Errors: no keys; plain HTTP that other machines could reach.
func New(cfg Config) (*Cookies, error) {
	if cfg.Keys == nil || len(cfg.Keys.pairs) == 0 {
		return nil, errors.New("cookie: keys are required")
	}
	if cfg.MaxAge <= 0 {
		cfg.MaxAge = DefaultMaxAge
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	c := &Cookies{name: SecureName, secure: true, maxAge: cfg.MaxAge, now: cfg.Now}
	if cfg.PlainOn != "" {
		if !loopback(cfg.PlainOn) {
			return nil, fmt.Errorf("cookie: session cookies over plain HTTP are for the loopback only, not for %s; use TLS", cfg.PlainOn)
		}
		c.name, c.secure = PlainName, false
	}
	for _, p := range cfg.Keys.pairs {
		// The codec's clock is the machine's. Its limits are one more lock on the door;
		// the limits that count are in the content.
		c.codecs = append(c.codecs, securecookie.New(p.sign, p.encrypt).
			SetSerializer(securecookie.NopEncoder{}).MaxLength(maxValue).
			MaxAge(int((cfg.MaxAge+time.Second-1)/time.Second)).MinAge(-int(ahead/time.Second)))
	}
	return c, nil
}

// loopback tells whether nobody on another machine reaches the address.
func loopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.Unmap().IsLoopback()
}

// Name is the cookie's name.
func (c *Cookies) Name() string { return c.name }

// Read finds the session's pair in a request's headers. A cookie that is forged,
// damaged, too old, from the future, or there twice, is none: which of two a browser
// meant cannot be known.
func (c *Cookies) Read(h http.Header) (session.Pair, bool) {
	found := (&http.Request{Header: h}).CookiesNamed(c.name)
	if len(found) != 1 || found[0].Quoted {
		return session.Pair{}, false
	}
	value := found[0].Value
	// base64 has several spellings of some bytes; a cookie of ours has one.
	if len(value) > maxValue {
		return session.Pair{}, false
	}
	if _, err := strictBase64.DecodeString(value); err != nil {
		return session.Pair{}, false
	}
	var plain []byte
	if err := securecookie.DecodeMulti(c.name, value, &plain, c.codecs...); err != nil {
		return session.Pair{}, false
	}
	in, ok := parseContent(plain)
	if !ok || !in.validAt(c.now(), c.maxAge) {
		return session.Pair{}, false
	}
	return in.pair, true
}

var strictBase64 = base64.URLEncoding.Strict()

// Give sets the cookie in an answer's headers, in place of one that was set before. It
// lasts to until, at most Config.MaxAge. Errors: until is past; no randomness.
func (c *Cookies) Give(h http.Header, p session.Pair, until time.Time) error {
	now := c.now()
	if most := now.Add(c.maxAge); until.After(most) {
		until = most
	}
	if !now.Before(until) {
		return errors.New("cookie: the session is over")
	}
	in := content{issued: now, until: until, pair: p}
	value, err := securecookie.EncodeMulti(c.name, in.bytes(), c.codecs...)
	if err != nil {
		return fmt.Errorf("cookie: %w", err)
	}
	c.set(h, value, max(1, int(until.Sub(now)/time.Second)))
	return nil
}

// Take removes the cookie.
func (c *Cookies) Take(h http.Header) { c.set(h, "", -1) }

// set writes the Set-Cookie line. age is in seconds, negative to remove.
func (c *Cookies) set(h http.Header, value string, age int) {
	const header = "Set-Cookie"
	others := slices.DeleteFunc(h[header], func(line string) bool { return strings.HasPrefix(line, c.name+"=") })
	line := &http.Cookie{
		Name: c.name, Value: value, Path: "/", MaxAge: age,
		Secure: c.secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
	h[header] = append(others, line.String())
}
