package apikey_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"countersign/session"
	"countersign/session/account"
	"countersign/session/apikey"
)

// TestUsesAreGathered: a key that is used all the time is written of once a minute,
// and a reader of the list sees the last use.
func TestUsesAreGathered(t *testing.T) {
	both(t, func(t *testing.T, n *node, ann string, _ func() *node) {
		a, key := n.create(t, ann, apikey.Options{})
		b, _ := n.create(t, ann, apikey.Options{})
		first := n.clock.Now()
		for second := range 150 {
			n.wantValid(t, a)
			if second%50 == 0 { // nothing remembered about a key changes that
				n.ForgetAll()
				n.wantValid(t, b)
			}
			if second%5 == 0 {
				must(t, n.Flush(t.Context()))
			}
			n.clock.advance(time.Second)
		}
		must(t, n.Flush(t.Context()))
		last := map[session.Digest]time.Time{}
		count := map[session.Digest]int{}
		for _, use := range n.store.written() {
			if before, again := last[use.Digest]; again && use.At.Sub(before) < apikey.UseInterval {
				t.Errorf("two writes of one key %v apart", use.At.Sub(before))
			}
			last[use.Digest] = use.At
			count[use.Digest]++
		}
		if count[a.Digest()] != 3 || count[b.Digest()] != 2 {
			t.Errorf("%d and %d writes in 150 s, want 3 and 2", count[a.Digest()], count[b.Digest()])
		}
		n.wantValid(t, a)
		n.clock.advance(time.Minute)
		n.wantValid(t, a)
		all, err := n.List(t.Context(), ann)
		must(t, err)
		for _, k := range all {
			if k.ID == key.ID && !k.LastUsed.Equal(n.clock.Now()) {
				t.Errorf("last used %v, want %v after %v", k.LastUsed, n.clock.Now(), first)
			}
		}
	})
}

// TestUsesOnTwoNodes: each writes what it saw; the later use is the one that stays.
func TestUsesOnTwoNodes(t *testing.T) {
	both(t, func(t *testing.T, n *node, ann string, other func() *node) {
		text, key := n.create(t, ann, apikey.Options{})
		there := other()
		n.wantValid(t, text)
		n.clock.advance(time.Second)
		there.wantValid(t, text)
		must(t, there.Flush(t.Context()))
		must(t, n.Flush(t.Context()))
		got, err := n.Find(t.Context(), key.ID)
		must(t, err)
		if !got.LastUsed.Equal(n.clock.Now()) {
			t.Errorf("last used %v, want %v", got.LastUsed, n.clock.Now())
		}
	})
}

// TestUsesSurviveAFailingStore: uses that could not be written are written later, and
// refused keys leave none.
func TestUsesSurviveAFailingStore(t *testing.T) {
	both(t, func(t *testing.T, n *node, ann string, _ func() *node) {
		text, key := n.create(t, ann, apikey.Options{})
		n.wantValid(t, text)
		used := n.clock.Now()
		n.store.failing.Store(true)
		if _, err := n.List(t.Context(), ""); !errors.Is(err, session.ErrUnavailable) {
			t.Fatalf("err %v", err)
		}
		n.clock.advance(time.Second)
		n.store.failing.Store(false)
		must(t, n.Close(t.Context()))
		got, err := n.Find(t.Context(), key.ID)
		must(t, err)
		if !got.LastUsed.Equal(used) {
			t.Errorf("last used %v, want %v", got.LastUsed, used)
		}
		n.clock.advance(time.Hour)
		must(t, n.accounts.SetDisabled(t.Context(), ann, true, n.clock.Now()))
		n.catchUp(t)
		n.wantInvalid(t, text)
		before := len(n.store.written())
		must(t, n.Flush(t.Context()))
		if len(n.store.written()) != before {
			t.Error("the use of a refused key was written")
		}
	})
}

// memory is a store of one key that notes what is written to it.
type memory struct {
	apikey.Store
	key apikey.Key

	mu     sync.Mutex
	uses   []apikey.Use
	sweeps int
}

func (s *memory) Get(_ context.Context, d session.Digest) (apikey.Key, error) {
	if d != s.key.Digest {
		return apikey.Key{}, apikey.ErrNotFound
	}
	return s.key, nil
}

func (s *memory) Touch(_ context.Context, uses []apikey.Use) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.uses = append(s.uses, uses...)
	return nil
}

func (s *memory) Sweep(context.Context, time.Time, int) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sweeps++
	return 0, nil
}

// alone is a source of accounts that has one, and is always in step.
type alone struct{ who session.Identity }

func (a *alone) Identity(context.Context, string) (*session.Identity, error) { return &a.who, nil }
func (a *alone) Trusted() bool                                               { return true }

func newAlone(grants ...string) *alone {
	return &alone{session.Identity{Grants: account.NewGrants(grants)}}
}

// TestBackground: started, a Manager writes uses within seconds and sweeps every
// minute; closed, it does neither, and nothing is left unwritten.
func TestBackground(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		text, _ := apikey.ParseText(sample)
		store := &memory{key: apikey.Key{ID: session.PublicID{1}, Digest: text.Digest(), Account: "a", Scope: []string{"a"}}}
		keys := newKeys(t, apikey.Config{Store: store, Accounts: newAlone("a")})
		keys.Start()
		began := time.Now()
		for time.Since(began) < 5*time.Minute+6*time.Second {
			if _, err := keys.Check(t.Context(), text); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Second) // of the bubble's own time
		}
		store.mu.Lock()
		if len(store.uses) != 6 || store.sweeps != 5 {
			t.Errorf("%d uses written and %d sweeps in five minutes, want 6 and 5", len(store.uses), store.sweeps)
		}
		store.mu.Unlock()
		time.Sleep(time.Minute)
		if _, err := keys.Check(t.Context(), text); err != nil {
			t.Fatal(err)
		}
		must(t, keys.Close(t.Context()))
		if len(store.uses) != 7 {
			t.Errorf("%d uses written, want 7", len(store.uses))
		}
	})
}

// BenchmarkCheck proves one of many keys that are all in memory.
func BenchmarkCheck(b *testing.B) {
	text, _ := apikey.ParseText(sample)
	store := &memory{key: apikey.Key{ID: session.PublicID{1}, Digest: text.Digest(), Account: "a", Scope: []string{"a"}}}
	keys := newKeys(b, apikey.Config{Store: store, Accounts: newAlone("a")})
	check := func(b *testing.B) {
		p, err := keys.Check(b.Context(), text)
		if err != nil || !p.Rights.Allows("a") {
			b.Error("refused", err)
		}
	}
	b.Run("one", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			check(b)
		}
	})
	b.Run("parallel", func(b *testing.B) {
		b.ReportAllocs()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				check(b)
			}
		})
	})
}
