package addressbook_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"countersign/methods"
	"countersign/methods/addressbook"
)

func TestCreateAndUpdate(t *testing.T) {
	each(t, func(t *testing.T, b *book) {
		for i, id := range []any{"", "0", 0, methods.Nil()} {
			method := []string{"write", "save", "add", "write"}[i]
			got := b.call(bubba, plain, method, fields("id", id, "n_given", "Alan", "n_family", "Smith", "tel_work", "1"))
			if want := string(rune('1' + i)); got.Type() != methods.TypeString || got.Text() != want {
				t.Errorf("id %v: %s %s, wanted the text %s", id, got.Type(), got.Text(), want)
			}
		}
		created := b.now
		b.now = b.now.Add(time.Hour)
		same(t, "update", b.call(bubba, egw, "write", fields("id", 1, "tel_work", "2", "n_family", "", "note", methods.Nil())), "1")
		same(t, "updated entry", b.call(bubba, egw, "read", text("1")),
			"{id=1 tid=n owner=500 private=1 n_given=Alan n_fn=Alan n_fileas=Alan tel_work=2"+
				" created="+show(methods.Time(created))+" creator=500 modified="+show(methods.Time(b.now))+" modifier=500 etag=2}")
	})
}

func TestNamesFollowTheirParts(t *testing.T) {
	each(t, func(t *testing.T, b *book) {
		id := b.add(bubba, "n_given", "Alan", "fn", "Alan", "n_family", "")
		b.add(bubba, "id", id, "n_family", "Smith")
		same(t, "made names", b.call(bubba, seed, "search", fields("fields", methods.Array(text("fn"), text("n_fileas")))),
			"[{id=1 lid= tid=n owner=500 access=private cat_id= fn=Alan Smith n_fileas=Smith, Alan}]")
		b.add(bubba, "id", id, "fn", "The Smith")
		b.add(bubba, "id", id, "n_given", "Al")
		same(t, "a name that was set", b.call(bubba, seed, "search", fields("fields", methods.Array(text("n_fn")))),
			"[{id=1 lid= tid=n owner=500 access=private cat_id= n_fn=The Smith}]")
		firm := b.add(bubba, "org_name", "Acme")
		if got := b.found(bubba, plain, "cquery", "a"); got != firm {
			t.Errorf("found %q under a, wanted the firm %s", got, firm)
		}
	})
}

// TestForms: client libraries make different values of the same content.
func TestForms(t *testing.T) {
	day := time.Date(1970, 5, 1, 0, 0, 0, 0, time.UTC)
	each(t, func(t *testing.T, b *book) {
		for _, row := range []struct {
			name, field string
			value       methods.Value
			want        string
		}{
			{"digits as integer", "tel_work", methods.Int(4711), "4711"},
			{"digits as double", "tel_work", methods.Double(49301234567), "49301234567"},
			{"boolean", "note", methods.Bool(true), "1"},
			{"base64", "note", methods.Bytes([]byte("Grüße")), "Grüße"},
			{"text that looks like a date", "note", methods.Time(day), "1970-05-01T00:00:00"},
			{"line ends", "note", text("a\r\n\tb"), "a\r\n\tb"},
			{"markup", "note", text(`<a href="x">&amp;</a>`), `<a href="x">&amp;</a>`},
			{"dashed day", "bday", text("1970-05-01"), "date 1970-05-01T00:00:00"},
			{"compact day", "bday", text("19700501"), "date 1970-05-01T00:00:00"},
			{"dashed time", "bday", text("1970-05-01T12:30:00"), "date 1970-05-01T00:00:00"},
			{"compact time", "bday", text("19700501T12:30:00"), "date 1970-05-01T00:00:00"},
			{"date", "bday", methods.Time(day), "date 1970-05-01T00:00:00"},
			{"date of a sender in the east", "bday", methods.ZonedTime(day.Add(-2*time.Hour), 120), "date 1970-05-01T00:00:00"},
			{"no date", "bday", methods.EmptyDate(), ""},
			{"zero", "bday", text("0"), ""},
			{"boolean access", "private", methods.Bool(false), "0"},
			{"number access", "private", methods.Int(1), "1"},
			{"public", "private", text("0"), "0"},
		} {
			t.Run(row.name, func(t *testing.T) {
				id := b.call(bubba, egw, "write", fields(row.field, row.value)).Text()
				got, ok := b.call(bubba, egw, "read", text(id)).Field(row.field)
				if s := show(got); ok != (row.want != "") || ok && s != row.want {
					t.Errorf("got %q, wanted %q", s, row.want)
				}
			})
		}
	})
}

