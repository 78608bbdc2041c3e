package cookie

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"

	"github.com/gorilla/sessions"

	"countersign/session"
)

// Sessions is what a Store asks of session.Manager.
type Sessions interface {
	Check(ctx context.Context, p session.Pair) (session.Session, error)
	Touch(s *session.Session)
	Logout(ctx context.Context, p session.Pair, by session.By) (*session.Session, error)
}

// Store is a gorilla sessions.Store over the service's own sessions, for programs that
// embed it. A gorilla session is anonymous, or it has a Current session of the service;
// its Values keep nothing else.
//
//	s, err := store.Get(r, store.Name())        // err: the sessions are out of reach
//	me, ok := cookie.Current(s)                 // !ok: nobody is logged in
//
//	grant, err := manager.Login(ctx, ...)       // log in
//	cookie.Begin(s, grant)
//	err = s.Save(r, w)
//
//	s.Options.MaxAge = -1                       // log out
//	err = s.Save(r, w)
type Store struct {
	cookies  *Cookies
	sessions Sessions
}

var _ sessions.Store = (*Store)(nil)

// NewStore makes a Store.
func NewStore(c *Cookies, s Sessions) *Store { return &Store{cookies: c, sessions: s} }

// ErrValues: a session was given values, which nothing keeps.
var ErrValues = errors.New("cookie: sessions keep no values of their own")

// Name is the only name that sessions have: that of the cookie.
func (s *Store) Name() string { return s.cookies.Name() }

// stateKey is where a session's state is among its Values.
type stateKey struct{}

type state struct {
	current  session.Session
	pair     session.Pair
	fresh    bool           // of a login that was not saved yet
	replaced []session.Pair // to be ended by Save
}

// Get gives the session of the request, always the same one.
func (s *Store) Get(r *http.Request, name string) (*sessions.Session, error) {
	return sessions.GetRegistry(r).Get(s, name)
}

// New looks the request's cookie up, which is a use of the session. Without a cookie,
// with a bad one, and with that of a session that has ended it gives an anonymous
// session and no error. Errors, with an anonymous session: another name;
// session.ErrUnavailable.
func (s *Store) New(r *http.Request, name string) (*sessions.Session, error) {
	out := sessions.NewSession(s, name)
	out.IsNew = true
	if name != s.Name() {
		return out, fmt.Errorf("cookie: a session is called %s", s.Name())
	}
	pair, ok := s.cookies.Read(r.Header)
	if !ok {
		return out, nil
	}
	current, err := s.sessions.Check(r.Context(), pair)
	if errors.Is(err, session.ErrInvalid) {
		return out, nil
	} else if err != nil {
		return out, err
	}
	s.sessions.Touch(&current)
	out.IsNew = false
	out.ID = current.Public.String()
	out.Values[stateKey{}] = &state{current: current, pair: pair}
	return out, nil
}

// Current gives the session of the service; false for an anonymous one.
func Current(s *sessions.Session) (session.Session, bool) {
	if st, ok := s.Values[stateKey{}].(*state); ok {
		return st.current, true
	}
	return session.Session{}, false
}

// Begin makes s the session of a login. Save then ends the one that s was before: no
// login goes on under an old id (requirements SES-4).
func Begin(s *sessions.Session, g session.Grant) {
	next := &state{current: g.Session, pair: g.Pair, fresh: true}
	if before, ok := s.Values[stateKey{}].(*state); ok {
		next.replaced = append(before.replaced, before.pair)
	}
	s.Values[stateKey{}] = next
	s.ID = g.Session.Public.String()
}

// Save writes what changed: after Begin it gives the cookie, with a negative
// Options.MaxAge it ends the session and takes the cookie. The other Options are not
// looked at: the cookie's attributes are not for choosing. Errors: ErrValues; those of
// session.Manager.Logout; those of Cookies.Give.
func (s *Store) Save(r *http.Request, w http.ResponseWriter, out *sessions.Session) error {
	st, _ := out.Values[stateKey{}].(*state)
	if len(out.Values) > 1 || len(out.Values) == 1 && st == nil {
		return ErrValues
	}
	if out.Options != nil && out.Options.MaxAge < 0 {
		return s.end(r, w, out, st)
	}
	if st == nil || !st.fresh {
		return nil
	}
	if err := s.logout(r, st.replaced); err != nil {
		return err
	}
	if err := s.cookies.Give(w.Header(), st.pair, st.current.End); err != nil {
		return err
	}
	st.fresh, st.replaced, out.IsNew = false, nil, false
	return nil
}

// end logs out, also of sessions that began meanwhile.
func (s *Store) end(r *http.Request, w http.ResponseWriter, out *sessions.Session, st *state) error {
	if st != nil {
		if err := s.logout(r, append(st.replaced, st.pair)); err != nil {
			return err
		}
	}
	s.cookies.Take(w.Header())
	delete(out.Values, stateKey{})
	out.ID, out.IsNew = "", true
	return nil
}

func (s *Store) logout(r *http.Request, pairs []session.Pair) error {
	for _, p := range pairs {
		if _, err := s.sessions.Logout(r.Context(), p, by(r)); err != nil {
			return err
		}
	}
	return nil
}

// by says for the audit where the request came from.
func by(r *http.Request) session.By {
	var b session.By
	if peer, err := netip.ParseAddrPort(r.RemoteAddr); err == nil {
		b.Peer = peer.Addr().Unmap()
	}
	b.Origin = session.Origin{Agent: r.UserAgent(), Endpoint: r.URL.Path}
	return b
}
