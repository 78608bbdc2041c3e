package server

import (
	"net/http"
)

// checkHead refuses request heads over the limits; status 0 lets one pass. The size of
// the head as a whole is bounded by the listener (http.Server.MaxHeaderBytes).
func (l *Limits) checkHead(r *http.Request) (status int, why string) {
	if len(r.RequestURI) > l.Target {
		return http.StatusRequestURITooLong, "the request target is too long"
	}
	lines := 0
	for _, values := range r.Header {
		lines += len(values)
	}
	if lines > l.HeaderLines {
		return http.StatusRequestHeaderFieldsTooLarge, "too many header lines"
	}
	return 0, ""
}
