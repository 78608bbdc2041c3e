package server_test

import (
	"net/http"
	"strings"
	"testing"
)

// TestDescriptionIsTheCallers: everybody gets the WSDL of what they may call, and who
// offers credentials that do not hold gets none: not even the one for nobody, which
// would pass for the whole.
func TestDescriptionIsTheCallers(t *testing.T) {
	s := newService(t, options{})
	nobody := s.client(plainPath)
	bubba := nobody.login(t, "bubba", "gump")
	gone := nobody.login(t, "bubba", "gump")
	id, key, _ := strings.Cut(gone.pair, ":")
	gone.call(t, "system.logout", map[string]any{"sessionid": id, "kp3": key})
	for path, code := range map[string]int{"/soap": -32001, "/phpgroupware/soap.php": 18, "/egroupware/soap.php": 18} {
		for _, c := range []struct {
			who    string
			client *client
			status int
			book   bool
		}{
			{"nobody", nobody, http.StatusOK, false},
			{"a session", bubba, http.StatusOK, true},
			{"a password", nobody.basic("bubba:gump"), http.StatusOK, true},
			{"no right", nobody.basic("jenny:1234"), http.StatusOK, false},
			{"a wrong password", nobody.basic("bubba:bad"), http.StatusUnauthorized, false},
			{"an ended session", gone, http.StatusUnauthorized, false},
			{"half a session", nobody.basic(id + ":"), http.StatusUnauthorized, false},
			{"no known scheme", nobody.with("Authorization", "Digest x"), http.StatusUnauthorized, false},
			{"no key of ours", nobody.with("Authorization", "Bearer x"), http.StatusUnauthorized, false},
		} {
			for _, query := range []string{"wsdl", "wsdl=rpc", "wsdl=literal"} {
				there := *c.client
				there.path = path + "?" + query
				a := there.do(t, http.MethodGet, "")
				if a.status != c.status || strings.Contains(a.body, "addressbook_boaddressbook_read") != c.book {
					t.Errorf("%s, %s, %s: %d %.300s", path, c.who, query, a.status, a.body)
				}
				if c.status == http.StatusOK {
					if !strings.Contains(a.body, "</wsdl:definitions>") || a.header.Get("ETag") == "" {
						t.Errorf("%s, %s: no description: %.300s", path, c.who, a.body)
					}
					continue
				}
				if _, f := soapOutcome(t, a.body); f == nil || f.code != code || a.header.Get("ETag") != "" {
					t.Errorf("%s, %s: %s", path, c.who, a.body)
				}
			}
		}
	}
}
