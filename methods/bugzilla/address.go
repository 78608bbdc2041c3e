package bugzilla

import (
	"context"
	"strings"

	"countersign/methods"
	"countersign/session/account"
)

// addressMost is the longest address, in bytes (Bugzilla's own limit).
const addressMost = 127

// checkAddress tells whether a new login name may be this address. What the pattern of
// the configuration lets through must still be safe in the head of a mail.
func (m *module) checkAddress(address string) error {
	plain := func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`\()<>&,;:"[]`, r) }
	if len(address) > addressMost || strings.ContainsFunc(address, plain) || !m.cfg.Email.MatchString(address) ||
		strings.Count(address, "@") != 1 || account.CheckName(address) != nil {
		return fault(methods.KindInvalidParams, codeNoEmail,
			"The e-mail address you entered (%s) didn't pass our syntax checking for a legal email address. %s", quoted(address), m.cfg.EmailHint)
	}
	return nil
}

// checkFree tells whether no user but the one with the ID has the address, as a login
// name or otherwise.
func (m *module) checkFree(ctx context.Context, address, but string) error {
	found, err := m.search(ctx, account.Query{Names: []string{address}, Emails: []string{address}})
	if err != nil {
		return err
	}
	for i := range found {
		if found[i].ID != but {
			return exists(address)
		}
	}
	return nil
}
