package server_test

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync/atomic"
	"testing"

	"countersign/session"
	"countersign/session/account"
	"countersign/session/apikey"
	"countersign/session/audit"
)

// fragile is an audit that fails when told to.
type fragile struct {
	audit.Log
	failing atomic.Bool
}

func (f *fragile) Record(e audit.Event) error {
	if f.failing.Load() {
		return errors.New("the disk is full")
	}
	return f.Log.Record(e)
}

// TestAuditRequired: what cannot be recorded is not done, or stays refused; sessions
// that live are let alone.
func TestAuditRequired(t *testing.T) {
	buffer := &logBuffer{}
	record := &fragile{Log: audit.NewWriter(buffer, audit.Options{})}
	s := newAdmission(t, options{record: record})
	live, jenny := s.client(plainPath).login(t, "bubba", "gump"), s.client(plainPath).login(t, "jenny", "1234")
	key, _ := s.addKey(t, "bubba", apikey.Options{})
	record.failing.Store(true)
	for _, w := range ways() {
		if a := w.try(t, s.client(plainPath), "bubba", "gump"); a.admitted() {
			t.Errorf("%s: taken, and not recorded", w.name)
		}
	}
	s.client(plainPath).tryLogin(t, "bubba", "gump").wantFault(t, http.StatusOK, -32009, "try again")
	jenny.call(t, "addressbook.boaddressbook.read", map[string]any{"id": 1}).wantFault(t, http.StatusOK, -32009, "try again")
	if who := s.client(plainPath).authorized("Bearer " + key).who(t); who != "bubba" {
		t.Errorf("a key is %q", who)
	}
	if !live.alive(t) {
		t.Error("a live session ended")
	}
	record.failing.Store(false)
	infos, err := s.sessions.List(t.Context(), "")
	must(t, err)
	if len(infos) != 2 {
		t.Errorf("%d sessions, of which 2 were recorded", len(infos))
	}
}

// stage is what the changes below find: carol, who may do everything, with a session,
// a lock on jenny, and a session and a key of bubba.
type stage struct {
	*service
	carol        *client
	key, another session.PublicID // of carol and of bubba
	other        string           // bubba's session
}

const carolsPassword = "Tr0ub4dor and three"

func newStage(t *testing.T, record audit.Log) *stage {
	t.Helper()
	s := &stage{service: newAdmission(t, options{record: record})}
	s.addUser(t, account.Account{Name: "carol", Roles: []string{"admin"}}, carolsPassword)
	_, s.key = s.addKey(t, "carol", apikey.Options{})
	_, s.another = s.addKey(t, "bubba", apikey.Options{})
	s.client(plainPath).login(t, "bubba", "gump")
	infos, err := s.sessions.List(t.Context(), s.account(t, "bubba").ID)
	must(t, err)
	s.other = infos[0].Public.String()
	for range freeGuesses {
		s.client(plainPath).tryLogin(t, "jenny", "x")
	}
	s.carol = s.client(plainPath).login(t, "carol", carolsPassword)
	return s
}

// state is all that is stored of accounts, keys, sessions and locks.
func (s *stage) state(t *testing.T) string {
	t.Helper()
	var accounts []account.Account
	all, err := s.db.Accounts().List(t.Context())
	must(t, err)
	for _, a := range all {
		whole, err := s.db.Accounts().Get(t.Context(), a.ID)
		must(t, err)
		accounts = append(accounts, whole)
	}
	keys, err := s.db.APIKeys().List(t.Context(), "")
	must(t, err)
	sessions, err := s.db.Sessions().List(t.Context(), "", 0)
	must(t, err)
	locks, err := s.throttle.Locks(t.Context(), nil)
	must(t, err)
	return fmt.Sprintf("%+v\n%+v\n%+v\n%+v", accounts, keys, sessions, locks)
}

