package bugzilla_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"countersign/methods"
	"countersign/methods/bugzilla"
	"countersign/session"
	"countersign/session/account"
	"countersign/session/audit"
	"countersign/session/localauth"
	"countersign/session/password"
	"countersign/session/verify"
	"countersign/sql"
	"countersign/sql/sqltest"
)

// cheap makes password hashes that cost next to nothing.
var cheap = password.Params{MemoryKiB: 64, Time: 1, Threads: 1}

const good = "correct horse battery"

// world is the modules over a database with some users, called as dispatch does.
type world struct {
	t        *testing.T
	db       *sql.DB
	sessions *session.Manager
	cfg      bugzilla.Config
	view     *methods.View
	audit    *lines
	now      time.Time
	spool    string
	env      *env
}

// env is what an endpoint lends.
type env struct {
	methods.Env
	logins  int // password checks left
	dropped bool
	denied  []string // permissions that were missing
}

func (e *env) ReserveLogin() error {
	if e.logins == 0 {
		return methods.Errorf(methods.KindInvalidRequest, "one login is enough")
	}
	e.logins--
	return nil
}

func (e *env) DropLogin() { e.dropped = true }

func (e *env) Deny(_ *methods.Entry, permission string, refusal *methods.Error) *methods.Error {
	e.denied = append(e.denied, permission)
	return refusal
}

// lines is an audit log that can fail.
type lines struct {
	mu      sync.Mutex
	buf     bytes.Buffer
	failing bool
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.failing {
		return 0, fmt.Errorf("the disk is full")
	}
	return l.buf.Write(b)
}

func newWorld(t *testing.T, change ...func(*bugzilla.Config)) *world {
	t.Helper()
	w := &world{
		t: t, db: sqltest.SQLite(t), audit: &lines{}, spool: t.TempDir(),
		now: time.Date(2026, 1, 2, 3, 4, 5, 678_901_000, time.UTC),
	}
	now := func() time.Time { return w.now }
	runner := verify.NewInProcess(verify.Limits{Workers: 2}, verify.Argon2(rand.Reader))
	t.Cleanup(func() { must(t, runner.Close(context.Background())) })
	auth, err := localauth.New(localauth.Config{Accounts: w.db.Accounts(), Runner: runner, Params: cheap})
	must(t, err)
	record := audit.NewWriter(w.audit, audit.Options{Node: "test", Now: now})
	w.sessions, err = session.NewManager(session.Config{
		Sessions: w.db.Sessions(), Accounts: w.db.Accounts(), Authenticator: auth, Audit: record, Now: now,
	})
	must(t, err)
	t.Cleanup(func() { must(t, w.sessions.Close(context.Background())) })
	spool, err := bugzilla.NewSpool(w.spool)
	must(t, err)
	w.cfg = bugzilla.Config{
		Sessions: w.sessions, Accounts: w.db.Accounts(), Offers: w.db.Offers(), Audit: record, Mail: spool,
		Policy: password.DefaultPolicy(), Roles: []string{"user"}, Now: now, Rand: rand.Reader,
		Hash: func(ctx context.Context, p string) (string, error) {
			return verify.HashPassword(ctx, runner, cheap, []byte(p))
		},
		Maintainer: "maintainer@example.org", URL: "https://bugs.example.org/",
	}
	for _, f := range change {
		f(&w.cfg)
	}
	registry, err := methods.NewRegistry(bugzilla.New(w.cfg)...)
	must(t, err)
	w.view = registry.View(bugzilla.Family)
	w.people()
	must(t, w.sessions.CatchUp(t.Context()))
	return w
}

