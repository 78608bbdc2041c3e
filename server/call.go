package server

import (
	"mime"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"countersign/methods"
	"countersign/server/dialect"
	"countersign/server/wire"
)

// serveCall answers a request to an endpoint.
func (s *Server) serveCall(w http.ResponseWriter, r *http.Request, ep *endpoint) {
	x := s.newExchange(ep, r)
	h := w.Header()
	setAll(h, ep.header)
	x.idHeader[0] = x.id
	h["X-Request-Id"] = x.idHeader[:]
	out := buffers.Get().(*[]byte)
	defer recycle(out)

	if s.inFlight.Add(1) > int64(s.cfg.Limits.InFlight) {
		s.inFlight.Add(-1)
		h.Set("Retry-After", "1")
		x.refuse(w, r, out, http.StatusServiceUnavailable, errBusy)
		return
	}
	defer s.inFlight.Add(-1)

	media, charset := mediaType(r.Header)
	x.get = r.Method == http.MethodGet || r.Method == http.MethodHead
	if !x.meet(w, r, out, media) {
		return
	}
	ctx := &x.ctx
	ctx.Context, ctx.deadline = r.Context(), time.Now().Add(s.cfg.Limits.Handler)
	defer ctx.release()
	x.admit(ctx, r.Header)
	switch e := x.crossSite(r, media); {
	case e == nil:
	case x.get: // the page may hear what everybody may, and not whether its visitor is known
		x.forget()
	default:
		x.refuse(w, r, out, http.StatusForbidden, e)
		return
	}
	x.request = wire.Request{Charset: charset, Limits: s.cfg.Limits.Wire, Style: x.style}
	if x.get {
		x.request.Get = &wire.Get{Query: r.URL.RawQuery, Base: s.base(r), Path: ep.path}
	} else {
		body, err := readBody(r, s.cfg.Limits.Body)
		if err != nil {
			e := methods.AsError(err)
			x.refuse(w, r, out, bodyStatus(h, e), e)
			return
		}
		x.bytes, x.request.Body = len(body), body
	}
	reply := x.answer((*out)[:0])
	*out = reply.Body
	x.write(w, r, reply)
}

// answer lets the transport answer. What panics there, outside of any method, becomes an
// internal error too (requirements INP-12).
func (x *exchange) answer(dst []byte) (reply wire.Reply) {
	defer func() {
		if p := recover(); p != nil {
			reply = x.ep.transport.Refuse(x.Fail(x.panicked(&x.ctx, "", p)), x.style, dst)
		}
	}()
	return x.ep.transport.Answer(&x.ctx, &x.request, x, dst)
}

// meet tells whether a request gets past the verb and media type that it came with;
// otherwise it is answered.
func (x *exchange) meet(w http.ResponseWriter, r *http.Request, out *[]byte, media string) bool {
	h, t := w.Header(), x.ep.transport
	if x.ep.dialect.Gate != nil {
		gate := x.ep.dialect.Gate(dialect.Arrival{
			Transport: t.Name(), Verb: r.Method, Media: media, Empty: r.ContentLength == 0,
		})
		x.late = gate.Late
		switch {
		case gate.Status != 0:
			w.WriteHeader(gate.Status)
			x.server.say(w, gate.Text)
			return false
		case gate.Refuse != nil:
			x.refuse(w, r, out, http.StatusOK, gate.Refuse)
			return false
		}
		return true
	}
	switch {
	case x.get && t.Gets():
	case r.Method != http.MethodPost:
		allow, why := http.MethodPost, "calls come by POST"
		if t.Gets() {
			allow, why = "GET, HEAD, POST", "only GET, HEAD and POST are answered here"
		}
		h.Set("Allow", allow)
		x.refuse(w, r, out, http.StatusMethodNotAllowed, methods.Errorf(methods.KindInvalidRequest, "%s", why))
		return false
	case !t.Reads(media):
		wanted, _, _ := strings.Cut(t.ContentType(), ";")
		x.refuse(w, r, out, http.StatusUnsupportedMediaType,
			methods.Errorf(methods.KindInvalidRequest, "calls come with Content-Type: %s", wanted))
		return false
	}
	return true
}

