package account

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Scope narrows rights: of everything an account may do, only what the scope covers
// is left to the API key or session that has it. It never gives anything. Its names
// are those of grants: dotted, "*" for everything, or with "*" as last component for
// everything below. The zero Scope covers everything. It is immutable.
type Scope struct {
	names []string // sorted, each once; none for everything
	set   *Grants  // nil for everything
}

// Bounds of a scope, so that what a client chose stays cheap to keep and to ask.
const (
	maxScopeNames     = 100
	maxPermissionSize = 256
)

// ErrScope: the scope is malformed, or would cover nothing.
var ErrScope = errors.New("account: unusable scope")

// NewScope makes a scope; no names at all cover everything. The order of names does
// not matter. Errors: ErrScope, for more than 100 names or one that cannot be granted.
func NewScope(names []string) (Scope, error) {
	if len(names) == 0 {
		return Scope{}, nil
	}
	if len(names) > maxScopeNames {
		return Scope{}, fmt.Errorf("%w: %d names, at most %d", ErrScope, len(names), maxScopeNames)
	}
	for _, n := range names {
		if !validPermission(n) {
			return Scope{}, fmt.Errorf("%w: %q is not a dotted name of letters, digits, _ and -, with * as last component at most", ErrScope, n)
		}
	}
	names = slices.Compact(slices.Sorted(slices.Values(names)))
	return Scope{names: names, set: NewGrants(names)}, nil
}

// Names are the names it was made of, sorted, each once; none cover everything.
func (s Scope) Names() []string { return slices.Clone(s.names) }

// Everything tells whether it was made of no names and therefore covers everything.
func (s Scope) Everything() bool { return s.set == nil }

// Covers tells whether a permission, if it is held, may be used. No scope covers the
// empty permission.
func (s Scope) Covers(permission string) bool {
	if s.set == nil {
		return permission != ""
	}
	return s.set.Allows(permission)
}

// Rights are what may be done with an account's grants within a scope. Nil allows
// nothing.
type Rights struct {
	grants *Grants
	scope  Scope
}

// Limit gives the rights that are left of grants within a scope.
func Limit(grants *Grants, scope Scope) *Rights { return &Rights{grants: grants, scope: scope} }

// Allows tells whether the account holds the permission and the scope covers it.
func (r *Rights) Allows(permission string) bool {
	return r != nil && r.scope.Covers(permission) && r.grants.Allows(permission)
}

// Of tells whether the rights were made of this very set of grants.
func (r *Rights) Of(grants *Grants) bool { return r != nil && r.grants == grants }

// validPermission tells whether s can be granted: "*", or components that begin with
// a letter and go on with letters, digits, "_" and "-", the last of which may be "*".
func validPermission(s string) bool {
	if s == "*" {
		return true
	}
	s = strings.TrimSuffix(s, ".*")
	if len(s) > maxPermissionSize {
		return false
	}
	for component := range strings.SplitSeq(s, ".") {
		if !validComponent(component) {
			return false
		}
	}
	return true
}

func validComponent(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
		case i > 0 && (c >= '0' && c <= '9' || c == '_' || c == '-'):
		default:
			return false
		}
	}
	return s != ""
}
