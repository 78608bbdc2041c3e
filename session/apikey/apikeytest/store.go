package apikeytest

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"countersign/session"
	"countersign/session/account"
	"countersign/session/apikey"
)

// Stores are the stores of one database.
type Stores struct {
	Keys     apikey.Store
	Accounts account.Store
	Sessions session.Store
}

// Backend is a kind of store under test.
type Backend struct {
	// Fresh makes an empty database for the time of the test and gives its address.
	Fresh func(t testing.TB) string
	// Open opens the database at an address for the time of the test. It is called
	// several times on one address.
	Open func(t testing.TB, address string) Stores
}

// Store runs the suite.
func Store(t *testing.T, b Backend) {
	t.Helper()
	for _, c := range []struct {
		name string
		run  func(t *testing.T, s *suite)
	}{
		{"AddGivesBackEveryField", addGivesBackEveryField},
		{"AddRefuses", addRefuses},
		{"CancelledCallsFail", cancelledCallsFail},
		{"List", list},
		{"RotateWithOverlap", rotateWithOverlap},
		{"RotateAtOnce", rotateAtOnce},
		{"RotateNeverProlongs", rotateNeverProlongs},
		{"RotateRefuses", rotateRefuses},
		{"Revoke", revoke},
		{"KeysGoWithTheirAccount", keysGoWithTheirAccount},
		{"TouchGoesForwardOnly", touchGoesForwardOnly},
		{"TouchOfMany", touchOfMany},
		{"SweepAtTheInstant", sweepAtTheInstant},
		{"SweepIsBoundedAndSilent", sweepIsBoundedAndSilent},
		{"ParallelRotations", parallelRotations},
		{"ParallelRevocations", parallelRevocations},
		{"ParallelChangesAndDeletion", parallelChangesAndDeletion},
	} {
		t.Run(c.name, func(t *testing.T) {
			address := b.Fresh(t)
			one, two := b.Open(t, address), b.Open(t, address)
			s := &suite{t: t, Stores: one, other: two}
			s.alice, s.bob = s.account("alice"), s.account("bob")
			s.seq = s.latest()
			c.run(t, s)
		})
	}
}

// epoch is when the keys of the suite were made: to the microsecond, in UTC.
var epoch = time.UnixMicro(1_900_000_000_123_456).UTC()

// suite is one test's database, opened twice, with two accounts.
type suite struct {
	t *testing.T
	Stores
	other      Stores
	alice, bob string
	seq        int64 // announcements up to here were looked at
}

func (s *suite) ctx() context.Context { return s.t.Context() }

func (s *suite) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *suite) wantErr(got, want error) {
	s.t.Helper()
	if !errors.Is(got, want) {
		s.t.Fatalf("error %v, want %v", got, want)
	}
}

func (s *suite) account(name string) string {
	s.t.Helper()
	a, err := s.Accounts.Add(s.ctx(), account.Account{Kind: account.User, Name: name})
	s.must(err)
	return a.ID
}

// key makes the n-th key, of alice. n is not 0: a public id of zeros means none.
func (s *suite) key(n int) apikey.Key {
	return apikey.Key{ID: id(n), Digest: digest(n), Account: s.alice, Created: epoch}
}

func id(n int) (id session.PublicID) {
	binary.BigEndian.PutUint64(id[:], uint64(n))
	return id
}

func digest(n int) session.Digest { return sha256.Sum256(fmt.Append(nil, "key", n)) }

func (s *suite) add(keys ...apikey.Key) {
	s.t.Helper()
	for _, k := range keys {
		s.must(s.Keys.Add(s.ctx(), k))
	}
}

// want checks that the other store has these keys just so, and tells it of each by
// digest and by public id.
func (s *suite) want(keys ...apikey.Key) {
	s.t.Helper()
	for _, k := range keys {
		got, err := s.other.Keys.Get(s.ctx(), k.Digest)
		s.must(err)
		s.same(got, k)
		got, err = s.other.Keys.Find(s.ctx(), k.ID)
		s.must(err)
		k.Digest = session.Digest{}
		s.same(got, k)
	}
}

func (s *suite) same(got, want apikey.Key) {
	s.t.Helper()
	if !reflect.DeepEqual(got, want) {
		s.t.Fatalf("got  %+v\nwant %+v", got, want)
	}
}

func (s *suite) wantGone(numbers ...int) {
	s.t.Helper()
	for _, n := range numbers {
		_, err := s.other.Keys.Get(s.ctx(), digest(n))
		s.wantErr(err, apikey.ErrNotFound)
		_, err = s.other.Keys.Find(s.ctx(), id(n))
		s.wantErr(err, apikey.ErrNotFound)
	}
}

func (s *suite) latest() int64 {
	s.t.Helper()
	_, n, err := s.Sessions.Changes(s.ctx(), -1)
	s.must(err)
	return n
}

// told checks that exactly these accounts were announced as changed since the last
// time, in this order.
func (s *suite) told(accounts ...string) {
	s.t.Helper()
	changes, last, err := s.other.Sessions.Changes(s.ctx(), s.seq)
	s.must(err)
	s.seq = last
	var got []string
	for _, c := range changes {
		got = append(got, c.Account)
	}
	if !slices.Equal(got, accounts) {
		s.t.Fatalf("announced %q, want %q", got, accounts)
	}
}

// parallel runs f n times at once, on both stores in turn, and gives the errors.
func (s *suite) parallel(n int, f func(i int, keys apikey.Store) error) []error {
	var all sync.WaitGroup
	errs := make([]error, n)
	for i := range n {
		keys := []apikey.Store{s.Keys, s.other.Keys}[i%2]
		all.Go(func() { errs[i] = f(i, keys) })
	}
	all.Wait()
	return errs
}
