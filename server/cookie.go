package server

import (
	"fmt"
	"net/http"
	"time"

	"countersign/methods"
	"countersign/session"
)

// cookieChange is what a call wants done to the session cookie.
type cookieChange struct {
	give  session.Pair
	until time.Time // not zero: give
	take  bool
}

// KeepLogin implements methods.Env.
func (x *exchange) KeepLogin(token string, until time.Time) bool {
	pair, ok := session.ParseToken(token)
	if !ok || x.server.cfg.Cookies == nil || x.ep.dialect.NoCookies || x.unasked || x.get {
		return false
	}
	x.changeCookie(cookieChange{give: pair, until: until})
	return true
}

// DropLogin implements methods.Env.
func (x *exchange) DropLogin() {
	if !x.ep.dialect.NoCookies {
		x.changeCookie(cookieChange{take: true})
	}
}

func (x *exchange) changeCookie(c cookieChange) {
	x.top.mu.Lock()
	defer x.top.mu.Unlock()
	x.top.cookie = c
}

// apply writes the change into the answer's headers.
func (c *cookieChange) apply(s *Server, h http.Header) error {
	switch {
	case s.cfg.Cookies == nil:
	case !c.until.IsZero():
		if err := s.cfg.Cookies.Give(h, c.give, c.until); err != nil {
			return fmt.Errorf("the session cookie could not be made: %w", err)
		}
	case c.take:
		s.cfg.Cookies.Take(h)
	}
	return nil
}

// crossSite refuses requests that another site's page made a browser send: whatever a
// browser adds by itself, cookies and remembered Basic credentials alike, proves nothing
// then (requirements INP-8). A request that is authenticated by a cookie must besides
// have a media type that a page cannot send without asking first.
//
// A page could also log its visitor in as somebody else, to see what he then does: no
// such request is answered with a cookie.
func (x *exchange) crossSite(r *http.Request, media string) *methods.Error {
	err := x.otherOrigin(r)
	x.unasked = err != nil || sentWithoutAsking[media]
	switch {
	case x.caller == nil:
		return nil
	case err != nil && !x.fromAllowedOrigin(r):
		return methods.Wrap(methods.KindPermissionDenied, err, "a call from another site")
	case x.fromCookie && x.unasked:
		return methods.Errorf(methods.KindPermissionDenied, "a call with a cookie needs the media type of its protocol")
	}
	return nil
}

// otherOrigin tells a browser's request that a page of another site made. One that names
// neither where it is from nor what it is to that place passes the check, so that what
// programs send need not be looked at further.
func (x *exchange) otherOrigin(r *http.Request) error {
	if first(x.header, "Sec-Fetch-Site") == "" && first(x.header, "Origin") == "" {
		return nil
	}
	if x.get { // which the check holds to be harmless; what it would tell is not
		post := *r
		post.Method = http.MethodPost
		r = &post
	}
	return x.server.foreign.Check(r)
}

// sentWithoutAsking are the media types that need no preflight (Fetch standard,
// "CORS-safelisted request-header").
var sentWithoutAsking = map[string]bool{
	"": true, "text/plain": true, "application/x-www-form-urlencoded": true, "multipart/form-data": true,
}