// people are the users of all tests. The password of each is good.
func (w *world) people() {
	w.t.Helper()
	hash, err := w.cfg.Hash(w.t.Context(), good)
	must(w.t, err)
	for _, r := range []account.Role{
		{Name: "editors", Permissions: []string{"addressbook", bugzilla.EditUsers}, Description: "Who change users"},
		{Name: "yast", Permissions: []string{"yast.*"}, Description: "Who keep machines"},
		{Name: "blessers", Permissions: []string{bugzilla.BlessPrefix + "yast"}},
		{Name: "my role", Permissions: []string{"addressbook"}},
	} {
		must(w.t, w.db.Accounts().SetRole(w.t.Context(), r, w.now))
	}
	for i, a := range []account.Account{
		{Name: "admin@example.org", Display: "The Admin", Roles: []string{"admin"}},
		{Name: "editor@example.org", Display: "Edith Editor", Roles: []string{"user", "editors"}},
		{Name: "bubba", Display: "Bubba Smith", Email: "bubba.smith@example.org", Roles: []string{"user", "yast"}},
		{Name: "Zoe@Example.org", Email: "zoe@example.org", Display: "Zoë", Roles: []string{"user"}},
		{Name: "blesser@example.org", Roles: []string{"user", "blessers"}},
		{Name: "gone@example.org", Display: "Bubba Gone", Disabled: true, DisabledText: "left", Roles: []string{"user"}},
		{Name: "tweaker@example.org", Grants: []string{bugzilla.TweakParams}},
		{Name: "my.host", Kind: account.Server, Login: "x", Roles: []string{"user"}},
	} {
		if a.Kind == "" {
			a.Kind = account.User
		}
		a.Number, a.PasswordHash, a.Created = int64(i+1), hash, w.now
		_, err := w.db.Accounts().Add(w.t.Context(), a)
		must(w.t, err)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// guest is a caller with its session; the zero guest is anonymous.
type guest struct {
	caller  *methods.Caller
	session *session.Session
}

var stranger guest

// as logs a user in.
func (w *world) as(name string) guest {
	w.t.Helper()
	g, err := w.sessions.Login(w.t.Context(), session.Credentials{
		Kind: account.User, Name: name, Password: good, Peer: client.Peer,
	}, session.Terms{})
	must(w.t, err)
	a := g.Session.Identity.Account
	return guest{
		caller:  &methods.Caller{ID: a.ID, Name: a.Name, Number: a.Owner(), Whole: true, Rights: g.Session.Rights()},
		session: &g.Session,
	}
}

// narrowed is a guest with some of its rights only and without a session, as by an API
// key.
func narrowed(t *testing.T, g guest, names ...string) guest {
	t.Helper()
	scope, err := account.NewScope(names)
	must(t, err)
	c := *g.caller
	c.Whole, c.Rights = false, account.Limit(g.session.Identity.Grants, scope)
	return guest{caller: &c}
}

var client = methods.Client{
	Dialect: "bugzilla", Endpoint: "/jsonrpc.cgi", Request: "r1", Peer: netip.MustParseAddr("192.0.2.7"),
}

// try calls a method with named arguments: pairs of a name and a value.
func (w *world) try(g guest, method string, pairs ...any) (methods.Value, error) {
	w.t.Helper()
	return w.tryFrom(client, g, method, pairs...)
}

func (w *world) tryFrom(from methods.Client, g guest, method string, pairs ...any) (methods.Value, error) {
	w.t.Helper()
	e, ok := w.view.Lookup(method)
	if !ok {
		w.t.Fatalf("no method %s", method)
	}
	if err := e.Permit(g.caller); err != nil {
		return methods.Value{}, err
	}
	w.env = &env{logins: 1}
	call := &methods.Call{Entry: e, Named: arguments(pairs...).Members(), Caller: g.caller, Client: from, Env: w.env}
	ctx := w.t.Context()
	if g.session != nil {
		ctx = context.WithValue(ctx, session.Key, g.session)
		call.Session.ID = methods.PublicID(g.session.Public)
	}
	if call.Named == nil {
		call.Named = []methods.Member{}
	}
	return e.Run(ctx, call)
}

func (w *world) call(g guest, method string, pairs ...any) methods.Value {
	w.t.Helper()
	v, err := w.try(g, method, pairs...)
	if err != nil {
		w.t.Fatalf("%s(%v): %v", method, pairs, err)
	}
	return v
}

// fails wants an error with the number and the words in its text.
func (w *world) fails(code int, words string, g guest, method string, pairs ...any) {
	w.t.Helper()
	v, err := w.try(g, method, pairs...)
	w.wantFault(code, words, v, err, method, pairs...)
}

func (w *world) wantFault(code int, words string, v methods.Value, err error, method string, pairs ...any) {
	w.t.Helper()
	if err == nil {
		w.t.Errorf("%s(%v): got %s, wanted %d", method, pairs, show(v), code)
		return
	}
	if e := methods.AsError(err); e.Code != code || !strings.Contains(e.Public, words) {
		w.t.Errorf("%s(%v): got %d %v, wanted %d with %q", method, pairs, e.Code, err, code, words)
	}
}

// audited gives the lines of the audit since the last time.
func (w *world) audited() string {
	w.audit.mu.Lock()
	defer w.audit.mu.Unlock()
	text := w.audit.buf.String()
	w.audit.buf.Reset()
	return text
}

// arguments makes a struct of names and values.
func arguments(pairs ...any) methods.Value {
	var members []methods.Member
	for i := 0; i < len(pairs); i += 2 {
		members = append(members, methods.M(pairs[i].(string), valueOf(pairs[i+1])))
	}
	return methods.Struct(members...)
}

// list makes an array.
func list(items ...any) methods.Value {
	values := make([]methods.Value, len(items))
	for i, x := range items {
		values[i] = valueOf(x)
	}
	return methods.Array(values...)
}

func valueOf(x any) methods.Value {
	switch x := x.(type) {
	case methods.Value:
		return x
	case string:
		return methods.String(x)
	case int:
		return methods.Int(int64(x))
	case bool:
		return methods.Bool(x)
	case nil:
		return methods.Nil()
	default:
		panic(fmt.Sprintf("no value of %T", x))
	}
}

// show prints a value for comparison: texts bare, structs and arrays in brackets.
func show(v methods.Value) string {
	var parts []string
	switch v.Type() {
	case methods.TypeString:
		return v.Text()
	case methods.TypeInt, methods.TypeLong:
		return fmt.Sprint(v.Int())
	case methods.TypeBoolean:
		return fmt.Sprint(v.Bool())
	case methods.TypeDateTime:
		return v.Time().Format("2006-01-02T15:04:05.999999Z")
	case methods.TypeStruct:
		for _, m := range v.Members() {
			parts = append(parts, m.Name+"="+show(m.Value))
		}
		return "{" + strings.Join(parts, " ") + "}"
	case methods.TypeArray:
		for _, item := range v.Items() {
			parts = append(parts, show(item))
		}
		return "[" + strings.Join(parts, " ") + "]"
	default:
		return v.Type().String()
	}
}

func (w *world) same(what string, got methods.Value, want string) {
	w.t.Helper()
	if s := show(got); s != want {
		w.t.Errorf("%s:\n got %s\nwant %s", what, s, want)
	}
}

// field walks into a value.
func field(v methods.Value, names ...string) methods.Value {
	for _, name := range names {
		v, _ = v.Field(name)
	}
	return v
}

// account loads a user by its number.
func (w *world) account(number int64) account.Account {
	w.t.Helper()
	found, err := w.db.Accounts().Search(w.t.Context(), account.Query{Kind: account.User, Numbers: []int64{number}})
	must(w.t, err)
	if len(found) != 1 {
		w.t.Fatalf("%d accounts have the number %d", len(found), number)
	}
	return found[0]
}
