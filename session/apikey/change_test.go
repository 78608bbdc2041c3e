package apikey_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"countersign/session"
	"countersign/session/account"
	"countersign/session/apikey"
)

func TestOptionsRefused(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	keys := newKeys(t, apikey.Config{Store: silentStore{}, Accounts: nobody{}, Now: func() time.Time { return now }})
	for name, o := range map[string]apikey.Options{
		"long name":      {Name: strings.Repeat("x", 256)},
		"control":        {Name: "a\nb"},
		"nul":            {Name: "\x00"},
		"bad utf-8":      {Name: "\xff"},
		"bad scope":      {Scope: []string{"a", ""}},
		"negative life":  {TTL: -1},
		"no life":        {TTL: 1}, // rounds to nothing
		"both ends":      {TTL: time.Hour, Expires: now.Add(time.Hour)},
		"over":           {Expires: now},
		"over by little": {Expires: now.Add(999)},
		"long over":      {Expires: now.Add(-time.Hour)},
	} {
		t.Run(name, func(t *testing.T) {
			text, _, err := keys.Create(t.Context(), "a", o)
			wantErr(t, text, err, apikey.ErrOptions)
		})
	}
	text, _, err := keys.Rotate(t.Context(), session.PublicID{1}, -1)
	wantErr(t, text, err, apikey.ErrOptions)
	if _, err := apikey.New(apikey.Config{Store: silentStore{}}); err == nil {
		t.Error("made without accounts")
	}
	if _, err := apikey.New(apikey.Config{Accounts: nobody{}}); err == nil {
		t.Error("made without a store")
	}
}

// TestMostKeys: an account has so many live keys, and one more leaves nothing behind.
func TestMostKeys(t *testing.T) {
	both(t, func(t *testing.T, n *node, ann string, _ func() *node) {
		for range apikey.MostKeys - 1 {
			n.create(t, ann, apikey.Options{})
		}
		n.create(t, ann, apikey.Options{TTL: time.Hour})
		if _, _, err := n.Create(t.Context(), ann, apikey.Options{}); !errors.Is(err, apikey.ErrTooMany) {
			t.Fatalf("one more: %v", err)
		}
		live, err := n.List(t.Context(), ann)
		must(t, err)
		if len(live) != apikey.MostKeys {
			t.Errorf("%d keys are live, want %d", len(live), apikey.MostKeys)
		}
		if _, _, err := n.Rotate(t.Context(), live[0].ID, time.Minute); !errors.Is(err, apikey.ErrTooMany) {
			t.Errorf("a rotation that leaves both: %v", err)
		}
		if _, _, err := n.Rotate(t.Context(), live[0].ID, 0); err != nil {
			t.Errorf("a rotation in place: %v", err)
		}
		n.create(t, n.addUser(t, "bob"), apikey.Options{}) // another's
		n.clock.advance(time.Hour)
		n.create(t, ann, apikey.Options{})
	})
}

// TestDraft: a draft is nowhere until it is stored, and shows its text to nobody by
// mistake. Of two drafts in place of one key the first that is stored counts.
func TestDraft(t *testing.T) {
	both(t, func(t *testing.T, n *node, ann string, _ func() *node) {
		old, first := n.create(t, ann, apikey.Options{TTL: time.Hour})
		draft, err := n.Draft(ann, apikey.Options{Name: "backup"})
		must(t, err)
		next, err := n.DraftRotation(t.Context(), first.ID, 2*time.Hour)
		must(t, err)
		late, err := n.DraftRotation(t.Context(), first.ID, 0)
		must(t, err)
		if !next.OldEnd.Equal(first.Expires) || !late.OldEnd.IsZero() || next.Key.RotatedFrom != first.ID {
			t.Errorf("drafts %+v and %+v in place of %+v", next, late, first)
		}
		for _, d := range []apikey.Draft{draft, next, late} {
			_, err := n.Check(t.Context(), d.Text)
			wantErr(t, apikey.Text{}, err, apikey.ErrInvalid)
			if text := fmt.Sprintf("%v %+v %#v", d, d, &d); strings.Contains(text, d.Text.Reveal()) {
				t.Errorf("printed as %s", text)
			}
		}
		n.wantValid(t, old)
		if all, err := n.List(t.Context(), ""); len(all) != 1 || err != nil {
			t.Errorf("keys %+v, %v", all, err)
		}
		must(t, n.Store(t.Context(), &draft))
		must(t, n.Store(t.Context(), &next))
		wantErr(t, apikey.Text{}, n.Store(t.Context(), &late), apikey.ErrRotated)
		if p := n.wantValid(t, draft.Text); p.ID != draft.Key.ID || p.Name != "backup" {
			t.Errorf("%+v", p)
		}
		n.wantValid(t, next.Text)
		n.wantValid(t, old)
	})
}

