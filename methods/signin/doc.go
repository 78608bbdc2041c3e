// Package signin is what the modules have in common through which clients log in: how a
// login in a call becomes a session, how a call names its origin to the audit, how what
// it changes is recorded, and which kinds the errors of session have on every wire, in a
// login and in the credentials of any other call.
//
// It must never decide how a family of clients asks for a session or is answered: that
// is for its module. It keeps nothing between calls.
package signin
