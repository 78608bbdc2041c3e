package accounttest

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"countersign/session"
	"countersign/session/account"
)

// Stores are the stores of one database.
type Stores struct {
	Accounts account.Store
	Sessions session.Store
	// Offers may be nil where only Store is run.
	Offers account.Offers
}

// Backend is a kind of store under test.
type Backend struct {
	// Fresh makes a database without accounts, with the predefined roles, for the
	// time of the test, and gives its address.
	Fresh func(t testing.TB) string
	// Open opens the database at an address for the time of the test. It is called
	// several times on one address.
	Open func(t testing.TB, address string) Stores
}

// Store runs the suite of account.Store.
func Store(t *testing.T, b Backend) {
	t.Helper()
	run(t, b, []test{
		{"AddGivesBackEveryField", addGivesBackEveryField},
		{"AddFillsIn", addFillsIn},
		{"AddRefuses", addRefuses},
		{"LookAlikes", lookAlikes},
		{"ParallelLookAlikes", parallelLookAlikes},
		{"NumbersAreNotReused", numbersAreNotReused},
		{"FindIsExact", findIsExact},
		{"ListIsSortedAndWithoutHashes", listIsSortedAndWithoutHashes},
		{"SetPassword", setPassword},
		{"Rehash", rehash},
		{"SetDisabled", setDisabled},
		{"Delete", deleteAll},
		{"PredefinedRoles", predefinedRoles},
		{"RolesAndGrants", rolesAndGrants},
		{"SetRole", setRole},
		{"RoleNumbers", roleNumbers},
		{"ChangeFields", changeFields},
		{"ChangeRights", changeRights},
		{"ChangeEndsSessions", changeEndsSessions},
		{"ChangeIsWhole", changeIsWhole},
		{"ChangeNothing", changeNothing},
		{"ParallelEdits", parallelEdits},
		{"Search", search},
		{"SearchPatterns", searchPatterns},
		{"SearchBounds", searchBounds},
		{"Resolve", resolve},
		{"LastChange", lastChange},
		{"UnknownAccounts", unknownAccounts},
		{"ReadsSeeWholeChanges", readsSeeWholeChanges},
		{"ParallelAdds", parallelAdds},
		{"ParallelChanges", parallelChanges},
	})
}

// Offers runs the suite of account.Offers.
func Offers(t *testing.T, b Backend) {
	t.Helper()
	run(t, b, []test{
		{"OfferAndAccept", offerAndAccept},
		{"OffersEnd", offersEnd},
		{"OfferLimits", offerLimits},
		{"AcceptIsWhole", acceptIsWhole},
		{"ParallelOffers", parallelOffers},
		{"ParallelAccepts", parallelAccepts},
	})
}

type test struct {
	name string
	run  func(t *testing.T, s *suite)
}

func run(t *testing.T, b Backend, tests []test) {
	t.Helper()
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			address := b.Fresh(t)
			one, two := b.Open(t, address), b.Open(t, address)
			s := &suite{t: t, Stores: one, other: two}
			s.seq = s.latest()
			c.run(t, s)
		})
	}
}

// at is when changes are made: to the microsecond, in UTC.
var at = time.UnixMicro(1_900_000_000_123_456).UTC()

// suite is one test's database, opened twice.
type suite struct {
	t *testing.T
	Stores
	other Stores
	seq   int64 // announcements up to here were looked at
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

// add adds a user with a password hash.
func (s *suite) add(name string, roles ...string) account.Account {
	s.t.Helper()
	a, err := s.Accounts.Add(s.ctx(), account.Account{Kind: account.User, Name: name, PasswordHash: "old", Roles: roles, Created: at, Changed: at})
	s.must(err)
	s.told(a.ID)
	return a
}

func (s *suite) get(id string) account.Account {
	s.t.Helper()
	a, err := s.other.Accounts.Get(s.ctx(), id)
	s.must(err)
	return a
}

// want checks that the account is in the store as a says.
func (s *suite) want(a account.Account) {
	s.t.Helper()
	if got := s.get(a.ID); !reflect.DeepEqual(got, a) {
		s.t.Fatalf("got  %+v\nwant %+v", got, a)
	}
}

func (s *suite) latest() int64 {
	s.t.Helper()
	_, n, err := s.Sessions.Changes(s.ctx(), -1)
	s.must(err)
	return n
}

// told checks what was announced since the last time: these accounts, each at least
// once, and the ends of these sessions, each once.
func (s *suite) told(id string, ended ...session.Digest) {
	s.t.Helper()
	changes, last, err := s.other.Sessions.Changes(s.ctx(), s.seq)
	s.must(err)
	s.seq = last
	var sessions []session.Digest
	account := false
	for _, c := range changes {
		switch c.Account {
		case "":
			sessions = append(sessions, c.Session)
		case id:
			account = true
		default:
			s.t.Fatalf("announced a change to %q, want %q", c.Account, id)
		}
	}
	if account != (id != "") {
		s.t.Fatalf("a change to %q was announced: %v", id, account)
	}
	order := func(a, b session.Digest) int { return slices.Compare(a[:], b[:]) }
	slices.SortFunc(sessions, order)
	slices.SortFunc(ended, order)
	if !slices.Equal(sessions, ended) {
		s.t.Fatalf("announced the ends of %d sessions, want %d", len(sessions), len(ended))
	}
}

// login stores sessions of an account and gives their digests.
func (s *suite) login(a account.Account, numbers ...byte) []session.Digest {
	s.t.Helper()
	var ids []session.Digest
	for _, n := range numbers {
		r := session.Record{
			ID: session.Digest{n}, Key: session.Digest{n, n}, Public: session.PublicID{n}, Account: a.ID,
			Created: at, Seen: at, End: at.Add(time.Hour),
		}
		s.must(s.Sessions.Insert(s.ctx(), []session.Record{r}))
		ids = append(ids, r.ID)
	}
	return ids
}

// alive checks which sessions there are.
func (s *suite) alive(want ...session.Digest) {
	s.t.Helper()
	all, err := s.other.Sessions.List(s.ctx(), "", 0)
	s.must(err)
	if len(all) != len(want) {
		s.t.Fatalf("%d sessions live, want %d", len(all), len(want))
	}
	for _, r := range all {
		if !slices.Contains(want, r.ID) {
			s.t.Fatalf("session %x lives", r.ID[:2])
		}
	}
}
