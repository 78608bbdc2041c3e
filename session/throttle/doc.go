// Package throttle limits how fast credentials can be guessed. Whoever verifies a
// password, a key or a token asks it first, on whatever wire the credential came.
//
// Three counters watch every attempt:
//
//	account at one address block   5 free failures, then a wait after each
//	account over all blocks        20 free failures, then the same waits
//	address block over all names   20 failures at once, then one in 5 s
//
// An address block is an IPv4 address or an IPv6 /64. The waits are 1, 2, 4, 8, 16 and
// 30 s and then double up to 15 min. A counter starts anew when 15 minutes have passed
// in which nothing failed and no wait was running. 100 failures in a row, however
// slow, disable the account until somebody unlocks it.
//
// A block from which the account logged in during the last 30 days is known to be
// good: attempts from there are judged by the first counter alone, so that a stranger
// who exhausts the others does not lock the owner out. They are counted in all three.
//
// The life of an attempt:
//
//	                          ┌── Succeeded: given back; the first counter starts anew
//	          Reserve         ├── Failed: stays counted
//	(nothing) ───────► counted┤
//	   │               as     ├── Void: given back; nothing was verified
//	   │               failed └── nothing for a minute: stays counted
//	   └► *Blocked
//
// Attempts are counted before they are verified, so that guesses sent in parallel are
// as many as guesses sent one by one. One that finds all free failures taken by
// attempts that are not decided yet waits for them for a moment: right passwords sent
// in parallel all pass.
//
// A name counts in its canonical form and whether it exists or not: the package cannot
// tell. Names are kept as keyed hashes, because people type passwords there. Accounts do
// not share a form (account.LookAlike). Where some from before do, the first is counted by
// the form and each other one by its very name: else who logs in as one would make good
// the guesses at another. From that one could find out that there are two, and no more.
// Which ones they are is read again when accounts have changed. What was counted until then
// stays where it is: a list has it under the account's name, and unlocking takes both.
//
// All state is in a Store that processes share; a restart or another node changes
// nothing. The counters are bounded in number. When strangers' names flood them, those
// with the fewest failures go first.
//
// The package must never see a secret, learn whether any other name exists, or know a wire.
package throttle
