package addressbook

import (
	"countersign/methods"
)

// Permissions of the module.
const (
	// Permission lets an account use the address book at all: the run right.
	Permission = "addressbook"
	// PermissionAll lets it read and change everybody's entries.
	PermissionAll = "addressbook.all"
)

// Bits of an entry's rights member (phpgroupware contract §5.2).
const (
	rightRead    = 1
	rightAdd     = 2
	rightEdit    = 4
	rightDelete  = 8
	rightPrivate = 16

	rightsOwner = rightRead | rightAdd | rightEdit | rightDelete | rightPrivate
)

// viewer is the caller as far as entries are concerned.
type viewer struct {
	number int64
	all    bool
}

func viewerOf(c *methods.Call) (viewer, error) {
	if c.Caller == nil {
		return viewer{}, methods.ErrLoginRequired()
	}
	return viewer{number: c.Caller.Number, all: c.Caller.Allows(PermissionAll)}, nil
}

// rights gives the bits the viewer holds on an entry; 0 means that it does not exist
// for the viewer.
func (v viewer) rights(c *Contact) int {
	switch {
	case v.all || c.Owner == v.number:
		return rightsOwner
	case c.Access == Public:
		return rightRead
	default:
		return 0
	}
}

// require tells whether the viewer holds the right on an entry; nil means yes.
func (v viewer) require(c *Contact, right int) error {
	switch held := v.rights(c); {
	case held == 0:
		return errNoEntry(c.ID)
	case held&right == 0:
		return methods.Errorf(methods.KindPermissionDenied, "entry %s belongs to somebody else", c.ID)
	default:
		return nil
	}
}

// errNoEntry is the answer for an entry that is missing, and for one that the caller
// may not see.
func errNoEntry(id string) error {
	return methods.Errorf(methods.KindNotFound, "entry %s does not exist", id)
}
