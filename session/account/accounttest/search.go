package accounttest

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"countersign/session/account"
)

// addAs adds an account as it is described.
func (s *suite) addAs(a account.Account) account.Account {
	s.t.Helper()
	if a.Kind == "" {
		a.Kind = account.User
	}
	stored, err := s.Accounts.Add(s.ctx(), a)
	s.must(err)
	return stored
}

// finds checks which accounts a query finds, by their names with blanks between.
func (s *suite) finds(q account.Query, want string) {
	s.t.Helper()
	if q.Kind == "" {
		q.Kind = account.User
	}
	found, err := s.other.Accounts.Search(s.ctx(), q)
	s.must(err)
	var names []string
	for _, a := range found {
		names = append(names, a.Name)
		if a.PasswordHash != "" {
			s.t.Errorf("%s comes with its hash", a.Name)
		}
	}
	if got := strings.Join(names, " "); got != want {
		s.t.Errorf("%+v finds %q, want %q", q, got, want)
	}
}

func people(s *suite) {
	for i, a := range []account.Account{
		{Name: "Zoe@Example.org", Display: "Zoë Ärger", Email: "zoe@example.org", Roles: []string{"user", "admin"}, Grants: []string{"x"}},
		{Name: "bubba", Display: "Bubba 100% Smith", Email: "Bubba@example.org"},
		{Name: "Buddy", Display: "another"},
		{Name: "BuBBa2", Disabled: true},
		{Name: "al_len", Display: `back\slash`},
		{Name: "allen"},
		{Name: "Ünal"},
		{Name: "my.host", Kind: account.Server, Email: "bubba@example.org"},
	} {
		a.Number, a.PasswordHash = int64(100-10*i), "hash"
		s.addAs(a)
	}
}

func search(t *testing.T, s *suite) {
	people(s)
	for _, c := range []struct {
		q    account.Query
		want string
	}{
		{account.Query{}, ""},
		{account.Query{Enabled: true, Limit: 5}, ""},
		{account.Query{Numbers: []int64{90, 100, 90, 12345, -1}}, "bubba Zoe@Example.org"},
		{account.Query{Numbers: []int64{30}}, ""}, // a server's
		{account.Query{Kind: account.Server, Numbers: []int64{30, 90}}, "my.host"},
		{account.Query{Kind: "nosuch", Numbers: []int64{30, 90}}, ""},
		{account.Query{Names: []string{"zoe@EXAMPLE.org", "nobody"}}, "Zoe@Example.org"},
		{account.Query{Names: []string{"BUBBA"}}, "bubba"},
		{account.Query{Names: []string{"bubba", "bubba2", "BUDDY"}}, "BuBBa2 Buddy bubba"},
		{account.Query{Names: []string{"bubba", "bubba2", "BUDDY"}, Enabled: true}, "Buddy bubba"},
		{account.Query{Names: []string{"bubba", "bubba2", "BUDDY"}, Limit: 2}, "BuBBa2 Buddy"},
		{account.Query{Names: []string{"ünal"}}, "Ünal"},
		{account.Query{Names: []string{"", "\x00", "\xff", "bubba ", "%", "' OR ''='"}}, ""},
		{account.Query{Emails: []string{"BUBBA@example.org"}}, "bubba"},
		{account.Query{Emails: []string{"BUBBA@example.org"}, Kind: account.Server}, "my.host"},
		{account.Query{Emails: []string{"zoe@example.org"}, Names: []string{"allen"}, Numbers: []int64{90}}, "allen bubba Zoe@Example.org"},
	} {
		s.finds(c.q, c.want)
	}
	found, err := s.other.Accounts.Search(t.Context(), account.Query{Kind: account.User, Numbers: []int64{100}})
	s.must(err)
	want := s.get(found[0].ID)
	want.PasswordHash = ""
	if !reflect.DeepEqual(found, []account.Account{want}) {
		t.Errorf("got  %+v\nwant %+v", found, want)
	}
	// A new name is found, the old one is not.
	name, email := "Newname", "New@example.org"
	_, err = s.change(account.Edit{ID: want.ID, Name: &name, Email: &email, Display: &name})
	s.must(err)
	s.finds(account.Query{Names: []string{"zoe@example.org"}, Emails: []string{"zoe@example.org"}, Patterns: []string{"*rger"}}, "")
	s.finds(account.Query{Names: []string{"NEWNAME"}}, name)
	s.finds(account.Query{Emails: []string{"nEW@example.org"}}, name)
	s.finds(account.Query{Patterns: []string{"*WNA*"}}, name)
}

