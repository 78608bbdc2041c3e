package addressbook

import (
	"context"
	"time"

	"countersign/methods"
)

// Name is the module's name, the prefix of its methods.
const Name = "addressbook.boaddressbook"

// module is what the methods share.
type module struct {
	store Store
	now   func() time.Time
}

// New makes the module over a store. now gives the time of changes.
func New(store Store, now func() time.Time) methods.Module {
	m := &module{store: store, now: now}
	access := methods.Permission(Permission)

	search := methods.Overload(
		methods.New("search", "Finds entries. Takes a struct of conditions and gives an array of entries.",
			access, m.search, methods.ReadOnly()),
		methods.New("search", "Gives all entries.", access,
			func(ctx context.Context, c *methods.Call, _ struct{}) ([]methods.Value, error) {
				return m.search(ctx, c, searchIn{})
			},
			methods.ReadOnly()),
		methods.New("search", "Gives all entries.", access,
			func(ctx context.Context, c *methods.Call, _ emptyListIn) ([]methods.Value, error) {
				return m.search(ctx, c, searchIn{})
			},
			methods.ReadOnly()),
	)
	write := methods.New("write",
		"Stores an entry and gives its id. With an id only the fields given are changed; without, or with 0, a new entry is made.",
		access, m.write)
	categories := methods.Overload(
		methods.New("categories", "Gives the caller's categories: id and name, or full records if the argument is true.",
			access, m.categories, methods.ReadOnly()),
		methods.New("categories", "Gives the caller's categories.", access,
			func(ctx context.Context, c *methods.Call, _ emptyListIn) (record, error) {
				return m.categories(ctx, c, categoriesIn{})
			},
			methods.ReadOnly()),
	)
	customFields := methods.Overload(
		methods.New("customfields", "Gives the custom fields: name, with # before it, and label.",
			access, m.customFields, methods.ReadOnly()),
		methods.New("customfields", "Gives the custom fields.", access,
			func(ctx context.Context, c *methods.Call, _ struct{}) (record, error) {
				return m.customFields(ctx, c, emptyListIn{})
			},
			methods.ReadOnly()),
	)
	return methods.Module{
		Name: Name,
		Help: "The address book: entries that belong to accounts, with categories and custom fields.",
		Run:  access,
		Methods: []methods.Method{
			methods.New("read", "Gives one entry by its id.", access, m.read, methods.ReadOnly(), takes(refTypes...)),
			search,
			named(search, "read_list"),
			named(search, "read_entries"),
			write,
			named(write, "save"),
			named(write, "add"),
			methods.New("delete", "Removes an entry by its id and gives true.", access, m.delete, takes(refTypes...)),
			categories,
			customFields,
		},
	}
}

// named gives a method under another name that clients know it by.
func named(m methods.Method, name string) methods.Method {
	m.Name = name
	return m
}
