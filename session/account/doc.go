// Package account is the domain of users and servers that may log in: who they are,
// which roles and permissions they hold, and the Store that keeps them.
//
// Besides the standard library it imports Unicode's forms of text only. It never sees a
// password in clear and never hashes one: a Store keeps the encoded hash that
// session/password makes.
package account
