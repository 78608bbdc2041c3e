package addressbook_test

import (
	"testing"

	"countersign/methods"
)

// TestCategoryRules are the rules for cat_id of phpgroupware contract §3.7. Each row
// begins with the categories 1=Friends and 2=Work.
func TestCategoryRules(t *testing.T) {
	for _, row := range []struct {
		name       string
		send       methods.Value
		entry, all string
	}{
		{"known name, its own id", fields("1", "Friends"), "{1=Friends}", "{1=Friends 2=Work}"},
		{"known name, new key", fields("0", "Work"), "{2=Work}", "{1=Friends 2=Work}"},
		{"known name, another's key", fields("1", "Work"), "{2=Work}", "{1=Friends 2=Work}"},
		{"known name in other letters", fields("-1", "wORK"), "{2=Work}", "{1=Friends 2=Work}"},
		{"new under 0", fields("0", "New"), "{3=New}", "{1=Friends 2=Work 3=New}"},
		{"new under a negative number", fields("-1", "New"), "{3=New}", "{1=Friends 2=Work 3=New}"},
		{"new under --", fields("--", "New"), "{3=New}", "{1=Friends 2=Work 3=New}"},
		{"new under an unknown id", fields("77", "New"), "{3=New}", "{1=Friends 2=Work 3=New}"},
		{"two new ones", fields("0", "A", "-1", "B"), "{3=A 4=B}", "{1=Friends 2=Work 3=A 4=B}"},
		{"the same new one twice", fields("0", "A", "-1", "a"), "{3=A}", "{1=Friends 2=Work 3=A}"},
		{"rename", fields("1", "Pals"), "{1=Pals}", "{1=Pals 2=Work}"},
		{"rename to other letters", fields("1", "FRIENDS"), "{1=FRIENDS}", "{1=FRIENDS 2=Work}"},
		{"blanks around the name", fields("0", " Work "), "{2=Work}", "{1=Friends 2=Work}"},
		{"no name, known id", fields("2", ""), "{2=Work}", "{1=Friends 2=Work}"},
		{"no name, no id", fields("0", ""), "", "{1=Friends 2=Work}"},
		{"none", fields(), "", "{1=Friends 2=Work}"},
		{"empty array", methods.Array(), "", "{1=Friends 2=Work}"},
		{"empty text", text(""), "", "{1=Friends 2=Work}"},
		{"zero", methods.Int(0), "", "{1=Friends 2=Work}"},
		{"id as integer", methods.Int(2), "{2=Work}", "{1=Friends 2=Work}"},
		{"id as text", text("2"), "{2=Work}", "{1=Friends 2=Work}"},
		{"ids between commas", text(",2,1,"), "{2=Work 1=Friends}", "{1=Friends 2=Work}"},
		{"array of ids", methods.Array(methods.Int(1), text("2"), text("1")), "{1=Friends 2=Work}", "{1=Friends 2=Work}"},
		{"array of names", methods.Array(text("work"), text("New")), "{2=Work 3=New}", "{1=Friends 2=Work 3=New}"},
		{"a name with a comma", text("Smith, Co"), "{3=Smith, Co}", "{1=Friends 2=Work 3=Smith, Co}"},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := newBook(t, freshSQLite(t))
			b.add(bubba, "n_given", "Alan", "cat_id", fields("0", "Friends", "-1", "Work"))
			id := b.add(bubba, "n_given", "Andy", "cat_id", row.send)
			got, _ := b.call(bubba, plain, "read", text(id)).Field("cat_id")
			if row.entry != "" || !got.IsNil() {
				same(t, "the entry's", got, row.entry)
			}
			same(t, "all", b.call(bubba, plain, "categories"), row.all)
		})
	}
}

func TestCategoriesBelongToOwners(t *testing.T) {
	each(t, func(t *testing.T, b *book) {
		for client, want := range map[methods.Client]string{plain: "{}", seed: "{}", egw: "[]", kde: "[]"} {
			same(t, client.Dialect, b.call(bubba, client, "categories", methods.Bool(false)), want)
		}
		b.add(bubba, "n_given", "Alan", "access", "public", "cat_id", fields("0", "Friends"))
		b.add(dan, "n_given", "Ann", "cat_id", fields("1", "Stolen", "0", "Friends"))
		same(t, "the first owner's", b.call(bubba, egw, "categories"), "{1=Friends}")
		same(t, "the second owner's", b.call(dan, egw, "categories"), "{2=Stolen 3=Friends}")
		same(t, "full records", b.call(bubba, egw, "categories", methods.Bool(true)),
			"{1={id=1 main=1 parent=0 level=0 owner=500 access=private appname=addressbook name=Friends description=}}")
		b.refused(methods.KindInvalidParams, "category 1", dan, plain, "write", fields("cat_id", "1"))

		b.add(admin, "id", "2", "cat_id", fields("2", "Found", "0", "New"))
		same(t, "after an administrator's change", b.call(dan, egw, "categories"), "{2=Found 3=Friends 4=New}")
		same(t, "the administrator's own", b.call(admin, egw, "categories"), "[]")
		if got := b.found(dan, plain, "filter", "cat_id=4"); got != "2" {
			t.Errorf("found %q by category", got)
		}
		if got := b.found(dan, plain, "filter", "cat_id=!''"); got != "1 2" {
			t.Errorf("found %q with any category", got)
		}
	})
}
