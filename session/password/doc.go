// Package password turns passwords into argon2id hashes and back into a yes
// or no, and says which passwords may be used at all.
//
// Stored form is the PHC string of the argon2 reference implementation,
//
//	$argon2id$v=19$m=19456,t=2,p=1$<salt>$<tag>
//
// with salt and tag in standard base64 without padding. The reader accepts
// exactly what the writer would have written, and refuses a cost above its
// bounds before anything is computed: a row of the user table must not be able
// to order 4 GiB of memory.
//
// A password is bytes as sent: nothing here trims, folds or normalises it.
//
// One hash takes tens of milliseconds of CPU and Params.MemoryKiB of memory, so a
// server calls Hash and Verify through package session/verify and never from
// the goroutine that serves a call.
//
// The package must never log, must never put a password, a hash or a part of
// either into an error text, and must never decide who a user is.
package password
