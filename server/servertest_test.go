package server_test

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"log/slog"
	"net"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"countersign/methods"
	"countersign/methods/addressbook"
	"countersign/methods/bugzilla"
	"countersign/methods/interop"
	"countersign/methods/openrpc"
	"countersign/methods/system"
	"countersign/server"
	"countersign/server/dialect"
	"countersign/server/internal/sample"
	"countersign/server/jsonrpc"
	"countersign/server/soap"
	"countersign/server/wire"
	"countersign/server/xmlrpc"
	"countersign/session"
	"countersign/session/apikey"
	"countersign/session/audit"
	"countersign/session/cookie"
	"countersign/session/localauth"
	"countersign/session/password"
	"countersign/session/throttle"
	"countersign/session/verify"
	"countersign/sql"
	"countersign/sql/sqltest"
)

func TestMain(m *testing.M) { sqltest.Main(m) }

// cheap makes password hashes that cost next to nothing: what they cost is not what
// these tests are about.
var cheap = password.Params{MemoryKiB: 64, Time: 1, Threads: 1}

// service is a whole service on a loopback socket, over a real database.
type service struct {
	db       *sql.DB
	sessions *session.Manager
	server   *server.Server
	http     *httptest.Server
	clock    *clock
	rand     *script
	logs     *logBuffer
	audit    *logBuffer
	throttle *throttle.Throttle
	keys     *apikey.Manager
	cookies  *cookie.Cookies // nil without
	checks   *checkCounter
	stop     func() // ends it before the test does
}

func (s *service) address() string { return s.http.Listener.Addr().String() }

// options change a service before it starts.
type options struct {
	db       *sql.DB
	modules  []methods.Module
	limits   server.Limits
	rows     []server.Endpoint
	realTime bool
	remember time.Duration
	cookies  bool
	random   bool           // secrets are random where the script says nothing
	proxies  []netip.Prefix // may say in X-Forwarded-For who calls
	socket   bool           // so may who connects over a Unix socket
	record   audit.Log      // instead of the service's own buffer
	origins  []string       // whose pages may call
	wires    []wire.Transport
	// auth proves names instead of the accounts' passwords, or asks for more first.
	auth func(session.Authenticator) session.Authenticator
}

