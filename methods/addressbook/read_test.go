package addressbook_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"countersign/methods"
	"countersign/methods/addressbook"
)

func TestFormsOfIDs(t *testing.T) {
	each(t, func(t *testing.T, b *book) {
		b.add(bubba, "n_given", "Alan")
		for _, id := range []methods.Value{
			text("1"), methods.Int(1), methods.Long(1), methods.Array(text("1")), methods.Array(methods.Int(1)),
			fields("id", "1"), fields("id", 1, "other", "x"),
		} {
			if name, _ := b.call(bubba, plain, "read", id).Field("n_given"); name.Text() != "Alan" {
				t.Errorf("%s: not Alan", show(id))
			}
		}
		for _, id := range []methods.Value{
			methods.Nil(), methods.Bool(true), methods.Double(1), methods.Array(), methods.Array(text("1"), text("2")),
			methods.Array(methods.Array(text("1"))), fields(), fields("ID", "1"), fields("id", fields()),
		} {
			b.refused(methods.KindInvalidParams, "parameter 1", bubba, plain, "read", id)
		}
		same(t, "delete", b.call(bubba, plain, "delete", methods.Array(text("1"))), "true")
	})
}

// TestSeed is the sample of the seed: two strings count the page, the fields come as a
// struct, six members always, and n_family left out because it is empty.
func TestSeed(t *testing.T) {
	each(t, func(t *testing.T, b *book) {
		b.add(bubba, "n_given", "Alan", "cat_id", fields("0", "Friends"))
		b.add(bubba, "n_given", "Andy", "cat_id", "1")
		request := fields("start", "1", "limit", "5",
			"fields", fields("n_given", "n_given", "n_family", "n_family"),
			"query", "", "filter", "", "sort", "", "order", "")
		for _, method := range []string{"search", "read_list", "read_entries"} {
			same(t, method, b.call(bubba, seed, method, request),
				"[{id=1 lid= tid=n owner=500 access=private cat_id=1 n_given=Alan}"+
					" {id=2 lid= tid=n owner=500 access=private cat_id=1 n_given=Andy}]")
		}
		b.add(bubba, "id", "2", "cat_id", fields("1", "Friends", "0", "Work"))
		same(t, "two categories", b.call(bubba, seed, "search", fields("start", "2", "fields", methods.Array(text("cat_id")))),
			"[{id=2 lid= tid=n owner=500 access=private cat_id=1,2}]")
		same(t, "all fields", b.call(bubba, seed, "read", text("1")),
			"{id=1 lid= tid=n owner=500 access=private cat_id=1 fn=Alan n_given=Alan last_mod=date 2001-08-23T12:00:00 rights=int 31}")
	})
}

