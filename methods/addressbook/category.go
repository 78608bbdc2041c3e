package addressbook

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"countersign/methods"
)

const maxCategories = 100

// categorizer turns what a client sends as cat_id into the categories of one owner,
// and makes or renames categories on the way (phpgroupware contract §3.7). A
// category of another owner counts as unknown.
type categorizer struct {
	tx    Tx
	owner int64
	known []Category
	found []Category
}

// categoriesOf gives the categories that v names.
func categoriesOf(tx Tx, owner int64, v methods.Value) ([]Category, error) {
	known, err := tx.Categories(owner)
	if err != nil {
		return nil, err
	}
	z := &categorizer{tx: tx, owner: owner, known: known}
	switch v.Type() {
	case methods.TypeStruct:
		for _, m := range v.Members() {
			if err := z.pair(m.Name, m.Value); err != nil {
				return nil, err
			}
		}
	case methods.TypeArray:
		for _, item := range v.Items() {
			if err := z.item(item); err != nil {
				return nil, err
			}
		}
	case methods.TypeString:
		if err := z.list(v.Text()); err != nil {
			return nil, err
		}
	default:
		if err := z.item(v); err != nil {
			return nil, err
		}
	}
	return z.found, nil
}

// pair is a member of a struct of ids and names.
func (z *categorizer) pair(id string, v methods.Value) error {
	name, err := categoryName(v)
	if err != nil {
		return err
	}
	byID := z.withID(id)
	byName := z.withName(name)
	switch {
	case name == "" && byID == nil:
		return nil
	case name == "", byID != nil && byID.Name == name:
		return z.add(*byID)
	case byName != nil && byName != byID:
		return z.add(*byName)
	case byID != nil:
		byID.Name = name
		if err := z.tx.PutCategory(byID); err != nil {
			return categoryError(name, err)
		}
		return z.add(*byID)
	default:
		return z.create(name)
	}
}

// item is an id, or the name of a category.
func (z *categorizer) item(v methods.Value) error {
	name, err := categoryName(v)
	if err != nil {
		return err
	}
	if c := z.withID(name); c != nil {
		return z.add(*c)
	}
	if n, err := strconv.ParseInt(name, 10, 64); err == nil {
		if n == 0 {
			return nil
		}
		return refuse("cat_id", fmt.Sprintf("there is no category %d", n))
	}
	switch c := z.withName(name); {
	case name == "":
		return nil
	case c != nil:
		return z.add(*c)
	default:
		return z.create(name)
	}
}

// list is a text of ids between commas, or else one name.
func (z *categorizer) list(text string) error {
	parts := []string{text}
	if strings.Trim(text, "0123456789, ") == "" {
		parts = strings.Split(text, ",")
	}
	for _, part := range parts {
		if err := z.item(methods.String(part)); err != nil {
			return err
		}
	}
	return nil
}

func (z *categorizer) create(name string) error {
	c := Category{Owner: z.owner, Name: name}
	if err := z.tx.PutCategory(&c); err != nil {
		return categoryError(name, err)
	}
	z.known = append(z.known, c)
	return z.add(c)
}

func (z *categorizer) add(c Category) error {
	if slices.ContainsFunc(z.found, func(f Category) bool { return f.ID == c.ID }) {
		return nil
	}
	if len(z.found) == maxCategories {
		return refuse("cat_id", fmt.Sprintf("more than %d categories", maxCategories))
	}
	z.found = append(z.found, c)
	return nil
}

func (z *categorizer) withID(id string) *Category {
	return z.first(func(c *Category) bool { return c.ID == id })
}

func (z *categorizer) withName(name string) *Category {
	key := KeyText(name)
	return z.first(func(c *Category) bool { return KeyText(c.Name) == key })
}

func (z *categorizer) first(match func(*Category) bool) *Category {
	for i := range z.known {
		if match(&z.known[i]) {
			return &z.known[i]
		}
	}
	return nil
}

func categoryName(v methods.Value) (string, error) {
	name, err := textOf(v)
	if err == nil && len(name) > maxName {
		err = fmt.Errorf("a name has more than %d bytes", maxName)
	}
	if err != nil {
		return "", refuse("cat_id", err.Error())
	}
	return strings.TrimSpace(name), nil
}

func categoryError(name string, err error) error {
	if errors.Is(err, ErrExists) {
		return methods.Errorf(methods.KindConflict, "there is another category %q", name)
	}
	return err
}
