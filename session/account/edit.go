package account

import (
	"errors"
	"slices"
)

// Edit is what Store.Change does to one account. Fields that are nil leave things as
// they are.
type Edit struct {
	// ID is the account's.
	ID string
	// Name, Display and Email are new texts; PasswordHash is the hash of a new password,
	// "" for none.
	Name, Display, Email, PasswordHash *string
	NoMail                             *bool
	// Disabled disables, with the text that says why, or enables.
	Disabled *Disabling
	// AddRoles are given, DropRoles taken away; Grants are given directly, Revokes direct
	// ones taken away. What is held already, or is not held, is passed over.
	AddRoles, DropRoles, Grants, Revokes []string
}

// Disabling is the state in which an Edit puts an account.
type Disabling struct {
	Disabled bool
	Text     string // only if Disabled
}

// Changed is an account before and after an Edit, without password hashes. If nothing
// else differs the password may be new.
type Changed struct{ Before, After Account }

// Apply makes the part of the edit that is about the account's own fields.
func (e *Edit) Apply(a *Account) {
	set(&a.Name, e.Name)
	set(&a.Display, e.Display)
	set(&a.Email, e.Email)
	set(&a.PasswordHash, e.PasswordHash)
	set(&a.NoMail, e.NoMail)
	if e.Disabled != nil {
		a.Disabled, a.DisabledText = e.Disabled.Disabled, e.Disabled.Text
	}
}

func set[T any](field, to *T) {
	if to != nil {
		*field = *to
	}
}

// Check tells whether an account can be like this, as far as one looks at it alone.
func (a *Account) Check() error {
	switch {
	case a.Kind != User && a.Kind != Server:
		return errors.New("an account is a user's or a server's")
	case a.Number < 0 || a.ActsFor < 0:
		return errors.New("account numbers begin at 1")
	case a.DisabledText != "" && !a.Disabled:
		return errors.New("an account that is not disabled has no text that says why")
	case slices.Contains(a.Roles, "") || slices.Contains(a.Grants, ""):
		return errors.New("roles and permissions have names")
	}
	return CheckName(a.Name)
}
