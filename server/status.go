package server

import (
	"context"
	"io"
	"net/http"
	"slices"
	"time"
)

// reservedPaths belong to the service itself.
var reservedPaths = map[string]bool{"/healthz": true, "/livez": true, "/readyz": true}

// ReadyCheck is one thing that the service stands on.
type ReadyCheck struct {
	// Name appears in the answer of /readyz.
	Name string
	// Check returns nil when the thing is there.
	Check func(ctx context.Context) error
}

// serveStatus answers what is not an endpoint: /healthz and /livez tell that the
// process lives, /readyz whether it can serve now.
func (s *Server) serveStatus(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	setAll(h, statusHeader)
	switch {
	case !reservedPaths[r.URL.Path]:
		w.WriteHeader(http.StatusNotFound)
		s.say(w, "nothing here\n")
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		h.Set("Allow", "GET, HEAD")
		w.WriteHeader(http.StatusMethodNotAllowed)
	case r.URL.Path == "/readyz":
		s.serveReady(w, r)
	default:
		s.say(w, "ok\n")
	}
}

// refuseHead answers a request whose head is over the limits, and ends the connection.
func (s *Server) refuseHead(w http.ResponseWriter, status int, why string) {
	h := w.Header()
	setAll(h, statusHeader)
	h.Set("Connection", "close")
	w.WriteHeader(status)
	s.say(w, why+"\n")
}

var statusHeader = answerHeader("text/plain; charset=utf-8")

func (s *Server) serveReady(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	var missing []string
	if s.draining.Load() {
		missing = append(missing, "draining")
	}
	for _, c := range s.cfg.Ready {
		if err := c.Check(ctx); err != nil {
			s.cfg.Log.Warn("not ready", "part", c.Name, "err", err)
			missing = append(missing, c.Name)
		}
	}
	if len(missing) == 0 {
		s.say(w, "ready\n")
		return
	}
	slices.Sort(missing)
	w.WriteHeader(http.StatusServiceUnavailable)
	for _, m := range missing {
		s.say(w, "not ready: "+m+"\n")
	}
}

func (s *Server) say(w io.Writer, text string) {
	if _, err := io.WriteString(w, text); err != nil {
		s.cfg.Log.Debug("an answer could not be delivered", "err", err)
	}
}
