package apikeytest

import (
	"context"
	"reflect"
	"strings"
	"testing"
	"time"

	"countersign/session"
	"countersign/session/account"
	"countersign/session/apikey"
)

func addGivesBackEveryField(t *testing.T, s *suite) {
	plain := s.key(1)
	full := s.key(0x0123456789abcdef)
	full.Account, full.Name, full.ReadOnly = s.bob, "Zoë's ✓ key'; --", true
	full.Scope = []string{"*", "addressbook", "org.opensuse.yast.system.*"}
	full.Expires = epoch.Add(time.Hour + time.Microsecond)
	s.add(plain, full)
	s.want(plain, full)
	s.wantGone(3)
	_, err := s.Keys.Get(t.Context(), session.Digest{})
	s.wantErr(err, apikey.ErrNotFound)
	s.told() // nobody remembers that a key is not there
}

func addRefuses(t *testing.T, s *suite) {
	s.add(s.key(1))
	for name, c := range map[string]struct {
		spoil func(*apikey.Key)
		want  error // nil for any
	}{
		"digest taken":    {func(k *apikey.Key) { k.Digest = digest(1) }, apikey.ErrCollision},
		"id taken":        {func(k *apikey.Key) { k.ID = id(1) }, apikey.ErrCollision},
		"no such account": {func(k *apikey.Key) { k.Account = strings.Repeat("0", 32) }, account.ErrNotFound},
		"nul in name":     {func(k *apikey.Key) { k.Name = "a\x00b" }, nil},
		"bad utf-8":       {func(k *apikey.Key) { k.Name = "\xff" }, nil},
		"empty scope":     {func(k *apikey.Key) { k.Scope = []string{""} }, nil},
		"blank in scope":  {func(k *apikey.Key) { k.Scope = []string{"a b"} }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			k := s.key(2)
			c.spoil(&k)
			err := s.Keys.Add(t.Context(), k)
			if err == nil {
				t.Fatal("was added")
			}
			if c.want != nil {
				s.wantErr(err, c.want)
			}
		})
	}
	all, err := s.Keys.List(t.Context(), "")
	s.must(err)
	if len(all) != 1 {
		t.Fatalf("%d keys, want 1", len(all))
	}
	s.want(s.key(1))
}

func cancelledCallsFail(t *testing.T, s *suite) {
	s.add(s.key(1))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, call := range map[string]func() error{
		"Add":    func() error { return s.Keys.Add(ctx, s.key(2)) },
		"Get":    func() error { _, err := s.Keys.Get(ctx, digest(1)); return err },
		"Find":   func() error { _, err := s.Keys.Find(ctx, id(1)); return err },
		"List":   func() error { _, err := s.Keys.List(ctx, ""); return err },
		"Rotate": func() error { return s.Keys.Rotate(ctx, id(1), s.key(2), time.Time{}) },
		"Revoke": func() error { _, err := s.Keys.Revoke(ctx, id(1)); return err },
		"Touch":  func() error { return s.Keys.Touch(ctx, []apikey.Use{{Digest: digest(1), At: epoch}}) },
		"Sweep":  func() error { _, err := s.Keys.Sweep(ctx, epoch, 10); return err },
	} {
		if err := call(); err == nil {
			t.Errorf("%s succeeded after its context ended", name)
		}
	}
	s.want(s.key(1))
	s.wantGone(2)
}

func list(t *testing.T, s *suite) {
	var mine []apikey.Key
	for n := 3; n >= 1; n-- {
		k := s.key(n)
		k.Created = epoch.Add(time.Duration(n) * time.Second)
		k.Expires = k.Created.Add(time.Microsecond) // over, but listed
		mine = append(mine, k)
	}
	his := s.key(4)
	his.Account = s.bob
	s.add(mine[1], his, mine[0], mine[2])
	for account, want := range map[string][]apikey.Key{
		s.alice: mine, s.bob: {his}, "": append(mine[:3:3], his), "nobody": nil, "\x00": nil,
	} {
		got, err := s.other.Keys.List(t.Context(), account)
		s.must(err)
		for i := range want {
			want[i].Digest = session.Digest{}
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("account %q:\ngot  %+v\nwant %+v", account, got, want)
		}
	}
}

