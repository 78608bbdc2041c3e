package sql_test

import (
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	"countersign/methods/addressbook"
	"countersign/sql"
	"countersign/sql/sqltest"
)

var contactTime = time.Date(2001, 8, 23, 12, 0, 0, 1000, time.UTC)

func newContact(given string) addressbook.Contact {
	return addressbook.Contact{
		Owner: 500, Access: addressbook.Private, TID: "n",
		Fields: map[string]string{"n_given": given}, Created: contactTime, Modified: contactTime, Creator: 500, Modifier: 500,
	}
}

func putContact(t testing.TB, store addressbook.Store, c *addressbook.Contact) {
	t.Helper()
	if err := store.Change(t.Context(), func(tx addressbook.Tx) error { return tx.Put(c) }); err != nil {
		t.Fatal(err)
	}
}

func TestContactRoundTrip(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		store := db.AddressBook()
		c := newContact("Alan")
		c.Custom = map[string]string{"shoe": "43"}
		c.Photo = []byte{0, 0xff, 0xd8}
		c.Fields["note"] = "a\r\nb \u2028 <&> é"
		err := store.Change(t.Context(), func(tx addressbook.Tx) error {
			work := addressbook.Category{Owner: 500, Name: "Work"}
			friends := addressbook.Category{Owner: 500, Name: "Friends"}
			if err := errors.Join(tx.PutCategory(&work), tx.PutCategory(&friends)); err != nil {
				return err
			}
			c.Categories = []addressbook.Category{friends, work}
			return tx.Put(&c)
		})
		if err != nil {
			t.Fatal(err)
		}
		if c.ID != "1" || c.Revision != 1 {
			t.Errorf("id %s, revision %d", c.ID, c.Revision)
		}
		got, err := store.Get(t.Context(), "1")
		if want := fmt.Sprintf("%+v", c); err != nil || fmt.Sprintf("%+v", got) != want {
			t.Errorf("%v\n got %+v\nwant %s", err, got, want)
		}
		for _, photos := range []bool{false, true} {
			found, err := store.Search(t.Context(), addressbook.Query{Viewer: 500, Photos: photos})
			if err != nil || len(found) != 1 || (len(found[0].Photo) == 3) != photos || found[0].Categories[1].Name != "Work" {
				t.Errorf("photos %t: %+v, %v", photos, found, err)
			}
		}
	})
}

func TestContactChanges(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		store := db.AddressBook()
		c := newContact("Alan")
		putContact(t, store, &c)

		other := errors.New("other")
		err := store.Change(t.Context(), func(tx addressbook.Tx) error {
			changed, err := tx.Get("1")
			if err != nil {
				return err
			}
			changed.Fields = map[string]string{"n_given": "Andy"}
			lost := newContact("Lost")
			return errors.Join(tx.Put(&changed), tx.Put(&lost), other)
		})
		if !errors.Is(err, other) {
			t.Fatal(err)
		}
		if got, err := store.Get(t.Context(), "1"); err != nil || got.Fields["n_given"] != "Alan" || got.Revision != 1 {
			t.Errorf("what failed has changed something: %+v, %v", got, err)
		}

		c.Fields = map[string]string{"n_family": "Smith"}
		putContact(t, store, &c)
		for filter, want := range map[addressbook.Filter]int{
			{Field: "n_given", Value: "alan"}:   0,
			{Field: "n_family", Value: "smith"}: 1,
		} {
			if found, err := store.Search(t.Context(), addressbook.Query{Viewer: 500, Filters: []addressbook.Filter{filter}}); err != nil || len(found) != want {
				t.Errorf("%+v finds %d, %v", filter, len(found), err)
			}
		}
		if got, err := store.Get(t.Context(), "1"); err != nil || got.Revision != 2 || !maps.Equal(got.Fields, c.Fields) {
			t.Errorf("%+v, %v", got, err)
		}

		missing := newContact("Missing")
		missing.ID = "7"
		for name, work := range map[string]func(addressbook.Tx) error{
			"get":     func(tx addressbook.Tx) error { _, err := tx.Get("7"); return err },
			"get NUL": func(tx addressbook.Tx) error { _, err := tx.Get("\x00"); return err },
			"put":     func(tx addressbook.Tx) error { return tx.Put(&missing) },
			"delete":  func(tx addressbook.Tx) error { return tx.Delete("7") },
			"rename category": func(tx addressbook.Tx) error {
				return tx.PutCategory(&addressbook.Category{ID: "7", Owner: 1, Name: "x"})
			},
		} {
			if err := store.Change(t.Context(), work); !errors.Is(err, addressbook.ErrNotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := store.Change(t.Context(), func(tx addressbook.Tx) error { return tx.Delete("1") }); err != nil {
			t.Fatal(err)
		}
		if _, err := store.Get(t.Context(), "1"); !errors.Is(err, addressbook.ErrNotFound) {
			t.Errorf("deleted: %v", err)
		}
		if err := store.DeleteCustomField(t.Context(), "none"); !errors.Is(err, addressbook.ErrNotFound) {
			t.Errorf("custom field: %v", err)
		}
	})
}

