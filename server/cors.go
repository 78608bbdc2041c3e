package server

import (
	"net/http"
	"slices"
	"strings"
)

// fromAllowedOrigin tells whether the configuration lets pages of the request's origin
// call. Their cookies are never taken: the browser was not asked to send any.
func (x *exchange) fromAllowedOrigin(r *http.Request) bool {
	return !x.fromCookie && x.server.allows(first(r.Header, "Origin"))
}

func (s *Server) allows(origin string) bool {
	return origin != "" && slices.Contains(s.cfg.Origins, origin)
}

// cors lets pages of the configured origins read answers, and answers the question that
// browsers ask before a call (Fetch standard, "CORS protocol"). It reports whether the
// request was that question.
func (s *Server) cors(w http.ResponseWriter, r *http.Request) (answered bool) {
	if len(s.cfg.Origins) == 0 {
		return false
	}
	h := w.Header()
	h.Add("Vary", "Origin")
	origin := first(r.Header, "Origin")
	if !s.allows(origin) {
		return false
	}
	h.Set("Access-Control-Allow-Origin", origin)
	h.Set("Access-Control-Expose-Headers", "Etag, Retry-After, X-Request-Id")
	if r.Method != http.MethodOptions || first(r.Header, "Access-Control-Request-Method") == "" {
		return false
	}
	h.Set("Access-Control-Allow-Methods", "GET, HEAD, POST")
	h.Set("Access-Control-Allow-Headers", strings.Join(allowedHeaders, ", "))
	h.Set("Access-Control-Max-Age", "600")
	w.WriteHeader(http.StatusNoContent)
	return true
}

// allowedHeaders are those that a page may send: what calls need and no more.
var allowedHeaders = []string{
	"Authorization", "Content-Type", "If-None-Match", "Soapaction", "X-Requested-With",
	"X-Bugzilla-Login", "X-Bugzilla-Password", "X-Bugzilla-Token", "X-Bugzilla-Api-Key",
}
