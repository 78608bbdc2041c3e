package addressbook

import (
	"context"
	"errors"
	"time"
)

// Errors of a Store.
var (
	// ErrNotFound: no such contact, category or custom field.
	ErrNotFound = errors.New("addressbook: not found")
	// ErrExists: the owner has another category of that name.
	ErrExists = errors.New("addressbook: exists already")
	// ErrBusy: the store could not be reached in time. Nothing was changed.
	ErrBusy = errors.New("addressbook: the store is busy")
)

// Store keeps contacts, categories and custom fields. Every method is one transaction,
// and safe for parallel use, also by several processes on one database. A store knows
// nothing of who may do what, except what Query says. Any method may give ErrBusy. An
// error of Change that is neither one of the above nor one of work's own means that
// the outcome is unknown.
type Store interface {
	// Search gives the contacts that match, in the order asked for.
	Search(ctx context.Context, q Query) ([]Contact, error)
	// Get loads a contact, with its photo. Errors: ErrNotFound.
	Get(ctx context.Context, id string) (Contact, error)
	// Categories gives an owner's categories in order of creation.
	Categories(ctx context.Context, owner int64) ([]Category, error)
	// CustomFields gives the definitions, sorted by name.
	CustomFields(ctx context.Context) ([]CustomField, error)
	// SetCustomField makes or replaces a definition. The caller has checked it with
	// CheckCustomField.
	SetCustomField(ctx context.Context, f CustomField) error
	// DeleteCustomField removes a definition; what contacts have stored under it stays
	// and is seen again should it come back. Errors: ErrNotFound.
	DeleteCustomField(ctx context.Context, name string) error
	// Change runs work in one transaction, which is durable when Change returns nil and
	// has done nothing when work or Change fails. work may be run again from the start
	// when transactions collide.
	Change(ctx context.Context, work func(Tx) error) error
}

// Tx is the inside of a transaction. It lives as long as the context of
// Change and is not safe for parallel use.
type Tx interface {
	// Get loads a contact, with its photo, and holds off other changes to it until the
	// end of the transaction. Errors: ErrNotFound.
	Get(id string) (Contact, error)
	// Put stores c. With an empty ID it is a new contact and gets the next one; the
	// Revision is counted up.
	Put(c *Contact) error
	// Delete removes a contact. Errors: ErrNotFound.
	Delete(id string) error
	// Categories gives an owner's categories in order of creation.
	Categories(owner int64) ([]Category, error)
	// PutCategory stores c. With an empty ID it is a new one and gets the next ID, or
	// the ID of the owner's category of that name if another transaction has just made
	// it. Errors: ErrExists when a renamed one gets the name of another.
	PutCategory(c *Category) error
	// CustomFields gives the definitions, sorted by name.
	CustomFields() ([]CustomField, error)
}

// Query says which contacts a search is for. All conditions must hold.
type Query struct {
	// Viewer is the account number that sees its own and all public contacts; with
	// Everything it sees all of them.
	Viewer     int64
	Everything bool
	// Text is in lower case and must occur in SearchText; "" for any.
	Text string
	// Initial is in lower case and must be what the key of n_fileas begins with; "" for
	// any.
	Initial string
	// After is the time after which the contact was modified; zero for any.
	After time.Time
	// Filters are further conditions.
	Filters []Filter
	// Order is a field of the table, "#" and a custom field, or one of "owner", "tid",
	// "access", "created" and "modified"; "" and "id" mean the order of creation, which
	// also decides between equals. Contacts without the field come first.
	Order      string
	Descending bool
	// Offset is how many contacts to skip; Limit how many to give, 0 for all.
	Offset, Limit int
	// Photos asks for the photos as well.
	Photos bool
}

// Filter is a condition on one field.
type Filter struct {
	// Field is a field of the table, "#" and a custom field, or one of "id", "owner",
	// "tid", "access" and "cat_id".
	Field string
	// Value is compared with the field's key; "" with a field that is empty. For cat_id
	// it is the ID of one of the contact's categories, or "" for none at all.
	Value string
	// Not turns the condition round.
	Not bool
}
