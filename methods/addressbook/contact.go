package addressbook

import (
	"errors"
	"strings"
	"time"
	"unicode/utf8"
)

// Access says who but the owner may read an entry.
type Access string

// The two kinds of access.
const (
	Private Access = "private"
	Public  Access = "public"
)

// Contact is one entry of the address book.
type Contact struct {
	// ID is a decimal number in text: 1, 2, 3 … in order of creation, never reused.
	ID string
	// Owner is the account number of whom the entry belongs to.
	Owner int64
	// Access is Private or Public.
	Access Access
	// TID is the type of the entry; "n" for a person.
	TID string
	// Categories are the entry's categories, all of its owner's.
	Categories []Category
	// Fields are the texts under the names of the field table; empty ones are absent.
	// A date is YYYY-MM-DD.
	Fields map[string]string
	// Custom are the custom fields under their names without "#"; empty ones are absent.
	Custom map[string]string
	// Photo is a JPEG picture. Search leaves it out unless it was asked for.
	Photo []byte
	// Created and Modified are UTC, to the microsecond.
	Created, Modified time.Time
	// Creator and Modifier are account numbers.
	Creator, Modifier int64
	// Revision counts the changes, from 1.
	Revision int64
}

// Category is a name under which an owner groups entries.
type Category struct {
	// ID is a decimal number in text, in order of creation, never reused.
	ID string
	// Owner is an account number. Different owners may have categories of one name.
	Owner int64
	// Name is unique for the owner, whatever the letters' case.
	Name string
}

// CustomField is a field that an installation has added.
type CustomField struct {
	// Name is the field's name without "#".
	Name string
	// Label is what people read.
	Label string
}

// CheckCustomField tells whether the definition can be stored: a name of letters,
// digits, blanks, hyphens and underscores, and a label.
func CheckCustomField(f CustomField) error {
	const room = 64
	for _, r := range f.Name {
		if r != ' ' && r != '_' && r != '-' && !isLetterOrDigit(r) {
			return errors.New("the name of a custom field has letters, digits, blanks, hyphens and underscores")
		}
	}
	switch {
	case f.Name == "" || len(f.Name) > room || strings.TrimSpace(f.Name) != f.Name:
		return errors.New("the name of a custom field has 1 to 64 bytes, and no blanks at the ends")
	case f.Label == "" || len(f.Label) > maxName:
		return errors.New("the label of a custom field has 1 to 150 bytes")
	}
	return checkText(f.Label)
}

// Field gives the text of a field, or "". Without a formatted name, or a name to file
// under, it makes one of the parts of the name.
func (c *Contact) Field(name string) string {
	if text, ok := c.Fields[name]; ok {
		return text
	}
	return c.derived(name)
}

// derived makes a formatted name, or a name to file under; other fields are "".
func (c *Contact) derived(name string) string {
	switch name {
	case "n_fn":
		return joinFilled(" ", c.Fields["n_prefix"], c.Fields["n_given"], c.Fields["n_middle"],
			c.Fields["n_family"], c.Fields["n_suffix"])
	case "n_fileas":
		if filed := joinFilled(", ", c.Fields["n_family"], c.Fields["n_given"]); filed != "" {
			return filed
		}
		return c.Fields["org_name"]
	}
	return ""
}

func joinFilled(separator string, parts ...string) string {
	filled := parts[:0]
	for _, p := range parts {
		if p != "" {
			filled = append(filled, p)
		}
	}
	return strings.Join(filled, separator)
}

// fieldSeparator stands between the fields of a search text. Fields cannot hold it.
const fieldSeparator = "\x1f"

// SearchText is what Query.Text is looked for in: the main fields, in lower case.
func (c *Contact) SearchText() string {
	var b strings.Builder
	for _, f := range fields {
		if text := c.Fields[f.name]; text != "" && f.main {
			b.WriteString(strings.ToLower(text))
			b.WriteString(fieldSeparator)
		}
	}
	return b.String()
}

// Key is a field in the form in which entries are compared and sorted.
type Key struct {
	// Field is the name in the field table; custom fields have "#" before it.
	Field string
	// Text is never empty: lower case, cut to 255 bytes.
	Text string
}

// Keys gives the keys of all fields that are not empty, those that are made of other
// fields included.
func (c *Contact) Keys() []Key {
	var keys []Key
	for _, f := range fields {
		if text := c.Field(f.name); text != "" {
			keys = append(keys, Key{f.name, KeyText(text)})
		}
	}
	for name, text := range c.Custom {
		keys = append(keys, Key{customPrefix + name, KeyText(text)})
	}
	return keys
}

// KeyText is the form of a text that Key.Text has.
func KeyText(s string) string {
	const room = 255
	s = strings.ToLower(s)
	if len(s) <= room {
		return s
	}
	cut := room
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut]
}