// changes are all ways to change something of which there must be a record.
func changes() map[string]func(t *testing.T, s *stage) *answer {
	const fresh = "a long walk to the harbour"
	type change = func(t *testing.T, s *stage) *answer
	call := func(method string, args func(s *stage) []any) change {
		return func(t *testing.T, s *stage) *answer { t.Helper(); return s.carol.call(t, method, args(s)...) }
	}
	with := func(args ...any) func(s *stage) []any { return func(*stage) []any { return args } }
	pair := func(s *stage) []any { return []any{s.carol.pairStruct()} }
	user := func(method string, args map[string]any) change {
		return func(t *testing.T, s *stage) *answer {
			t.Helper()
			return s.carol.json(jsonCGIPath).jsonPost(t, bugzillaCall(method, args))
		}
	}
	bubba := []any{"bubba"}
	return map[string]change{
		"createKey":            call("system.createKey", with()),
		"createKey of another": call("system.createKey", with(map[string]any{"user": "bubba"})),
		"rotateKey":            call("system.rotateKey", func(s *stage) []any { return []any{s.key.String()} }),
		"rotateKey, overlap":   call("system.rotateKey", func(s *stage) []any { return []any{s.key.String(), 60} }),
		"rotateKey of another": call("system.rotateKey", func(s *stage) []any { return []any{s.another.String()} }),
		"revokeKey":            call("system.revokeKey", func(s *stage) []any { return []any{s.key.String()} }),
		"revokeKey of another": call("system.revokeKey", func(s *stage) []any { return []any{s.another.String()} }),
		"setPassword":          call("system.setPassword", with(carolsPassword, fresh)),
		"unlock":               call("system.unlock", with("jenny")),
		"createChild":          call("system.createChild", with()),
		"endSession":           call("system.endSession", func(s *stage) []any { return []any{s.other} }),
		"logout":               call("system.logout", with()),
		"logout of a pair":     call("system.logout", pair),
		"logoutAll":            call("system.logoutAll", with()),
		"logout, phpgroupware": func(t *testing.T, s *stage) *answer {
			t.Helper()
			there := *s.carol
			there.path = phpgwPath
			return there.call(t, "system.logout", pair(s)...)
		},
		"login with a session": func(t *testing.T, s *stage) *answer { t.Helper(); return s.carol.tryLogin(t, "bubba", "gump") },
		"User.logout":          user("User.logout", map[string]any{}),
		"User.create":          user("User.create", map[string]any{"email": "new@example.org", "password": fresh}),
		"User.update, name":    user("User.update", map[string]any{"names": bubba, "full_name": "Bubba B."}),
		"User.update, secret":  user("User.update", map[string]any{"names": bubba, "password": fresh}),
		"User.update, groups":  user("User.update", map[string]any{"names": bubba, "groups": map[string]any{"add": []any{"admin"}}}),
	}
}

// TestChangesRecorded: what changes something is refused before anything has changed if
// it cannot be recorded and must be, and goes on if it need not.
func TestChangesRecorded(t *testing.T) {
	for name, change := range changes() {
		t.Run(name, func(t *testing.T) {
			strict := &fragile{Log: audit.Discard{}}
			s := newStage(t, strict)
			before := s.state(t)
			strict.failing.Store(true)
			a := change(t, s)
			if changed := s.state(t) != before; a.fault == nil || changed {
				t.Errorf("without a record (changed: %t): %s", changed, a.body)
			}
			if !s.carol.alive(t) {
				t.Errorf("carol's session ended in the server's memory: %s", a.body)
			}

			loose := &fragile{Log: audit.Discard{}}
			s = newStage(t, audit.NewTolerant(loose, slog.New(slog.DiscardHandler)))
			before = s.state(t)
			loose.failing.Store(true)
			a = change(t, s)
			if changed := s.state(t) != before; a.fault != nil || !changed {
				t.Errorf("although no record is required (changed: %t): %s", changed, a.body)
			}
		})
	}
}
