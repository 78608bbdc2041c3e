package server_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"countersign/session/account"
)

// lockLines are the locks that f leaves in the audit.
func (s *service) lockLines(t testing.TB, f func()) (lines []string) {
	t.Helper()
	for _, line := range s.audited(t, f) {
		if line["event"] == "lock" {
			lines = append(lines, fmt.Sprint(line["endpoint"], " ", line["outcome"], " ", line["user"], " ", line["block"], " ", line["count"], " until ", line["until"]))
		}
	}
	return lines
}

// TestLocksAudited: every lock leaves a line that says what is locked, until when and
// after how many failures: an account at an address, an account everywhere, an address.
func TestLocksAudited(t *testing.T) {
	s := newAdmission(t, options{})
	s.addUser(t, account.Account{Name: "carol"}, "x")
	clock := s.clock.Now
	want := func(why string, got []string, want ...string) {
		t.Helper()
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("%s:\n%s\nwant\n%s", why, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
	until := func(d time.Duration) string { return " until " + clock().Add(d).Format("2006-01-02T15:04:05.000000Z") }
	guess := func(n int, name string) {
		s.client(plainPath).from(n).tryLogin(t, name, "guess")
	}
	want("four failures", s.lockLines(t, func() {
		for range freeGuesses - 1 {
			guess(1, "bubba")
		}
	}))
	want("the fifth", s.lockLines(t, func() { guess(1, "bubba") }), plainPath+" ok bubba "+block(1)+" 5"+until(time.Second))
	want("while it is locked", s.lockLines(t, func() { guess(1, "bubba") }))
	s.advance(t, time.Second)
	want("the sixth", s.lockLines(t, func() { guess(1, "bubba") }), plainPath+" ok bubba "+block(1)+" 6"+until(2*time.Second))

	// Twenty from many addresses lock the account everywhere.
	lines := s.lockLines(t, func() {
		for n := range 20 {
			guess(10+n, "carol")
		}
	})
	want("from twenty addresses", lines, plainPath+" ok carol <nil> 20"+until(time.Second))

	// Twenty from one address lock the address, for whatever name.
	lines = s.lockLines(t, func() {
		for n := range 20 {
			guess(40, fmt.Sprint("nobody", n))
		}
	})
	want("twenty names", lines, plainPath+" ok <nil> "+block(40)+" 20"+until(5*time.Second))
	for _, line := range s.audited(t, func() { s.client(plainPath).from(40).authorized("Bearer " + strings.Repeat("x", 40)).who(t) }) {
		if got := short(line); got != "credential refused throttled: source" {
			t.Errorf("a key from there leaves %q", got)
		}
	}
}

// block is the address block of client n.
func block(n int) string { return fmt.Sprintf("192.0.2.%d/32", n) }

// TestThrottledStranger: whoever is locked out, and goes on, makes nobody else's
// remembered password be verified again.
func TestThrottledStranger(t *testing.T) {
	s := newAdmission(t, options{remember: remember})
	owner := s.client(plainPath).from(1).authorized(basicHeader("bubba", "gump"))
	owner.who(t)
	for range freeGuesses {
		s.client(plainPath).from(2).tryLogin(t, "bubba", "guess")
	}
	owner.who(t)
	s.wantChecks(t, 0, func() {
		for range 5 {
			s.client(plainPath).from(2).tryLogin(t, "bubba", "guess")
			if who := owner.who(t); who != "bubba" {
				t.Errorf("the owner is %q", who)
			}
		}
	})
}