// base is the scheme and host under which the client reached the service.
func (s *Server) base(r *http.Request) string {
	switch {
	case s.cfg.PublicURL != "":
		return s.cfg.PublicURL
	case r.TLS != nil:
		return "https://" + r.Host
	default:
		return "http://" + r.Host
	}
}

var errBusy = &methods.Error{Kind: methods.KindBusy, Public: "too many requests are being worked on; try again"}

// bodyStatus is the HTTP status for a body that could not be read. What is left of it
// on the connection cannot be trusted, so the connection ends, except where the body
// was read to its end.
func bodyStatus(h http.Header, e *methods.Error) int {
	h.Set("Connection", "close")
	switch e.Kind {
	case methods.KindTooLarge:
		return http.StatusRequestEntityTooLarge
	case methods.KindTimeout:
		return http.StatusRequestTimeout
	case methods.KindCompression:
		if e.Cause == nil {
			return http.StatusUnsupportedMediaType
		}
		return http.StatusOK // a fault: phpxmlrpc's codes 103-107 come this way
	default:
		return http.StatusBadRequest
	}
}

// refuse answers a request that never reached its transport, in the client's protocol.
func (x *exchange) refuse(w http.ResponseWriter, r *http.Request, out *[]byte, status int, e *methods.Error) {
	outcome := x.Fail(e)
	reply := x.ep.transport.Refuse(outcome, x.style, (*out)[:0])
	reply.Status = status
	*out = reply.Body
	x.write(w, r, reply)
}

// write sends an answer in one piece.
func (x *exchange) write(w http.ResponseWriter, r *http.Request, reply wire.Reply) {
	h := w.Header()
	if reply.Status == http.StatusUnauthorized && x.ep.dialect.Challenge != "" {
		h.Set("Www-Authenticate", x.ep.dialect.Challenge)
	}
	if err := x.cookie.apply(x.server, h); err != nil {
		x.server.cfg.Log.Error(err.Error(), "request", x.id)
	}
	if x.retryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(int((x.retryAfter+time.Second-1)/time.Second)))
	}
	if reply.ContentType != "" {
		h["Content-Type"] = []string{reply.ContentType}
	}
	body := reply.Body
	if len(body) >= gzipFrom && acceptsGzip(r.Header) {
		packed := buffers.Get().(*[]byte)
		defer recycle(packed)
		*packed = compress((*packed)[:0], body)
		body = *packed
		h.Set("Content-Encoding", "gzip")
	}
	if x.get && reply.Tagged && tagged(h, r.Header, body) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	if len(body) >= gzipFrom {
		h["Content-Length"] = []string{strconv.Itoa(len(body))}
	} // net/http counts small ones itself
	if len(body) == 0 {
		h.Del("Content-Type")
	}
	if reply.Status != 0 && reply.Status != http.StatusOK {
		w.WriteHeader(reply.Status)
	}
	if len(body) == 0 {
		return
	}
	if _, err := w.Write(body); err != nil {
		x.server.cfg.Log.Debug("an answer could not be delivered", "request", x.id, "err", err)
	}
}

// mediaType splits the Content-Type header; one that cannot be read is unknown.
func mediaType(h http.Header) (media, charset string) {
	v := first(h, "Content-Type")
	switch v { // what nearly every client sends
	case "", "text/xml":
		return v, ""
	case "application/json":
		return v, ""
	case "text/xml; charset=utf-8":
		return "text/xml", "utf-8"
	}
	media, params, err := mime.ParseMediaType(v)
	if err != nil {
		return "unreadable", ""
	}
	return media, strings.ToLower(params["charset"])
}

// buffers hold answers while they are built and sent.
var buffers = sync.Pool{New: func() any { b := make([]byte, 0, 4<<10); return &b }}

// recycle gives a buffer back unless an unusually large answer made it grow.
func recycle(b *[]byte) {
	const most = 1 << 20
	if cap(*b) <= most {
		buffers.Put(b)
	}
}
