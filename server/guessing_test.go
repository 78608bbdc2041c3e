package server_test

import (
	"context"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"countersign/session/account"
	"countersign/session/apikey"
	"countersign/sql"
	"countersign/sql/sqltest"
)

// freeGuesses is how many wrong passwords are verified before an account has to wait.
const freeGuesses = 5

// way is one way to try a password, on any wire.
type way struct {
	name string
	try  func(t testing.TB, c *client, user, pass string) *answer
}

func ways() []way {
	login := func(path string) func(t testing.TB, c *client, user, pass string) *answer {
		return func(t testing.TB, c *client, user, pass string) *answer {
			t.Helper()
			c.path = path
			return c.call(t, "system.login", map[string]any{"username": user, "password": pass})
		}
	}
	return []way{
		{"login", login(plainPath)},
		{"phpgroupware login", login(phpgwPath)},
		{"egroupware login", login(egwPath)},
		{"basic", func(t testing.TB, c *client, user, pass string) *answer {
			t.Helper()
			return c.authorized(basicHeader(user, pass)).call(t, "system.session")
		}},
		{"multicall", func(t testing.TB, c *client, user, pass string) *answer {
			t.Helper()
			batch := make([]any, 10)
			for i := range batch {
				batch[i] = entry("system.login", user, pass)
			}
			return c.call(t, "system.multicall", batch)
		}},
		{"multicall behind basic", func(t testing.TB, c *client, user, pass string) *answer {
			t.Helper()
			return c.authorized(basicHeader(user, pass)).call(t, "system.multicall", []any{entry("system.session"), entry("system.login", user, pass)})
		}},
		{"jsonrpc login", func(t testing.TB, c *client, user, pass string) *answer {
			t.Helper()
			return c.json(rpcPath).jsonCall(t, "system.login", user, pass)
		}},
		{"jsonrpc batch", func(t testing.TB, c *client, user, pass string) *answer {
			t.Helper()
			a := c.json(rpcPath).jsonPost(t, slices.Repeat([]any{request(1, "system.login", user, pass)}, 10))
			elements := strings.Split(strings.Trim(a.body, "[{}]"), "},{") // any of them may be the one that is tried
			slices.Sort(elements)
			a.body = strings.Join(elements, "\n")
			return a
		}},
		{"soap login", func(t testing.TB, c *client, user, pass string) *answer {
			t.Helper()
			return c.soapCall(t, "system.login", user, pass)
		}},
		{"bugzilla login", func(t testing.TB, c *client, user, pass string) *answer {
			t.Helper()
			return c.json(jsonCGIPath).jsonPost(t, bugzillaCall("User.login", map[string]any{"login": user, "password": pass}))
		}},
		{"bugzilla parameters", func(t testing.TB, c *client, user, pass string) *answer {
			t.Helper()
			c.path = xmlCGIPath
			return c.call(t, "User.get", map[string]any{"ids": []any{500}, "Bugzilla_login": user, "Bugzilla_password": pass})
		}},
		{"bugzilla header", func(t testing.TB, c *client, user, pass string) *answer {
			t.Helper()
			return c.json(jsonCGIPath).with("X-Bugzilla-Login", user).with("X-Bugzilla-Password", pass).
				jsonPost(t, bugzillaCall("User.get", map[string]any{"ids": []any{500}}))
		}},
	}
}

// admitted tells whether the password was taken.
func (a *answer) admitted() bool {
	return slices.ContainsFunc([]string{"kp3", "<name>account</name>", "token", "can_login"},
		func(word string) bool { return strings.Contains(a.body, word) })
}

// guess tries n wrong passwords, many at the same time.
func guess(t *testing.T, w way, n int, c func() *client, user string) {
	t.Helper()
	work := make(chan int)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for i := range work {
				if a := w.try(t, c(), user, fmt.Sprint("guess ", i)); a.admitted() || a.status >= 500 && !strings.Contains(a.body, "Fault") {
					t.Errorf("%s: a wrong password gives status %d, %s", w.name, a.status, a.body)
				}
			}
		})
	}
	for i := range n {
		work <- i
	}
	close(work)
	group.Wait()
}

