package bugzilla

import (
	"slices"
	"strings"
)

// Selection are the two arguments by which callers choose the members of an answer
// (bugzilla contract §8). Embed it in a struct of arguments.
type Selection struct {
	Include []string `rpc:"include_fields,optional,loose" help:"members to give; _all, _default, _extra and _custom are groups; parent.member is one level down"`
	Exclude []string `rpc:"exclude_fields,optional,loose" help:"members to leave out, in the same words"`
}

// Wants tells whether to give a member. The first rule that fits decides: excluded by
// name, included by name, all excluded, all included, then the default group, in which all
// members are, excluded before included. What is left is given only for the sake of
// something below it that is included. No include_fields, or an empty list of them, mean
// the default group. Words that name nothing are passed over.
func (s *Selection) Wants(name string) bool {
	switch {
	case slices.Contains(s.Exclude, name):
		return false
	case slices.Contains(s.Include, name):
		return true
	case slices.Contains(s.Exclude, "_all"):
		return false
	case slices.Contains(s.Include, "_all"):
		return true
	case slices.Contains(s.Exclude, "_default"):
		return false
	case slices.Contains(s.Include, "_default"), len(s.Include) == 0:
		return true
	}
	return slices.ContainsFunc(s.Include, func(word string) bool { return strings.HasPrefix(word, name+".") })
}

// chosen is a member of an answer if the selection wants it, and nil if not.
func chosen[T any](s *Selection, name string, v T) *T {
	if !s.Wants(name) {
		return nil
	}
	return &v
}
