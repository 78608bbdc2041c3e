package accounttest

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"countersign/session/account"
)

func predefinedRoles(t *testing.T, s *suite) {
	got, err := s.Accounts.Roles(t.Context())
	s.must(err)
	for i, r := range got {
		if r.Description == "" {
			t.Errorf("role %s has no description", r.Name)
		}
		got[i].Description = ""
	}
	want := []account.Role{
		{Name: "admin", Permissions: []string{"*"}, Number: 1},
		{Name: "user", Permissions: []string{"addressbook"}, Number: 2},
	}
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("roles %+v, want %+v", got, want)
	}
}

// holds checks an account's roles and everything granted to it.
func (s *suite) holds(a account.Account, roles, grants string) {
	s.t.Helper()
	got := s.get(a.ID)
	if strings.Join(got.Roles, " ") != roles || strings.Join(got.Grants, " ") != grants {
		s.t.Fatalf("holds the roles %q and the grants %q, want %q and %q", got.Roles, got.Grants, roles, grants)
	}
}

func rolesAndGrants(t *testing.T, s *suite) {
	a, b := s.add("a"), s.add("b", "user")
	ids := s.login(a, 1)
	for _, step := range []struct {
		do            func() error
		roles, grants string
		want          error
		silent        bool
	}{
		{do: func() error { return s.Accounts.SetRoles(t.Context(), a.ID, []string{"user", "admin", "user"}, at) },
			roles: "admin user", grants: "* addressbook"},
		{do: func() error { return s.Accounts.Grant(t.Context(), a.ID, "z.*", at) },
			roles: "admin user", grants: "* addressbook z.*"},
		{do: func() error { return s.Accounts.Grant(t.Context(), a.ID, "addressbook", at) },
			roles: "admin user", grants: "* addressbook z.*"},
		{do: func() error { return s.Accounts.Grant(t.Context(), a.ID, "z.*", at) },
			roles: "admin user", grants: "* addressbook z.*"},
		{do: func() error { return s.Accounts.SetRoles(t.Context(), a.ID, []string{"user", "nosuch"}, at) },
			roles: "admin user", grants: "* addressbook z.*", want: account.ErrNotFound, silent: true},
		{do: func() error { return s.Accounts.SetRoles(t.Context(), a.ID, nil, at) },
			roles: "", grants: "addressbook z.*"},
		{do: func() error { return s.Accounts.Revoke(t.Context(), a.ID, "z.*", at) },
			roles: "", grants: "addressbook"},
		{do: func() error { return s.Accounts.Revoke(t.Context(), a.ID, "z.*", at) },
			roles: "", grants: "addressbook", want: account.ErrNotFound, silent: true},
		{do: func() error { return s.Accounts.Revoke(t.Context(), b.ID, "addressbook", at) }, // held by role only
			roles: "", grants: "addressbook", want: account.ErrNotFound, silent: true},
	} {
		s.wantErr(step.do(), step.want)
		s.holds(a, step.roles, step.grants)
		if step.silent {
			s.told("")
		} else {
			s.told(a.ID)
		}
	}
	for _, bad := range []string{"", "a\x00", "\xff"} {
		if err := s.Accounts.Grant(t.Context(), a.ID, bad, at); err == nil {
			t.Errorf("granted %q", bad)
		}
	}
	s.holds(b, "user", "addressbook")
	s.alive(ids...)
}

func setRole(t *testing.T, s *suite) {
	a := s.add("a", "user")
	s.must(s.Accounts.SetRole(t.Context(), account.Role{Name: "user", Permissions: []string{"y", "x", "y"}}, at))
	s.told("*")
	s.holds(a, "user", "x y")
	s.must(s.Accounts.SetRole(t.Context(), account.Role{Name: "guest"}, at))
	s.told("*")
	s.must(s.Accounts.SetRoles(t.Context(), a.ID, []string{"guest", "user"}, at))
	s.told(a.ID)
	roles, err := s.other.Accounts.Roles(t.Context())
	s.must(err)
	if len(roles) != 3 || roles[1].Name != "guest" || len(roles[1].Permissions) != 0 ||
		!slices.Equal(roles[2].Permissions, []string{"x", "y"}) {
		t.Fatalf("roles %+v", roles)
	}
	s.must(s.Accounts.DeleteRole(t.Context(), "user", at))
	s.told("*")
	s.holds(a, "guest", "")
	s.wantErr(s.Accounts.DeleteRole(t.Context(), "user", at), account.ErrNotFound)
	s.wantErr(s.Accounts.DeleteRole(t.Context(), "\x00", at), account.ErrNotFound)
	for _, bad := range []account.Role{{}, {Name: "x", Permissions: []string{""}}, {Name: "x\x00"}} {
		if err := s.Accounts.SetRole(t.Context(), bad, at); err == nil {
			t.Errorf("role %+v was made", bad)
		}
	}
	s.told("")
}