func TestContactCategoryNames(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		store := db.AddressBook()
		put := func(c addressbook.Category) (addressbook.Category, error) {
			err := store.Change(t.Context(), func(tx addressbook.Tx) error { return tx.PutCategory(&c) })
			return c, err
		}
		for i, row := range []struct{ name, id string }{{"Friends", "1"}, {"Ärzte", "2"}, {"fRIENDS", "1"}, {"äRZTE", "2"}} {
			if c, err := put(addressbook.Category{Owner: 500, Name: row.name}); err != nil || c.ID != row.id {
				t.Errorf("row %d: id %s, %v", i, c.ID, err)
			}
		}
		if _, err := put(addressbook.Category{ID: "2", Owner: 500, Name: "FRIENDS"}); !errors.Is(err, addressbook.ErrExists) {
			t.Errorf("a second category of one name: %v", err)
		}
		if _, err := put(addressbook.Category{ID: "2", Owner: 501, Name: "Mine"}); !errors.Is(err, addressbook.ErrNotFound) {
			t.Errorf("another owner's category: %v", err)
		}
		got, err := store.Categories(t.Context(), 500)
		if err != nil || fmt.Sprint(got) != "[{1 500 Friends} {2 500 Ärzte}]" {
			t.Errorf("%v, %v", got, err)
		}
	})
}

// TestContactNumbersAcrossProcesses: two processes on one database hand out every
// number once and without gaps.
func TestContactNumbersAcrossProcesses(t *testing.T) {
	sqltest.EachURL(t, func(t *testing.T, fresh func(testing.TB) string) {
		url := fresh(t)
		const each = 20
		seen := make(chan string, 2*each)
		var all sync.WaitGroup
		for range 2 {
			store := sqltest.Open(t, url, sql.AllowUnsafe()).AddressBook()
			all.Go(func() {
				for range each {
					c := newContact("X")
					if err := store.Change(t.Context(), func(tx addressbook.Tx) error {
						c.ID = ""
						return tx.Put(&c)
					}); err != nil {
						t.Error(err)
					}
					seen <- c.ID
				}
			})
		}
		all.Wait()
		close(seen)
		ids := map[string]bool{}
		for id := range seen {
			ids[id] = true
		}
		for n := 1; n <= 2*each; n++ {
			if !ids[fmt.Sprint(n)] {
				t.Errorf("no contact %d", n)
			}
		}
	})
}

// TestContactSortingIsBytewise: neither a locale nor an engine decides the order.
func TestContactSortingIsBytewise(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		store := db.AddressBook()
		for _, name := range []string{"b", "ä", "a b", "a-b", "ab", "A", "é", "", "_", "日本", "z"} {
			c := newContact(name)
			if name == "" {
				c.Fields = nil
			}
			putContact(t, store, &c)
		}
		for _, row := range []struct {
			descending bool
			want       string
		}{{false, "|_|A|a b|a-b|ab|b|z|ä|é|日本"}, {true, "日本|é|ä|z|b|ab|a-b|a b|A|_|"}} {
			found, err := store.Search(t.Context(), addressbook.Query{Viewer: 500, Order: "n_given", Descending: row.descending})
			if err != nil {
				t.Fatal(err)
			}
			var names []string
			for _, c := range found {
				names = append(names, c.Fields["n_given"])
			}
			if got := strings.Join(names, "|"); got != row.want {
				t.Errorf("got %s, wanted %s", got, row.want)
			}
		}
	})
}

// TestContactTextCannotBecomeSQL: the store itself is safe, whoever calls it.
func TestContactTextCannotBecomeSQL(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		store := db.AddressBook()
		c := newContact("Alan")
		putContact(t, store, &c)
		const evil = `x'; DROP TABLE addressbook_contacts; --`
		for _, q := range []addressbook.Query{
			{Text: evil}, {Initial: evil}, {Order: evil}, {Order: `n_given DESC`},
			{Filters: []addressbook.Filter{{Field: evil, Value: evil}}},
			{Filters: []addressbook.Filter{{Field: "cat_id", Value: evil}, {Field: "owner", Value: evil}, {Field: "id", Value: evil}}},
		} {
			q.Viewer = 500
			if _, err := store.Search(t.Context(), q); err != nil {
				t.Errorf("%+v: %v", q, err)
			}
		}
		for _, q := range []addressbook.Query{{Text: "\x00"}, {Order: "\xff"}, {Filters: []addressbook.Filter{{Field: "\x00"}}}} {
			if _, err := store.Search(t.Context(), q); err == nil {
				t.Errorf("%+v passes", q)
			}
		}
		if _, err := store.Get(t.Context(), "1"); err != nil {
			t.Error(err)
		}
	})
}

func BenchmarkContactSearch(b *testing.B) {
	for engine, open := range map[string]func(testing.TB, ...sql.Option) *sql.DB{"sqlite": sqltest.SQLite, "postgres": sqltest.Postgres} {
		b.Run(engine, func(b *testing.B) {
			store := open(b).AddressBook()
			err := store.Change(b.Context(), func(tx addressbook.Tx) error {
				for i := range 1000 {
					c := newContact(fmt.Sprint("Given", i))
					for _, name := range strings.Fields("n_family org_name title tel_work tel_cell email adr_one_street adr_one_locality adr_one_postalcode note") {
						c.Fields[name] = fmt.Sprint(name, " ", i)
					}
					if err := tx.Put(&c); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				b.Fatal(err)
			}
			for name, q := range map[string]addressbook.Query{
				"page of 20":       {Viewer: 500, Limit: 20},
				"all 1000":         {Viewer: 500},
				"20 by name":       {Viewer: 500, Limit: 20, Order: "n_family"},
				"text, 20 by name": {Viewer: 500, Limit: 20, Order: "n_family", Text: "given99"},
			} {
				b.Run(name, func(b *testing.B) {
					b.ReportAllocs()
					for b.Loop() {
						if _, err := store.Search(b.Context(), q); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		})
	}
}
