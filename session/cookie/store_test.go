package cookie_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/gorilla/sessions"

	"countersign/session"
	"countersign/session/account"
	"countersign/session/cookie"
	"countersign/sql/sqltest"
)

func TestMain(m *testing.M) { sqltest.Main(m) }

// anybody lets everybody in as one account.
type anybody struct{ account account.Account }

func (a anybody) Authenticate(context.Context, session.Credentials) (account.Account, error) {
	return a.account, nil
}

// site is a program that embeds the sessions, and one browser.
type site struct {
	manager *session.Manager
	store   *cookie.Store
	clock   *clock
	jar     map[string]string
}

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{clock: newClock(), jar: map[string]string{}}
	db := sqltest.SQLite(t)
	a, err := db.Accounts().Add(t.Context(), account.Account{Kind: account.User, Name: "bubba"})
	must(t, err)
	s.manager, err = session.NewManager(session.Config{
		Sessions: db.Sessions(), Accounts: db.Accounts(), Authenticator: anybody{a}, Now: s.clock.Now,
	})
	must(t, err)
	must(t, s.manager.CatchUp(t.Context()))
	t.Cleanup(func() { must(t, s.manager.Close(context.Background())) })
	s.store = cookie.NewStore(cookies(t, cookie.Config{Keys: keys(t, line(t)), Now: s.clock.Now}), s.manager)
	return s
}

// visit is one request. The browser keeps the cookies of its answer.
func (s *site) visit(t *testing.T, page func(w http.ResponseWriter, r *http.Request, own *sessions.Session, err error)) {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, "/page", http.NoBody)
	for name, value := range s.jar {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	w := httptest.NewRecorder()
	own, err := s.store.Get(r, s.store.Name())
	page(w, r, own, err)
	for _, c := range w.Result().Cookies() {
		if c.MaxAge < 0 {
			delete(s.jar, c.Name)
		} else {
			s.jar[c.Name] = c.Value
		}
	}
}

func (s *site) login(t *testing.T) session.Grant {
	t.Helper()
	g, err := s.manager.Login(t.Context(), session.Credentials{Kind: account.User, Name: "bubba"}, session.Terms{})
	must(t, err)
	return g
}

// enter logs in on a page and gives the new session.
func (s *site) enter(t *testing.T) session.Grant {
	t.Helper()
	g := s.login(t)
	s.visit(t, func(w http.ResponseWriter, r *http.Request, own *sessions.Session, err error) {
		must(t, err)
		cookie.Begin(own, g)
		must(t, own.Save(r, w))
		if me, ok := cookie.Current(own); !ok || own.IsNew || own.ID != me.Public.String() {
			t.Error("the session has not begun")
		}
	})
	return g
}

// who tells whose session the browser has.
func (s *site) who(t *testing.T) (name string) {
	t.Helper()
	s.visit(t, func(_ http.ResponseWriter, _ *http.Request, own *sessions.Session, err error) {
		must(t, err)
		me, ok := cookie.Current(own)
		if ok == own.IsNew || ok != (own.ID != "") {
			t.Errorf("current %v, new %v, id %q", ok, own.IsNew, own.ID)
		}
		if ok {
			name = me.Identity.Account.Name
		}
	})
	return name
}

// TestStore: a login lasts over requests and ends with the logout, for the cookie and
// the pair alike.
func TestStore(t *testing.T) {
	s := newSite(t)
	if name := s.who(t); name != "" {
		t.Fatalf("a stranger is %s", name)
	}
	g := s.enter(t)
	if s.who(t) != "bubba" {
		t.Fatal("the login does not last")
	}
	kept := s.jar[s.store.Name()]
	s.visit(t, func(w http.ResponseWriter, r *http.Request, own *sessions.Session, err error) {
		must(t, err)
		must(t, own.Save(r, w)) // nothing changed: nothing is set
		if len(w.Header()) != 0 {
			t.Errorf("%v", w.Header())
		}
		own.Options.MaxAge = -1
		must(t, own.Save(r, w))
		if _, ok := cookie.Current(own); ok || !own.IsNew {
			t.Error("the session is there after its end")
		}
	})
	if len(s.jar) != 0 {
		t.Error("the cookie is there after the logout")
	}
	s.jar[s.store.Name()] = kept
	if s.who(t) != "" {
		t.Error("a cookie that was kept opens an ended session")
	}
	if _, err := s.manager.Check(t.Context(), g.Pair); !errors.Is(err, session.ErrInvalid) {
		t.Errorf("the pair is checked with %v", err)
	}
}

