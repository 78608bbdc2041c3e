// Package chain asks several authenticators in a fixed order, for instance the accounts
// of the database first and PAM second.
//
// The first that grants decides. One that refuses hands on to the next, whatever its
// reason, so that an unknown name, a wrong password and a name that only one of them
// knows all cost the work of the whole chain. One that is busy or out of reach
// hands on too; but if nobody grants then, the answer is that it is unavailable, and not
// a refusal that was never decided. A Challenge goes to the client, and a
// refusal after it goes on down the chain.
//
// A name that two authenticators know is one account with two passwords: an account of the
// database can be entered with the password of the system user of the same name.
//
// The package must never let an account in that one of the chain has found disabled, nor
// let the order of asking show in text or kind of an answer.
package chain
