// Package session turns a proven login into a session and keeps it honest: it issues
// the pair of secrets, checks it on every call without touching a database, prolongs
// it while it is used, and ends it everywhere at once.
//
// The life of a session:
//
//	            Login                 Check (touch)
//	(nothing) ─────────► live ◄──────────────────┐
//	                      │ │                    │
//	                      │ └────────────────────┘
//	                      │  Logout, Revoke, account disabled, deleted or with a new
//	                      │  password, idle limit, absolute limit
//	                      ▼
//	                    dead     nothing leads back
//
// Secrets: sessionid and key (kp3) are two independent 128-bit random values, 32
// lower-case hex digits each. Only SHA-256 digests of them are kept, in memory and in
// the store. A third random value, the public id, names the session in lists, logs
// and revocations and opens nothing.
//
// Unknown, wrong, expired and ended sessions get one and the same answer.
//
// The package imports the standard library, its neighbours account and audit, and those
// below internal. It must never know a transport, a
// dialect, an HTTP header or a database driver.
package session
