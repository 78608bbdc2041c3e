package apikey_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"countersign/session"
	"countersign/session/apikey"
)

func TestCreateAndCheck(t *testing.T) {
	both(t, func(t *testing.T, n *node, ann string, other func() *node) {
		expires := n.clock.Now().Add(time.Hour + 999)
		text, key := n.create(t, ann, apikey.Options{
			Name: "Zoë's backup", Scope: []string{"tracker.*", "other", "tracker.*"}, ReadOnly: true, Expires: expires,
		})
		if key.Digest != (session.Digest{}) || key.ID == (session.PublicID{}) || key.Account != ann ||
			key.Name != "Zoë's backup" || !slices.Equal(key.Scope, []string{"other", "tracker.*"}) || !key.ReadOnly ||
			!key.Created.Equal(n.clock.Now()) || !key.Expires.Equal(expires.Truncate(time.Microsecond)) || !key.LastUsed.IsZero() {
			t.Errorf("key %+v", key)
		}
		for _, n := range []*node{n, other()} {
			for range 2 { // from the store, from memory
				p := n.wantValid(t, text)
				if p.ID != key.ID || p.Digest != (session.Digest{}) || p.Identity.Account.Name != "ann" || !p.ReadOnly {
					t.Errorf("proof %+v", p)
				}
				if !p.Rights.Allows("tracker.bug") || p.Rights.Allows("addressbook") || p.Rights.Allows("other") {
					t.Error("the rights must be what the account holds and the scope covers")
				}
			}
		}
		wide, _ := n.create(t, ann, apikey.Options{})
		if p := n.wantValid(t, wide); p.ReadOnly || !p.Rights.Allows("addressbook") || p.Rights.Allows("other") || !p.Expires.IsZero() {
			t.Errorf("proof %+v", p)
		}
		_, _, err := n.Create(t.Context(), "0123456789abcdef0123456789abcdef", apikey.Options{})
		if err == nil || errors.Is(err, session.ErrOutcomeUnknown) {
			t.Errorf("a key for nobody: %v", err)
		}
	})
}

// TestOneAnswer: whatever is wrong with a key, the answer is the same.
func TestOneAnswer(t *testing.T) {
	both(t, func(t *testing.T, n *node, ann string, other func() *node) {
		bob, eve := n.addUser(t, "bob"), n.addUser(t, "eve")
		n.catchUp(t)
		unknown, _ := apikey.ParseText(sample)
		revoked, r := n.create(t, ann, apikey.Options{})
		expired, _ := n.create(t, ann, apikey.Options{TTL: time.Second})
		disabled, _ := n.create(t, bob, apikey.Options{})
		deleted, _ := n.create(t, eve, apikey.Options{})
		for _, text := range []apikey.Text{revoked, expired, disabled, deleted} {
			n.wantValid(t, text)
		}
		_, err := n.Revoke(t.Context(), r.ID)
		must(t, err)
		n.clock.advance(time.Second)
		must(t, n.accounts.SetDisabled(t.Context(), bob, true, n.clock.Now()))
		must(t, n.accounts.Delete(t.Context(), eve, n.clock.Now()))
		n.catchUp(t)
		n.wantInvalid(t, unknown, apikey.Text{}, revoked, expired, disabled, deleted)
		fresh := other()
		fresh.wantInvalid(t, unknown, apikey.Text{}, revoked, expired, disabled, deleted)
		// An account that is enabled again has its keys again.
		must(t, n.accounts.SetDisabled(t.Context(), bob, false, n.clock.Now()))
		n.catchUp(t)
		n.wantValid(t, disabled)
	})
}

func TestExpiryAtTheInstant(t *testing.T) {
	both(t, func(t *testing.T, n *node, ann string, other func() *node) {
		text, _ := n.create(t, ann, apikey.Options{TTL: time.Minute})
		n.wantValid(t, text)
		n.clock.advance(time.Minute - time.Microsecond)
		n.wantValid(t, text)
		other().wantValid(t, text)
		n.clock.advance(time.Microsecond)
		before := n.store.calls.Load()
		n.wantInvalid(t, text)
		if n.store.calls.Load() != before {
			t.Error("the store was asked about a key known to be over")
		}
		other().wantInvalid(t, text)
		all, err := n.List(t.Context(), "")
		must(t, err)
		if len(all) != 0 {
			t.Errorf("%d expired keys are listed", len(all))
		}
		swept, err := n.Sweep(t.Context())
		if swept != 1 || err != nil || n.Cached() != 0 {
			t.Errorf("%d swept, %v; %d in memory", swept, err, n.Cached())
		}
	})
}