// TestGuessing: 200 wrong passwords at once, whichever way they come, are at most five
// verifications; while the account waits the right password opens nothing, on any way,
// and its refusal looks like a wrong one's; unlocked it opens again.
func TestGuessing(t *testing.T) {
	for _, w := range ways() {
		t.Run(w.name, func(t *testing.T) {
			s := newAdmission(t, options{remember: time.Minute})
			s.wantChecks(t, freeGuesses, func() {
				guess(t, w, 200, func() *client { return s.client(plainPath).from(1) }, "bubba")
			})
			s.wantChecks(t, 0, func() {
				for _, any := range ways() {
					right, wrong := any.try(t, s.client(plainPath).from(1), "bubba", "gump"), any.try(t, s.client(plainPath).from(1), "bubba", "shrimp")
					if right.admitted() {
						t.Errorf("%s: the right password is taken while it is locked", any.name)
					}
					if right.body != wrong.body || right.status != wrong.status || !sameHeaders(right, wrong) {
						t.Errorf("%s: right %d %s, wrong %d %s", any.name, right.status, right.body, wrong.status, wrong.body)
					}
				}
			})
			if _, err := s.throttle.Unlock(t.Context(), account.User, "bubba"); err != nil {
				t.Fatal(err)
			}
			if a := w.try(t, s.client(plainPath).from(1), "bubba", "gump"); !a.admitted() {
				t.Errorf("unlocked: status %d, %s", a.status, a.body)
			}
		})
	}
}

// sameHeaders compares what a client sees but for the request's own id and date.
func sameHeaders(a, b *answer) bool {
	one, two := a.header.Clone(), b.header.Clone()
	for _, own := range []string{"X-Request-Id", "Date"} {
		one.Del(own)
		two.Del(own)
	}
	return reflect.DeepEqual(one, two)
}

// TestGuessingMixed: all ways together meet one counter, and a name that does not exist
// is treated as one that does.
func TestGuessingMixed(t *testing.T) {
	s := newAdmission(t, options{})
	bodies := map[string]string{}
	for i, user := range []string{"bubba", "nobody"} {
		s.wantChecks(t, freeGuesses, func() {
			var group sync.WaitGroup
			for _, w := range ways() {
				group.Go(func() { guess(t, w, 200/len(ways()), func() *client { return s.client(plainPath).from(i) }, user) })
			}
			group.Wait()
		})
		for _, w := range ways() {
			a := w.try(t, s.client(plainPath).from(i), user, "x")
			bodies[user] += fmt.Sprintln(w.name, a.status, a.header.Get("Retry-After"), a.body)
		}
	}
	if bodies["bubba"] != bodies["nobody"] {
		t.Errorf("a user's lock:\n%s\na stranger's:\n%s", bodies["bubba"], bodies["nobody"])
	}
}

// TestRetryAfter: a refusal says how long to wait, and after so long the right password
// opens. The waits are the published ones.
func TestRetryAfter(t *testing.T) {
	s := newAdmission(t, options{})
	c := s.client(plainPath)
	for range freeGuesses {
		c.tryLogin(t, "bubba", "x").wantFault(t, 200, -32002, "login refused")
	}
	for _, wait := range []int{1, 2, 4} {
		a := c.tryLogin(t, "bubba", "gump")
		a.wantFault(t, 200, -32008, "too many attempts")
		if got := a.header.Get("Retry-After"); got != fmt.Sprint(wait) {
			t.Errorf("Retry-After %q, want %d", got, wait)
		}
		s.advance(t, time.Duration(wait)*time.Second-time.Microsecond)
		c.tryLogin(t, "bubba", "gump").wantFault(t, 200, -32008, "")
		s.advance(t, time.Microsecond)
		c.tryLogin(t, "bubba", "x").wantFault(t, 200, -32002, "")
	}
	s.advance(t, 8*time.Second)
	if a := c.tryLogin(t, "bubba", "gump"); !a.admitted() {
		t.Errorf("%+v", a.fault)
	}
}

// TestGuessingKeys: guesses at API keys count for the address that they come from, and
// for nobody else; a good key is never in doubt.
func TestGuessingKeys(t *testing.T) {
	s := newAdmission(t, options{})
	good, _ := s.addKey(t, "bubba", apikey.Options{})
	try := func(n int, text string) *answer {
		return s.client(plainPath).from(n).authorized("Bearer "+text).call(t, "system.canCall", "system.time")
	}
	throttled := 0
	for i := range 40 {
		if a := try(1, fmt.Sprintf("%040d", i)); a.fault == nil {
			t.Fatalf("a guess opens: %s", a.body)
		} else if a.fault.code == -32008 {
			throttled++
		}
	}
	if throttled != 20 {
		t.Errorf("%d of 40 guesses are throttled, want 20", throttled)
	}
	if a := try(1, good); a.fault != nil {
		t.Errorf("the good key from there: %+v", a.fault)
	}
	if a := try(2, strings.Repeat("x", 40)); a.fault == nil || a.fault.code != -32001 {
		t.Errorf("a guess from elsewhere: %+v", a.fault)
	}
}

