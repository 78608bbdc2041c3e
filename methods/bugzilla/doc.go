// Package bugzilla is what Bugzilla's clients know of accounts and of the service itself:
// the modules User and Bugzilla (bugzilla contract §7 to §10, §13). They are seen at
// endpoints of the family "bugzilla" only.
//
// A user is an account.Account of the kind User, its id the account number. The login
// name is the account's Name, an address or not; case does not count, and blanks around
// it do not either. A group is a role, with its number for an id.
//
// The rights:
//
//	bugzilla.editusers      make and change users, see all that is known of them
//	bugzilla.creategroups   see every group
//	bugzilla.tweakparams    see every parameter
//	bless.GROUP             give the group to users, take it away, see who is in it
//
// Bugzilla's editusers is next to all-powerful. Here nobody becomes more by it than he
// is: an account that may do what the caller may not is not the caller's to change, and
// a group whose permissions the caller does not all hold can be given only by right of
// bless.GROUP. That right cannot be granted by itself for a group whose name
// has a blank, begins with a digit or is otherwise no component of a permission; "*"
// covers it all the same.
//
// A token is the account number, a dash, and the session's secrets in 64 hex digits. The
// number tells nothing that the answer does not tell beside it. Bugzilla's own tokens
// have 10 characters behind the dash, 60 bits, and are kept in clear; ours are the two
// secrets that every session has on every wire, 256 bits of which hashes are kept, and no
// client is known to look at the length.
//
// The package must never tell a stranger more about an account than its name, and must
// never hold a password longer than the call.
package bugzilla