// TestNoStatements: in steady state a check asks the database for nothing.
func TestNoStatements(t *testing.T) {
	both(t, func(t *testing.T, n *node, ann string, _ func() *node) {
		text, _ := n.create(t, ann, apikey.Options{})
		n.wantValid(t, text)
		keys, accounts := n.store.calls.Load(), n.reads.Load()
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				for range 200 {
					if _, err := n.Check(t.Context(), text); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		all.Wait()
		if k, a := n.store.calls.Load()-keys, n.reads.Load()-accounts; k != 0 || a != 0 {
			t.Errorf("1600 checks asked for keys %d times and for accounts %d times", k, a)
		}
	})
}

// TestChangesOnAnotherNode: what is done on one node holds on the others once they
// have read of it.
func TestChangesOnAnotherNode(t *testing.T) {
	both(t, func(t *testing.T, n *node, _ string, other func() *node) {
		for name, c := range map[string]struct {
			change func(ctx context.Context, n *node, key apikey.Key) error
			dead   bool
		}{
			"revoke": {func(ctx context.Context, n *node, key apikey.Key) error {
				_, err := n.Revoke(ctx, key.ID)
				return err
			}, true},
			"rotate at once": {func(ctx context.Context, n *node, key apikey.Key) error {
				_, _, err := n.Rotate(ctx, key.ID, 0)
				return err
			}, true},
			"rotate with overlap": {func(ctx context.Context, n *node, key apikey.Key) error {
				_, _, err := n.Rotate(ctx, key.ID, time.Minute)
				return err
			}, false},
			"disable": {func(ctx context.Context, n *node, key apikey.Key) error {
				return n.accounts.SetDisabled(ctx, key.Account, true, n.clock.Now())
			}, true},
			"delete": {func(ctx context.Context, n *node, key apikey.Key) error {
				return n.accounts.Delete(ctx, key.Account, n.clock.Now())
			}, true},
			"revoke a right": {func(ctx context.Context, n *node, key apikey.Key) error {
				return n.accounts.Revoke(ctx, key.Account, "addressbook", n.clock.Now())
			}, false},
		} {
			t.Run(name, func(t *testing.T) {
				text, key := n.create(t, n.addUser(t, name, "addressbook"), apikey.Options{})
				there := other()
				n.wantValid(t, text)
				if !there.wantValid(t, text).Rights.Allows("addressbook") {
					t.Fatal("no right to begin with")
				}
				must(t, c.change(t.Context(), n, key))
				n.catchUp(t)
				there.catchUp(t)
				for _, n := range []*node{n, there, other()} {
					if c.dead {
						n.wantInvalid(t, text)
						continue
					}
					if p := n.wantValid(t, text); name == "revoke a right" && p.Rights.Allows("addressbook") {
						t.Error("a right that was revoked is left")
					}
				}
				n.clock.advance(time.Minute) // the end of the overlap
				if name == "rotate with overlap" {
					n.wantInvalid(t, text)
					there.wantInvalid(t, text)
				}
			})
		}
	})
}

// TestOutOfTouch: a node that is out of step uses nothing that it remembers, and
// refuses rather than guess.
func TestOutOfTouch(t *testing.T) {
	both(t, func(t *testing.T, n *node, ann string, other func() *node) {
		text, key := n.create(t, ann, apikey.Options{})
		n.wantValid(t, text)
		n.trusted.Store(false)
		n.ForgetAll()
		n.wantValid(t, text)
		if n.Cached() != 0 {
			t.Error("a key was remembered that nobody will say the end of")
		}
		n.trusted.Store(true)
		n.wantValid(t, text)
		n.trusted.Store(false)
		_, err := other().Revoke(t.Context(), key.ID)
		must(t, err)
		n.wantInvalid(t, text)
		n.store.failing.Store(true)
		if _, err := n.Check(t.Context(), text); !errors.Is(err, session.ErrUnavailable) || errors.Is(err, apikey.ErrInvalid) {
			t.Errorf("with the store away: %v", err)
		}
		n.store.failing.Store(false)
		n.catchUp(t)
		if n.Cached() != 0 {
			t.Errorf("%d keys remembered from before the gap", n.Cached())
		}
		n.wantInvalid(t, text)
	})
}

// TestNothingDeadIsRemembered: a key that is ended between its reading and its
// remembering is not remembered.
func TestNothingDeadIsRemembered(t *testing.T) {
	both(t, func(t *testing.T, n *node, ann string, other func() *node) {
		there := other()
		for name, c := range map[string]struct {
			end func(id session.PublicID) error
		}{
			"here":  {func(id session.PublicID) error { _, err := n.Revoke(t.Context(), id); return err }},
			"there": {func(id session.PublicID) error { _, err := there.Revoke(t.Context(), id); n.catchUp(t); return err }},
			"gap": {func(id session.PublicID) error {
				_, err := there.Revoke(t.Context(), id)
				n.trusted.Store(false)
				n.catchUp(t)
				return err
			}},
		} {
			text, key := n.create(t, ann, apikey.Options{})
			n.store.read = func() { n.store.read = nil; must(t, c.end(key.ID)) }
			if _, err := n.Check(t.Context(), text); err != nil {
				t.Fatalf("%s: %v", name, err) // it was alive when it was read
			}
			n.wantInvalid(t, text)
		}
	})
}

// TestCacheIsBounded: many keys have room in little memory, and strangers none.
func TestCacheIsBounded(t *testing.T) {
	both(t, func(t *testing.T, n *node, ann string, _ func() *node) {
		small := n.small(t, 10)
		bob := n.addUser(t, "bob")
		var texts []apikey.Text
		for i := range 40 {
			text, _ := small.create(t, []string{ann, bob}[i%2], apikey.Options{})
			texts = append(texts, text)
		}
		for range 2 {
			for _, text := range texts {
				small.wantValid(t, text)
				if small.Cached() > 10 {
					t.Fatalf("%d keys in memory", small.Cached())
				}
			}
		}
		if small.Cached() != 10 {
			t.Errorf("%d keys in memory, want 10", small.Cached())
		}
		small.Forget(bob)
		left := small.Cached()
		small.Forget("*")
		if left > 10 || small.Cached() != 0 {
			t.Errorf("%d of ann's keys, then %d", left, small.Cached())
		}
		for i := range 20 {
			text, _ := apikey.ParseText(fmt.Sprintf("%040d", i))
			small.wantInvalid(t, text)
		}
		if small.Cached() != 0 {
			t.Errorf("%d keys that do not exist are in memory", small.Cached())
		}
	})
}

// TestRightsFollowTheIdentity: rights are those of the identity of this very check,
// also when the key itself was not forgotten.
func TestRightsFollowTheIdentity(t *testing.T) {
	text, _ := apikey.ParseText(sample)
	store := &memory{key: apikey.Key{ID: session.PublicID{1}, Digest: text.Digest(), Account: "a", Scope: []string{"a.*"}}}
	accounts := newAlone("a.b")
	keys := newKeys(t, apikey.Config{Store: store, Accounts: accounts})
	for _, c := range []struct{ grant, allows, denies string }{
		{"a.b", "a.b", "a.c"}, {"a.c", "a.c", "a.b"}, {"b", "", "b"},
	} {
		accounts.who = newAlone(c.grant).who
		for range 2 {
			p, err := keys.Check(t.Context(), text)
			must(t, err)
			if c.allows != "" && !p.Rights.Allows(c.allows) || p.Rights.Allows(c.denies) {
				t.Errorf("granted %q: %q %v, %q %v", c.grant, c.allows, p.Rights.Allows(c.allows), c.denies, p.Rights.Allows(c.denies))
			}
		}
	}
}
