// Package sessiontest is the suite that every session.Store passes, whatever it keeps
// its sessions in. A store's own test is a call:
//
//	func TestSessions(t *testing.T) {
//		sessiontest.Store(t, sessiontest.Backend{Fresh: fresh, Open: open})
//	}
//
// The suite also starts the test binary again as a second process on the same
// database. It must not know what a store is made of.
package sessiontest
