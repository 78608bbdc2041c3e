// Package peer finds out which address a request comes from when it may have passed
// proxies.
//
// Anybody can write an X-Forwarded-For header. What it says is worth as much as whoever
// wrote that part of it: each proxy appends the address it was called from, so the list
// is believed from the right end, and only as far as it was written by proxies that the
// configuration trusts.
//
// The package must never look at any other header, and never decide what an address may
// do.
package peer
