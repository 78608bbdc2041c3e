package account

import (
	"context"
	"time"
)

// Store keeps accounts, roles and grants. Every change is durable when the method
// returns, is announced to the other processes on the same database (session.Feed),
// and, where it says so, ends the account's sessions in the same transaction.
type Store interface {
	// Add stores a new account. An empty ID and missing dates are filled in; Grants are
	// stored as granted directly; Held is not looked at. Names are unique for their kind,
	// and so are their Canonical forms. A zero Number gets the next free one, from 1000; a
	// given one must be free. Roles must exist. It returns the account as stored.
	// Errors: ErrExists, among them *LookAlike; ErrNotFound (role).
	Add(ctx context.Context, a Account) (Account, error)
	// Get loads an account with its roles and grants by ID. Errors: ErrNotFound.
	Get(ctx context.Context, id string) (Account, error)
	// Find loads the account of a kind by its name, without its roles and grants, as a
	// login wants it; names are compared exactly. Errors: ErrNotFound.
	Find(ctx context.Context, kind Kind, name string) (Account, error)
	// List gives all accounts, sorted by kind and name, without password hashes.
	List(ctx context.Context) ([]Account, error)
	// LookAlikes gives the accounts that share a Canonical form with others of their kind,
	// by kind and form. There are none but those from before this was refused.
	LookAlikes(ctx context.Context) ([]Alike, error)
	// Search gives the accounts that a query finds, sorted by number, without password
	// hashes.
	Search(ctx context.Context, q Query) ([]Account, error)
	// Change makes the edits, all or none, and tells what each has changed, in their
	// order. An edit that changes nothing is no change: it leaves the date alone and is
	// not announced. A new name, a new password and disabling end all sessions.
	// Errors: ErrNotFound (account, or role to add), ErrExists (name),
	// among them *LookAlike.
	Change(ctx context.Context, edits []Edit, at time.Time) ([]Changed, error)
	// LastChange tells when an account, and when a role, was made or changed last; zero
	// for never. What was removed since does not count.
	LastChange(ctx context.Context) (accounts, roles time.Time, err error)
	// SetPassword replaces the password hash and ends all sessions of the account but
	// the one with the digest keep (zero for none). Errors: ErrNotFound.
	SetPassword(ctx context.Context, id, hash string, keep [32]byte, at time.Time) error
	// Rehash replaces the password hash of the same password, if it still is old; no
	// session ends. A hash that changed meanwhile is left alone without an error.
	Rehash(ctx context.Context, id, old, hash string) error
	// SetDisabled disables or enables; disabling ends all sessions, enabling clears the
	// DisabledText. Errors: ErrNotFound.
	SetDisabled(ctx context.Context, id string, disabled bool, at time.Time) error
	// Delete removes the account, its roles, grants and sessions. Errors: ErrNotFound.
	Delete(ctx context.Context, id string, at time.Time) error
	// SetRoles replaces the account's roles. Errors: ErrNotFound (account or role).
	SetRoles(ctx context.Context, id string, roles []string, at time.Time) error
	// Grant gives the account a permission directly; giving it twice is no error.
	Grant(ctx context.Context, id, permission string, at time.Time) error
	// Revoke takes a direct permission away. Errors: ErrNotFound if it was not held.
	Revoke(ctx context.Context, id, permission string, at time.Time) error
	// Roles gives every role with its permissions, sorted.
	Roles(ctx context.Context) ([]Role, error)
	// SetRole makes or replaces a role and its permissions. A new role gets the next
	// Number, which no role ever had; the Number given is not looked at. An empty
	// Description leaves the old one.
	SetRole(ctx context.Context, role Role, at time.Time) error
	// DeleteRole removes a role and takes it from every account. Errors: ErrNotFound.
	DeleteRole(ctx context.Context, name string, at time.Time) error
	// Count tells how many accounts there are.
	Count(ctx context.Context) (int, error)
}

// Role is a named set of permissions. To clients that think in groups it is one.
type Role struct {
	Name        string
	Permissions []string // sorted
	// Number names the role where a name will not do; unique, from 1, never reused.
	Number int64
	// Description is for people; may be empty.
	Description string
}