// eachShared runs f with a way to open one database any number of times.
func eachShared(t *testing.T, f func(t *testing.T, open func() *sql.DB)) {
	t.Helper()
	sqltest.EachURL(t, func(t *testing.T, fresh func(testing.TB) string) {
		url := fresh(t)
		f(t, func() *sql.DB { return sqltest.Open(t, url, sql.AllowUnsafe()) })
	})
}

// TestGuessingShared: two servers on one database count together; an unlock at one
// holds at the other; a restart forgets nothing.
func TestGuessingShared(t *testing.T) {
	eachShared(t, func(t *testing.T, open func() *sql.DB) {
		one := newAdmission(t, options{db: open()})
		two := newAdmission(t, options{db: open()})
		login := ways()[0]
		var group sync.WaitGroup
		for _, s := range []*service{one, two} {
			group.Go(func() { guess(t, login, 100, func() *client { return s.client(plainPath).from(1) }, "bubba") })
		}
		group.Wait()
		if n := one.checks.n.Load() + two.checks.n.Load(); n != freeGuesses {
			t.Errorf("%d passwords were verified by both, want %d", n, freeGuesses)
		}
		refused := func(s *service, why string) {
			t.Helper()
			for _, w := range ways() {
				s.wantChecks(t, 0, func() {
					if w.try(t, s.client(plainPath).from(1), "bubba", "gump").admitted() {
						t.Errorf("%s: the right password is taken by %s", why, w.name)
					}
				})
			}
		}
		refused(one, "at the first")
		refused(two, "at the second")
		one.stop()
		restarted := newAdmission(t, options{db: open()})
		refused(restarted, "after a restart")

		admin := two.client(plainPath).from(2).login(t, "admin", "admin")
		if a := admin.call(t, "system.unlock", "bubba"); a.fault != nil || a.value == 0 {
			t.Fatalf("unlock: %v, %+v", a.value, a.fault)
		}
		for _, s := range []*service{two, restarted} {
			if a := login.try(t, s.client(plainPath).from(1), "bubba", "gump"); !a.admitted() {
				t.Errorf("unlocked: %s", a.body)
			}
		}
	})
}

// TestRightAtOnce: right passwords sent in parallel all pass (requirements AUT-3).
func TestRightAtOnce(t *testing.T) {
	s := newAdmission(t, options{})
	var group sync.WaitGroup
	for i := range 50 {
		w := ways()[[]int{0, 1, 2, 3}[i%4]]
		group.Go(func() {
			if a := w.try(t, s.client(plainPath).from(1), "bubba", "gump"); !a.admitted() {
				t.Errorf("%s: status %d, %s", w.name, a.status, a.body)
			}
		})
	}
	group.Wait()
}

// TestLeavingIsNoFreeGuess: a client that does not wait for the answer has guessed all
// the same.
func TestLeavingIsNoFreeGuess(t *testing.T) {
	s := newAdmission(t, options{})
	entered := make(chan struct{}, freeGuesses)
	s.checks.instead = func(ctx context.Context) ([]byte, error) {
		entered <- struct{}{}
		<-ctx.Done()
		return nil, ctx.Err()
	}
	for range freeGuesses {
		c := s.dial(t)
		body := document("system.login", "bubba", "guess")
		_, err := io.WriteString(c, posted(plainPath, body, "X-Forwarded-For: 192.0.2.1"))
		must(t, err)
		within(t, "a verification", entered)
		must(t, c.Close())
	}
	poll(t, "the guesses to be counted", func() bool {
		locks, err := s.throttle.Locks(t.Context(), nil)
		must(t, err)
		return len(locks) > 0
	})
	s.wantChecks(t, 0, func() {
		s.client(plainPath).from(1).tryLogin(t, "bubba", "gump").wantFault(t, 200, -32008, "")
	})
}

// TestUnusable: names and passwords that nobody can have are refused without a
// verification, and lock nobody.
func TestUnusable(t *testing.T) {
	s := newAdmission(t, options{})
	s.wantChecks(t, 0, func() {
		for range 2 * freeGuesses {
			s.client(plainPath).from(1).tryLogin(t, "bubba", "").wantFault(t, 200, -32002, "login refused")
			s.client(plainPath).from(1).tryLogin(t, "bubba", strings.Repeat("x", 1025)).wantFault(t, 200, -32002, "login refused")
		}
	})
	if a := s.client(plainPath).from(1).tryLogin(t, "bubba", "gump"); !a.admitted() {
		t.Errorf("%+v", a.fault)
	}
}

// poll waits until something is so.
func poll(t testing.TB, what string, is func() bool) {
	t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for !is() {
		if time.Now().After(deadline) {
			t.Fatalf("waited 10 s for %s", what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}
