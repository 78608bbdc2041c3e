package accounttest

import (
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"countersign/session/account"
)

// change makes one edit at the time later.
func (s *suite) change(e account.Edit) (account.Changed, error) {
	s.t.Helper()
	got, err := s.Accounts.Change(s.ctx(), []account.Edit{e}, later)
	if err != nil {
		return account.Changed{}, err
	}
	if len(got) != 1 {
		s.t.Fatalf("%d changes of one edit", len(got))
	}
	return got[0], nil
}

var later = at.Add(time.Minute)

func changeFields(t *testing.T, s *suite) {
	a, b := s.add("a", "user"), s.add("b")
	name, display, email := "Zoë", "Zoë ✓", "zoe@example.org"
	yes, no := true, false
	for _, step := range []struct {
		edit account.Edit
		do   func(*account.Account)
	}{
		{account.Edit{Name: &name}, func(a *account.Account) { a.Name = name }},
		{account.Edit{Display: &display, Email: &email}, func(a *account.Account) { a.Display, a.Email = display, email }},
		{account.Edit{NoMail: &yes}, func(a *account.Account) { a.NoMail = true }},
		{account.Edit{NoMail: &no}, func(a *account.Account) { a.NoMail = false }},
		{account.Edit{Disabled: &account.Disabling{Disabled: true, Text: "why"}}, func(a *account.Account) { a.Disabled, a.DisabledText = true, "why" }},
		{account.Edit{Disabled: &account.Disabling{}}, func(a *account.Account) { a.Disabled, a.DisabledText = false, "" }},
		{account.Edit{Display: new(string)}, func(a *account.Account) { a.Display = "" }},
	} {
		before := a
		step.do(&a)
		a.Changed = later
		step.edit.ID = a.ID
		got, err := s.change(step.edit)
		s.must(err)
		s.want(a)
		s.told(a.ID)
		want := account.Changed{Before: before, After: a}
		want.Before.PasswordHash, want.After.PasswordHash = "", ""
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("got  %+v\nwant %+v", got, want)
		}
	}
	found, err := s.other.Accounts.Find(t.Context(), account.User, name)
	s.must(err)
	if found.ID != a.ID {
		t.Fatalf("found %+v by its new name", found)
	}
	_, err = s.other.Accounts.Find(t.Context(), account.User, "a")
	s.wantErr(err, account.ErrNotFound)
	s.want(b)
}

func changeRights(t *testing.T, s *suite) {
	a := s.add("a", "user")
	for _, step := range []struct {
		edit          account.Edit
		roles, grants string
		want          error
		silent        bool
	}{
		{account.Edit{AddRoles: []string{"admin", "user"}, Grants: []string{"x", "y"}}, "admin user", "* addressbook x y", nil, false},
		{account.Edit{DropRoles: []string{"admin", "nosuch", "\x00"}, Revokes: []string{"x", "addressbook", "\x00"}}, "user", "addressbook y", nil, false},
		{account.Edit{AddRoles: []string{"user"}, Grants: []string{"y"}, Revokes: []string{"x"}, DropRoles: []string{"admin"}}, "user", "addressbook y", nil, true},
		{account.Edit{AddRoles: []string{"user"}, DropRoles: []string{"user"}}, "user", "addressbook y", nil, true},
		{account.Edit{Grants: []string{"z"}, AddRoles: []string{"nosuch"}}, "user", "addressbook y", account.ErrNotFound, true},
	} {
		step.edit.ID = a.ID
		_, err := s.change(step.edit)
		s.wantErr(err, step.want)
		s.holds(a, step.roles, step.grants)
		if step.silent {
			s.told("")
		} else {
			s.told(a.ID)
		}
	}
	for _, bad := range []account.Edit{{Grants: []string{""}}, {Grants: []string{"\x00"}}, {AddRoles: []string{"\xff"}}} {
		bad.ID = a.ID
		if _, err := s.change(bad); err == nil {
			t.Errorf("%+v was made", bad)
		}
	}
}

