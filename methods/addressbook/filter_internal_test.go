package addressbook

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzParseFilter: whatever comes, a filter that passes has only fields that a store
// may look at, and values in the form of keys.
func FuzzParseFilter(f *testing.F) {
	for _, s := range []string{"", "none", "a=b", "n_family=smith,tid=!''", "org_name='a, b',private=1", "#x=y", "='", "fn=!"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		filters, err := parseFilter(s)
		if err != nil {
			return
		}
		if len(filters) > maxFilters {
			t.Fatalf("%d filters", len(filters))
		}
		for _, x := range filters {
			switch x.Field {
			case "id", "owner", "tid", "access", "cat_id":
			default:
				if !searchable(x.Field) {
					t.Fatalf("field %q", x.Field)
				}
			}
			if KeyText(x.Value) != x.Value || checkText(x.Value) != nil {
				t.Fatalf("value %q", x.Value)
			}
		}
	})
}

func TestKeyText(t *testing.T) {
	long := strings.Repeat("Ä", 200)
	key := KeyText(long)
	if len(key) != 254 || !utf8.ValidString(key) || !strings.HasPrefix(strings.ToLower(long), key) {
		t.Errorf("%d bytes: %q", len(key), key)
	}
}

// TestTables: names that views and tables use are names that entries have.
func TestTables(t *testing.T) {
	names := map[string]bool{}
	for _, f := range fields {
		if names[f.name] {
			t.Errorf("field %s is in the table twice", f.name)
		}
		names[f.name] = true
		if specials[f.name] != nil {
			t.Errorf("field %s is a special member as well", f.name)
		}
		if olderNames[f.name] != "" {
			t.Errorf("field %s is an older name", f.name)
		}
	}
	for old, newer := range olderNames {
		if !names[newer] && specials[newer] == nil {
			t.Errorf("the older name %s stands for %s, which is no field", old, newer)
		}
	}
	for _, row := range viewTable {
		for _, name := range append(row.view.always, row.view.usual...) {
			if field := canonical(name); !names[field] && specials[field] == nil && row.view.constants[name] == "" {
				t.Errorf("view %q %q has the member %s, which is no field", row.dialect, row.agent, name)
			}
		}
	}
}
