package server_test

import (
	"fmt"
	"testing"

	"countersign/session/account"
	"countersign/sql/sqltest"
)

// TestNoLookAlike: nobody gets an account, or a name, with which the guesses at another
// account could be made good.
func TestNoLookAlike(t *testing.T) {
	s := newAdmission(t, options{})
	s.addUser(t, account.Account{Name: "keeper", Grants: []string{"bugzilla.editusers"}}, "pw")
	s.addUser(t, account.Account{Name: "z\u00f6e@example.org"}, "pw")
	s.addUser(t, account.Account{Name: "ann@example.org", Email: "ann@example.org"}, "pw")
	s.addUser(t, account.Account{Name: "bob@example.org", Email: "bob@example.org"}, "pw")
	keeper := s.client(plainPath).login(t, "keeper", "pw").json(jsonCGIPath)
	for _, name := range []string{"zoe@example.org", "ZOE@example.org", "Ann@example.org"} {
		for method, members := range map[string]map[string]any{
			"User.create": {"email": name}, "User.update": {"names": []any{"bob@example.org"}, "email": name},
		} {
			a := keeper.jsonPost(t, bugzillaCall(method, members))
			a.wantFault(t, 200, 500, fmt.Sprintf("There is already an account with the login name %q.", name))
		}
	}
}

// TestLookAlikesFromBefore: where two accounts look alike already, the owner of neither
// can guess at the other's password longer than any stranger.
func TestLookAlikesFromBefore(t *testing.T) {
	db := sqltest.SQLite(t)
	before := newAdmission(t, options{db: db})
	before.addUser(t, account.Account{Name: "another"}, "mine")
	before.stop()
	sqltest.Rename(t, db.URL(), "another", "Bubba")
	s := newAdmission(t, options{db: sqltest.Open(t, db.URL())})
	passwords := map[string]string{"bubba": "gump", "Bubba": "mine"}
	address := 0
	for owner, victim := range map[string]string{"bubba": "Bubba", "Bubba": "bubba"} {
		address++
		c, verified := s.client(plainPath).from(address), int64(0)
		for round := range 10 {
			if a := c.tryLogin(t, owner, passwords[owner]); a.fault != nil {
				t.Errorf("%s cannot log in: %s", owner, a.body)
			}
			for i := range 4 {
				started := s.checks.n.Load()
				c.tryLogin(t, victim, fmt.Sprint("guess", round, i))
				verified += s.checks.n.Load() - started
			}
		}
		if verified > freeGuesses {
			t.Errorf("%s had %d guesses at %s verified, of 40", owner, verified, victim)
		}
		c.tryLogin(t, victim, passwords[victim]).wantFault(t, 200, -32008, "too many attempts")
		s.client(plainPath).from(100+address).login(t, victim, passwords[victim])
	}
}
