package apikeytest

import (
	"errors"
	"testing"
	"time"

	"countersign/session"
	"countersign/session/account"
	"countersign/session/apikey"
)

func rotateWithOverlap(t *testing.T, s *suite) {
	old, next := s.key(1), s.key(2)
	next.Name, next.Scope, next.ReadOnly = "the new one", []string{"a.*"}, true
	next.Created, next.Expires = epoch.Add(time.Minute), epoch.Add(24*time.Hour)
	s.add(old)
	s.must(s.Keys.Touch(t.Context(), []apikey.Use{{Digest: old.Digest, At: epoch.Add(time.Second)}}))
	s.must(s.Keys.Rotate(t.Context(), old.ID, next, epoch.Add(time.Hour)))
	old.LastUsed = epoch.Add(time.Second)
	old.Expires, old.ReplacedBy, next.RotatedFrom = epoch.Add(time.Hour), next.ID, old.ID
	s.want(old, next)
	s.told(s.alice)
	// A rotated key can still be used, revoked and swept, and its successor rotated.
	third := s.key(3)
	s.must(s.Keys.Rotate(t.Context(), next.ID, third, epoch.Add(2*time.Hour)))
	next.Expires, next.ReplacedBy, third.RotatedFrom = epoch.Add(2*time.Hour), third.ID, next.ID
	s.want(old, next, third)
	n, err := s.Keys.Sweep(t.Context(), epoch.Add(time.Hour), 10)
	s.must(err)
	if n != 1 {
		t.Fatalf("%d swept", n)
	}
	s.wantGone(1)
	_, err = s.Keys.Revoke(t.Context(), next.ID)
	s.must(err)
	s.want(third)
}

func rotateAtOnce(t *testing.T, s *suite) {
	s.add(s.key(1), s.key(5))
	s.must(s.Keys.Rotate(t.Context(), id(1), s.key(2), time.Time{}))
	next := s.key(2)
	next.RotatedFrom = id(1)
	s.wantGone(1)
	s.want(next, s.key(5))
	s.told(s.alice)
}

// rotateNeverProlongs: the overlap is an end, never a longer life.
func rotateNeverProlongs(t *testing.T, s *suite) {
	old := s.key(1)
	old.Expires = epoch.Add(time.Minute)
	s.add(old)
	s.must(s.Keys.Rotate(t.Context(), old.ID, s.key(2), epoch.Add(time.Hour)))
	old.ReplacedBy = id(2)
	s.want(old)
}

func rotateRefuses(t *testing.T, s *suite) {
	his := s.key(8)
	his.Account = s.bob
	old := s.key(1)
	s.add(old, his)
	s.must(s.Keys.Rotate(t.Context(), old.ID, s.key(2), epoch.Add(time.Hour)))
	old.Expires, old.ReplacedBy = epoch.Add(time.Hour), id(2)
	next := s.key(2)
	next.RotatedFrom = old.ID
	s.told(s.alice)
	for _, end := range []time.Time{{}, epoch.Add(time.Minute)} {
		for name, c := range map[string]struct {
			old   session.PublicID
			spoil func(*apikey.Key)
			want  error // nil for any
		}{
			"no such key":         {id(9), func(*apikey.Key) {}, apikey.ErrNotFound},
			"no key":              {session.PublicID{}, func(*apikey.Key) {}, apikey.ErrNotFound},
			"rotated before":      {id(1), func(*apikey.Key) {}, apikey.ErrRotated},
			"of somebody else":    {his.ID, func(*apikey.Key) {}, apikey.ErrNotFound},
			"for somebody else":   {id(2), func(k *apikey.Key) { k.Account = s.bob }, apikey.ErrNotFound},
			"digest taken":        {id(2), func(k *apikey.Key) { k.Digest = his.Digest }, apikey.ErrCollision},
			"id taken":            {id(2), func(k *apikey.Key) { k.ID = his.ID }, apikey.ErrCollision},
			"itself":              {id(2), func(k *apikey.Key) { *k = s.key(2) }, apikey.ErrCollision},
			"account gone":        {id(2), func(k *apikey.Key) { k.Account = "0" }, apikey.ErrNotFound},
			"what cannot be kept": {id(2), func(k *apikey.Key) { k.Name = "\x00" }, nil},
		} {
			t.Run(name, func(t *testing.T) {
				k := s.key(3)
				c.spoil(&k)
				err := s.Keys.Rotate(t.Context(), c.old, k, end)
				if err == nil {
					t.Fatal("was rotated")
				}
				if c.want != nil {
					s.wantErr(err, c.want)
				}
			})
		}
	}
	s.want(old, next, his)
	s.wantGone(3)
	s.told()
}

