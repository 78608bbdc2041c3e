package accounttest

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/session"
	"countersign/session/account"
)

func addGivesBackEveryField(t *testing.T, s *suite) {
	a := account.Account{
		ID: strings.Repeat("0123456789abcdef", 2), Kind: account.Server, Name: "my.host.name", Login: "bubba",
		Number: 500, ActsFor: 7, Display: "Zoë's ✓ host", Email: "x@example.org", PasswordHash: "$argon2id$…",
		NoMail: true, Disabled: true, DisabledText: "Because ✓", ReadOnly: true, Roles: []string{"user"}, Grants: []string{"addressbook", "b.*", "c"},
		Held:    []account.Held{{Permission: "addressbook", Role: "user"}, {Permission: "b.*"}, {Permission: "c"}},
		Created: at, Changed: at.Add(time.Second),
	}
	given := a
	given.Grants = []string{"c", "b.*", "c"}
	stored, err := s.Accounts.Add(t.Context(), given)
	s.must(err)
	if stored.ID != a.ID || !slices.Equal(stored.Grants, a.Grants) {
		t.Fatalf("stored %+v", stored)
	}
	s.want(a)
	s.told(a.ID)
	if n, err := s.other.Accounts.Count(t.Context()); n != 1 || err != nil {
		t.Fatalf("%d accounts, %v", n, err)
	}
}

func addFillsIn(t *testing.T, s *suite) {
	var before account.Account
	for i, name := range []string{"a", "b", "c"} {
		began := time.Now().Add(-time.Second)
		a, err := s.Accounts.Add(t.Context(), account.Account{Kind: account.User, Name: name})
		s.must(err)
		s.want(a)
		if len(a.ID) != 32 || a.ID == before.ID || a.Number != 1000+int64(i) {
			t.Errorf("ID %q, number %d", a.ID, a.Number)
		}
		if a.Created.Before(began) || a.Created.After(time.Now()) || !a.Changed.Equal(a.Created) || a.Created.Location() != time.UTC {
			t.Errorf("created %v, changed %v", a.Created, a.Changed)
		}
		before = a
	}
}

func addRefuses(t *testing.T, s *suite) {
	old := s.add("bubba")
	ok := account.Account{Kind: account.User, Name: "new", Roles: []string{"user"}}
	for name, c := range map[string]struct {
		spoil func(*account.Account)
		want  error // nil for any
	}{
		"name taken":      {func(a *account.Account) { a.Name = "bubba" }, account.ErrExists},
		"number taken":    {func(a *account.Account) { a.Number = old.Number }, account.ErrExists},
		"id taken":        {func(a *account.Account) { a.ID = old.ID }, account.ErrExists},
		"no such role":    {func(a *account.Account) { a.Roles = []string{"user", "nosuch"} }, account.ErrNotFound},
		"no kind":         {func(a *account.Account) { a.Kind = "" }, nil},
		"no name":         {func(a *account.Account) { a.Name = "" }, nil},
		"name a session":  {func(a *account.Account) { a.Name = strings.Repeat("0", 32) }, nil},
		"negative number": {func(a *account.Account) { a.Number = -1 }, nil},
		"id no hex":       {func(a *account.Account) { a.ID = strings.Repeat("x", 32) }, nil},
		"nul in display":  {func(a *account.Account) { a.Display = "a\x00b" }, nil},
		"bad utf-8":       {func(a *account.Account) { a.Email = "\xff" }, nil},
		"empty grant":     {func(a *account.Account) { a.Grants = []string{""} }, nil},
		"why, but not":    {func(a *account.Account) { a.DisabledText = "because" }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			a := ok
			c.spoil(&a)
			_, err := s.Accounts.Add(t.Context(), a)
			if err == nil {
				t.Fatal("was added")
			}
			if c.want != nil {
				s.wantErr(err, c.want)
			}
		})
	}
	if n, err := s.Accounts.Count(t.Context()); n != 1 || err != nil {
		t.Fatalf("%d accounts, %v", n, err)
	}
	s.told("")
	// The same name may belong to a user and to a server.
	server := account.Account{Kind: account.Server, Name: "bubba", Login: "x"}
	_, err := s.Accounts.Add(t.Context(), server)
	s.must(err)
}

// numbersAreNotReused: whoever got the number of a deleted account by itself would
// inherit its records.
func numbersAreNotReused(t *testing.T, s *suite) {
	for _, n := range []int64{1000, 1001, 1003, 1} {
		_, err := s.Accounts.Add(t.Context(), account.Account{Kind: account.User, Name: "n" + string(rune('a'+n%26)), Number: n})
		s.must(err)
	}
	s.seq = s.latest()
	first := s.add("first")
	if first.Number != 1002 {
		t.Fatalf("got number %d, want the free 1002", first.Number)
	}
	s.must(s.Accounts.Delete(t.Context(), first.ID, at))
	s.seq = s.latest()
	if next := s.add("next"); next.Number != 1004 {
		t.Fatalf("got number %d, want 1004", next.Number)
	}
	again, err := s.Accounts.Add(t.Context(), account.Account{Kind: account.User, Name: "first", Number: 1002})
	s.must(err)
	if again.Number != 1002 || again.ID == first.ID {
		t.Fatalf("a number that was asked for is %d", again.Number)
	}
}

