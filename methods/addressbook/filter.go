package addressbook

import (
	"fmt"
	"strings"
)

const maxFilters = 20

// parseFilter reads a list of conditions: field=value or field=!value, joined by
// commas. A value may stand in single quotes, and then hold commas; an empty one means
// a field that is empty (phpgroupware contract §5.1).
func parseFilter(s string) ([]Filter, error) {
	const name = "filter"
	var out []Filter
	if len(s) > maxText {
		return nil, refuse(name, "is too long")
	}
	if err := checkText(s); err != nil {
		return nil, refuse(name, err.Error())
	}
	// "none" is what clients of the first versions say for no filter.
	if s = strings.TrimSpace(s); s == "none" {
		return nil, nil
	}
	for s != "" {
		field, rest, ok := strings.Cut(s, "=")
		if !ok {
			return nil, refuse(name, fmt.Sprintf("%q is no condition", s))
		}
		f := Filter{Field: canonical(strings.TrimSpace(field))}
		rest, f.Not = strings.CutPrefix(rest, "!")
		if quoted, ok := strings.CutPrefix(rest, "'"); ok {
			f.Value, rest, ok = strings.Cut(quoted, "'")
			if !ok {
				return nil, refuse(name, "a quotation mark is missing")
			}
			if rest, ok = strings.CutPrefix(rest, ","); !ok && rest != "" {
				return nil, refuse(name, "a comma is missing behind a quotation mark")
			}
		} else {
			f.Value, rest, _ = strings.Cut(rest, ",")
		}
		if err := f.check(); err != nil {
			return nil, err
		}
		if out = append(out, f); len(out) > maxFilters {
			return nil, refuse(name, fmt.Sprintf("has more than %d conditions", maxFilters))
		}
		s = strings.TrimSpace(rest)
	}
	return out, nil
}

// check looks at the field and brings the value into the form of keys.
func (f *Filter) check() error {
	switch f.Field {
	case "id", "owner", "tid", "cat_id":
	case "access":
		if f.Value != string(Private) && f.Value != string(Public) {
			return refuse("filter", "access is private or public")
		}
	case "private":
		f.Field, f.Not = "access", f.Not != (f.Value == "" || f.Value == "0")
		f.Value = string(Private)
	default:
		if !searchable(f.Field) {
			return refuse("filter", fmt.Sprintf("%q is no field to filter by", f.Field))
		}
	}
	f.Value = KeyText(f.Value)
	return nil
}
