package methods

import (
	"fmt"
	"strconv"
)

// Limits of a method name (requirements: five components, 128 bytes).
const (
	maxNameBytes      = 128
	maxNameComponents = 5
)

// reservedPrefixes belong to modules marked System: "system" by the XML-RPC
// introspection convention, "rpc" by JSON-RPC 2.0 §8.
var reservedPrefixes = map[string]bool{"system": true, "rpc": true}

// validName tells whether s is one to five components of letter, then letters,
// digits and underscores, joined by dots.
func validName(s string) bool {
	if s == "" || len(s) > maxNameBytes {
		return false
	}
	components, start := 1, true
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
			start = false
		case !start && (c >= '0' && c <= '9' || c == '_'):
		case !start && c == '.':
			start = true
			components++
		default:
			return false
		}
	}
	return !start && components <= maxNameComponents
}

// ValidPermission tells whether s can be granted: a dotted name of any depth up to
// the limit, "*" alone, or a dotted name whose last component is "*".
func ValidPermission(s string) bool {
	if s == "*" {
		return true
	}
	if n := len(s); n > 2 && s[n-2:] == ".*" {
		s = s[:n-2]
	}
	return validPermissionName(s)
}

// validPermissionName is validName with more room: resource rights such as
// org.opensuse.yast.system.time.read have six components, and may hold hyphens.
func validPermissionName(s string) bool {
	if s == "" || len(s) > 2*maxNameBytes {
		return false
	}
	start := true
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
			start = false
		case !start && (c >= '0' && c <= '9' || c == '_' || c == '-'):
		case !start && c == '.':
			start = true
		default:
			return false
		}
	}
	return !start
}

func quote(s string) string { return strconv.Quote(s) }

func nameError(what, name string) error {
	return fmt.Errorf("%s %q is not a dotted name of at most %d components and %d bytes",
		what, name, maxNameComponents, maxNameBytes)
}
