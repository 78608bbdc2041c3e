// Package audit writes down who came in, who was turned away, and who changed what, so
// that it can be read years later and matched by programs today.
//
// A log is JSON lines: one event, one object, one line, in UTF-8. The members stand in
// this order, those without a value are left out, and the order and the meaning do not
// change; new members may come after the ones here:
//
//	member      always  value
//	time        yes     when, UTC, RFC 3339 with microseconds: "2001-08-14T09:30:00.000000Z"
//	event       yes     what happened; see below
//	outcome     yes     "ok", "refused", "busy" (nothing was decided), "unknown" (it may be done)
//	peer                address it came from; none for Unix sockets and commands
//	reason              why, in one of a few fixed wordings
//	user                account it is about; "#" and 16 hex digits for a name that is none
//	account             account number of user
//	kind                "user" or "server"
//	actor               who did it, if it was not user; "system:root" is a user of the machine
//	node                process that wrote the line
//	request             request id, as in the server's log
//	endpoint            path, never with a query
//	dialect             dialect of the endpoint
//	method              method that was called
//	permission          right that was asked for, given or taken
//	role                role that gave the right, or was given, taken or changed
//	check               the same as a sentence; event "permission" only (see Check)
//	session             public id of the session, 16 hex digits
//	key                 public id of the API key, 16 hex digits
//	block               range of addresses that a lock is on: "192.0.2.0/24"
//	until               when it ends by itself: a lock, a session, a key
//	count               number of sessions, failures or keys, if there were more
//	version             release of the server that was started
//	address             address that it listens at
//
// The events:
//
//	login               a name and password, or another proof, was offered for a session
//	logout              a session was ended by its owner with its own secrets
//	credential          a session's secrets, a token or an API key was not accepted
//	session.child       a session was made from another, with no more rights
//	session.end         a session was ended by its public id, with its account, by a cap, or
//	                    because its secrets were not handed out
//	lock                an account or a block of addresses was locked after failures
//	unlock              such a lock was lifted by hand
//	permission          a right was asked for
//	grant               a permission was given to an account
//	revoke              a permission was taken from an account
//	role                a role was made, changed or removed, or given to or taken from an account
//	key.create          an API key was made
//	key.rotate          an API key got a new secret
//	key.revoke          an API key was ended
//	account.add         an account was made
//	account.change      an account was changed in another way than those below
//	account.disable     an account was disabled, which ends its sessions
//	account.enable      an account was enabled
//	account.delete      an account was deleted
//	account.password    the password of an account was set
//	start               the server started
//	stop                the server stopped
//	panic               a method failed in an unforeseen way; its outcome is unknown
//
// A change stands there before it is made, as "ok": where a record is required nothing is
// changed without one. If it then fails, a second line about the same says "refused", "busy"
// or "unknown"; after a crash that line may be missing. Logins, and accounts, which get
// their number when they are made, stand there when they are made.
//
// Sessions that merely expire are no event: the limits are known at the login.
//
// Values are cut at 256 characters, the last of which is then an ellipsis. Whatever is
// not printable (line feeds, other control characters, the characters that turn the
// direction of writing) stands as \uXXXX, so a line is one line in a terminal too. A
// line that a full disk cut short stays as it is, and the next one begins on a line of
// its own: readers pass over lines that are empty or no JSON.
//
// The first four members are what fail2ban matches (scripts/fail2ban). They stand in
// front of everything that somebody outside has a hand in.
//
// There must never be a field that takes a secret, or any text that a client sent where
// a secret may have been typed: public ids are arrays of a length that secrets do not
// have, names come from Known, System and Namer only. The package imports the standard
// library and its neighbour durable only. It does not decide what is worth recording; what
// is to become of a change that cannot be recorded is decided once, in Change and Made.
package audit
