// Package apikeytest is the suite that every apikey.Store passes, whatever it keeps its
// keys in. A store's own test is a call:
//
//	func TestAPIKeys(t *testing.T) {
//		apikeytest.Store(t, apikeytest.Backend{Fresh: fresh, Open: open})
//	}
//
// It needs the stores of accounts and sessions of the same database, because keys go
// with their accounts and their ends are announced to those who keep sessions. It must
// not know what a store is made of.
package apikeytest
