package addressbook_test

import (
	"testing"

	"countersign/methods"
)

func TestWhoMayDoWhat(t *testing.T) {
	each(t, func(t *testing.T, b *book) {
		private := b.add(bubba, "n_given", "Alan")
		public := b.add(bubba, "n_given", "Andy", "access", "public")

		for _, row := range []struct {
			name            string
			who             *methods.Caller
			id              string
			read, edit, del methods.Kind
			rights          int64
		}{
			{"owner, private", bubba, private, 0, 0, 0, 31},
			{"owner, public", bubba, public, 0, 0, 0, 31},
			{"stranger, private", dan, private, methods.KindNotFound, methods.KindNotFound, methods.KindNotFound, 0},
			{"stranger, public", dan, public, 0, methods.KindPermissionDenied, methods.KindPermissionDenied, 1},
			{"administrator, private", admin, private, 0, 0, 0, 31},
			{"nobody's", bubba, "99", methods.KindNotFound, methods.KindNotFound, methods.KindNotFound, 0},
			{"not a number", bubba, "x", methods.KindNotFound, methods.KindNotFound, methods.KindNotFound, 0},
			{"leading zero", bubba, "0" + private, methods.KindNotFound, methods.KindNotFound, methods.KindNotFound, 0},
			{"NUL", bubba, "1\x00", methods.KindNotFound, methods.KindNotFound, methods.KindNotFound, 0},
		} {
			t.Run(row.name, func(t *testing.T) {
				got, err := b.try(row.who, plain, "read", text(row.id))
				wantKind(t, "read", err, row.read)
				if held, _ := got.Field("rights"); err == nil && held.Int() != row.rights {
					t.Errorf("rights %d, wanted %d", held.Int(), row.rights)
				}
				_, err = b.try(row.who, plain, "write", fields("id", row.id, "note", "changed"))
				wantKind(t, "write", err, row.edit)
				if row.del != 0 { // deleting what may be deleted would spoil the next rows
					_, err = b.try(row.who, plain, "delete", text(row.id))
					wantKind(t, "delete", err, row.del)
				}
			})
		}

		missing := "entry 1 does not exist"
		b.refused(methods.KindNotFound, missing, dan, plain, "read", text(private))
		same(t, "delete", b.call(bubba, plain, "delete", text(private)), "true")
		b.refused(methods.KindNotFound, missing, bubba, plain, "read", text(private))
		if id := b.add(bubba, "n_given", "New"); id != "3" {
			t.Errorf("the id after a deletion is %s, wanted 3", id)
		}
	})
}

// wantKind compares err's kind; want 0 is no error.
func wantKind(t *testing.T, what string, err error, want methods.Kind) {
	t.Helper()
	switch {
	case want == 0 && err != nil:
		t.Errorf("%s: %v", what, err)
	case want != 0 && err == nil:
		t.Errorf("%s: let through, wanted %v", what, want)
	case want != 0 && methods.AsError(err).Kind != want:
		t.Errorf("%s: %v, wanted %v", what, err, want)
	}
}

func TestSearchShowsWhatMayBeSeen(t *testing.T) {
	each(t, func(t *testing.T, b *book) {
		b.add(bubba, "n_given", "Alan")
		b.add(bubba, "n_given", "Andy", "private", "0")
		b.add(dan, "n_given", "Ann")
		for who, want := range map[*methods.Caller]string{bubba: "1 2", dan: "2 3", admin: "1 2 3"} {
			if got := b.found(who, plain); got != want {
				t.Errorf("%s finds %s, wanted %s", who.Name, got, want)
			}
			if got := b.found(who, plain, "filter", "owner=500"); got == "3" {
				t.Errorf("%s finds another owner's entries", who.Name)
			}
		}
	})
}

func TestOwners(t *testing.T) {
	each(t, func(t *testing.T, b *book) {
		id := b.add(bubba, "n_given", "Alan", "cat_id", fields("0", "Friends"))
		b.refused(methods.KindPermissionDenied, "addressbook.all", bubba, plain, "write", fields("id", id, "owner", "501"))
		b.refused(methods.KindPermissionDenied, "addressbook.all", bubba, plain, "write", fields("n_given", "X", "owner", 501))
		b.add(bubba, "id", id, "owner", "500") // as it was read

		b.add(admin, "id", id, "owner", 501)
		b.refused(methods.KindNotFound, "", bubba, plain, "read", text(id))
		got := b.call(dan, egw, "read", text(id))
		if _, ok := got.Field("cat_id"); ok {
			t.Error("the entry kept a category of its former owner")
		}
		for name, want := range map[string]string{"owner": "501", "creator": "500", "modifier": "1", "private": "1"} {
			if v, _ := got.Field(name); v.Text() != want {
				t.Errorf("%s is %q, wanted %q", name, v.Text(), want)
			}
		}
	})
}