func findIsExact(t *testing.T, s *suite) {
	a := s.add("Bubba é", "user")
	got, err := s.Accounts.Find(t.Context(), account.User, "Bubba é")
	s.must(err)
	if a.Roles, a.Grants, a.Held = nil, nil, nil; !reflect.DeepEqual(got, a) {
		t.Fatalf("found %+v\nwant  %+v", got, a)
	}
	for _, name := range []string{"bubba é", "Bubba é ", "Bubba e\u0301", "Bubba é\x00", "\xff", "", "%", "Bubba _", "' OR ''='"} {
		_, err := s.Accounts.Find(t.Context(), account.User, name)
		s.wantErr(err, account.ErrNotFound)
	}
	_, err = s.Accounts.Find(t.Context(), account.Server, "Bubba é")
	s.wantErr(err, account.ErrNotFound)
}

func listIsSortedAndWithoutHashes(t *testing.T, s *suite) {
	for _, name := range []string{"b", "C", "a", "é", "_", "z"} {
		s.add(name, "user")
	}
	_, err := s.Accounts.Add(t.Context(), account.Account{Kind: account.Server, Name: "zz", PasswordHash: "x"})
	s.must(err)
	all, err := s.other.Accounts.List(t.Context())
	s.must(err)
	var names []string
	for _, a := range all {
		names = append(names, string(a.Kind)+" "+a.Name)
		if a.PasswordHash != "" {
			t.Errorf("the hash of %s is in the list", a.Name)
		}
		if a.Kind == account.User && (!slices.Equal(a.Roles, []string{"user"}) || !slices.Equal(a.Grants, []string{"addressbook"})) {
			t.Errorf("%s holds %v and %v", a.Name, a.Roles, a.Grants)
		}
	}
	want := []string{"server zz", "user C", "user _", "user a", "user b", "user z", "user é"}
	if !slices.Equal(names, want) {
		t.Fatalf("got %q, want %q", names, want)
	}
}

func setPassword(t *testing.T, s *suite) {
	a, b := s.add("a"), s.add("b")
	as, bs := s.login(a, 1, 2, 3), s.login(b, 4)
	later := at.Add(time.Minute)
	s.must(s.Accounts.SetPassword(t.Context(), a.ID, "new", as[1], later))
	a.PasswordHash, a.Changed = "new", later
	s.want(a)
	s.want(b)
	s.told(a.ID, as[0], as[2])
	s.alive(as[1], bs[0])
	s.must(s.Accounts.SetPassword(t.Context(), a.ID, "newer", [32]byte{}, later))
	s.told(a.ID, as[1])
	s.alive(bs[0])
}

func rehash(t *testing.T, s *suite) {
	a := s.add("a")
	ids := s.login(a, 1)
	s.must(s.Accounts.Rehash(t.Context(), a.ID, "other", "wrong"))
	s.must(s.Accounts.Rehash(t.Context(), strings.Repeat("0", 32), "old", "wrong"))
	s.want(a)
	s.told("")
	s.must(s.Accounts.Rehash(t.Context(), a.ID, "old", "better"))
	if got := s.get(a.ID); got.PasswordHash != "better" {
		t.Fatalf("the hash is %q", got.PasswordHash)
	}
	s.told(a.ID)
	s.alive(ids...)
}

func setDisabled(t *testing.T, s *suite) {
	a, b := s.add("a"), s.add("b")
	as, bs := s.login(a, 1, 2), s.login(b, 3)
	s.must(s.Accounts.SetDisabled(t.Context(), a.ID, true, at.Add(1000)))
	a.Disabled, a.Changed = true, at.Add(1000)
	s.want(a)
	s.told(a.ID, as...)
	s.alive(bs...)
	again := s.login(a, 5) // the store does not judge; who logs in does
	s.must(s.Accounts.SetDisabled(t.Context(), a.ID, false, at.Add(2000)))
	a.Disabled, a.Changed = false, at.Add(2000)
	s.want(a)
	s.told(a.ID)
	s.alive(append(again, bs...)...)
	// Why it was disabled goes with the disabling.
	text := "gone"
	_, err := s.Accounts.Change(t.Context(), []account.Edit{{ID: a.ID, Disabled: &account.Disabling{Disabled: true, Text: text}}}, at)
	s.must(err)
	s.must(s.Accounts.SetDisabled(t.Context(), a.ID, true, at))
	if got := s.get(a.ID); got.DisabledText != text {
		t.Fatalf("disabled twice, the text is %q", got.DisabledText)
	}
	s.must(s.Accounts.SetDisabled(t.Context(), a.ID, false, at))
	if got := s.get(a.ID); got.Disabled || got.DisabledText != "" {
		t.Fatalf("enabled, with the text %q", got.DisabledText)
	}
}

func deleteAll(t *testing.T, s *suite) {
	a, b := s.add("a", "user", "admin"), s.add("b", "user")
	s.must(s.Accounts.Grant(t.Context(), a.ID, "x", at))
	s.told(a.ID)
	as, bs := s.login(a, 1, 2), s.login(b, 3)
	s.must(s.Accounts.Delete(t.Context(), a.ID, at))
	s.told(a.ID, as...)
	s.alive(bs...)
	_, err := s.other.Accounts.Get(t.Context(), a.ID)
	s.wantErr(err, account.ErrNotFound)
	s.wantErr(s.Accounts.Delete(t.Context(), a.ID, at), account.ErrNotFound)
	s.told("")
	s.want(b)
	// The name is free, and nothing of the old account clings to it.
	next := s.add("a")
	if len(next.Roles)+len(next.Grants) != 0 || next.ID == a.ID {
		t.Fatalf("the new account is %+v", next)
	}
	if n, err := s.Sessions.DeleteAccount(t.Context(), a.ID, session.Digest{}); n != 0 || err != nil {
		t.Fatalf("%d sessions of a deleted account, %v", n, err)
	}
}