func changeEndsSessions(t *testing.T, s *suite) {
	a, b := s.add("a"), s.add("b")
	bs := s.login(b, 99)
	name, hash, display := "c", "new", "C"
	for i, row := range []struct {
		edit account.Edit
		ends bool
	}{
		{account.Edit{Display: &display}, false},
		{account.Edit{AddRoles: []string{"user"}}, false},
		{account.Edit{Name: &name}, true},
		{account.Edit{PasswordHash: &hash}, true},
		{account.Edit{Disabled: &account.Disabling{Disabled: true}}, true},
		{account.Edit{Disabled: &account.Disabling{Disabled: true, Text: "why"}}, false},
		{account.Edit{Disabled: &account.Disabling{}}, false},
	} {
		ids := s.login(a, byte(2*i+1), byte(2*i+2))
		row.edit.ID = a.ID
		_, err := s.change(row.edit)
		s.must(err)
		if row.ends {
			s.told(a.ID, ids...)
			s.alive(bs...)
			continue
		}
		s.told(a.ID)
		s.alive(append(ids, bs...)...)
		_, err = s.Sessions.Delete(t.Context(), ids)
		s.must(err)
		s.told("", ids...)
	}
	if got := s.get(a.ID); got.PasswordHash != hash || got.Name != name {
		t.Fatalf("in the end %+v", got)
	}
}

// changeIsWhole: of several edits none is made if one cannot be.
func changeIsWhole(t *testing.T, s *suite) {
	a, b := s.add("a"), s.add("b")
	ids := s.login(a, 1)
	taken, long, hash, why := "b", strings.Repeat("x", 256), "new", "because"
	nul := "\x00"
	for name, c := range map[string]struct {
		edit account.Edit
		want error // nil for any
	}{
		"name taken":   {account.Edit{ID: a.ID, Name: &taken}, account.ErrExists},
		"name unfit":   {account.Edit{ID: a.ID, Name: &long}, nil},
		"no name":      {account.Edit{ID: a.ID, Name: new(string)}, nil},
		"no account":   {account.Edit{ID: strings.Repeat("0", 32), Display: &taken}, account.ErrNotFound},
		"no role":      {account.Edit{ID: a.ID, AddRoles: []string{"nosuch"}}, account.ErrNotFound},
		"NUL":          {account.Edit{ID: a.ID, Display: &nul}, nil},
		"why, but not": {account.Edit{ID: a.ID, Disabled: &account.Disabling{Text: why}}, nil},
	} {
		for _, order := range [][]int{{0, 1}, {1, 0}} {
			edits := make([]account.Edit, 2)
			edits[order[0]] = account.Edit{ID: a.ID, PasswordHash: &hash, Disabled: &account.Disabling{Disabled: true}}
			edits[order[1]] = c.edit
			_, err := s.Accounts.Change(t.Context(), edits, later)
			if err == nil {
				t.Fatalf("%s: was made", name)
			}
			if c.want != nil {
				s.wantErr(err, c.want)
			}
		}
	}
	s.want(a)
	s.want(b)
	s.told("")
	s.alive(ids...)
	// Names may be exchanged step by step, in the order given for each account.
	other, free := "a", "c"
	got, err := s.Accounts.Change(t.Context(), []account.Edit{{ID: b.ID, Display: &why}, {ID: a.ID, Name: &free}, {ID: a.ID, Name: &other}}, later)
	s.must(err)
	if got[0].After.ID != b.ID || got[1].After.Name != free || got[2].Before.Name != free || got[2].After.Name != other {
		t.Fatalf("changes %+v", got)
	}
}

func changeNothing(t *testing.T, s *suite) {
	a := s.add("a", "user")
	ids := s.login(a, 1)
	no := false
	for _, e := range []account.Edit{
		{}, {Name: &a.Name, Display: &a.Display, Email: &a.Email, PasswordHash: &a.PasswordHash, NoMail: &no, Disabled: &account.Disabling{}},
	} {
		e.ID = a.ID
		got, err := s.change(e)
		s.must(err)
		if !reflect.DeepEqual(got.Before, got.After) || got.Before.PasswordHash != "" {
			t.Errorf("%+v", got)
		}
		s.want(a)
		s.told("")
		s.alive(ids...)
	}
	none, err := s.Accounts.Change(t.Context(), nil, later)
	s.must(err)
	if len(none) != 0 {
		t.Errorf("%d changes of no edits", len(none))
	}
}

// parallelEdits: edits of the same accounts in opposite orders all get through, and none
// is lost.
func parallelEdits(t *testing.T, s *suite) {
	a, b := s.add("a"), s.add("b")
	const n = 8
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			p := []string{fmt.Sprint("p", i)}
			edits := []account.Edit{{ID: a.ID, Grants: p}, {ID: b.ID, Grants: p}}
			if i%2 == 1 {
				edits[0], edits[1] = edits[1], edits[0]
			}
			if _, err := []account.Store{s.Accounts, s.other.Accounts}[i/2%2].Change(t.Context(), edits, later); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for _, id := range []string{a.ID, b.ID} {
		if got := s.get(id); len(got.Grants) != n {
			t.Errorf("%s holds %q", got.Name, got.Grants)
		}
	}
}
