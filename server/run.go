package server

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// Serving says how a Server runs on a listener. Zero fields take the published
// defaults (DefaultServing). The tags are names in a settings file.
type Serving struct {
	// TLS, if set, makes the listener speak TLS; only then is HTTP/2 offered.
	TLS *tls.Config `toml:"-"`
	// Head, Request, Answer and Idle bound how long the head of a request may take to
	// arrive, the whole request, the answer, and the wait for the next request.
	Head    time.Duration `toml:"head"`
	Request time.Duration `toml:"request"`
	Answer  time.Duration `toml:"answer"`
	Idle    time.Duration `toml:"idle"`
	// Linger tells how long a draining server goes on taking requests, so that load
	// balancers can notice; nil for not at all. It is asked when draining begins.
	Linger func() time.Duration `toml:"-"`
	// Finish is how long requests under way may then take.
	Finish time.Duration `toml:"finish"`
	// Connections and PerPeer bound open connections, in all and per client.
	Connections int `toml:"most"`
	PerPeer     int `toml:"per_client"`
}

// DefaultServing has the published numbers.
func DefaultServing() Serving {
	return Serving{
		Head: 5 * time.Second, Request: 15 * time.Second, Answer: 30 * time.Second, Idle: 60 * time.Second,
		Finish: 30 * time.Second, Connections: 4096, PerPeer: 256,
	}
}

// Serve answers on l until ctx ends, then drains: /readyz says no, connections are
// closed after their answer, and after Linger no new ones are taken. It returns nil
// when every request was answered.
func (s *Server) Serve(ctx context.Context, l net.Listener, how Serving) error {
	h := s.httpServer(&how)
	l = newLimitListener(l, how.Connections, how.PerPeer)
	ended := make(chan error, 1)
	go func() {
		if how.TLS != nil {
			h.TLSConfig = how.TLS
			ended <- h.ServeTLS(l, "", "")
			return
		}
		ended <- h.Serve(l)
	}()
	select {
	case err := <-ended:
		return fmt.Errorf("serving ended by itself: %w", err)
	case <-ctx.Done():
	}
	s.draining.Store(true)
	s.cfg.Log.Info("draining")
	if how.Linger != nil {
		select {
		case err := <-ended:
			return fmt.Errorf("serving ended by itself: %w", err)
		case <-time.After(how.Linger()):
		}
	}
	finish, cancel := context.WithTimeout(context.WithoutCancel(ctx), how.Finish)
	defer cancel()
	if err := h.Shutdown(finish); err != nil {
		return errors.Join(fmt.Errorf("requests were cut off: %w", err), h.Close())
	}
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// httpServer is the engine in front, with the published bounds.
func (s *Server) httpServer(how *Serving) *http.Server {
	d := DefaultServing()
	fill(&how.Head, d.Head)
	fill(&how.Request, d.Request)
	fill(&how.Answer, d.Answer)
	fill(&how.Idle, d.Idle)
	fill(&how.Finish, d.Finish)
	fill(&how.Connections, d.Connections)
	fill(&how.PerPeer, d.PerPeer)
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	protocols.SetHTTP2(how.TLS != nil)
	return &http.Server{
		Handler:           s,
		ConnContext:       withFarEnd,
		ReadHeaderTimeout: how.Head,
		ReadTimeout:       how.Request,
		// net/http counts from the end of the head, so the time for the body and for
		// the method is in it.
		WriteTimeout:   how.Request + s.cfg.Limits.Handler + how.Answer,
		IdleTimeout:    how.Idle,
		MaxHeaderBytes: 12 << 10, // net/http adds 4 KiB of its own
		Protocols:      &protocols,
		HTTP2:          &http.HTTP2Config{MaxConcurrentStreams: 100},
		ErrorLog:       slog.NewLogLogger(s.cfg.Log.Handler(), slog.LevelDebug),
	}
}