func TestWriteRefuses(t *testing.T) {
	each(t, func(t *testing.T, b *book) {
		for name, value := range map[string]methods.Value{
			"n_givn":    text("misspelt"),
			"#unknown":  text("not defined"),
			"n_given":   text(strings.Repeat("x", 1025)),
			"note":      text(strings.Repeat("x", 64<<10+1)),
			"jpegphoto": methods.Bytes(make([]byte, 256<<10+1)),
			"tid":       text(strings.Repeat("x", 17)),
			"bday":      text("1970-13-01"),
			"access":    text("group"),
			"private":   text("maybe"),
			"owner":     text("bubba"),
			"id":        methods.Double(1),
			"email":     methods.Array(),
			"tel_work":  methods.Struct(),
			"title":     methods.Bytes([]byte{0xff}),
			"role":      text("a\x00b"),
			"org_name":  text("a\x1bb"),
			"cat_id":    methods.Array(methods.Array()),
			"":          text("nameless"),
		} {
			words := name
			b.refused(methods.KindInvalidParams, words, bubba, plain, "write", fields("n_family", "Smith", name, value))
		}
		b.refused(methods.KindInvalidParams, "jpegphoto", bubba, plain, "write", fields("jpegphoto", "text"))
		b.refused(methods.KindInvalidParams, "category 7", bubba, plain, "write", fields("cat_id", "7"))
		b.refused(methods.KindInvalidParams, "150", bubba, plain, "write", fields("cat_id", fields("0", strings.Repeat("x", 151))))
		b.refused(methods.KindNotFound, "entry 5", bubba, plain, "write", fields("id", "5", "n_given", "X"))
		if got := b.found(admin, plain); got != "" {
			t.Errorf("refused entries were stored: %s", got)
		}
		same(t, "categories of refused entries", b.call(bubba, plain, "categories"), "{}")
	})
}

func TestChangedMeanwhile(t *testing.T) {
	each(t, func(t *testing.T, b *book) {
		id := b.add(bubba, "n_given", "Alan")
		b.add(bubba, "id", id, "etag", "1", "note", "first")
		b.refused(methods.KindConflict, "changed meanwhile", bubba, plain, "write", fields("id", id, "etag", "1", "note", "second"))
		b.add(bubba, "id", id, "etag", 2, "note", "third")
	})
}

func TestCustomFields(t *testing.T) {
	each(t, func(t *testing.T, b *book) {
		for client, want := range map[methods.Client]string{plain: "{}", seed: "{}", egw: "[]", kde: "[]"} {
			same(t, client.Dialect, b.call(bubba, client, "customfields", methods.Array()), want)
		}
		for _, f := range []addressbook.CustomField{{Name: "shoe", Label: "Shoe"}, {Name: "Zoo", Label: "Zoo"}, {Name: "shoe", Label: "Shoe size"}} {
			if err := addressbook.CheckCustomField(f); err != nil {
				t.Fatal(err)
			}
			if err := b.store.SetCustomField(t.Context(), f); err != nil {
				t.Fatal(err)
			}
		}
		same(t, "definitions", b.call(bubba, egw, "customfields"), "{#Zoo=Zoo #shoe=Shoe size}")
		id := b.add(bubba, "#shoe", 43)
		if got := b.found(bubba, plain, "filter", "#shoe=43", "order", "#Zoo"); got != id {
			t.Errorf("found %q by a custom field", got)
		}
		b.add(bubba, "id", id, "#shoe", "")
		if got := b.found(bubba, plain, "filter", "#shoe=!''"); got != "" {
			t.Errorf("found %q by an emptied field", got)
		}
	})
}

func TestCheckCustomField(t *testing.T) {
	for _, f := range []addressbook.CustomField{
		{Name: "", Label: "x"}, {Name: "x", Label: ""}, {Name: "a#b", Label: "x"}, {Name: " a", Label: "x"},
		{Name: strings.Repeat("x", 65), Label: "x"}, {Name: "x", Label: strings.Repeat("x", 151)}, {Name: "x", Label: "\x00"},
		{Name: "a=b", Label: "x"}, {Name: "a,b", Label: "x"},
	} {
		if addressbook.CheckCustomField(f) == nil {
			t.Errorf("%+v passes", f)
		}
	}
}

// TestWritersTogether: numbers are handed out once, a category is made once, and no
// change to an entry is lost.
func TestWritersTogether(t *testing.T) {
	each(t, func(t *testing.T, b *book) {
		const writers = 8
		shared := b.add(bubba, "n_given", "Shared")
		ids := make([]string, writers)
		errs := make([]error, 2*writers)
		var all sync.WaitGroup
		for i := range writers {
			all.Go(func() {
				v, err := b.try(bubba, plain, "write", fields("n_given", "New", "cat_id", fields("0", "Friends")))
				ids[i], errs[2*i] = v.Text(), err
				_, errs[2*i+1] = b.try(bubba, plain, "write", fields("id", shared, "tel_"+[]string{
					"work", "home", "voice", "fax", "msg", "cell", "pager", "bbs",
				}[i], "1"))
			})
		}
		all.Wait()
		for _, err := range errs {
			if err != nil {
				t.Fatal(err)
			}
		}
		seen := map[string]bool{shared: true}
		for _, id := range ids {
			if seen[id] {
				t.Errorf("the id %s was given twice", id)
			}
			seen[id] = true
		}
		if c, err := b.store.Get(t.Context(), shared); err != nil || len(c.Fields) != writers+1 || c.Revision != writers+1 {
			t.Errorf("%d fields, revision %d, %v", len(c.Fields), c.Revision, err)
		}
		if n := len(b.call(bubba, plain, "categories").Members()); n != 1 {
			t.Errorf("%d categories of one name", n)
		}
	})
}
