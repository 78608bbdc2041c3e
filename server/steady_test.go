package server_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"countersign/methods"
	"countersign/methods/interop"
	"countersign/methods/system"
	"countersign/server"
	"countersign/server/wire"
	"countersign/server/xmlrpc"
	"countersign/session"
	"countersign/session/account"
	"countersign/session/apikey"
	"countersign/session/throttle"
	"countersign/sql/sqltest"
)

// anybody is an authenticator that knows one account.
type anybody struct{ account account.Account }

func (a anybody) Authenticate(context.Context, session.Credentials) (account.Account, error) {
	return a.account, nil
}

// steady is a service with one account and a count of what its stores and its audit log
// were asked.
type steady struct {
	server *server.Server
	pair   session.Pair // of a session
	key    apikey.Text
	gate   *throttle.Throttle
	asked  atomic.Int64
}

func newSteady(t testing.TB) *steady {
	t.Helper()
	s := &steady{}
	db := sqltest.SQLite(t)
	a, err := db.Accounts().Add(t.Context(), account.Account{Kind: account.User, Name: "bubba", Roles: []string{"admin"}})
	must(t, err)
	s.gate, err = throttle.New(t.Context(), throttle.Config{Store: countedThrottle{real: db.Throttle(), n: &s.asked}})
	must(t, err)
	t.Cleanup(s.gate.Close)
	manager, err := session.NewManager(session.Config{
		Sessions: countedSessions{real: db.Sessions(), n: &s.asked}, Accounts: countedAccounts{real: db.Accounts(), n: &s.asked},
		Throttle: throttle.Gate{Throttle: s.gate}, Audit: countedAudit{&s.asked}, Authenticator: anybody{a}, Remember: time.Minute,
	})
	must(t, err)
	keys, err := apikey.New(apikey.Config{Store: countedKeys{real: db.APIKeys(), n: &s.asked}, Accounts: manager})
	must(t, err)
	registry, err := methods.NewRegistry(append(system.Modules(system.Config{Sessions: manager}), interop.Modules("test")...)...)
	must(t, err)
	s.server, err = server.New(server.Config{
		Registry: registry, Sessions: manager, Keys: keys, Audit: countedAudit{&s.asked}, Transports: []wire.Transport{xmlrpc.Transport{}},
		Endpoints: []server.Endpoint{{Path: plainPath, Transport: "xmlrpc", Dialect: "plain"}},
	})
	must(t, err)
	manager.Start()
	t.Cleanup(func() { must(t, manager.Close(context.Background())) })
	must(t, manager.CatchUp(t.Context()))
	grant, err := manager.Login(t.Context(), session.Credentials{Kind: account.User, Name: "bubba"}, session.Terms{})
	must(t, err)
	s.pair = grant.Pair
	draft, err := keys.Draft(a.ID, apikey.Options{})
	must(t, err)
	must(t, keys.Store(t.Context(), &draft))
	s.key = draft.Text
	return s
}

// request is one with the session.
func (s *steady) request(document string) *http.Request {
	r := s.anonymous(document)
	r.SetBasicAuth(s.pair.ID.Reveal(), s.pair.Key.Reveal())
	return r
}

// anonymous is one without credentials.
func (s *steady) anonymous(document string) *http.Request {
	r, err := http.NewRequest(http.MethodPost, "/RPC2", http.NoBody)
	if err != nil {
		panic(err) // the arguments are constants
	}
	r.ContentLength = int64(len(document))
	r.RemoteAddr = "127.0.0.1:4711"
	r.Header.Set("Content-Type", "text/xml")
	r.Header.Set("User-Agent", "bench")
	return r
}

// keptAnswer is a http.ResponseWriter that keeps the body.
type keptAnswer struct {
	header http.Header
	body   bytes.Buffer
}

func (a *keptAnswer) Header() http.Header         { return a.header }
func (a *keptAnswer) Write(b []byte) (int, error) { return a.body.Write(b) }
func (a *keptAnswer) WriteHeader(int)             {}

const addTwo = `<?xml version="1.0"?><methodCall><methodName>examples.addtwo</methodName><params>` +
	`<param><value><int>5</int></value></param><param><value><int>37</int></value></param></params></methodCall>`

const whoAmI = `<?xml version="1.0"?><methodCall><methodName>system.session</methodName></methodCall>`

// call makes one call and checks that it was answered with a result.
func (s *steady) call(t testing.TB, r *http.Request, document, want string) {
	r.Body = io.NopCloser(strings.NewReader(document))
	a := &keptAnswer{header: http.Header{}}
	s.server.ServeHTTP(a, r)
	if got := a.body.String(); !strings.Contains(got, want) {
		t.Fatalf("answer: %s", got)
	}
}

// TestCallAsksNoDatabase: an authenticated call in steady state costs no statement and no
// line of the audit, whatever it is authenticated by.
func TestCallAsksNoDatabase(t *testing.T) {
	for _, c := range []struct {
		name, document, want string
		authorize            func(s *steady, r *http.Request)
	}{
		{"who am I, by session", whoAmI, "bubba", func(s *steady, r *http.Request) { r.SetBasicAuth(s.pair.ID.Reveal(), s.pair.Key.Reveal()) }},
		{"a sum, by session", addTwo, "<int>42</int>", func(s *steady, r *http.Request) { r.SetBasicAuth(s.pair.ID.Reveal(), s.pair.Key.Reveal()) }},
		{"who am I, by API key", whoAmI, "bubba", func(s *steady, r *http.Request) { r.Header.Set("Authorization", "Bearer "+s.key.Reveal()) }},
		{"who am I, by password", whoAmI, "bubba", func(_ *steady, r *http.Request) { r.SetBasicAuth("bubba", "gump") }},
		{"a sum, by nobody", addTwo, "<int>42</int>", func(*steady, *http.Request) {}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSteady(t)
			if s.asked.Load() == 0 {
				t.Fatal("not even the login was counted")
			}
			r := s.anonymous(c.document)
			c.authorize(s, r)
			s.call(t, r, c.document, c.want)
			s.gate.Close() // a login that was let in is written a moment later
			before := s.asked.Load()
			const calls = 1000
			for range calls {
				s.call(t, r, c.document, c.want)
			}
			if n := s.asked.Load() - before; n != 0 {
				t.Errorf("%d statements in %d calls", n, calls)
			}
		})
	}
}
