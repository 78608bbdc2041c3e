package accounttest

import (
	"errors"
	"fmt"
	"reflect"
	"sync"
	"testing"
	"time"

	"countersign/session/account"
)

// bounds are the limits under test.
var bounds = account.OfferLimits{Quiet: 10 * time.Minute, PerAddress: 3, PerSource: 4, Window: time.Hour, Total: 6}

// offer is an offer with a digest of its own, made some time after at.
func offer(n byte, email, source string, after time.Duration) account.Offer {
	return account.Offer{
		Digest: [32]byte{n}, Email: email, Source: source,
		Created: at.Add(after), Expires: at.Add(after + 72*time.Hour),
	}
}

func (s *suite) offer(o account.Offer) {
	s.t.Helper()
	s.must(s.Offers.Offer(s.ctx(), o, bounds))
}

func offerAndAccept(t *testing.T, s *suite) {
	o := offer(1, "Zoe@example.org", "192.0.2.1/32", 0)
	s.offer(o)
	got, err := s.other.Offers.Offered(t.Context(), o.Digest, at.Add(time.Hour))
	s.must(err)
	if !reflect.DeepEqual(got, o) {
		t.Fatalf("got  %+v\nwant %+v", got, o)
	}
	s.offer(offer(2, "zoe@EXAMPLE.org", "x", time.Hour))
	s.offer(offer(3, "other@example.org", "x", time.Hour))
	s.told("")
	a, err := s.Offers.Accept(t.Context(), o.Digest, at.Add(2*time.Hour), account.Account{
		Kind: account.User, Name: o.Email, PasswordHash: "hash", Roles: []string{"user"}, Created: at,
	})
	s.must(err)
	s.want(a)
	s.told(a.ID)
	if a.Number == 0 || len(a.Roles) != 1 || a.PasswordHash != "hash" {
		t.Fatalf("made %+v", a)
	}
	// Used up, and so are the others to the address.
	for _, n := range []byte{1, 2} {
		_, err = s.other.Offers.Offered(t.Context(), [32]byte{n}, at.Add(2*time.Hour))
		s.wantErr(err, account.ErrNoOffer)
		_, err = s.other.Offers.Accept(t.Context(), [32]byte{n}, at.Add(2*time.Hour), account.Account{Kind: account.User, Name: "more"})
		s.wantErr(err, account.ErrNoOffer)
	}
	_, err = s.Offers.Offered(t.Context(), [32]byte{3}, at.Add(2*time.Hour))
	s.must(err)
	s.must(s.Offers.Withdraw(t.Context(), [32]byte{3}))
	s.must(s.Offers.Withdraw(t.Context(), [32]byte{3}))
	_, err = s.Offers.Offered(t.Context(), [32]byte{3}, at.Add(2*time.Hour))
	s.wantErr(err, account.ErrNoOffer)
	s.told("")
}

func offersEnd(t *testing.T, s *suite) {
	o := offer(1, "a@example.org", "x", 0)
	s.offer(o)
	_, err := s.Offers.Offered(t.Context(), o.Digest, o.Expires.Add(-time.Microsecond))
	s.must(err)
	_, err = s.Offers.Offered(t.Context(), o.Digest, o.Expires)
	s.wantErr(err, account.ErrNoOffer)
	_, err = s.Offers.Accept(t.Context(), o.Digest, o.Expires, account.Account{Kind: account.User, Name: "a"})
	s.wantErr(err, account.ErrNoOffer)
	// The next offer sweeps it away.
	s.offer(offer(2, "b@example.org", "x", 72*time.Hour))
	_, err = s.Offers.Offered(t.Context(), o.Digest, at)
	s.wantErr(err, account.ErrNoOffer)
	for _, bad := range []account.Offer{offer(3, "\x00", "x", 0), offer(3, "c@example.org", "\xff", 0)} {
		if err := s.Offers.Offer(t.Context(), bad, bounds); err == nil {
			t.Errorf("%+v was kept", bad)
		}
	}
}

