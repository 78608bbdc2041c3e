// Package system is the module through which clients log in and out and ask what the
// service can do. One part is common to all dialects (introspection, batches, time);
// login and logout come in the form that each family of clients knows.
//
// It must never hold a password or a session's secrets longer than the call.
package system
