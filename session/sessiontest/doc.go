// Package sessiontest is the suites that every session.Store and every
// session.Authenticator pass, whatever a store keeps its sessions in and whoever knows
// the passwords. A store's own test is a call, an authenticator's likewise:
//
//	func TestSessions(t *testing.T) {
//		sessiontest.Store(t, sessiontest.Backend{Fresh: fresh, Open: open})
//	}
//
// The suite of stores also starts the test binary again as a second process on the same
// database. It must not know what a store or an authenticator is made of.
package sessiontest