func revoke(t *testing.T, s *suite) {
	old := s.key(1)
	old.Name, old.Scope = "backup", []string{"a"}
	s.add(old, s.key(2))
	got, err := s.Keys.Revoke(t.Context(), id(1))
	s.must(err)
	old.Digest = session.Digest{}
	s.same(got, old)
	s.wantGone(1)
	s.want(s.key(2))
	s.told(s.alice)
	_, err = s.Keys.Revoke(t.Context(), id(1))
	s.wantErr(err, apikey.ErrNotFound)
	s.told()
}

// keysGoWithTheirAccount: in the transaction that deletes it. A disabled account keeps
// its keys: whoever checks a key looks at the account.
func keysGoWithTheirAccount(t *testing.T, s *suite) {
	his := s.key(3)
	his.Account = s.bob
	s.add(s.key(1), s.key(2), his)
	s.must(s.Accounts.SetDisabled(t.Context(), s.alice, true, epoch))
	s.want(s.key(1), s.key(2), his)
	s.told(s.alice)
	s.must(s.Accounts.Delete(t.Context(), s.alice, epoch))
	s.wantGone(1, 2)
	s.want(his)
	s.told(s.alice)
	s.wantErr(s.Keys.Add(t.Context(), s.key(1)), account.ErrNotFound)
}

func touchGoesForwardOnly(t *testing.T, s *suite) {
	k := s.key(1)
	s.add(k, s.key(2))
	touch := func(at time.Time) {
		t.Helper()
		s.must(s.Keys.Touch(t.Context(), []apikey.Use{{Digest: digest(1), At: at}, {Digest: digest(9), At: at}}))
	}
	for _, c := range []struct{ at, want time.Duration }{
		{time.Hour, time.Hour}, {time.Minute, time.Hour}, {time.Hour + time.Microsecond, time.Hour + time.Microsecond},
	} {
		touch(epoch.Add(c.at))
		k.LastUsed = epoch.Add(c.want)
		s.want(k, s.key(2))
	}
	s.must(s.Keys.Touch(t.Context(), nil))
	s.must(s.Keys.Touch(t.Context(), []apikey.Use{
		{Digest: digest(2), At: epoch.Add(2)}, {Digest: digest(2), At: epoch.Add(time.Second)}, {Digest: digest(2), At: epoch},
	}))
	k2 := s.key(2)
	k2.LastUsed = epoch.Add(time.Second)
	s.want(k2)
	// A removed key stays removed.
	_, err := s.Keys.Revoke(t.Context(), id(1))
	s.must(err)
	touch(epoch.Add(2 * time.Hour))
	s.wantGone(1, 9)
	s.told(s.alice)
}

// touchOfMany is more than one statement takes.
func touchOfMany(t *testing.T, s *suite) {
	uses := []apikey.Use{}
	for n := 1; n <= 2300; n++ {
		uses = append(uses, apikey.Use{Digest: digest(n), At: epoch.Add(time.Duration(n) * time.Microsecond)})
	}
	var want []apikey.Key
	for _, n := range []int{1, 999, 1000, 1001, 2300} {
		k := s.key(n)
		s.add(k)
		k.LastUsed = uses[n-1].At
		want = append(want, k)
	}
	s.must(s.Keys.Touch(t.Context(), uses))
	s.want(want...)
}

func sweepAtTheInstant(t *testing.T, s *suite) {
	early, late, never := s.key(1), s.key(2), s.key(3)
	early.Expires, late.Expires = epoch.Add(time.Hour), epoch.Add(time.Hour+time.Microsecond)
	s.add(early, late, never)
	for _, c := range []struct {
		at   time.Duration
		want int
	}{{time.Hour - time.Microsecond, 0}, {time.Hour, 1}, {time.Hour, 0}} {
		n, err := s.Keys.Sweep(t.Context(), epoch.Add(c.at), 10)
		s.must(err)
		if n != c.want {
			t.Fatalf("%d swept after %v, want %d", n, c.at, c.want)
		}
	}
	s.wantGone(1)
	s.want(late, never)
}

func sweepIsBoundedAndSilent(t *testing.T, s *suite) {
	for n := 1; n <= 25; n++ {
		k := s.key(n)
		k.Expires = epoch.Add(time.Duration(n))
		s.add(k)
	}
	for _, c := range []struct{ limit, want int }{{0, 0}, {-1, 0}, {10, 10}, {10, 10}, {10, 5}, {10, 0}} {
		n, err := s.Keys.Sweep(t.Context(), epoch.Add(time.Hour), c.limit)
		s.must(err)
		if n != c.want {
			t.Fatalf("%d swept, want %d", n, c.want)
		}
	}
	s.told()
}
