package account

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Kind tells users from servers.
type Kind string

// The kinds of account.
const (
	// User is a person.
	User Kind = "user"
	// Server is another machine that logs in with a host name, a user name and a
	// password (phpgroupware contract §1.2).
	Server Kind = "server"
)

// Account is one account as it stands in the store. It is immutable once loaded.
type Account struct {
	// ID is the key: 32 hex digits, never reused.
	ID string
	// Kind tells a user from a server.
	Kind Kind
	// Name is the login name of a user, or the host name of a server; unique.
	Name string
	// Login is the user name that a server sends besides its host name; "" for users.
	Login string
	// Number is the account number under which records are owned; unique, from 1.
	Number int64
	// ActsFor is the account number on whose behalf a server's calls are made; 0 for
	// its own.
	ActsFor int64
	// Display is the person's name, for lists; may be empty.
	Display string
	// Email is for the modules that know people by address; may be empty.
	Email string
	// NoMail asks for no mail about what happens to records.
	NoMail bool
	// PasswordHash is the encoded hash; "" for accounts that cannot log in with a
	// password of ours.
	PasswordHash string
	// Disabled accounts are refused, their sessions too.
	Disabled bool
	// DisabledText says why; only disabled accounts have one, and it may be empty.
	DisabledText string
	// ReadOnly accounts may call only methods marked read-only.
	ReadOnly bool
	// Roles are the names of the roles held, sorted.
	Roles []string
	// Grants are the permissions held directly or through roles, sorted, each once.
	Grants []string
	// Held tells where each of them comes from, sorted by permission and role.
	Held []Held
	// Created and Changed are UTC.
	Created, Changed time.Time
}

// Owner is the number under which the account's calls own and see records.
func (a *Account) Owner() int64 {
	if a.ActsFor != 0 {
		return a.ActsFor
	}
	return a.Number
}

// Held is a permission with the role that gives it, "" for one that was granted to the
// account itself.
type Held struct{ Permission, Role string }

// GivenBy tells which role gives the account a permission; "" if it was granted
// directly, or is not held.
func (a *Account) GivenBy(permission string) (role string) {
	for _, h := range a.Held {
		if !NewGrants([]string{h.Permission}).Allows(permission) {
			continue
		}
		if h.Role == "" {
			return ""
		}
		if role == "" {
			role = h.Role
		}
	}
	return role
}

// Errors of a Store.
var (
	// ErrNotFound: no such account, role or grant.
	ErrNotFound = errors.New("account: not found")
	// ErrExists: the name or number is taken.
	ErrExists = errors.New("account: exists already")
)

// LookAlike is ErrExists for a name that itself is free, but has the Canonical form of
// another account's of the kind: who logs in with one would forgive the guesses at the
// other.
type LookAlike struct {
	// Name is that account's.
	Name string
}

// Error implements error.
func (e *LookAlike) Error() string {
	return fmt.Sprintf("account: the name looks like %q, which exists already", e.Name)
}

// Unwrap makes it an ErrExists.
func (e *LookAlike) Unwrap() error { return ErrExists }

// Alike are accounts of one kind whose names have one Canonical form.
type Alike struct {
	Kind Kind
	// Names are two at least, by account number.
	Names []string
}

// CheckName tells whether s may be a login or host name: 1 to 255 bytes of UTF-8
// without control characters and without blanks at the ends, and not shaped like a
// sessionid, which would make Basic credentials ambiguous.
func CheckName(s string) error {
	switch {
	case s == "" || len(s) > 255:
		return errors.New("a name has 1 to 255 bytes")
	case !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl):
		return errors.New("a name is UTF-8 text without control characters")
	case strings.TrimSpace(s) != s:
		return errors.New("a name neither begins nor ends with a blank")
	case strings.Contains(s, ":"):
		return errors.New("a name has no colon: HTTP Basic ends the name there")
	case len(s) == 32 && strings.Trim(s, "0123456789abcdef") == "":
		return errors.New("a name must not look like a sessionid")
	}
	return nil
}
