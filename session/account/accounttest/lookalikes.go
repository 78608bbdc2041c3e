package accounttest

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"countersign/session/account"
)

// alike are names that count as "Bubba é".
var alike = []string{"bubba é", "BUBBA É", "Bubba  é", "Bubba e\u0301", "Bubba e", "Ｂubba é", "Bub\u00adba é", "Bubba é@default"}

// wantLookAlike checks an error's kind, and the name that it tells.
func (s *suite) wantLookAlike(got error, name string) {
	s.t.Helper()
	like, ok := errors.AsType[*account.LookAlike](got)
	if !ok || like.Name != name || !errors.Is(got, account.ErrExists) {
		s.t.Errorf("error %v, want one that tells of %q", got, name)
	}
}

func lookAlikes(t *testing.T, s *suite) {
	old, other := s.add("Bubba é"), s.add("other")
	for _, name := range alike {
		_, err := s.other.Accounts.Add(t.Context(), account.Account{Kind: account.User, Name: name})
		s.wantLookAlike(err, old.Name)
		_, err = s.change(account.Edit{ID: other.ID, Name: &name})
		s.wantLookAlike(err, old.Name)
	}
	s.want(other)
	s.told("")
	// The very name is not like another, it is taken.
	for _, err := range []error{
		func() error {
			_, err := s.Accounts.Add(t.Context(), account.Account{Kind: account.User, Name: old.Name})
			return err
		}(),
		func() error { _, err := s.change(account.Edit{ID: other.ID, Name: &old.Name}); return err }(),
	} {
		s.wantErr(err, account.ErrExists)
		if like, ok := errors.AsType[*account.LookAlike](err); ok {
			t.Errorf("a taken name: %v", like)
		}
	}
	// A server may have it; an account may change between spellings of its own, and free them.
	s.addAs(account.Account{Kind: account.Server, Name: alike[0], Login: "x"})
	for _, name := range append(alike, "free") {
		_, err := s.change(account.Edit{ID: old.ID, Name: &name})
		s.must(err)
	}
	again := s.addAs(account.Account{Name: alike[1]})
	s.must(s.Accounts.Delete(t.Context(), again.ID, later))
	s.addAs(account.Account{Name: alike[2]})
	if found, err := s.other.Accounts.LookAlikes(t.Context()); len(found) > 0 || err != nil {
		t.Errorf("alike are %v, %v", found, err)
	}
	// A form that is longer than its name, and one of nothing.
	long := strings.Repeat("ﷺ", 84)
	s.addAs(account.Account{Name: long})
	_, err := s.Accounts.Add(t.Context(), account.Account{Kind: account.User, Name: "\u200d" + long})
	s.wantLookAlike(err, long)
	s.addAs(account.Account{Name: "@default"})
	_, err = s.Accounts.Add(t.Context(), account.Account{Kind: account.User, Name: "\u00ad"})
	s.wantLookAlike(err, "@default")
}

// parallelLookAlikes: of names that look alike one is taken, however they come at once.
func parallelLookAlikes(t *testing.T, s *suite) {
	const rounds = 6
	for round := range rounds {
		renamed := s.add(fmt.Sprint("renamed", round))
		errs := make([]error, len(alike)+1)
		var all sync.WaitGroup
		for i, name := range alike {
			name = fmt.Sprint("x", round, " ", name)
			all.Go(func() {
				store := []account.Store{s.Accounts, s.other.Accounts}[i%2]
				_, errs[i] = store.Add(t.Context(), account.Account{Kind: account.User, Name: name, Number: int64(2000 + 100*round + i)})
			})
		}
		all.Go(func() {
			name := fmt.Sprint("X", round, " BUBBA É")
			_, errs[len(alike)] = s.other.Accounts.Change(t.Context(), []account.Edit{{ID: renamed.ID, Name: &name}}, later)
		})
		all.Wait()
		made := 0
		for _, err := range errs {
			if err == nil {
				made++
			} else {
				s.wantErr(err, account.ErrExists)
			}
		}
		if made != 1 {
			t.Fatalf("%d of %d were made: %v", made, len(errs), errs)
		}
		s.seq = s.latest()
	}
}