func TestRotate(t *testing.T) {
	both(t, func(t *testing.T, n *node, ann string, _ func() *node) {
		old, first := n.create(t, ann, apikey.Options{Name: "backup", Scope: []string{"tracker.*"}, ReadOnly: true, TTL: 24 * time.Hour})
		n.wantValid(t, old)
		n.clock.advance(time.Hour)
		text, second, err := n.Rotate(t.Context(), first.ID, 10*time.Minute)
		must(t, err)
		if text == old || second.ID == first.ID || second.Name != "backup" || second.RotatedFrom != first.ID ||
			second.Digest != (session.Digest{}) || !second.Expires.Equal(n.clock.Now().Add(24*time.Hour)) {
			t.Errorf("the new key %+v", second)
		}
		if p := n.wantValid(t, text); p.Rights.Allows("addressbook") || !p.Rights.Allows("tracker.bug") || !p.ReadOnly {
			t.Errorf("the new key may do something else than the old one: %+v", p)
		}
		if p := n.wantValid(t, old); p.ReplacedBy != second.ID || !p.Expires.Equal(n.clock.Now().Add(10*time.Minute)) {
			t.Errorf("the old key is remembered as it was: %+v", p.Key)
		}
		none, _, err := n.Rotate(t.Context(), first.ID, 0)
		wantErr(t, none, err, apikey.ErrRotated)

		n.clock.advance(10*time.Minute - time.Microsecond)
		n.wantValid(t, old)
		n.clock.advance(time.Microsecond)
		n.wantInvalid(t, old)
		none, _, err = n.Rotate(t.Context(), first.ID, 0)
		wantErr(t, none, err, apikey.ErrNotFound)

		third, last, err := n.Rotate(t.Context(), second.ID, 0)
		must(t, err)
		n.wantInvalid(t, text)
		n.wantValid(t, third)
		// An overlap never outlives the key.
		n.clock.advance(24*time.Hour - time.Minute)
		_, _, err = n.Rotate(t.Context(), last.ID, time.Hour)
		must(t, err)
		n.clock.advance(time.Minute)
		n.wantInvalid(t, third)
		none, _, err = n.Rotate(t.Context(), session.PublicID{9}, 0)
		wantErr(t, none, err, apikey.ErrNotFound)
	})
}

// TestParallelRotations: of many that rotate one key over two nodes, one gets a key;
// the keys of a chain of such rotations all end but the last.
func TestParallelRotations(t *testing.T) {
	both(t, func(t *testing.T, n *node, ann string, other func() *node) {
		nodes := []*node{n, other()}
		text, key := n.create(t, ann, apikey.Options{})
		var dead []apikey.Text
		for range 8 {
			type result struct {
				text apikey.Text
				key  apikey.Key
			}
			var mu sync.Mutex
			var won []result
			var all sync.WaitGroup
			for i := range 6 {
				all.Go(func() {
					next, k, err := nodes[i%2].Rotate(t.Context(), key.ID, 0)
					mu.Lock()
					defer mu.Unlock()
					switch {
					case err == nil:
						won = append(won, result{next, k})
					case !errors.Is(err, apikey.ErrNotFound) && !errors.Is(err, apikey.ErrRotated):
						t.Error(err)
					}
				})
			}
			all.Wait()
			if len(won) != 1 {
				t.Fatalf("%d got a new key", len(won))
			}
			dead = append(dead, text)
			text, key = won[0].text, won[0].key
		}
		for _, n := range nodes {
			n.catchUp(t)
			n.wantInvalid(t, dead...)
			n.wantValid(t, text)
		}
		left, err := n.List(t.Context(), ann)
		must(t, err)
		if len(left) != 1 || left[0].ID != key.ID {
			t.Errorf("left are %+v", left)
		}
	})
}