func searchPatterns(_ *testing.T, s *suite) {
	people(s)
	for pattern, want := range map[string]string{
		"":           "Ünal allen BuBBa2", // an empty Display is one too
		"allen":      "allen",
		"ALLEN":      "allen",
		"alle":       "",
		"al*":        "allen al_len",
		"*BUBBA*":    "BuBBa2 bubba",
		"another":    "Buddy",
		"*100%*":     "bubba",
		"*100_*":     "",
		"al_len":     "al_len",
		"%":          "",
		"_____":      "",
		`back\slash`: "al_len",
		`*\*`:        "al_len",
		"*ÄRGER":     "Zoe@Example.org",
		"*@*.org":    "Zoe@Example.org",
		"\x00":       "",
		"\xff":       "",
		"*' OR ''='": "",
	} {
		s.finds(account.Query{Patterns: []string{pattern}}, want)
	}
	s.finds(account.Query{Patterns: []string{"*bub*", "*bud*", "allen"}, Enabled: true, Limit: 2}, "allen Buddy")
}

func searchBounds(t *testing.T, s *suite) {
	var names []string
	for i := range account.MaxQuery {
		names = append(names, fmt.Sprint("u", i))
	}
	s.add("u5")
	s.add("u999")
	numbers := make([]int64, account.MaxQuery)
	s.finds(account.Query{Names: names, Emails: names, Numbers: numbers}, "u5 u999")
	for _, q := range []account.Query{
		{Names: append(names, "x")}, {Emails: append(names, "x")}, {Patterns: append(names, "x")}, {Numbers: append(numbers, 1)},
	} {
		if _, err := s.Accounts.Search(t.Context(), q); err == nil {
			t.Error("a list over the bound was taken")
		}
	}
}

func resolve(t *testing.T, s *suite) {
	people(s)
	for typed, want := range map[string]string{
		"ZOE@example.ORG":         "Zoe@Example.org",
		"bubba":                   "bubba",
		"BUBBA":                   "bubba",
		"nobody":                  "nobody",
		"MY.HOST":                 "MY.HOST", // a server
		"":                        "",
		"a:b":                     "a:b",
		"\xff":                    "\xff",
		strings.Repeat("x", 5000): strings.Repeat("x", 5000),
	} {
		got, err := account.Resolve(t.Context(), s.Accounts, account.User, typed)
		if got != want || err != nil {
			t.Errorf("%.20q is %.20q, %v; want %.20q", typed, got, err, want)
		}
	}
}

func lastChange(t *testing.T, s *suite) {
	want := func(accounts, roles time.Time) {
		t.Helper()
		a, r, err := s.other.Accounts.LastChange(t.Context())
		if err != nil || !a.Equal(accounts) || !r.Equal(roles) {
			t.Fatalf("accounts %v, roles %v, %v; want %v and %v", a, r, err, accounts, roles)
		}
	}
	want(time.Time{}, time.Time{})
	a := s.add("a")
	s.add("b")
	want(at, time.Time{})
	s.must(s.Accounts.SetRoles(t.Context(), a.ID, []string{"user"}, later))
	want(later, time.Time{})
	s.must(s.Accounts.SetRole(t.Context(), account.Role{Name: "user"}, later.Add(1000)))
	want(later, later.Add(1000))
}