func TestViews(t *testing.T) {
	each(t, func(t *testing.T, b *book) {
		if err := b.store.SetCustomField(t.Context(), addressbook.CustomField{Name: "shoe", Label: "Shoe size"}); err != nil {
			t.Fatal(err)
		}
		b.add(bubba, "n_given", "Alan", "n_family", "Smith", "bday", "1970-05-01", "tel_other", "+1 2",
			"adr_one_street2", "Yard", "adr_two_street2", "Shed", "freebusy_uri", "http://example.org/f",
			"#shoe", "43", "cat_id", fields("0", "Friends"), "jpegphoto", methods.Bytes([]byte{0xff, 0xd8}))

		dates := " created=date 2001-08-23T12:00:00 creator=500 modified=date 2001-08-23T12:00:00 modifier=500 etag=1"
		body := " n_family=Smith n_given=Alan n_fn=Alan Smith n_fileas=Smith, Alan bday=date 1970-05-01T00:00:00" +
			" adr_one_street2=Yard adr_two_street2=Shed tel_other=+1 2 freebusy_uri=http://example.org/f" + dates
		tail := " cat_id={1=Friends}"
		inKDE := "{id=1 rights=int 31 tid=n owner=500 access=private n_family=Smith n_given=Alan fn=Alan Smith" +
			" n_fileas=Smith, Alan bday=date 1970-05-01T00:00:00 address2=Yard address3=Shed ophone=+1 2" +
			" freebusy_url=http://example.org/f created=date 2001-08-23T12:00:00 creator=500" +
			" last_mod=date 2001-08-23T12:00:00 modifier=500 etag=1" + tail + " adr_one_type=Work adr_two_type=Home #shoe=43}"

		for _, row := range []struct {
			name         string
			client       methods.Client
			read, search string
		}{
			{
				"egroupware", egw,
				"{id=1 tid=n owner=500 private=1" + body + tail + " jpegphoto=base64 ffd8 #shoe=43}",
				"{id=1 tid=n owner=500 private=1" + body + tail + " #shoe=43}",
			},
			{
				"plain", plain,
				"{id=1 rights=int 31 tid=n owner=500 private=true" + body + tail + " jpegphoto=base64 ffd8 #shoe=43}",
				"{id=1 rights=int 31 tid=n owner=500 private=true" + body + tail + " #shoe=43}",
			},
			{"KDE", kde, inKDE, inKDE},
		} {
			t.Run(row.name, func(t *testing.T) {
				same(t, "read", b.call(bubba, row.client, "read", text("1")), row.read)
				same(t, "search", b.call(bubba, row.client, "search"), "["+row.search+"]")
			})
		}
		asked := methods.Array(text("fn"), text("n_fn"), text("no such field"), text("id"), text("#shoe"),
			text("jpegphoto"), text("access"), text("adr_one_type"))
		same(t, "fields under the names asked for",
			b.call(bubba, egw, "search", fields("fields", asked)),
			"[{id=1 fn=Alan Smith n_fn=Alan Smith #shoe=43 jpegphoto=base64 ffd8 access=private}]")
		same(t, "a constant that was asked for",
			b.call(bubba, kde, "search", fields("fields", asked)),
			"[{id=1 rights=int 31 fn=Alan Smith n_fn=Alan Smith #shoe=43 jpegphoto=base64 ffd8 access=private adr_one_type=Work}]")
		same(t, "no custom fields",
			b.call(bubba, plain, "search", fields("customfields", "0", "fields", "")),
			"[{id=1 rights=int 31 tid=n owner=500 private=true"+body+tail+"}]")
	})
}

// TestWhatWasReadMayBeWritten: an entry that comes back as it was read changes nothing
// but its revision and date, in every view.
func TestWhatWasReadMayBeWritten(t *testing.T) {
	each(t, func(t *testing.T, b *book) {
		b.add(bubba, "n_given", "Alan", "bday", "1970-05-01", "email", "a@example.org", "cat_id", fields("0", "Friends"))
		before, err := b.store.Get(t.Context(), "1")
		if err != nil {
			t.Fatal(err)
		}
		for _, client := range []methods.Client{plain, egw, kde, seed} {
			b.now = b.now.Add(time.Hour)
			entry := b.call(bubba, client, "read", text("1"))
			same(t, "write", b.call(bubba, client, "write", without(entry, "adr_one_type", "adr_two_type")), "1")
		}
		after, err := b.store.Get(t.Context(), "1")
		if err != nil {
			t.Fatal(err)
		}
		if after.Revision != 5 || !after.Modified.Equal(b.now) {
			t.Errorf("revision %d of %v", after.Revision, after.Modified)
		}
		after.Revision, after.Modified = before.Revision, before.Modified
		if got, want := describe(after), describe(before); got != want {
			t.Errorf("\n got %s\nwant %s", got, want)
		}
	})
}

func without(entry methods.Value, names ...string) methods.Value {
	return methods.Struct(slices.DeleteFunc(slices.Clone(entry.Members()), func(m methods.Member) bool {
		return slices.Contains(names, m.Name)
	})...)
}

func describe(c addressbook.Contact) string { return fmt.Sprintf("%+v", c) }
