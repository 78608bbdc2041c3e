package addressbook_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"countersign/methods"
	"countersign/methods/addressbook"
	"countersign/sql"
	"countersign/sql/sqltest"
)

func TestMain(m *testing.M) { sqltest.Main(m) }

// book is the module over an empty database.
type book struct {
	t     *testing.T
	store addressbook.Store
	view  *methods.View
	now   time.Time
}

// each runs f on every engine.
func each(t *testing.T, f func(t *testing.T, b *book)) {
	t.Helper()
	sqltest.Each(t, func(t *testing.T, db *sql.DB) { f(t, newBook(t, db)) })
}

func newBook(t *testing.T, db *sql.DB) *book {
	t.Helper()
	b := &book{t: t, store: db.AddressBook(), now: time.Date(2001, 8, 23, 12, 0, 0, 0, time.UTC)}
	r, err := methods.NewRegistry(b.module())
	if err != nil {
		t.Fatal(err)
	}
	b.view = r.View()
	return b
}

func (b *book) module() methods.Module {
	return addressbook.New(b.store, func() time.Time { return b.now })
}

// rights are permissions by name; "*" is all of them.
type rights []string

func (r rights) Allows(permission string) bool {
	for _, name := range r {
		if name == permission || name == "*" {
			return true
		}
	}
	return false
}

var (
	bubba = &methods.Caller{ID: "b", Name: "bubba", Number: 500, Rights: rights{"addressbook"}}
	dan   = &methods.Caller{ID: "d", Name: "dan", Number: 501, Rights: rights{"addressbook"}}
	admin = &methods.Caller{ID: "a", Name: "admin", Number: 1, Rights: rights{"*"}}

	plain = methods.Client{Dialect: "plain"}
	seed  = methods.Client{Dialect: "phpgroupware"}
	egw   = methods.Client{Dialect: "egroupware"}
	kde   = methods.Client{Dialect: "egroupware", UserAgent: "KDE-AddressBook"}
)

func (b *book) try(who *methods.Caller, client methods.Client, method string, args ...methods.Value) (methods.Value, error) {
	b.t.Helper()
	e, ok := b.view.Lookup(addressbook.Name + "." + method)
	if !ok {
		b.t.Fatalf("no method %s", method)
	}
	if err := e.Permit(who); err != nil {
		return methods.Value{}, err
	}
	return e.Run(context.Background(), &methods.Call{Entry: e, Params: args, Caller: who, Client: client})
}

func (b *book) call(who *methods.Caller, client methods.Client, method string, args ...methods.Value) methods.Value {
	b.t.Helper()
	v, err := b.try(who, client, method, args...)
	if err != nil {
		b.t.Fatalf("%s: %v", method, err)
	}
	return v
}

// refused calls and wants an error of the kind, with the words in its public text.
func (b *book) refused(kind methods.Kind, words string, who *methods.Caller, client methods.Client, method string, args ...methods.Value) {
	b.t.Helper()
	v, err := b.try(who, client, method, args...)
	if err == nil {
		b.t.Errorf("%s: got %s, wanted %v", method, show(v), kind)
		return
	}
	if e := methods.AsError(err); e.Kind != kind || !strings.Contains(e.Public, words) {
		b.t.Errorf("%s: got %v, wanted %v with %q", method, err, kind, words)
	}
}

// add stores an entry of names and texts and gives its id.
func (b *book) add(who *methods.Caller, pairs ...any) string {
	b.t.Helper()
	return b.call(who, plain, "write", fields(pairs...)).Text()
}

// found gives the ids that a search finds, joined by blanks.
func (b *book) found(who *methods.Caller, client methods.Client, pairs ...any) string {
	b.t.Helper()
	var ids []string
	for _, r := range b.call(who, client, "search", fields(pairs...)).Items() {
		id, _ := r.Field("id")
		ids = append(ids, id.Text())
	}
	return strings.Join(ids, " ")
}

func text(s string) methods.Value { return methods.String(s) }

// fields makes a struct of names and values; texts, numbers and booleans may be Go's.
func fields(pairs ...any) methods.Value {
	var members []methods.Member
	for i := 0; i < len(pairs); i += 2 {
		var v methods.Value
		switch x := pairs[i+1].(type) {
		case methods.Value:
			v = x
		case string:
			v = text(x)
		case int:
			v = methods.Int(int64(x))
		case bool:
			v = methods.Bool(x)
		default:
			panic(fmt.Sprintf("no value of %T", x))
		}
		members = append(members, methods.M(pairs[i].(string), v))
	}
	return methods.Struct(members...)
}

// show prints a value for comparison: texts bare, structs and arrays in brackets.
func show(v methods.Value) string {
	var parts []string
	switch v.Type() {
	case methods.TypeString:
		return v.Text()
	case methods.TypeInt, methods.TypeLong:
		return fmt.Sprintf("int %d", v.Int())
	case methods.TypeBoolean:
		return fmt.Sprint(v.Bool())
	case methods.TypeDateTime:
		return v.Time().Format("date 2006-01-02T15:04:05")
	case methods.TypeBase64:
		return fmt.Sprintf("base64 %x", v.Bytes())
	case methods.TypeStruct:
		for _, m := range v.Members() {
			parts = append(parts, m.Name+"="+show(m.Value))
		}
		return "{" + strings.Join(parts, " ") + "}"
	case methods.TypeArray:
		for _, item := range v.Items() {
			parts = append(parts, show(item))
		}
		return "[" + strings.Join(parts, " ") + "]"
	default:
		return v.Type().String()
	}
}

func same(t *testing.T, what string, got methods.Value, want string) {
	t.Helper()
	if s := show(got); s != want {
		t.Errorf("%s:\n got %s\nwant %s", what, s, want)
	}
}
