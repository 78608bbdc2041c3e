package apikey_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"countersign/session"
	"countersign/session/account"
	"countersign/session/apikey"
	"countersign/sql"
	"countersign/sql/sqltest"
)

func TestMain(m *testing.M) { sqltest.Main(m) }

var errDown = errors.New("the database is away")

// counted counts what reaches the store of keys, and fails when told to.
type counted struct {
	apikey.Store
	calls   atomic.Int64
	failing atomic.Bool
	// read is called between the reading of a key and its return, if set.
	read func()
	mu   sync.Mutex
	uses []apikey.Use // written
}

func (c *counted) call() error {
	c.calls.Add(1)
	if c.failing.Load() {
		return errDown
	}
	return nil
}

func (c *counted) Get(ctx context.Context, d session.Digest) (apikey.Key, error) {
	if err := c.call(); err != nil {
		return apikey.Key{}, err
	}
	k, err := c.Store.Get(ctx, d)
	if c.read != nil {
		c.read()
	}
	return k, err
}

func (c *counted) Touch(ctx context.Context, uses []apikey.Use) error {
	if err := c.call(); err != nil {
		return err
	}
	c.mu.Lock()
	c.uses = append(c.uses, uses...)
	c.mu.Unlock()
	return c.Store.Touch(ctx, uses)
}

func (c *counted) Add(ctx context.Context, k apikey.Key) error {
	if err := c.call(); err != nil {
		return err
	}
	return c.Store.Add(ctx, k)
}

func (c *counted) Revoke(ctx context.Context, id session.PublicID) (apikey.Key, error) {
	if err := c.call(); err != nil {
		return apikey.Key{}, err
	}
	return c.Store.Revoke(ctx, id)
}

func (c *counted) written() []apikey.Use {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.uses
}

// follower is what follows the announcements in a process: it keeps identities, and
// tells the keys what has changed.
type follower struct {
	feed     session.Feed
	accounts account.Store
	keys     *apikey.Manager
	trusted  atomic.Bool
	reads    atomic.Int64 // of accounts

	mu    sync.Mutex
	since int64
	known map[string]*session.Identity
}

func (f *follower) Trusted() bool { return f.trusted.Load() }

func (f *follower) Identity(ctx context.Context, id string) (*session.Identity, error) {
	trusted := f.Trusted()
	f.mu.Lock()
	defer f.mu.Unlock()
	if who := f.known[id]; who != nil && trusted {
		return who, nil
	}
	f.reads.Add(1)
	a, err := f.accounts.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	who := &session.Identity{Account: a, Grants: account.NewGrants(a.Grants)}
	if trusted {
		f.known[id] = who
	}
	return who, nil
}

// catchUp reads the announcements that are there.
func (f *follower) catchUp(t testing.TB) {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.trusted.Load() {
		_, latest, err := f.feed.Changes(t.Context(), -1)
		must(t, err)
		f.since = latest
		clear(f.known)
		f.keys.ForgetAll()
		f.trusted.Store(true)
		return
	}
	changes, _, err := f.feed.Changes(t.Context(), f.since)
	must(t, err)
	for _, c := range changes {
		if f.since = c.Seq; c.Account == "*" {
			clear(f.known)
		}
		delete(f.known, c.Account)
		f.keys.Forget(c.Account)
	}
}

// node is one process's Manager over a database that may have others.
type node struct {
	*apikey.Manager
	*follower
	store *counted
	clock *clock
}

type clock struct{ now atomic.Int64 }

func (c *clock) Now() time.Time          { return time.UnixMicro(c.now.Load()).UTC() }
func (c *clock) advance(d time.Duration) { c.now.Add(d.Microseconds()) }

func newNode(t testing.TB, db *sql.DB, c *clock, most int) *node {
	t.Helper()
	store := &counted{Store: db.APIKeys()}
	f := &follower{feed: db.Sessions(), accounts: db.Accounts(), known: map[string]*session.Identity{}}
	f.keys = newKeys(t, apikey.Config{Store: store, Accounts: f, Now: c.Now, Cache: most})
	f.catchUp(t)
	return &node{f.keys, f, store, c}
}

func newKeys(t testing.TB, cfg apikey.Config) *apikey.Manager {
	t.Helper()
	keys, err := apikey.New(cfg)
	must(t, err)
	return keys
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (n *node) addUser(t testing.TB, name string, grants ...string) string {
	t.Helper()
	a, err := n.accounts.Add(t.Context(), account.Account{Kind: account.User, Name: name, Grants: grants})
	must(t, err)
	return a.ID
}

func (n *node) create(t testing.TB, id string, o apikey.Options) (apikey.Text, apikey.Key) {
	t.Helper()
	text, key, err := n.Create(t.Context(), id, o)
	must(t, err)
	return text, key
}

func (n *node) wantValid(t testing.TB, text apikey.Text) apikey.Proof {
	t.Helper()
	p, err := n.Check(t.Context(), text)
	if err != nil {
		t.Fatalf("a live key was refused: %v", err)
	}
	return p
}

// wantInvalid checks that the answer is the one answer, with nothing added to it.
func (n *node) wantInvalid(t testing.TB, texts ...apikey.Text) {
	t.Helper()
	for _, text := range texts {
		p, err := n.Check(t.Context(), text)
		if !theOneAnswer(err) || p.Identity != nil || p.Account != "" {
			t.Fatalf("%+v, %v; want ErrInvalid and nothing else", p, err)
		}
	}
}

func theOneAnswer(err error) bool {
	return errors.Is(err, apikey.ErrInvalid) && err.Error() == apikey.ErrInvalid.Error()
}

// wantErr checks an error and that nothing came with it.
func wantErr(t testing.TB, text apikey.Text, got, want error) {
	t.Helper()
	if !errors.Is(got, want) || text != (apikey.Text{}) {
		t.Fatalf("error %v, want %v without a key", got, want)
	}
}

// both runs a test on either engine, with one account in the database.
func both(t *testing.T, test func(t *testing.T, n *node, ann string, other func() *node)) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		c := &clock{}
		c.now.Store(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro())
		n := newNode(t, db, c, 0)
		ann := n.addUser(t, "ann", "addressbook", "tracker.*")
		n.catchUp(t)
		test(t, n, ann, func() *node { return newNode(t, db, c, 0) })
	})
}

// silentStore is a store that must not be asked for anything: it panics.
type silentStore struct{ apikey.Store }

// nobody is a source of accounts that must not be asked for any.
type nobody struct{ apikey.Accounts }

// small gives another node of the same database, with room for few keys.
func (n *node) small(t testing.TB, most int) *node {
	t.Helper()
	f := &follower{feed: n.feed, accounts: n.accounts, known: map[string]*session.Identity{}}
	store := &counted{Store: n.store.Store}
	f.keys = newKeys(t, apikey.Config{Store: store, Accounts: f, Now: n.clock.Now, Cache: most})
	f.catchUp(t)
	return &node{f.keys, f, store, n.clock}
}
