package bugzilla_test

import (
	"slices"
	"strings"
	"testing"

	"countersign/methods/bugzilla"
)

// TestSelection: the order of the rules of bugzilla contract §8. All members are in the
// default group.
func TestSelection(t *testing.T) {
	for _, c := range []struct{ include, exclude, want string }{
		{"", "", "id name parts"},
		{"id", "", "id"},
		{"id nosuch", "", "id"},
		{"nosuch", "", ""},
		{"ID", "", ""}, // case counts
		{"", "id", "name parts"},
		{"", "nosuch ID", "id name parts"},
		{"id name", "id", "name"}, // excluded by name comes first
		{"id", "_all", "id"},      // then included by name
		{"", "_all", ""},
		{"_all", "", "id name parts"},
		{"_all", "_all", ""}, // then all excluded
		{"_all", "name", "id parts"},
		{"_all", "_default", "id name parts"}, // all included before the default group
		{"_default", "", "id name parts"},
		{"_default", "_default", ""},
		{"_extra", "", ""},
		{"_extra id", "", "id"},
		{"_default _extra", "_extra", "id name parts"},
		{"_custom", "", ""},
		{"", "_default", ""},
		{"id", "_default", "id"},
		{"", "_custom", "id name parts"},
		{"parts.a", "", "parts"}, // for the sake of what is below
		{"parts.a", "parts", ""},
		{"part.a", "", ""},
		{"parts.a id", "_all", "id"},
	} {
		s := bugzilla.Selection{Include: strings.Fields(c.include), Exclude: strings.Fields(c.exclude)}
		got := slices.DeleteFunc([]string{"id", "name", "parts"}, func(name string) bool { return !s.Wants(name) })
		if strings.Join(got, " ") != c.want {
			t.Errorf("include %q, exclude %q: %q, want %q", c.include, c.exclude, got, c.want)
		}
	}
}

// TestEmptyListMeansDefaults: unlike what the original's manual says.
func TestEmptyListMeansDefaults(t *testing.T) {
	s := bugzilla.Selection{Include: []string{}, Exclude: []string{}}
	if !s.Wants("id") {
		t.Error("an empty list is not as none")
	}
}
