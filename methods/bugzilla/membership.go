package bugzilla

import (
	"slices"
	"strconv"
	"strings"

	"countersign/methods"
	"countersign/session/account"
)

// groupsIn says how groups are to change. Each is a list of ids and names; with set the
// other two do not count.
type groupsIn struct {
	Add    []methods.Value `rpc:"add,optional"`
	Remove []methods.Value `rpc:"remove,optional"`
	Set    []methods.Value `rpc:"set,optional"`
}

// editGroups puts a user into groups and takes the user out, and the same for the right
// to do so with others.
func (m *module) editGroups(c *methods.Call, e *account.Edit, in *updateIn, all groups, a *account.Account) error {
	if in.Groups != nil {
		add, drop, err := m.membership(c, "groups", in.Groups, all, a.Roles)
		if err != nil {
			return err
		}
		e.AddRoles, e.DropRoles = add, drop
	}
	if in.Bless != nil {
		add, drop, err := m.membership(c, "bless_groups", in.Bless, all, blessed(all, a))
		if err != nil {
			return err
		}
		for _, group := range add {
			if !methods.ValidPermission(BlessPrefix + group) {
				return invalid(c, "bless_groups", "the right over the group "+quoted(group)+" has no name that can be granted")
			}
			e.Grants = append(e.Grants, BlessPrefix+group)
		}
		for _, group := range drop {
			e.Revokes = append(e.Revokes, BlessPrefix+group)
		}
	}
	return nil
}

// blessed are the names of the groups over which a user was given the right directly.
func blessed(all groups, a *account.Account) []string {
	var out []string
	for _, r := range all {
		if slices.Contains(a.Held, account.Held{Permission: BlessPrefix + r.Name}) {
			out = append(out, r.Name)
		}
	}
	return out
}

// membership gives what must be added to and dropped from what a user has now. What the
// caller may not give stays as it is: to name it is an error, to leave it out of a set
// changes nothing.
func (m *module) membership(c *methods.Call, argument string, in *groupsIn, all groups, now []string) (add, drop []string, err error) {
	named := func(values []methods.Value) ([]string, error) {
		names := make([]string, len(values))
		for i, v := range values {
			if names[i], err = m.giveable(c, argument, v, all); err != nil {
				return nil, err
			}
		}
		return names, nil
	}
	set, err := named(in.Set)
	if err != nil {
		return nil, nil, err
	}
	added, err := named(in.Add)
	if err != nil {
		return nil, nil, err
	}
	removed, err := named(in.Remove)
	if err != nil {
		return nil, nil, err
	}
	if in.Set == nil {
		set = slices.DeleteFunc(slices.Clone(now), func(name string) bool { return slices.Contains(removed, name) })
		set = append(set, added...)
	} else {
		for _, name := range now {
			if r, ok := all.named(name); ok && !mayGive(c.Caller, &r) {
				set = append(set, name)
			}
		}
	}
	return without(set, now), without(now, set), nil
}

// without gives those of a that are not in b, sorted, each once.
func without(a, b []string) []string {
	left := slices.DeleteFunc(slices.Clone(a), func(s string) bool { return slices.Contains(b, s) })
	slices.Sort(left)
	return slices.Compact(left)
}

// giveable is the name of a group that the caller may give. Others are not told from
// those that do not exist.
func (m *module) giveable(c *methods.Call, argument string, v methods.Value, all groups) (string, error) {
	text := v.Text()
	switch v.Type() {
	case methods.TypeString:
	case methods.TypeInt, methods.TypeLong:
		text = strconv.FormatInt(v.Int(), 10)
	default:
		return "", fault(methods.KindInvalidParams, codeNotScalars, "The %s of %s are ids and names.", argument, c.Entry.FullName)
	}
	r, ok := all.either(text)
	if !ok || !mayGive(c.Caller, &r) {
		return "", refused(c, strings.TrimSuffix(BlessPrefix+r.Name, "."), denied("add or remove people from the group %s.", quoted(text)))
	}
	return r.Name, nil
}
