package server_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"countersign/methods"
	"countersign/methods/interop"
	"countersign/methods/system"
	"countersign/server"
	"countersign/server/wire"
	"countersign/server/xmlrpc"
	"countersign/session"
	"countersign/session/account"
	"countersign/sql/sqltest"
)

// counted passes a manager's questions on to a store and counts them. The background's
// own questions, for what other processes announce, come once a second whatever the
// calls are and are not counted.
type counted struct {
	session.Store
	n *atomic.Int64
}

func (c counted) Get(ctx context.Context, id session.Digest) (session.Record, error) {
	c.n.Add(1)
	return c.Store.Get(ctx, id)
}

func (c counted) Insert(ctx context.Context, records []session.Record) error {
	c.n.Add(1)
	return c.Store.Insert(ctx, records)
}

func (c counted) Touch(ctx context.Context, touches []session.Touch) error {
	c.n.Add(1)
	return c.Store.Touch(ctx, touches)
}

func (c counted) Delete(ctx context.Context, ids []session.Digest) ([]session.Digest, error) {
	c.n.Add(1)
	return c.Store.Delete(ctx, ids)
}

func (c counted) List(ctx context.Context, account string, limit int) ([]session.Record, error) {
	c.n.Add(1)
	return c.Store.List(ctx, account, limit)
}

// countedAccounts does the same for accounts, of which a check reads one.
type countedAccounts struct {
	account.Store
	n *atomic.Int64
}

func (c countedAccounts) Get(ctx context.Context, id string) (account.Account, error) {
	c.n.Add(1)
	return c.Store.Get(ctx, id)
}

func (c countedAccounts) Find(ctx context.Context, kind account.Kind, name string) (account.Account, error) {
	c.n.Add(1)
	return c.Store.Find(ctx, kind, name)
}

// anybody is an authenticator that knows one account.
type anybody struct{ account account.Account }

func (a anybody) Authenticate(context.Context, session.Credentials) (account.Account, error) {
	return a.account, nil
}

// steady is a service with one session, and a count of what its manager has asked.
type steady struct {
	server *server.Server
	pair   session.Pair
	asked  atomic.Int64
}

func newSteady(t testing.TB) *steady {
	t.Helper()
	s := &steady{}
	db := sqltest.SQLite(t)
	a, err := db.Accounts().Add(t.Context(), account.Account{Kind: account.User, Name: "bubba", Roles: []string{"admin"}})
	must(t, err)
	manager, err := session.NewManager(session.Config{
		Sessions: counted{db.Sessions(), &s.asked}, Accounts: countedAccounts{db.Accounts(), &s.asked}, Authenticator: anybody{a},
	})
	must(t, err)
	registry, err := methods.NewRegistry(append(system.Modules(system.Config{Sessions: manager}), interop.Modules("test")...)...)
	must(t, err)
	s.server, err = server.New(server.Config{
		Registry: registry, Sessions: manager, Transports: []wire.Transport{xmlrpc.Transport{}},
		Endpoints: []server.Endpoint{{Path: plainPath, Transport: "xmlrpc", Dialect: "plain"}},
	})
	must(t, err)
	manager.Start()
	t.Cleanup(func() { must(t, manager.Close(context.Background())) })
	must(t, manager.CatchUp(t.Context()))
	grant, err := manager.Login(t.Context(), session.Credentials{Kind: account.User, Name: "bubba"}, session.Terms{})
	must(t, err)
	s.pair = grant.Pair
	return s
}

func (s *steady) request(document string) *http.Request {
	r, err := http.NewRequest(http.MethodPost, "/RPC2", http.NoBody)
	if err != nil {
		panic(err) // the arguments are constants
	}
	r.ContentLength = int64(len(document))
	r.RemoteAddr = "127.0.0.1:4711"
	r.SetBasicAuth(s.pair.ID.Reveal(), s.pair.Key.Reveal())
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

// TestCallAsksNoDatabase: an authenticated call in steady state costs no statement.
func TestCallAsksNoDatabase(t *testing.T) {
	s := newSteady(t)
	for _, c := range []struct{ document, want string }{
		{whoAmI, "bubba"}, // only a session may ask this
		{addTwo, "<int>42</int>"},
	} {
		r := s.request(c.document)
		s.call(t, r, c.document, c.want)
		before := s.asked.Load()
		if before == 0 {
			t.Fatal("not even the login was counted")
		}
		const calls = 1000
		for range calls {
			s.call(t, r, c.document, c.want)
		}
		if n := s.asked.Load() - before; n != 0 {
			t.Errorf("%d statements in %d calls of %s", n, calls, c.document)
		}
	}
}
