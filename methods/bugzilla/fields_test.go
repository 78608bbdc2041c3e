package bugzilla_test

import (
	"strings"
	"testing"

	"countersign/methods"
	"countersign/methods/bugzilla"
)

// TestSelection: the order of the rules of bugzilla contract §8.
func TestSelection(t *testing.T) {
	groupsOf := func(name string) []bugzilla.Group {
		switch {
		case strings.HasPrefix(name, "cf_"):
			return []bugzilla.Group{bugzilla.GroupDefault, bugzilla.GroupCustom}
		case name == "extra":
			return []bugzilla.Group{bugzilla.GroupExtra}
		}
		return nil
	}
	v := arguments("id", 1, "name", "n", "parts", 2, "cf_x", 3, "extra", 4)
	for _, c := range []struct{ include, exclude, want string }{
		{"", "", "id name parts cf_x"},
		{"id", "", "id"},
		{"id nosuch", "", "id"},
		{"nosuch", "", ""},
		{"ID", "", ""}, // case counts
		{"", "id", "name parts cf_x"},
		{"", "nosuch ID", "id name parts cf_x"},
		{"id name", "id", "name"}, // excluded by name comes first
		{"id", "_all", "id"},      // then included by name
		{"", "_all", ""},
		{"_all", "", "id name parts cf_x extra"},
		{"_all", "_all", ""}, // then all excluded
		{"_all", "name", "id parts cf_x extra"},
		{"_all", "_default", "id name parts cf_x extra"}, // all included before groups
		{"_default", "", "id name parts cf_x"},
		{"_extra", "", "extra"},
		{"_extra id", "", "id extra"},
		{"_default _extra", "", "id name parts cf_x extra"},
		{"_default _extra", "_extra", "id name parts cf_x"},
		{"_custom", "", "cf_x"},
		{"", "_default", ""},
		{"_extra", "_default", "extra"},
		{"", "_custom", "id name parts cf_x"}, // the first of its groups decides
		{"_custom", "_default", ""},           // cf_x is in both
		{"_custom", "_custom", ""},
		{"parts.a", "", "parts"}, // for the sake of what is below
		{"parts.a", "parts", ""},
		{"part.a", "", ""},
		{"parts.a id", "_all", "id"},
	} {
		s := bugzilla.Selection{Include: strings.Fields(c.include), Exclude: strings.Fields(c.exclude)}
		if got := members(s.Filter(v, "", groupsOf)); got != c.want {
			t.Errorf("include %q, exclude %q: %q, want %q", c.include, c.exclude, got, c.want)
		}
	}
}

// TestSelectionBelow: members one level down.
func TestSelectionBelow(t *testing.T) {
	v := arguments("a", 1, "b", 2, "parts", 3)
	for _, c := range []struct{ include, exclude, want string }{
		{"", "", "a b parts"},
		{"parts", "", "a b parts"},
		{"parts.a", "", "a"},
		{"parts.a parts", "", "a b parts"},
		{"parts", "parts.a", "b parts"},
		{"parts.a parts.b", "parts.a", "b"},
		{"id", "", ""},
		{"a", "", ""},
		{"", "parts.b", "a parts"},
		{"_all", "parts.b", "a parts"},
		{"parts.a", "_all", "a"},
		{"_extra", "", ""},
		{"_default", "", "a b parts"},
	} {
		s := bugzilla.Selection{Include: strings.Fields(c.include), Exclude: strings.Fields(c.exclude)}
		if got := members(s.Filter(v, "parts", nil)); got != c.want {
			t.Errorf("include %q, exclude %q: %q, want %q", c.include, c.exclude, got, c.want)
		}
	}
}

// TestEmptyListMeansDefaults: unlike what the original's manual says.
func TestEmptyListMeansDefaults(t *testing.T) {
	s := bugzilla.Selection{Include: []string{}, Exclude: []string{}}
	if !s.Wants("id") || !s.WantsIn("parts", "a") || s.Wants("x", bugzilla.GroupExtra) {
		t.Error("an empty list is not as none")
	}
}

func members(v methods.Value) string {
	var names []string
	for _, m := range v.Members() {
		names = append(names, m.Name)
	}
	return strings.Join(names, " ")
}
