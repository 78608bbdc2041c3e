package server_test

import (
	"net/http"
	"strings"
	"testing"

	"countersign/session/apikey"
)

// origins are the headers by which a browser tells what made it send a request.
func origins(host string) []struct {
	why     string
	headers map[string]string
	foreign bool
} {
	return []struct {
		why     string
		headers map[string]string
		foreign bool
	}{
		{"no browser", nil, false},
		{"typed by the user", map[string]string{"Sec-Fetch-Site": "none"}, false},
		{"our own page", map[string]string{"Sec-Fetch-Site": "same-origin", "Origin": "http://" + host}, false},
		{"our own page, an old browser", map[string]string{"Origin": "http://" + host}, false},
		{"another site", map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}, true},
		{"another site, an old browser", map[string]string{"Origin": "https://evil.example"}, true},
		{"a sister site", map[string]string{"Sec-Fetch-Site": "same-site", "Origin": "https://sister.example"}, true},
		{"another port", map[string]string{"Origin": "http://127.0.0.1:1"}, true},
		{"a sandboxed page", map[string]string{"Origin": "null"}, true},
		{"a lie about the site", map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "http://" + host}, true},
	}
}

// TestCrossSite: whatever credentials a request has, it is refused if another site's
// page made a browser send it, before anything is done; without credentials it is a
// public call like any other (requirements INP-8).
func TestCrossSite(t *testing.T) {
	s := newAdmission(t, options{})
	me := s.client(plainPath).login(t, "bubba", "gump")
	key, _ := s.addKey(t, "bubba", apikey.Options{})
	callers := map[string]*client{
		"pair":     me,
		"token":    s.client(plainPath).authorized(basicHeader("bubba", me.pair)),
		"bearer":   s.client(plainPath).authorized("Bearer " + me.pair),
		"password": s.client(plainPath).authorized(basicHeader("bubba", "gump")),
		"key":      s.client(plainPath).authorized("Bearer " + key),
		"cookie":   s.client(plainPath).withCookie(t, me.pair),
	}
	for _, o := range origins(s.address()) {
		for why, c := range callers {
			sent := *c
			for name, value := range o.headers {
				sent = *sent.with(name, value)
			}
			if !o.foreign {
				if who := sent.who(t); who != "bubba" {
					t.Errorf("%s with a %s: it is %q", o.why, why, who)
				}
				continue
			}
			sent.call(t, "mirror.who").wantFault(t, http.StatusForbidden, -32003, "another site")
			sent.call(t, "system.logoutAll").wantFault(t, http.StatusForbidden, -32003, "another site")
			for _, path := range []string{phpgwPath, egwPath} {
				sent.path = path
				sent.call(t, "mirror.who").wantFault(t, http.StatusForbidden, 18, "Access denied")
			}
		}
		public := *s.client(plainPath)
		for name, value := range o.headers {
			public = *public.with(name, value)
		}
		if who := public.who(t); who != "" {
			t.Errorf("%s without credentials: it is %q", o.why, who)
		}
	}
	if !me.alive(t) {
		t.Error("a refused call did something")
	}
}

// TestCookieMediaType: a call with a cookie needs a media type that no page can send
// without asking first. Programs that send a header of their own are not asked for it.
func TestCookieMediaType(t *testing.T) {
	s := newAdmission(t, options{})
	me := s.client(plainPath).login(t, "bubba", "gump")
	for media, ok := range map[string]bool{
		"text/xml": true, "text/xml; charset=utf-8": true, "application/xml": true, "TEXT/XML": true,
		"application/soap+xml": true,
		"":                     false, "text/plain": false, "text/plain; charset=utf-8": false, `Text/Plain; x="text/xml"`: false,
		"application/x-www-form-urlencoded": false,
	} {
		withCookie, withPair := s.client(plainPath).withCookie(t, me.pair), s.client(plainPath).authorized(me.header.Get("Authorization"))
		for _, c := range []*client{withCookie, withPair} {
			c.header.Set("Content-Type", media)
			if media == "" {
				c.header.Del("Content-Type")
			}
		}
		if who := withPair.who(t); who != "bubba" {
			t.Errorf("%q with a pair: it is %q", media, who)
		}
		if ok {
			if who := withCookie.who(t); who != "bubba" {
				t.Errorf("%q with a cookie: it is %q", media, who)
			}
		} else {
			withCookie.call(t, "mirror.who").wantFault(t, http.StatusForbidden, -32003, "media type")
		}
	}
}

// sessionCookie is the Set-Cookie of an answer; nil without one.
func (a *answer) sessionCookie() *http.Cookie {
	for _, c := range (&http.Response{Header: a.header}).Cookies() {
		return c
	}
	return nil
}

// TestCookieLife: a login gives a cookie to who asks for one, the cookie opens what the
// pair opens, and the logout takes it; as an explicit pair it is worth nothing.
func TestCookieLife(t *testing.T) {
	s := newAdmission(t, options{})
	ask := map[string]any{"username": "bubba", "password": "gump", "cookie": true}
	a := s.client(plainPath).call(t, "system.login", ask)
	c := a.sessionCookie()
	if c == nil || c.Name != "__Host-countersign" || !c.HttpOnly || !c.Secure || c.Path != "/" || c.MaxAge != int(absolute.Seconds()) ||
		c.SameSite != http.SameSiteLaxMode || a.header.Get("Cache-Control") != "no-store" {
		t.Fatalf("%v", a.header)
	}
	browser := s.client(plainPath).with("Cookie", c.Name+"="+c.Value)
	if who := browser.who(t); who != "bubba" {
		t.Fatalf("it is %q", who)
	}
	if who := s.client(plainPath).authorized("Bearer " + c.Value).who(t); who != "" {
		t.Errorf("the cookie as bearer token is %q", who)
	}
	out := browser.call(t, "system.logout")
	if gone := out.sessionCookie(); out.fault != nil || gone == nil || gone.MaxAge >= 0 || gone.Value != "" {
		t.Errorf("%+v, %v", out.fault, out.header)
	}
	if who := browser.who(t); who != "" {
		t.Errorf("after the logout it is %q", who)
	}

	// Nobody gets a cookie who did not ask, was refused, or was made to ask.
	for why, silent := range map[string]*answer{
		"not asked for":   s.client(plainPath).tryLogin(t, "bubba", "gump"),
		"refused":         s.client(plainPath).call(t, "system.login", map[string]any{"username": "bubba", "password": "x", "cookie": true}),
		"another site":    s.client(plainPath).with("Sec-Fetch-Site", "cross-site").call(t, "system.login", ask),
		"an old browser":  s.client(plainPath).with("Origin", "https://evil.example").call(t, "system.login", ask),
		"a form":          s.client(plainPath).with("Content-Type", "text/plain").call(t, "system.login", ask),
		"another dialect": s.client(phpgwPath).call(t, "system.login", map[string]any{"username": "bubba", "password": "gump"}),
	} {
		if c := silent.sessionCookie(); c != nil {
			t.Errorf("%s: %s", why, c.Name)
		}
	}
	plain := newService(t, options{})
	if a := plain.client(plainPath).call(t, "system.login", ask); a.fault == nil || a.sessionCookie() != nil {
		t.Error("a service without cookies gives one")
	}
	if who := strings.TrimSpace(plain.client(plainPath).with("Cookie", c.Name+"="+c.Value).call(t, "system.session").body); !strings.Contains(who, "-32001") {
		t.Errorf("a service without cookies takes one: %s", who)
	}
}