// newService starts a service with the sample accounts and contacts.
func newService(t testing.TB, o options) *service {
	t.Helper()
	s := &service{db: o.db, clock: newClock(), rand: &script{random: o.random}, logs: &logBuffer{}, audit: &logBuffer{}}
	if s.db == nil {
		s.db = sqltest.SQLite(t)
	}
	now := s.clock.Now
	if o.realTime {
		now = time.Now
	}
	log := slog.New(slog.NewJSONHandler(s.logs, &slog.HandlerOptions{Level: slog.LevelDebug}))
	runner := verify.NewInProcess(verify.Limits{Workers: 2}, verify.Argon2(s.rand))
	s.checks = &checkCounter{Runner: runner}
	local, err := localauth.New(localauth.Config{Accounts: s.db.Accounts(), Runner: s.checks, Params: cheap, Rand: s.rand, Log: log})
	must(t, err)
	var auth session.Authenticator = local
	if o.auth != nil {
		auth = o.auth(local)
	}
	if n, err := s.db.Accounts().Count(t.Context()); err != nil || n == 0 { // another service may have filled it
		must(t, err)
		must(t, sample.Fill(t.Context(), s.db.Accounts(), s.db.AddressBook(), func(p string) (string, error) {
			return password.Hash(s.rand, cheap, []byte(p))
		}, now()))
	}
	s.throttle, err = throttle.New(t.Context(), throttle.Config{Store: s.db.Throttle(), Accounts: s.db.Accounts(), Now: now, Log: log})
	must(t, err)
	record := o.record
	if record == nil {
		record = audit.NewWriter(s.audit, audit.Options{Node: "test", Now: now})
	}
	s.sessions, err = session.NewManager(session.Config{
		Sessions: s.db.Sessions(), Accounts: s.db.Accounts(), Authenticator: auth,
		Throttle: throttle.Gate{Throttle: s.throttle}, Audit: record, Remember: o.remember,
		PerAccount: session.DefaultPerAccount, Forget: func(id string) { s.throttle.AccountsChanged(); s.keys.Forget(id) },
		Now: now, Rand: s.rand, Log: log,
	})
	must(t, err)
	s.keys, err = apikey.New(apikey.Config{Store: s.db.APIKeys(), Accounts: s.sessions, Now: now, Rand: s.rand, Log: log})
	must(t, err)
	limits := wire.DefaultLimits()
	modules := append(system.Modules(system.Config{
		Sessions: s.sessions, Version: "test", Batch: limits.Batch, Answer: limits.Answer, Now: now,
		Accounts: s.db.Accounts(), Keys: s.keys, Throttle: s.throttle, Audit: record, Policy: password.DefaultPolicy(),
		Hash: func(ctx context.Context, p string) (string, error) {
			return verify.HashPassword(ctx, runner, cheap, []byte(p))
		},
	}), addressbook.New(s.db.AddressBook(), now))
	modules = append(modules, interop.Modules("test")...)
	modules = append(modules, bugzilla.New(bugzilla.Config{
		Sessions: s.sessions, Accounts: s.db.Accounts(), Audit: record, Policy: password.DefaultPolicy(), Now: now, Rand: s.rand,
		Hash: func(ctx context.Context, p string) (string, error) {
			return verify.HashPassword(ctx, runner, cheap, []byte(p))
		},
	})...)
	modules = append(modules, openrpc.New(openrpc.Config{Title: "Countersign", Version: "test", Codes: dialect.Plain().Codes}))
	registry, err := methods.NewRegistry(append(modules, o.modules...)...)
	must(t, err)
	config := server.Config{
		Registry: registry, Sessions: s.sessions, Keys: s.keys, Audit: record, Transports: append([]wire.Transport{xmlrpc.Transport{}, jsonrpc.Transport{}, soap.New()}, o.wires...),
		Endpoints: o.rows, Limits: o.limits, Log: log, Rand: s.rand,
		Ready:          []server.ReadyCheck{{Name: "database", Check: s.sessions.Ping}},
		TrustedProxies: o.proxies, TrustedSocket: o.socket, Origins: o.origins,
	}
	if o.cookies {
		s.cookies = newCookies(t, now)
		config.Cookies = s.cookies
	}
	s.server, err = server.New(config)
	must(t, err)
	s.sessions.Start()
	must(t, s.sessions.CatchUp(t.Context()))
	s.http = httptest.NewUnstartedServer(s.server)
	s.http.Start()
	s.stop = sync.OnceFunc(func() {
		s.http.Close()
		must(t, s.sessions.Close(context.Background()))
		must(t, s.keys.Close(context.Background()))
		s.throttle.Close()
		must(t, runner.Close(context.Background()))
	})
	t.Cleanup(s.stop)
	return s
}

// checkCounter counts the passwords that are verified.
type checkCounter struct {
	verify.Runner
	n       atomic.Int64
	instead func(ctx context.Context) ([]byte, error) // of verifying; may be nil
}

// Run implements verify.Runner.
func (c *checkCounter) Run(ctx context.Context, job verify.Job) ([]byte, error) {
	c.n.Add(1)
	if c.instead != nil {
		return c.instead(ctx)
	}
	return c.Runner.Run(ctx, job)
}

// newCookies makes cookies with keys of their own.
func newCookies(t testing.TB, now func() time.Time) *cookie.Cookies {
	t.Helper()
	keys, err := cookie.OpenKeys(filepath.Join(t.TempDir(), "cookie.keys"))
	must(t, err)
	c, err := cookie.New(cookie.Config{Keys: keys, Now: now})
	must(t, err)
	return c
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// clock stands still until it is told to move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2001, 9, 3, 10, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// script is a source of "randomness" that gives what it was told to, and then a count,
// so that transcripts can be written down.
type script struct {
	mu     sync.Mutex
	queue  []byte
	serial byte
	random bool // and then chance instead of a count
}

func (s *script) push(t testing.TB, digits string) {
	t.Helper()
	b, err := hex.DecodeString(digits)
	must(t, err)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.queue = append(s.queue, b...)
}

func (s *script) Read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range p {
		if len(s.queue) > 0 {
			p[i], s.queue = s.queue[0], s.queue[1:]
			continue
		}
		if s.random {
			n, err := rand.Read(p[i:])
			return i + n, err
		}
		if i == 0 {
			s.serial++
		}
		p[i] = s.serial
	}
	return len(p), nil
}

// logBuffer keeps what was logged.
type logBuffer struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// dial opens a raw connection, for requests that no HTTP library would send.
func (s *service) dial(t testing.TB) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", s.address())
	must(t, err)
	must(t, c.SetDeadline(time.Now().Add(20*time.Second)))
	t.Cleanup(func() { _ = c.Close() })
	return c
}
