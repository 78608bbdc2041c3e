package addressbook_test

import (
	"fmt"
	"testing"

	"countersign/methods"
	"countersign/methods/addressbook"
	"countersign/methods/methodstest"
)

func TestSuite(t *testing.T) {
	each(t, func(t *testing.T, b *book) {
		id := b.add(bubba, "n_given", "Alan", "cat_id", fields("0", "Friends"))
		gone := b.add(bubba, "n_given", "Zoe")
		if err := b.store.SetCustomField(t.Context(), addressbook.CustomField{Name: "shoe", Label: "Shoe size"}); err != nil {
			t.Fatal(err)
		}
		all := addressbook.Query{Everything: true, Photos: true}
		fingerprint := func() string {
			contacts, err1 := b.store.Search(t.Context(), all)
			categories, err2 := b.store.Categories(t.Context(), bubba.Number)
			custom, err3 := b.store.CustomFields(t.Context())
			return fmt.Sprint(contacts, categories, custom, err1, err2, err3)
		}
		search := fields("start", "0", "limit", 5, "fields", methods.Array(text("n_given")))
		methodstest.Module(t, b.module(),
			methodstest.Caller(bubba),
			methodstest.Client(plain),
			methodstest.Fingerprint(fingerprint),
			methodstest.Args("read", text(id)),
			methodstest.Args("read", methods.Int(1)),
			methodstest.Args("search", search),
			methodstest.Args("search"),
			methodstest.Args("search", methods.Array()),
			methodstest.Args("read_list", search),
			methodstest.Args("read_entries", search),
			methodstest.Args("write", fields("n_given", "Andy")),
			methodstest.Args("save", fields("id", id, "n_given", "Andy")),
			methodstest.Args("add", fields("n_given", "Andy")),
			methodstest.Args("delete", text(gone)),
			methodstest.Args("categories", methods.Bool(false)),
			methodstest.Args("categories", methods.Bool(true)),
			methodstest.Args("categories"),
			methodstest.Args("categories", methods.Array()),
			methodstest.Args("customfields", methods.Array()),
			methodstest.Args("customfields"),
			// full = 0 and full = "" are what loosely typed clients say for false.
			methodstest.Tolerates("categories", methods.TypeInt, methods.TypeString),
		)
	})
}
