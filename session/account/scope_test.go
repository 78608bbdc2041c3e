package account_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"countersign/methods"
	"countersign/session/account"
)

func scope(t testing.TB, names ...string) account.Scope {
	t.Helper()
	s, err := account.NewScope(names)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestLimit: a permission needs the grant and the scope.
func TestLimit(t *testing.T) {
	for _, c := range []struct {
		grants, scope  string // names with blanks between
		allows, denies string
	}{
		{"a b.*", "", "a b.x b.x.y", "c b b."},
		{"a b.*", "*", "a b.x", "c b"},
		{"*", "a b.*", "a b.x b.x.y", "c b a.x bb.x"},
		{"*", "a", "a", "a.a A"},
		{"a", "*", "a", "b"},
		{"b.*", "b.x", "b.x", "b.y b.x.y"},
		{"b.x", "b.*", "b.x", "b.y"},
		{"b.x.*", "b.*", "b.x.y", "b.x b.y"},
		{"a", "b", "", "a b"},
		{"", "", "", "a"},
		{"", "*", "", "a *"},
		{"org.opensuse.yast.system.*", "org.opensuse.yast.system.time.read", "org.opensuse.yast.system.time.read", "org.opensuse.yast.system.time.write"},
	} {
		rights := account.Limit(account.NewGrants(strings.Fields(c.grants)), scope(t, strings.Fields(c.scope)...))
		for p := range strings.FieldsSeq(c.allows) {
			if !rights.Allows(p) {
				t.Errorf("grants %q in scope %q deny %q", c.grants, c.scope, p)
			}
		}
		for p := range strings.FieldsSeq(c.denies) {
			if rights.Allows(p) {
				t.Errorf("grants %q in scope %q allow %q", c.grants, c.scope, p)
			}
		}
		if rights.Allows("") {
			t.Errorf("grants %q in scope %q allow the empty permission", c.grants, c.scope)
		}
	}
	var none *account.Rights
	if none.Allows("a") || account.Limit(nil, account.Scope{}).Allows("a") {
		t.Error("no rights allow something")
	}
}

func TestNewScope(t *testing.T) {
	given := []string{"b.*", "a", "b.*"}
	s := scope(t, given...)
	if got := s.Names(); !slices.Equal(got, []string{"a", "b.*"}) {
		t.Errorf("names %q", got)
	}
	if !slices.Equal(given, []string{"b.*", "a", "b.*"}) {
		t.Error("the argument was changed")
	}
	if s.Everything() || !scope(t).Everything() || scope(t).Names() != nil || !scope(t).Covers("anything") || scope(t).Covers("") {
		t.Error("no names must cover everything but the empty permission")
	}
	many := make([]string, 101)
	for i := range many {
		many[i] = "a"
	}
	scope(t, many[:100]...)
	scope(t, strings.Repeat("x", 256))
	for _, bad := range [][]string{
		{""}, {"a", ""}, {" "}, {"a b"}, {"a "}, {"a."}, {".a"}, {"a..b"}, {"*.a"}, {"a.*.b"}, {"a*"}, {"**"}, {".*"}, {"*.*"},
		{"1a"}, {"-a"}, {"a\n"}, {"a\x00"}, {"é"}, {"\xff"}, many, {strings.Repeat("x", 257)},
	} {
		if _, err := account.NewScope(bad); !errors.Is(err, account.ErrScope) {
			t.Errorf("%q: error %v", bad, err)
		}
	}
}

// FuzzScopeNames: what can be in a scope is what can be granted, so that no scope
// names what nobody can hold.
func FuzzScopeNames(f *testing.F) {
	for _, s := range []string{"", "*", "a", "a.*", "a.b-c_1", "a..b", "*.*", ".*", "a.*.*", strings.Repeat("x", 256), strings.Repeat("x", 257) + ".*"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		_, err := account.NewScope([]string{s})
		if got, want := err == nil, methods.ValidPermission(s); got != want {
			t.Fatalf("%q: %v, but it can be granted: %v", s, err, want)
		}
	})
}
