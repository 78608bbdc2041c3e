package bugzilla

import (
	"slices"
	"strings"

	"countersign/methods"
)

// Group is a group of members of an answer that callers can ask for by one word. Members
// are in GroupDefault unless something else is said.
type Group string

// The groups; in include_fields and exclude_fields they have a "_" in front. "_all" is all
// of them.
const (
	GroupDefault Group = "default"
	GroupExtra   Group = "extra"
	GroupCustom  Group = "custom"
)

// Selection are the two arguments by which callers choose the members of an answer
// (bugzilla contract §8). Embed it in a struct of arguments.
type Selection struct {
	Include []string `rpc:"include_fields,optional,loose" help:"members to give; _all, _default, _extra and _custom are groups; parent.member is one level down"`
	Exclude []string `rpc:"exclude_fields,optional,loose" help:"members to leave out, in the same words"`
}

// Wants tells whether to give a member that is in these groups. The first rule that fits
// decides: excluded by name, included by name, all excluded, all included, then its
// groups in turn, excluded before included. What is left is given only for the sake of
// something below it that is included. No include_fields, or an empty list of them, mean
// the default group. Words that name nothing are passed over.
func (s *Selection) Wants(name string, groups ...Group) bool {
	if decided, wanted := s.decide(name, groups); decided {
		return wanted
	}
	return slices.ContainsFunc(s.Include, func(word string) bool { return strings.HasPrefix(word, name+".") })
}

// WantsIn is Wants for a member one level down, whose parent is wanted or not by itself:
// to include the parent includes it.
func (s *Selection) WantsIn(parent, name string, groups ...Group) bool {
	if decided, wanted := s.decide(parent+"."+name, groups); decided {
		return wanted
	}
	return slices.Contains(s.Include, parent)
}

// decide goes through the rules that hold on every level.
func (s *Selection) decide(name string, groups []Group) (decided, wanted bool) {
	if len(groups) == 0 {
		groups = []Group{GroupDefault}
	}
	switch {
	case slices.Contains(s.Exclude, name):
		return true, false
	case slices.Contains(s.Include, name):
		return true, true
	case slices.Contains(s.Exclude, "_all"):
		return true, false
	case slices.Contains(s.Include, "_all"):
		return true, true
	}
	for _, g := range groups {
		word := "_" + string(g)
		switch {
		case slices.Contains(s.Exclude, word):
			return true, false
		case slices.Contains(s.Include, word), g == GroupDefault && len(s.Include) == 0:
			return true, true
		}
	}
	return false, false
}

// Filter leaves the members of a struct that Wants wants; of says in which groups a
// member is, nil for all in the default one. With a parent the members are one level
// down.
func (s *Selection) Filter(v methods.Value, parent string, of func(name string) []Group) methods.Value {
	var kept []methods.Member
	for _, m := range v.Members() {
		var groups []Group
		if of != nil {
			groups = of(m.Name)
		}
		wanted := parent == "" && s.Wants(m.Name, groups...) || parent != "" && s.WantsIn(parent, m.Name, groups...)
		if wanted {
			kept = append(kept, m)
		}
	}
	return methods.Struct(kept...)
}

// chosen is a member of an answer if the selection wants it, and nil if not.
func chosen[T any](s *Selection, name string, v T) *T {
	if !s.Wants(name) {
		return nil
	}
	return &v
}
