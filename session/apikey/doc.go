// Package apikey is about keys that a program carries instead of somebody's password:
// it makes them, proves them on every call without touching a database, rotates them
// while the program still runs on the old one, and ends them everywhere at once.
//
// A key acts for one account and can do at most what that account may do at that
// moment. It may be narrowed by a scope, to reading, and in time.
//
//	          Draft, Store               Check
//	(nothing) ────────────► live ◄─────────────────┐
//	                         │ └───────────────────┘
//	                         │  DraftRotation, Store: a new key; the old one lives on for
//	                         ▼  the overlap
//	                       dead     Revoke, expiry, end of the overlap, account deleted;
//	                                while the account is disabled a key is as good as dead
//
// The text of a key is 40 characters of [0-9A-Za-z] from crypto/rand, 238 bits: the
// shape that clients of Bugzilla can carry (bugzilla contract §6). It is shown once.
// Only its SHA-256 is kept, in memory and in the store; the public id names the key in
// lists, logs and revocations and opens nothing.
//
// Unknown, revoked and expired keys, and keys of accounts that are disabled or gone,
// get one and the same answer.
//
// The package imports the standard library, its neighbours session and account, and those
// below internal. It must never know a transport, a dialect, an HTTP header or a database driver, and it
// never decides who may make or end a key: that is the caller's.
package apikey
