package pamauth

import "countersign/session"

// outcome is what a transaction came to.
type outcome byte

const (
	outcomeGranted     outcome = iota + 1
	outcomePassword            // wrong password, or a module that does not say more
	outcomeUnknown             // no such user
	outcomeNoPassword          // an account that has no password
	outcomeChange              // right password, which must be changed first
	outcomeExpired             // account or password has expired
	outcomeLocked              // account is locked, or not allowed here or now
	outcomeUnavailable         // PAM could not tell
)

// reason is that of a refusal; "" for what is none.
func (o outcome) reason() string {
	switch o {
	case outcomePassword:
		return session.ReasonPassword
	case outcomeUnknown:
		return session.ReasonUnknown
	case outcomeNoPassword:
		return session.ReasonNoLogin
	case outcomeChange:
		return session.ReasonChange
	case outcomeExpired:
		return session.ReasonExpired
	case outcomeLocked:
		return session.ReasonLocked
	}
	return ""
}