// roleNumbers: a role keeps its number and description, and no other role ever has the
// number.
func roleNumbers(t *testing.T, s *suite) {
	get := func(name string) account.Role {
		t.Helper()
		roles, err := s.other.Accounts.Roles(t.Context())
		s.must(err)
		i := slices.IndexFunc(roles, func(r account.Role) bool { return r.Name == name })
		if i < 0 {
			t.Fatalf("no role %s", name)
		}
		return roles[i]
	}
	set := func(r account.Role) { t.Helper(); s.must(s.Accounts.SetRole(t.Context(), r, at)) }
	set(account.Role{Name: "b", Number: 77, Description: "Bees ✓", Permissions: []string{"x"}})
	if got := get("b"); got.Number != 3 || got.Description != "Bees ✓" {
		t.Fatalf("made %+v", got)
	}
	set(account.Role{Name: "b", Permissions: []string{"y"}})
	if got := get("b"); got.Number != 3 || got.Description != "Bees ✓" || !slices.Equal(got.Permissions, []string{"y"}) {
		t.Fatalf("set again without a description: %+v", got)
	}
	set(account.Role{Name: "b", Description: "More bees"})
	if got := get("b"); got.Number != 3 || got.Description != "More bees" || len(got.Permissions) != 0 {
		t.Fatalf("set again: %+v", got)
	}
	s.must(s.Accounts.DeleteRole(t.Context(), "b", at))
	set(account.Role{Name: "a"})
	set(account.Role{Name: "b"})
	if a, b := get("a"), get("b"); a.Number != 4 || b.Number != 5 || b.Description != "" {
		t.Fatalf("after a deletion: %+v, %+v", a, b)
	}
	if err := s.Accounts.SetRole(t.Context(), account.Role{Name: "c", Description: "\x00"}, at); err == nil {
		t.Error("a description with NUL was kept")
	}
}

func unknownAccounts(t *testing.T, s *suite) {
	s.add("a")
	for _, id := range []string{strings.Repeat("0", 32), "", "a", "\x00", "\xff"} {
		_, err := s.Accounts.Get(t.Context(), id)
		s.wantErr(err, account.ErrNotFound)
		_, err = s.Accounts.Change(t.Context(), []account.Edit{{ID: id}}, at)
		s.wantErr(err, account.ErrNotFound)
		s.wantErr(s.Accounts.SetPassword(t.Context(), id, "x", [32]byte{}, at), account.ErrNotFound)
		s.wantErr(s.Accounts.SetDisabled(t.Context(), id, true, at), account.ErrNotFound)
		s.wantErr(s.Accounts.Delete(t.Context(), id, at), account.ErrNotFound)
		s.wantErr(s.Accounts.SetRoles(t.Context(), id, nil, at), account.ErrNotFound)
		s.wantErr(s.Accounts.Grant(t.Context(), id, "x", at), account.ErrNotFound)
		s.wantErr(s.Accounts.Revoke(t.Context(), id, "x", at), account.ErrNotFound)
	}
	s.told("")
}

// readsSeeWholeChanges: roles are replaced in one step, so that nobody ever sees an
// account between two sets of them.
func readsSeeWholeChanges(t *testing.T, s *suite) {
	a := s.add("a", "admin")
	var writer sync.WaitGroup
	writer.Go(func() {
		for i := range 30 {
			if err := s.Accounts.SetRoles(t.Context(), a.ID, []string{[]string{"user", "admin"}[i%2]}, at); err != nil {
				t.Error(err)
				return
			}
		}
	})
	for range 60 {
		got := s.get(a.ID)
		switch fmt.Sprint(got.Roles, got.Grants) {
		case "[admin] [*]", "[user] [addressbook]":
		default:
			t.Errorf("seen between two changes: %q and %q", got.Roles, got.Grants)
		}
	}
	writer.Wait()
}

func parallelAdds(t *testing.T, s *suite) {
	const n = 24
	var all sync.WaitGroup
	added := make([]account.Account, n)
	errs := make([]error, n)
	for i := range n {
		all.Go(func() {
			store := []account.Store{s.Accounts, s.other.Accounts}[i%2]
			// Every name is tried twice.
			added[i], errs[i] = store.Add(t.Context(), account.Account{Kind: account.User, Name: fmt.Sprint("u", i/2), Roles: []string{"user"}})
		})
	}
	all.Wait()
	numbers := map[int64]bool{}
	for i := 0; i < n; i += 2 {
		one, two := errs[i], errs[i+1]
		if (one == nil) == (two == nil) {
			t.Fatalf("u%d was added twice or never: %v, %v", i/2, one, two)
		}
		s.wantErr(errors.Join(one, two), account.ErrExists)
		numbers[max(added[i].Number, added[i+1].Number)] = true
	}
	if len(numbers) != n/2 {
		t.Fatalf("%d different numbers for %d accounts", len(numbers), n/2)
	}
}

// parallelChanges: changes to roles and to the accounts that hold them lock each
// other's rows; all must get through, and the end must be one of the ends possible.
func parallelChanges(t *testing.T, s *suite) {
	a := s.add("a", "user")
	const rounds = 10
	var all sync.WaitGroup
	do := func(f func(i int) error) {
		all.Go(func() {
			for i := range rounds {
				if err := f(i); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	do(func(i int) error {
		return s.Accounts.SetRole(t.Context(), account.Role{Name: "user", Permissions: []string{fmt.Sprint("p", i)}}, at)
	})
	do(func(int) error { return s.other.Accounts.SetRoles(t.Context(), a.ID, []string{"user"}, at) })
	do(func(int) error { return s.Accounts.SetRoles(t.Context(), a.ID, []string{"user", "admin"}, at) })
	do(func(i int) error { return s.other.Accounts.Grant(t.Context(), a.ID, fmt.Sprint("g", i), at) })
	do(func(int) error { return s.Accounts.SetPassword(t.Context(), a.ID, "x", [32]byte{}, at) })
	all.Wait()
	got := s.get(a.ID)
	if !slices.Contains(got.Roles, "user") || !slices.Contains(got.Grants, "p9") || !slices.Contains(got.Grants, "g9") || slices.Contains(got.Grants, "p8") {
		t.Fatalf("holds %v and %v in the end", got.Roles, got.Grants)
	}
}
