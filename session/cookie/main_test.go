package cookie_test

import (
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"countersign/session"
	"countersign/session/cookie"
)

// clock stands still until it is told to move. It begins at the machine's time, which
// is what the codec below looks at.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Now()} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// line is a pair of random keys as a line of a key file.
func line(t testing.TB) string {
	t.Helper()
	var b [64 + 32]byte
	_, err := rand.Read(b[:])
	must(t, err)
	return hex.EncodeToString(b[:64]) + " " + hex.EncodeToString(b[64:]) + "\n"
}

func keys(t testing.TB, lines ...string) *cookie.Keys {
	t.Helper()
	k, err := cookie.ParseKeys([]byte(strings.Join(lines, "")))
	must(t, err)
	return k
}

func cookies(t testing.TB, cfg cookie.Config) *cookie.Cookies {
	t.Helper()
	c, err := cookie.New(cfg)
	must(t, err)
	return c
}

func newPair(t testing.TB) session.Pair {
	t.Helper()
	var p session.Pair
	_, err := rand.Read(p.ID[:])
	must(t, err)
	_, err = rand.Read(p.Key[:])
	must(t, err)
	return p
}

// given makes a cookie and reads the answer as a browser would.
func given(t testing.TB, c *cookie.Cookies, p session.Pair, until time.Time) *http.Cookie {
	t.Helper()
	h := http.Header{}
	must(t, c.Give(h, p, until))
	return only(t, h)
}

// only is the one Set-Cookie of an answer.
func only(t testing.TB, h http.Header) *http.Cookie {
	t.Helper()
	set := (&http.Response{Header: h}).Cookies()
	if len(set) != 1 {
		t.Fatalf("%d cookies: %v", len(set), h)
	}
	return set[0]
}

// sent are the headers of a request with these Cookie lines.
func sent(lines ...string) http.Header { return http.Header{"Cookie": lines} }
