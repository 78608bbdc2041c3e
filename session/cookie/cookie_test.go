package cookie_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"countersign/session"
	"countersign/session/cookie"
)

// TestRoundTrip: what was given is what is read, and the cookie is what requirements
// SES-13 says.
func TestRoundTrip(t *testing.T) {
	now := newClock()
	c := cookies(t, cookie.Config{Keys: keys(t, line(t)), Now: now.Now})
	p := newPair(t)
	got := given(t, c, p, now.Now().Add(12*time.Hour))
	want := &http.Cookie{
		Name: "__Host-countersign", Path: "/", MaxAge: 12 * 3600, Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
	if got.Name != want.Name || got.Path != want.Path || got.Domain != "" || got.MaxAge != want.MaxAge ||
		!got.Secure || !got.HttpOnly || got.SameSite != want.SameSite {
		t.Errorf("the cookie is %s", got.Raw)
	}
	if len(got.Value) != 176 { // nothing is in it that was not put in by hand
		t.Errorf("%d characters", len(got.Value))
	}
	for _, secret := range []string{p.ID.Reveal(), p.Key.Reveal()} {
		if strings.Contains(got.Raw, secret) {
			t.Error("the cookie shows the secret")
		}
	}
	for why, lines := range map[string][]string{
		"alone":           {c.Name() + "=" + got.Value},
		"among others":    {"a=b; " + c.Name() + "=" + got.Value + "; c=d"},
		"on its own line": {"a=b", c.Name() + "=" + got.Value},
	} {
		if read, ok := c.Read(sent(lines...)); !ok || read != p {
			t.Errorf("%s: not read", why)
		}
	}
	if again := given(t, c, p, now.Now().Add(time.Hour)); again.Value == got.Value {
		t.Error("two cookies of a session are alike")
	}
}

// TestNone: what is no cookie of ours is none.
func TestNone(t *testing.T) {
	now := newClock()
	c := cookies(t, cookie.Config{Keys: keys(t, line(t)), Now: now.Now})
	value := given(t, c, newPair(t), now.Now().Add(time.Hour)).Value
	other := given(t, c, newPair(t), now.Now().Add(time.Hour)).Value
	name := c.Name() + "="
	for why, lines := range map[string][]string{
		"no header":              nil,
		"an empty header":        {""},
		"an empty value":         {name},
		"another name":           {"__Host-other=" + value},
		"the plain name":         {cookie.PlainName + "=" + value},
		"small letters":          {strings.ToLower(name) + value},
		"quoted":                 {name + `"` + value + `"`},
		"twice in a line":        {name + value + "; " + name + value},
		"twice in two lines":     {name + value, name + value},
		"a bad one behind it":    {name + value + "; " + name + "x"},
		"a bad one in front":     {name + "x; " + name + value},
		"two sessions":           {name + value + "; " + name + other},
		"halves of two":          {name + value[:len(value)/2] + other[len(other)/2:]},
		"a value that is 5 KiB":  {name + strings.Repeat("A", 5120)},
		"ours, and 5 KiB of = ":  {name + value + strings.Repeat("=", 5120)},
		"ours, and four more":    {name + value + "AAAA"},
		"base64 of another kind": {name + strings.NewReplacer("-", "+", "_", "/").Replace("-"+value[1:])},
		"a pair in clear":        {name + newPair(t).Token()},
	} {
		if _, ok := c.Read(sent(lines...)); ok {
			t.Errorf("%s: read", why)
		}
	}
	if _, ok := c.Read(sent(name + value)); !ok {
		t.Fatal("the cookie itself is not read")
	}
}

// TestTampered: no bit of any character can be changed, none be added or left out.
func TestTampered(t *testing.T) {
	now := newClock()
	c := cookies(t, cookie.Config{Keys: keys(t, line(t)), Now: now.Now})
	value := given(t, c, newPair(t), now.Now().Add(time.Hour)).Value
	read := func(v string) bool {
		_, ok := c.Read(sent(c.Name() + "=" + v))
		return ok
	}
	if !read(value) {
		t.Fatal("the cookie itself is not read")
	}
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/%,\"\\ \t\x00\x7f\xff"
	for i := range value {
		for _, b := range []byte(alphabet) {
			if b == value[i] {
				continue
			}
			if v := value[:i] + string([]byte{b}) + value[i+1:]; read(v) {
				t.Fatalf("character %d may be %q instead of %q", i, b, value[i])
			}
		}
		if read(value[:i]) {
			t.Errorf("the first %d characters are enough", i)
		}
		if read(value[i+1:]) {
			t.Errorf("the first %d characters may be missing", i+1)
		}
		if read(value[:i] + value[i+1:]) {
			t.Errorf("character %d may be missing", i)
		}
	}
}

// TestKeysDecide: a cookie is for those who have its key, and for the name it was made
// for.
func TestKeysDecide(t *testing.T) {
	now := newClock()
	old, fresh := line(t), line(t)
	sign, encrypt := strings.Fields(old), strings.Fields(fresh)
	mixed := sign[0] + " " + encrypt[1] + "\n"
	before := cookies(t, cookie.Config{Keys: keys(t, old), Now: now.Now})
	p := newPair(t)
	value := given(t, before, p, now.Now().Add(time.Hour)).Value
	for _, c := range []struct {
		why   string
		cfg   cookie.Config
		reads bool
	}{
		{"the same keys elsewhere", cookie.Config{Keys: keys(t, old)}, true},
		{"rotated: the old keys second", cookie.Config{Keys: keys(t, fresh, old)}, true},
		{"other keys", cookie.Config{Keys: keys(t, fresh)}, false},
		{"the signing key, another encryption key", cookie.Config{Keys: keys(t, mixed)}, false},
		{"plain HTTP with the same keys", cookie.Config{Keys: keys(t, old), PlainOn: "127.0.0.1:80"}, false},
	} {
		c.cfg.Now = now.Now
		there := cookies(t, c.cfg)
		read, ok := there.Read(sent(there.Name() + "=" + value))
		// Nothing says that a cookie was deciphered with a wrong key: what comes out of it is
		// not the pair, or nothing at all.
		if (ok && read == p) != c.reads {
			t.Errorf("%s: read is %v", c.why, ok)
		}
	}

	// The first pair of keys makes cookies: who has only the old ones cannot read them.
	after := cookies(t, cookie.Config{Keys: keys(t, fresh, old), Now: now.Now})
	renewed := given(t, after, p, now.Now().Add(time.Hour)).Value
	if _, ok := before.Read(sent(before.Name() + "=" + renewed)); ok {
		t.Error("a rotated server goes on with the old keys")
	}
	if _, ok := after.Read(sent(after.Name() + "=" + renewed)); !ok {
		t.Error("a rotated server cannot read its own cookies")
	}
}

// TestTimes: a cookie is over at its end, at the longest age, and when it comes from
// the future, each to the microsecond.
func TestTimes(t *testing.T) {
	const life, maxAge = time.Hour, 90 * time.Minute
	for _, c := range []struct {
		why   string
		until time.Duration // from when it was made
		at    time.Duration
		reads bool
	}{
		{"at once", life, 0, true},
		{"a moment before the end", life, life - time.Microsecond, true},
		{"at the end", life, life, false},
		{"behind the end", life, life + time.Hour, false},
		{"a moment before the longest age", 10 * life, maxAge - time.Microsecond, true},
		{"at the longest age", 10 * life, maxAge, false},
		{"made by a clock a minute ahead", life, -time.Minute, true},
		{"made by a clock further ahead", life, -time.Minute - time.Microsecond, false},
	} {
		t.Run(c.why, func(t *testing.T) {
			now := newClock()
			now.advance(-time.Duration(now.Now().Nanosecond()) % time.Microsecond)
			k := cookies(t, cookie.Config{Keys: keys(t, line(t)), MaxAge: maxAge, Now: now.Now})
			made := given(t, k, newPair(t), now.Now().Add(c.until))
			if want := int(min(c.until, maxAge) / time.Second); made.MaxAge != want {
				t.Errorf("Max-Age %d, want %d", made.MaxAge, want)
			}
			now.advance(c.at)
			if _, ok := k.Read(sent(k.Name() + "=" + made.Value)); ok != c.reads {
				t.Errorf("read is %v", ok)
			}
		})
	}
}

// TestGive: the last word of an answer about the cookie is the only one, and no cookie
// is made for a session that is over.
func TestGive(t *testing.T) {
	now := newClock()
	c := cookies(t, cookie.Config{Keys: keys(t, line(t)), Now: now.Now})
	h := http.Header{"Set-Cookie": {"other=1; Path=/"}}
	p := newPair(t)
	must(t, c.Give(h, newPair(t), now.Now().Add(time.Hour)))
	c.Take(h)
	must(t, c.Give(h, p, now.Now().Add(time.Millisecond)))
	set := (&http.Response{Header: h}).Cookies()
	if len(set) != 2 || set[0].Name != "other" {
		t.Fatalf("%v", h)
	}
	if set[1].MaxAge != 1 {
		t.Errorf("Max-Age %d for a millisecond", set[1].MaxAge)
	}
	if read, ok := c.Read(sent(c.Name() + "=" + set[1].Value)); !ok || read != p {
		t.Error("the last cookie is not the one that was given last")
	}
	c.Take(h)
	if got := h["Set-Cookie"][1]; got != "__Host-countersign=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax" {
		t.Errorf("taken by %s", got)
	}
	for _, until := range []time.Time{now.Now(), now.Now().Add(-time.Hour), {}} {
		if err := c.Give(http.Header{}, session.Pair{}, until); err == nil {
			t.Errorf("a cookie until %v", until)
		}
	}
}

// TestPlain: without HTTPS there are cookies on the loopback only, under a name that
// promises nothing.
func TestPlain(t *testing.T) {
	k := keys(t, line(t))
	for _, address := range []string{"127.0.0.1:8080", "127.9.9.9:80", "[::1]:8080", "localhost:8080", "[::ffff:127.0.0.1]:1"} {
		c := cookies(t, cookie.Config{Keys: k, PlainOn: address})
		got := given(t, c, newPair(t), time.Now().Add(time.Hour))
		if got.Name != "countersign" || got.Secure || !got.HttpOnly || got.SameSite != http.SameSiteLaxMode || got.Path != "/" {
			t.Errorf("%s: %s", address, got.Raw)
		}
		if _, ok := c.Read(sent(got.Name + "=" + got.Value)); !ok {
			t.Errorf("%s: not read", address)
		}
	}
	for _, address := range []string{":8080", "0.0.0.0:8080", "[::]:8080", "192.0.2.1:80", "example.org:80", "localhost.example.org:80", "127.0.0.1", "unix:/run/x", "x"} {
		if _, err := cookie.New(cookie.Config{Keys: k, PlainOn: address}); err == nil || !strings.Contains(err.Error(), address) {
			t.Errorf("%s: %v", address, err)
		}
	}
	if _, err := cookie.New(cookie.Config{}); err == nil {
		t.Error("no keys are enough")
	}
}

// FuzzRead: no header makes a session but the cookie itself.
func FuzzRead(f *testing.F) {
	now := newClock()
	c := cookies(f, cookie.Config{Keys: keys(f, line(f), line(f)), Now: now.Now})
	p := newPair(f)
	value := given(f, c, p, now.Now().Add(time.Hour)).Value
	// The corpus outlives these keys, so it says <cookie> for what they made.
	for _, seed := range []string{
		"", "a=b", "__Host-countersign=", "__Host-countersign=<cookie>", "a=b; __Host-countersign=<cookie>",
		"__Host-countersign=<cookie>\n__Host-countersign=<cookie>", "countersign=<cookie>", `__Host-countersign="<cookie>"`,
		"__Host-countersign=<cookie>=", "__Host-countersign=MTIz fDEyM3w=", "__Host-countersign=\xff\x00;;;=;",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		lines := strings.Split(strings.ReplaceAll(header, "<cookie>", value), "\n")
		read, ok := c.Read(sent(lines...))
		if !ok {
			return
		}
		if read != p || strings.Count(strings.Join(lines, "\n"), value) == 0 {
			t.Errorf("%q opens something", lines)
		}
	})
}