func offerLimits(t *testing.T, s *suite) {
	for i, row := range []struct {
		email, source string
		after         time.Duration
		want          error
	}{
		{"a@x.org", "s", 0, nil},
		{"A@X.org", "t", 9 * time.Minute, account.ErrOfferedLately},
		{"b@x.org", "s", 9 * time.Minute, nil},
		{"a@x.org", "s", 10 * time.Minute, nil},
		{"c@x.org", "s", 11 * time.Minute, nil},
		{"d@x.org", "s", 12 * time.Minute, account.ErrTooManyOffers}, // four from s within the hour
		{"a@x.org", "t", 21 * time.Minute, nil},
		{"a@x.org", "t", 40 * time.Minute, account.ErrOfferedLately}, // three to a
		{"d@x.org", "s", 61 * time.Minute, nil},
		{"e@x.org", "u", 61 * time.Minute, account.ErrTooManyOffers}, // six in all
		{"e@x.org", "u", 72 * time.Hour, nil},                        // the first is over
		{"f@x.org", "u", 72 * time.Hour, account.ErrTooManyOffers},
	} {
		err := s.Offers.Offer(t.Context(), offer(byte(i+1), row.email, row.source, row.after), bounds)
		if !errors.Is(err, row.want) {
			t.Fatalf("row %d: %v, want %v", i, err, row.want)
		}
	}
}

// acceptIsWhole: if the account cannot be made the offer stands.
func acceptIsWhole(t *testing.T, s *suite) {
	o := offer(1, "a@example.org", "x", 0)
	s.offer(o)
	s.add("a@example.org")
	now := at.Add(time.Minute)
	for want, a := range map[error]account.Account{
		account.ErrExists:   {Kind: account.User, Name: "a@example.org"},
		account.ErrNotFound: {Kind: account.User, Name: "b", Roles: []string{"nosuch"}},
	} {
		_, err := s.Offers.Accept(t.Context(), o.Digest, now, a)
		s.wantErr(err, want)
	}
	if _, err := s.Offers.Accept(t.Context(), o.Digest, now, account.Account{Kind: account.User}); err == nil {
		t.Error("an account without a name was made")
	}
	s.told("")
	_, err := s.Offers.Offered(t.Context(), o.Digest, now)
	s.must(err)
}

// parallelOffers: what is counted is counted under a lock.
func parallelOffers(t *testing.T, s *suite) {
	const n = 12
	errs := make([]error, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			stores := []account.Offers{s.Offers, s.other.Offers}
			errs[i] = stores[i%2].Offer(t.Context(), offer(byte(i+1), fmt.Sprint(i, "@x.org"), fmt.Sprint(i), 0), bounds)
		})
	}
	all.Wait()
	made := 0
	for _, err := range errs {
		if err == nil {
			made++
			continue
		}
		s.wantErr(err, account.ErrTooManyOffers)
	}
	if made != bounds.Total {
		t.Fatalf("%d offers, at most %d", made, bounds.Total)
	}
}

// parallelAccepts: a token makes one account.
func parallelAccepts(t *testing.T, s *suite) {
	o := offer(1, "a@x.org", "x", 0)
	s.offer(o)
	const n = 6
	errs := make([]error, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			stores := []account.Offers{s.Offers, s.other.Offers}
			_, errs[i] = stores[i%2].Accept(t.Context(), o.Digest, at, account.Account{Kind: account.User, Name: fmt.Sprint("u", i)})
		})
	}
	all.Wait()
	made := 0
	for _, err := range errs {
		if err == nil {
			made++
			continue
		}
		s.wantErr(err, account.ErrNoOffer)
	}
	if n, err := s.Accounts.Count(t.Context()); made != 1 || n != 1 || err != nil {
		t.Fatalf("%d accepted, %d accounts, %v", made, n, err)
	}
}
