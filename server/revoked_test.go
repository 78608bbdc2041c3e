package server_test

import (
	"strings"
	"testing"
	"time"

	"countersign/session"
	"countersign/session/account"
	"countersign/session/apikey"
	"countersign/session/password"
	"countersign/sql"
)

// presence is a user who came in by every way there is.
type presence struct {
	service *service
	name    string
	public  session.PublicID // of the session
	keyID   session.PublicID
	session *client // logged in
	all     map[string]*client
}

const oldPassword = "gump"

func newPresence(t *testing.T, s *service, name string) *presence {
	t.Helper()
	s.addUser(t, account.Account{Name: name}, oldPassword)
	p := &presence{service: s, name: name, session: s.client(plainPath).login(t, name, oldPassword)}
	info, _ := p.session.call(t, "system.session").value.(map[string]any)
	p.public, _ = session.ParsePublicID(info["session"].(string))
	key, id := s.addKey(t, name, apikey.Options{})
	p.keyID = id
	p.all = map[string]*client{
		"session":  p.session,
		"child":    p.session.grant(t, "system.createChild", map[string]any{}),
		"cookie":   s.client(plainPath).withCookie(t, p.session.pair),
		"another":  s.client(plainPath).login(t, name, oldPassword),
		"key":      s.client(plainPath).authorized("Bearer " + key),
		"password": s.client(plainPath).authorized(basicHeader(name, oldPassword)),
	}
	for way, c := range p.all {
		for range 2 { // so that everything that can be remembered is
			if who := c.who(t); who != name {
				t.Fatalf("%s: %q", way, who)
			}
		}
	}
	return p
}

// TestRevoked: what is ended opens nothing on the very next call, and nothing else
// ends with it; on both engines, with passwords remembered.
func TestRevoked(t *testing.T) {
	const fresh = "a long walk to the harbour"
	endings := map[string]struct {
		end  func(t *testing.T, p *presence) *answer
		dead string // names of presence.all
	}{
		"logout":           {func(t *testing.T, p *presence) *answer { return p.session.call(t, "system.logout") }, "session child cookie"},
		"logout by cookie": {func(t *testing.T, p *presence) *answer { return p.all["cookie"].call(t, "system.logout") }, "session child cookie"},
		"logoutAll":        {func(t *testing.T, p *presence) *answer { return p.session.call(t, "system.logoutAll") }, "session child cookie another"},
		"a login":          {func(t *testing.T, p *presence) *answer { return p.session.tryLogin(t, p.name, oldPassword) }, "session child cookie"},
		"the child's end":  {func(t *testing.T, p *presence) *answer { return p.all["child"].call(t, "system.logout") }, "child"},
		"ended by an administrator": {func(t *testing.T, p *presence) *answer {
			return p.service.client(plainPath).login(t, "admin", "admin").call(t, "system.endSession", p.public.String())
		}, "session child cookie"},
		"ended by the other session": {func(t *testing.T, p *presence) *answer {
			return p.all["another"].call(t, "system.endSession", p.public.String())
		}, "session child cookie"},
		"key revoked": {func(t *testing.T, p *presence) *answer {
			return p.session.call(t, "system.revokeKey", p.keyID.String())
		}, "key"},
		"key revoked by an administrator": {func(t *testing.T, p *presence) *answer {
			return p.service.client(plainPath).login(t, "admin", "admin").call(t, "system.revokeKey", p.keyID.String())
		}, "key"},
		"key rotated": {func(t *testing.T, p *presence) *answer {
			return p.session.call(t, "system.rotateKey", p.keyID.String())
		}, "key"},
		"password changed": {func(t *testing.T, p *presence) *answer {
			return p.session.call(t, "system.setPassword", oldPassword, fresh)
		}, "child another password"},
	}
	eachShared(t, func(t *testing.T, open func() *sql.DB) {
		s := newAdmission(t, options{db: open(), remember: remember})
		for why, c := range endings {
			t.Run(why, func(t *testing.T) {
				p := newPresence(t, s, why)
				if a := c.end(t, p); a.fault != nil || a.value == false {
					t.Fatalf("%v, %+v", a.value, a.fault)
				}
				p.wantDead(t, c.dead)
			})
		}
	})
}

// wantDead checks who still gets in.
func (p *presence) wantDead(t *testing.T, dead string) {
	t.Helper()
	for way, c := range p.all {
		want := p.name
		if strings.Contains(" "+dead+" ", " "+way+" ") {
			want = ""
		}
		if who := c.who(t); who != want {
			t.Errorf("the %s is %q, want %q", way, who, want)
		}
	}
}

// TestRevokedElsewhere: the same when another process does it, within the bound: three
// seconds, or a good deal sooner (requirements, staleness of revocation).
func TestRevokedElsewhere(t *testing.T) {
	endings := map[string]struct {
		end  func(t *testing.T, p *presence, elsewhere *sql.DB) error
		dead string
	}{
		"session": {func(t *testing.T, p *presence, elsewhere *sql.DB) error {
			return elsewhere.Sessions().DeletePublic(t.Context(), p.public)
		}, "session child cookie"},
		"key": {func(t *testing.T, p *presence, elsewhere *sql.DB) error {
			_, err := elsewhere.APIKeys().Revoke(t.Context(), p.keyID)
			return err
		}, "key"},
		"password": {func(t *testing.T, p *presence, elsewhere *sql.DB) error {
			hash, err := password.Hash(p.service.rand, cheap, []byte("another"))
			must(t, err)
			return elsewhere.Accounts().SetPassword(t.Context(), p.service.account(t, p.name).ID, hash, [32]byte{}, p.service.clock.Now())
		}, "session child cookie another password"},
		"user disabled": {func(t *testing.T, p *presence, elsewhere *sql.DB) error {
			return elsewhere.Accounts().SetDisabled(t.Context(), p.service.account(t, p.name).ID, true, p.service.clock.Now())
		}, "session child cookie another key password"},
		"user deleted": {func(t *testing.T, p *presence, elsewhere *sql.DB) error {
			return elsewhere.Accounts().Delete(t.Context(), p.service.account(t, p.name).ID, p.service.clock.Now())
		}, "session child cookie another key password"},
	}
	eachShared(t, func(t *testing.T, open func() *sql.DB) {
		s := newAdmission(t, options{db: open(), remember: remember})
		elsewhere := open()
		for why, c := range endings {
			t.Run(why, func(t *testing.T) {
				p := newPresence(t, s, why)
				begin := time.Now()
				must(t, c.end(t, p, elsewhere))
				first, _, _ := strings.Cut(c.dead, " ")
				poll(t, "the news", func() bool { return p.all[first].who(t) == "" })
				if took := time.Since(begin); took > session.Lease {
					t.Errorf("the news took %v", took)
				}
				p.wantDead(t, c.dead)
			})
		}
	})
}
