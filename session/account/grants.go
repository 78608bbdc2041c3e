package account

import (
	"strings"
)

// Grants is a set of granted permissions, made for fast questions. A grant is a
// dotted name, "*" for everything, or a name whose last component is "*" for
// everything below it (webyast contract §7).
type Grants struct {
	all    bool
	exact  map[string]struct{}
	prefix []string // "org.opensuse.", with the dot
}

// NewGrants prepares a set from the names in an Account.
func NewGrants(names []string) *Grants {
	g := &Grants{exact: make(map[string]struct{}, len(names))}
	for _, n := range names {
		switch {
		case n == "*":
			g.all = true
		case strings.HasSuffix(n, ".*"):
			g.prefix = append(g.prefix, strings.TrimSuffix(n, "*"))
		default:
			g.exact[n] = struct{}{}
		}
	}
	return g
}

// Allows tells whether permission is in the set. No set holds the empty permission.
func (g *Grants) Allows(permission string) bool {
	if g == nil || permission == "" {
		return false
	}
	if g.all {
		return true
	}
	if _, ok := g.exact[permission]; ok {
		return true
	}
	for _, p := range g.prefix {
		if strings.HasPrefix(permission, p) && len(permission) > len(p) {
			return true
		}
	}
	return false
}
