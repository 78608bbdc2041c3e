// Package pamauth proves logins with the machine's PAM: Unix accounts, directories, and
// second factors, whatever the administrator's service file says.
//
//	server process                              worker process (one of at most 8)
//	Authenticator ── job: name, password ──►    pam_start, pam_authenticate, pam_acct_mgmt, pam_end
//	              ◄── question: prompts ────    a module asks for more than the password
//	              ─── reply ────────────────►
//	              ◄── answer: outcome, name ─   the name as PAM has it at the end
//	account.Store: the account of that name
//
// PAM modules fork, block, leak and change signal handlers, so transactions run only in
// worker processes (session/verify), which are killed when they are late, and replaced
// after some use. What calls PAM has the build tag pam, needs cgo and the
// Debian package libpam0g-dev; without the tag New says so.
//
// The first prompt without echo gets the password. Every other prompt goes to the client
// as a session.Challenge; messages that want no answer go with the next prompt that
// does, and those after the last are dropped, so that a greeting does not turn a
// login of one step into one of two.
//
// PAM_SYSTEM_ERR and its like are "unavailable", not "refused". pam_exec answers so when
// its program exits with another status than 0: a program that refuses has to be
// followed by pam_deny, as scripts/countersign.pam shows.
//
// The package must never call PAM in the server process, never hand a name or password
// with a NUL byte to it (C reads "x\x00y" as "x"), never trust the name that was sent
// over the one PAM_USER holds at the end, and never let a client tell an unknown name
// from a wrong password or an account that is expired, locked or disabled: all refusals
// take a whole number of Config.Step.
package pamauth
