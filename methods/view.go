package methods

import (
	"slices"
	"strings"
)

// View is the set of methods that one kind of endpoint shows: the common modules and
// those of the endpoint's families.
type View struct {
	byName  map[string]*Entry
	joined  map[string]string // full names by those with underscores; "" for several
	sorted  []*Entry
	modules []*Module
}

// View selects the methods for the given families. A family named earlier hides the
// same name in a later one, and any family hides the common modules.
func (r *Registry) View(families ...string) *View {
	v := &View{byName: map[string]*Entry{}}
	for _, family := range append(slices.Clone(families), "") {
		for _, e := range r.entries {
			if !slices.Contains(familiesOf(e.Module), family) {
				continue
			}
			if _, hidden := v.byName[e.FullName]; hidden {
				continue
			}
			v.byName[e.FullName] = e
			v.sorted = append(v.sorted, e)
			if !slices.Contains(v.modules, e.Module) {
				v.modules = append(v.modules, e.Module)
			}
		}
	}
	slices.SortFunc(v.sorted, func(a, b *Entry) int { return strings.Compare(a.FullName, b.FullName) })
	v.joined = make(map[string]string, len(v.sorted))
	for _, e := range v.sorted {
		short := strings.ReplaceAll(e.FullName, ".", "_")
		if _, taken := v.joined[short]; taken {
			v.joined[short] = ""
			continue
		}
		v.joined[short] = e.FullName
	}
	return v
}

// Lookup finds a method by its full name; exact case, no aliases.
func (v *View) Lookup(name string) (*Entry, bool) {
	e, ok := v.byName[name]
	return e, ok
}

// Resolve gives the full name of the method that is called so, or that is meant by the
// name with underscores for its dots if that can be no other.
func (v *View) Resolve(name string) (full string, ok bool) {
	if _, ok := v.byName[name]; ok {
		return name, true
	}
	full = v.joined[name]
	return full, full != ""
}

// Entries are the view's methods, sorted by full name.
func (v *View) Entries() []*Entry { return v.sorted }

// Module finds a module by its name.
func (v *View) Module(name string) (*Module, bool) {
	for _, m := range v.modules {
		if m.Name == name {
			return m, true
		}
	}
	return nil, false
}

// Entries are all methods of the registry in the order of their modules.
func (r *Registry) Entries() []*Entry { return r.entries }
