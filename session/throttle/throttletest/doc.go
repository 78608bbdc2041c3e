// Package throttletest is the suite that every throttle.Store passes, together with the
// throttle that stands on it. A store's own test is a call:
//
//	func TestThrottle(t *testing.T) {
//		throttletest.Store(t, throttletest.Backend{Fresh: fresh, Open: open})
//	}
//
// The suite also starts the test binary again as a second process on the same
// database. It must not know what a store is made of.
package throttletest
