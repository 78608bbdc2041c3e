package methods

// Access says who may call a method. There is no default: a method whose Access is
// the zero value is refused when the registry is built.
type Access struct {
	class      accessClass
	permission string
}

type accessClass uint8

const (
	accessUndeclared accessClass = iota
	accessPublic
	accessSession
	accessPermission
)

// Public lets everybody call, logged in or not.
func Public() Access { return Access{class: accessPublic} }

// AnySession lets every logged-in caller call.
func AnySession() Access { return Access{class: accessSession} }

// Permission lets callers call that hold the permission, a dotted name such as
// "addressbook".
func Permission(name string) Access { return Access{class: accessPermission, permission: name} }

// IsPublic tells whether anonymous callers are let in.
func (a Access) IsPublic() bool { return a.class == accessPublic }

// Permission returns the name of the right that is needed, or "".
func (a Access) Permission() string { return a.permission }

// String names the class for listings: "public", "session" or "permission NAME".
func (a Access) String() string {
	switch a.class {
	case accessPublic:
		return "public"
	case accessSession:
		return "session"
	case accessPermission:
		return "permission " + a.permission
	default:
		return "undeclared"
	}
}

func (a Access) check() string {
	switch {
	case a.class == accessUndeclared:
		return "no access class"
	case a.class == accessPermission && !validPermissionName(a.permission):
		return "permission name " + quote(a.permission) + " is not a dotted name"
	default:
		return ""
	}
}

// Permit tells whether c may call; nil means yes. An anonymous caller is told to log
// in before anything else, so that nothing leaks about rights.
func (a Access) Permit(c *Caller) *Error {
	switch {
	case a.class == accessPublic:
		return nil
	case c == nil:
		return errLoginRequired
	case a.class == accessSession, a.class == accessPermission && c.Allows(a.permission):
		return nil
	default:
		return Errorf(KindPermissionDenied, "permission %s is missing", a.permission)
	}
}

// errLoginRequired is shared: a refusal of an anonymous call must cost nothing.
var errLoginRequired = &Error{Kind: KindLoginRequired, Public: "log in first"}

// ErrLoginRequired is the refusal of an anonymous or no longer authenticated call.
func ErrLoginRequired() *Error { return errLoginRequired }
