package methods

import (
	"context"
	"strings"
	"testing"
)

// module makes a module of methods that answer with the module's mark.
func marked(name, mark string, families []string, methods ...string) Module {
	m := Module{Name: name, Help: mark, Run: Public(), Families: families}
	for _, x := range methods {
		m.Methods = append(m.Methods, New(x, "Tells where it is.", Public(),
			func(context.Context, *Call, noIn) (string, error) { return mark, nil }))
	}
	return m
}

func TestViews(t *testing.T) {
	r, err := NewRegistry(
		marked("a", "common a", nil, "one", "two"),
		marked("a", "egw a", []string{"egw"}, "two", "three"),
		marked("a", "old a", []string{"old", "older"}, "two"),
		marked("", "bare", []string{"roundup"}, "schema"),
	)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		families string
		want     string // names and marks, in the order of Entries
	}{
		{"", "a.list_methods=? a.one=common a a.two=common a"},
		{"egw", "a.list_methods=? a.one=common a a.three=egw a a.two=egw a"},
		{"older", "a.list_methods=? a.one=common a a.two=old a"},
		{"old egw", "a.list_methods=? a.one=common a a.three=egw a a.two=old a"},
		{"egw old", "a.list_methods=? a.one=common a a.three=egw a a.two=egw a"},
		{"roundup", "a.list_methods=? a.one=common a a.two=common a list_methods=? schema=bare"},
		{"unknown", "a.list_methods=? a.one=common a a.two=common a"},
	} {
		t.Run(row.families, func(t *testing.T) {
			v := r.View(strings.Fields(row.families)...)
			var got []string
			for _, e := range v.Entries() {
				mark := "?"
				if e.Name != ListMethods {
					result, err := e.Run(context.Background(), &Call{Entry: e})
					if err != nil {
						t.Fatal(err)
					}
					mark = result.Text()
				}
				got = append(got, e.FullName+"="+mark)
				if found, ok := v.Lookup(e.FullName); !ok || found != e {
					t.Errorf("%s is not found", e.FullName)
				}
			}
			if s := strings.Join(got, " "); s != row.want {
				t.Errorf("\n got %s\nwant %s", s, row.want)
			}
		})
	}
	v := r.View("egw")
	for _, name := range []string{"A.one", "a.One", "a", "one", "schema", "", "a.one.", "a.schema"} {
		if _, ok := v.Lookup(name); ok {
			t.Errorf("%q is found", name)
		}
	}
	if m, ok := v.Module("a"); !ok || m.Help != "egw a" {
		t.Error("the family's module is not the first")
	}
	if _, ok := v.Module(""); ok {
		t.Error("another family's module is seen")
	}
}

// TestResolve: underscores stand for dots where they can stand for one method only, and
// a method's own name comes first.
func TestResolve(t *testing.T) {
	r, err := NewRegistry(
		marked("a", "a", nil, "one", "two_three", "b_c"),
		marked("a.two", "a.two", nil, "three", "four"),
		marked("a.b", "a.b", nil, "c"),
		marked("", "bare", []string{"x"}, "a_one"),
	)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ family, name, want string }{
		{"", "a.one", "a.one"},
		{"", "a_one", "a.one"},
		{"", "a_two_four", "a.two.four"},
		{"", "a.two_three", "a.two_three"},
		{"", "a_two_three", ""}, // a.two_three or a.two.three
		{"", "a_b_c", ""},       // a.b_c or a.b.c
		{"", "a_two.four", ""},
		{"", "A_one", ""},
		{"", "a_none", ""},
		{"", "", ""},
		{"x", "a_one", "a_one"},
		{"x", "a.one", "a.one"},
	} {
		got, ok := r.View(c.family).Resolve(c.name)
		if got != c.want || ok != (c.want != "") {
			t.Errorf("%q for family %q: %q, %v; want %q", c.name, c.family, got, ok, c.want)
		}
	}
}