// TestStoreRenews: a login in a browser that had a session ends that, also one that was
// never saved.
func TestStoreRenews(t *testing.T) {
	s := newSite(t)
	before := s.enter(t)
	old := s.jar[s.store.Name()]
	unsaved, last := s.login(t), s.login(t)
	s.visit(t, func(w http.ResponseWriter, r *http.Request, own *sessions.Session, err error) {
		must(t, err)
		cookie.Begin(own, unsaved)
		cookie.Begin(own, last)
		must(t, sessions.Save(r, w))
	})
	if s.jar[s.store.Name()] == old || s.who(t) != "bubba" {
		t.Error("the browser has no new session")
	}
	for why, pair := range map[string]session.Pair{"the old one": before.Pair, "the one between": unsaved.Pair} {
		if _, err := s.manager.Check(t.Context(), pair); !errors.Is(err, session.ErrInvalid) {
			t.Errorf("%s: %v", why, err)
		}
	}
	// A logout right after a login ends both.
	g := s.login(t)
	s.visit(t, func(w http.ResponseWriter, r *http.Request, own *sessions.Session, err error) {
		must(t, err)
		cookie.Begin(own, g)
		own.Options.MaxAge = -1
		must(t, own.Save(r, w))
	})
	for _, pair := range []session.Pair{last.Pair, g.Pair} {
		if _, err := s.manager.Check(t.Context(), pair); !errors.Is(err, session.ErrInvalid) {
			t.Errorf("after the logout: %v", err)
		}
	}
}

// TestStoreAnonymous: a bad cookie makes an anonymous visitor and no error; the
// session's own end counts, not the cookie's.
func TestStoreAnonymous(t *testing.T) {
	s := newSite(t)
	s.enter(t)
	name := s.store.Name()
	good := s.jar[name]
	for _, bad := range []string{"", "x", good[:len(good)-4], good + "AAAA", good[4:]} {
		s.jar[name] = bad
		if who := s.who(t); who != "" {
			t.Errorf("%.20q is %s", bad, who)
		}
	}
	s.jar[name] = good
	step := session.DefaultIdle - time.Second
	for range 2 { // each visit is a use of the session
		s.clock.advance(step)
		must(t, s.manager.CatchUp(t.Context()))
		if s.who(t) != "bubba" {
			t.Fatal("visits do not prolong the session")
		}
	}
	s.clock.advance(session.DefaultIdle)
	must(t, s.manager.CatchUp(t.Context()))
	if s.who(t) != "" {
		t.Error("the cookie outlives its session")
	}
}

// away is a manager whose store is out of reach.
type away struct{ cookie.Sessions }

func (away) Check(context.Context, session.Pair) (session.Session, error) {
	return session.Session{}, session.ErrUnavailable
}

func (away) Logout(context.Context, session.Pair, session.By) (*session.Session, error) {
	return nil, session.ErrOutcomeUnknown
}

// TestStoreRefuses: what cannot be told or kept is an error, with a session that is
// nobody's.
func TestStoreRefuses(t *testing.T) {
	s := newSite(t)
	g := s.enter(t)
	s.visit(t, func(w http.ResponseWriter, r *http.Request, own *sessions.Session, err error) {
		must(t, err)
		own.AddFlash("x")
		if err := own.Save(r, w); !errors.Is(err, cookie.ErrValues) {
			t.Errorf("values: %v", err)
		}
		if other, err := s.store.Get(r, "other"); err == nil || !other.IsNew {
			t.Error("a session of another name")
		}
		if stranger, err := s.store.New(httptest.NewRequest(http.MethodGet, "/", http.NoBody), s.store.Name()); err != nil || !stranger.IsNew {
			t.Errorf("no cookie: %v", err)
		}
		// With the store away nobody is logged in, and nothing is promised.
		broken := cookie.NewStore(cookies(t, cookie.Config{Keys: keys(t, line(t)), Now: s.clock.Now}), away{s.manager})
		with := httptest.NewRequest(http.MethodGet, "/", http.NoBody)
		c := given(t, cookies(t, cookie.Config{Keys: keys(t, line(t))}), g.Pair, time.Now().Add(time.Hour))
		with.AddCookie(c)
		if anonymous, err := broken.New(with, broken.Name()); err != nil || !anonymous.IsNew {
			t.Errorf("another's cookie: %v", err)
		}
	})
	k := keys(t, line(t))
	jar := cookies(t, cookie.Config{Keys: k, Now: s.clock.Now})
	broken := cookie.NewStore(jar, away{s.manager})
	r := httptest.NewRequest(http.MethodGet, "/", http.NoBody)
	r.AddCookie(given(t, jar, g.Pair, s.clock.Now().Add(time.Hour)))
	own, err := broken.Get(r, broken.Name())
	if _, ok := cookie.Current(own); ok || !errors.Is(err, session.ErrUnavailable) {
		t.Errorf("the store is away: %v", err)
	}
	w := httptest.NewRecorder()
	cookie.Begin(own, g)
	cookie.Begin(own, s.login(t))
	if err := own.Save(r, w); !errors.Is(err, session.ErrOutcomeUnknown) || len(w.Header()) != 0 {
		t.Errorf("an old session that cannot be ended: %v, %v", err, w.Header())
	}
	own.Options.MaxAge = -1
	if err := own.Save(r, w); !errors.Is(err, session.ErrOutcomeUnknown) || len(w.Header()) != 0 {
		t.Errorf("a logout that cannot be done: %v, %v", err, w.Header())
	}
}