// TestParallelRevocations: of many that revoke one key, one is told that it did, and
// the key is dead for each of them when they are told anything.
func TestParallelRevocations(t *testing.T) {
	both(t, func(t *testing.T, n *node, ann string, other func() *node) {
		nodes := []*node{n, other()}
		for range 8 {
			text, key := n.create(t, ann, apikey.Options{})
			for _, n := range nodes {
				n.wantValid(t, text)
			}
			var all sync.WaitGroup
			told := make([]bool, 6)
			for i := range told {
				all.Go(func() {
					_, err := nodes[i%2].Revoke(t.Context(), key.ID)
					if told[i] = err == nil; !told[i] && !errors.Is(err, apikey.ErrNotFound) {
						t.Error(err)
					}
					if _, err := nodes[i%2].Check(t.Context(), text); told[i] && !theOneAnswer(err) {
						t.Errorf("revoked here, then checked: %v", err)
					}
				})
			}
			all.Wait()
			n := 0
			for _, ok := range told {
				if ok {
					n++
				}
			}
			if n != 1 {
				t.Errorf("%d were told that they revoked the key", n)
			}
			for _, n := range nodes {
				n.catchUp(t)
				n.wantInvalid(t, text)
			}
		}
	})
}

func TestFindAndList(t *testing.T) {
	both(t, func(t *testing.T, n *node, ann string, _ func() *node) {
		bob := n.addUser(t, "bob")
		_, first := n.create(t, ann, apikey.Options{Name: "first"})
		n.clock.advance(time.Second)
		_, second := n.create(t, ann, apikey.Options{Name: "second"})
		n.clock.advance(time.Second)
		_, his := n.create(t, bob, apikey.Options{})
		for id, want := range map[string]string{ann: fmt.Sprint(second.ID, first.ID), bob: fmt.Sprint(his.ID), "": fmt.Sprint(his.ID, second.ID, first.ID), "x": ""} {
			all, err := n.List(t.Context(), id)
			must(t, err)
			var got []any
			for _, k := range all {
				got = append(got, k.ID)
				if k.Digest != (session.Digest{}) {
					t.Error("a list tells digests")
				}
			}
			if fmt.Sprint(got...) != want {
				t.Errorf("account %q: %v, want %s", id, got, want)
			}
		}
		k, err := n.Find(t.Context(), second.ID)
		if err != nil || k.Name != "second" || k.Digest != (session.Digest{}) {
			t.Errorf("found %+v, %v", k, err)
		}
		if _, err := n.Find(t.Context(), session.PublicID{}); !errors.Is(err, apikey.ErrNotFound) {
			t.Errorf("found nothing: %v", err)
		}
	})
}

// TestNothingSecretInErrors: whatever fails, the key and its digest stay out of it.
func TestNothingSecretInErrors(t *testing.T) {
	both(t, func(t *testing.T, n *node, ann string, _ func() *node) {
		text, key := n.create(t, ann, apikey.Options{})
		var errs []error
		note := func(err error) {
			t.Helper()
			if err == nil {
				t.Error("succeeded")
			}
			errs = append(errs, err)
		}
		raw, err := n.store.Get(t.Context(), text.Digest())
		must(t, err)
		note(n.store.Add(t.Context(), raw)) // the engine's own words for a key that is there
		note(n.store.Rotate(t.Context(), key.ID, raw, time.Time{}))
		raw.ID, raw.Digest, raw.Account = session.PublicID{9}, session.Digest{9}, "x"
		note(n.store.Add(t.Context(), raw))
		n.store.failing.Store(true)
		_, err = n.Check(t.Context(), text)
		note(err)
		_, err = n.Revoke(t.Context(), key.ID)
		note(err)
		if !errors.Is(err, session.ErrOutcomeUnknown) {
			t.Errorf("revoke: %v, want ErrOutcomeUnknown", err)
		}
		none, _, err := n.Create(t.Context(), ann, apikey.Options{})
		note(err)
		wantErr(t, none, err, session.ErrOutcomeUnknown)
		n.store.failing.Store(false)
		_, _, err = n.Create(t.Context(), "nobody", apikey.Options{})
		note(err)
		if !errors.Is(err, account.ErrNotFound) {
			t.Errorf("create: %v, want account.ErrNotFound", err)
		}
		_, _, err = n.Rotate(t.Context(), session.PublicID{7}, 0)
		note(err)
		digest := text.Digest()
		all := fmt.Appendf(nil, "%v %+v %#v", errs, errs, errs)
		for _, secret := range []string{text.Reveal(), hex.EncodeToString(digest[:]), string(digest[:])} {
			if bytes.Contains(all, []byte(secret)) {
				t.Errorf("%q is in %s", secret, all)
			}
		}
	})
}
