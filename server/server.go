package server

import (
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync/atomic"

	"countersign/server/internal/peer"
	"countersign/session/audit"
)

// Server answers requests. Make it with New; it is an http.Handler, and Serve runs it
// on a listener.
type Server struct {
	cfg       Config
	endpoints map[string]*endpoint
	ids       requestIDs
	peers     peer.Resolver
	foreign   http.CrossOriginProtection // tells what pages of other sites made a browser send
	inFlight  atomic.Int64
	draining  atomic.Bool
}

// New makes a Server. The error names everything that is wrong with the table.
func New(cfg Config) (*Server, error) {
	if cfg.Registry == nil || cfg.Sessions == nil || len(cfg.Transports) == 0 {
		return nil, errors.New("server: a registry, sessions and a transport are required")
	}
	if cfg.Endpoints == nil {
		cfg.Endpoints = DefaultEndpoints()
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Audit == nil {
		cfg.Audit = audit.Discard{}
	}
	if cfg.Rand == nil {
		cfg.Rand = rand.Reader
	}
	cfg.Limits = cfg.Limits.withDefaults()
	endpoints, err := buildEndpoints(cfg.Endpoints, cfg.Transports, cfg.Registry)
	if err != nil {
		return nil, fmt.Errorf("server: %w", err)
	}
	ids, err := newRequestIDs(cfg.Rand)
	if err != nil {
		return nil, err
	}
	return &Server{cfg: cfg, endpoints: endpoints, ids: ids, peers: peer.Resolver{Trusted: cfg.TrustedProxies, Socket: cfg.TrustedSocket}}, nil
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if status, why := s.cfg.Limits.checkHead(r); status != 0 {
		s.refuseHead(w, status, why)
		return
	}
	// A connection is not used again after a request with Transfer-Encoding: what
	// follows it may be another's idea of a body (requirements INP-11).
	if len(r.TransferEncoding) > 0 || s.draining.Load() {
		w.Header().Set("Connection", "close")
	}
	if ep, ok := s.endpoints[r.URL.Path]; ok {
		if s.cors(w, r) {
			return
		}
		s.serveCall(w, r, ep)
		return
	}
	s.serveStatus(w, r)
}