// parallelRotations: of many that rotate one key, with and without an overlap, one
// makes a key. The others are told so and leave nothing behind.
func parallelRotations(t *testing.T, s *suite) {
	const rounds, rivals = 10, 8
	for round := range rounds {
		first := 100 * (round + 1)
		s.add(s.key(first))
		errs := s.parallel(rivals, func(i int, keys apikey.Store) error {
			end := epoch.Add(time.Hour)
			if i%4 >= 2 {
				end = time.Time{}
			}
			return keys.Rotate(t.Context(), id(first), s.key(first+1+i), end)
		})
		won := -1
		for i, err := range errs {
			switch {
			case err == nil && won < 0:
				won = i
			case err == nil:
				t.Fatalf("%d and %d both rotated one key", won, i)
			case !errors.Is(err, apikey.ErrRotated) && !errors.Is(err, apikey.ErrNotFound):
				t.Fatal(err)
			default:
				s.wantGone(first + 1 + i)
			}
		}
		if won < 0 {
			t.Fatalf("nobody rotated: %v", errors.Join(errs...))
		}
		next := s.key(first + 1 + won)
		next.RotatedFrom = id(first)
		s.want(next)
		s.told(s.alice)
	}
}

// parallelRevocations: of many that revoke one key while it is rotated, one is told
// that it ended it, and only the successor, if there is one, is left.
func parallelRevocations(t *testing.T, s *suite) {
	const rounds, rivals = 10, 8
	for round := range rounds {
		first := 100 * (round + 1)
		s.add(s.key(first))
		errs := s.parallel(rivals, func(i int, keys apikey.Store) error {
			if i == 0 {
				return keys.Rotate(t.Context(), id(first), s.key(first+1), epoch.Add(time.Hour))
			}
			_, err := keys.Revoke(t.Context(), id(first))
			return err
		})
		told := 0
		for i, err := range errs {
			switch {
			case err != nil && !errors.Is(err, apikey.ErrNotFound):
				t.Fatal(err)
			case err == nil && i > 0:
				told++
			}
		}
		if told != 1 {
			t.Fatalf("%d were told that they revoked it", told)
		}
		s.wantGone(first)
		if errs[0] != nil {
			s.wantGone(first + 1)
			s.told(s.alice)
			continue
		}
		s.told(s.alice, s.alice)
	}
}

// parallelChangesAndDeletion: whatever is done to an account's keys while the account
// is deleted, no key outlives it.
func parallelChangesAndDeletion(t *testing.T, s *suite) {
	const rounds = 5
	for round := range rounds {
		first := 100 * (round + 1)
		owner := s.account("owner" + string(rune('a'+round)))
		key := func(n int) apikey.Key {
			k := s.key(first + n)
			k.Account = owner
			return k
		}
		for n := range 4 {
			s.add(key(n))
		}
		errs := s.parallel(8, func(i int, keys apikey.Store) error {
			switch i {
			case 0, 1:
				return keys.Rotate(t.Context(), id(first+i), key(10+i), epoch.Add(time.Hour))
			case 2:
				_, err := keys.Revoke(t.Context(), id(first+2))
				return err
			case 3, 4:
				return keys.Add(t.Context(), key(20+i))
			case 5:
				return keys.Touch(t.Context(), []apikey.Use{
					{Digest: digest(first + 3), At: epoch}, {Digest: digest(first), At: epoch}, {Digest: digest(first + 1), At: epoch},
				})
			case 6:
				return s.Accounts.Delete(t.Context(), owner, epoch)
			default:
				_, err := keys.Sweep(t.Context(), epoch.Add(2*time.Hour), 10)
				return err
			}
		})
		for i, err := range errs {
			gone := errors.Is(err, apikey.ErrNotFound) || errors.Is(err, account.ErrNotFound)
			if err != nil && (!gone || i > 4) {
				t.Fatalf("%d: %v", i, err)
			}
		}
		left, err := s.other.Keys.List(t.Context(), owner)
		s.must(err)
		if len(left) != 0 {
			t.Fatalf("%d keys have outlived their account", len(left))
		}
	}
}
