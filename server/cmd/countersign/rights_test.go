package main

import (
	"strings"
	"testing"
	"time"

	"countersign/methods"
	"countersign/session/account"
)

// Every permission that the commands offer can be granted, and belongs to a method
// that there is.
func TestNeeds(t *testing.T) {
	t.Parallel()
	all, err := needsOf(optionalModules())
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for _, n := range all {
		if !methods.ValidPermission(n.permission) {
			t.Errorf("%q cannot be granted", n.permission)
		}
		found[n.permission] = true
	}
	for _, name := range []string{"addressbook", "sessions.manage", "keys.manage", "locks.manage"} {
		if !found[name] {
			t.Errorf("%s is not there", name)
		}
	}
	registry, err := methods.NewRegistry(modules(&settings{}, idleService())...)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range needsForOthers {
		helped := false
		for _, e := range registry.Entries() {
			// The method's own documentation names the right.
			helped = helped || e.FullName == n.method && strings.Contains(e.Help, n.permission)
		}
		if !helped {
			t.Errorf("no method %s tells of %s", n.method, n.permission)
		}
	}
}

func TestSources(t *testing.T) {
	t.Parallel()
	a := &account.Account{Held: []account.Held{
		{Permission: "*", Role: "admin"}, {Permission: "a.*"}, {Permission: "a.b"}, {Permission: "a.b", Role: "user"}, {Permission: "c"},
	}}
	for _, c := range []struct {
		permission string
		without    []string
		want       string
	}{
		{"a.b", nil, "the role admin, the grant a.*, the grant a.b, the role user"},
		{"a.b", []string{"a.b"}, "the role admin, the grant a.*, the role user"},
		{"a.x", nil, "the role admin, the grant a.*"},
		{"c", []string{"c"}, "the role admin"},
	} {
		if got := strings.Join(sources(a, c.permission, c.without), ", "); got != c.want {
			t.Errorf("%s without %v: %s", c.permission, c.without, got)
		}
	}
}

func TestRoleName(t *testing.T) {
	t.Parallel()
	for name, ok := range map[string]bool{
		"admin": true, "night shift": true, "a-b_c.9": true, strings.Repeat("x", 64): true,
		"": false, " a": false, "a ": false, "a,b": false, "a\nb": false, "ä": false, strings.Repeat("x", 65): false, "a:b": false,
	} {
		if err := checkRoleName(name); (err == nil) != ok {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestLifetime(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"90d": 90 * 24 * time.Hour, "0d": 0, "36500d": 36500 * 24 * time.Hour, "12h": 12 * time.Hour, "1h30m": 90 * time.Minute, "-1h": -time.Hour,
	} {
		var l lifetime
		if err := l.UnmarshalText([]byte(text)); err != nil || time.Duration(l) != want {
			t.Errorf("%s: %v, %v", text, time.Duration(l), err)
		}
	}
	for _, text := range []string{"", "d", "90", "1.5d", "-1d", "36501d", "99999999999999999999d", "soon", "1d12h"} {
		var l lifetime
		if err := l.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q: %v", text, time.Duration(l))
		}
	}
}

func TestParseBlock(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"192.0.2.7": "192.0.2.7/32", "192.0.2.7/32": "192.0.2.7/32", "::ffff:192.0.2.7": "192.0.2.7/32",
		"2001:db8:0:1:2::3": "2001:db8:0:1::/64", "2001:db8:0:1::/64": "2001:db8:0:1::/64", "local": "local",
		"192.0.2.0/24": "", "2001:db8::/32": "", "2001:db8:0:1::1/64": "", "bubba": "", "": "",
	} {
		if got, ok := parseBlock(text); got != want || ok != (want != "") {
			t.Errorf("%q: %q, %t", text, got, ok)
		}
	}
}
