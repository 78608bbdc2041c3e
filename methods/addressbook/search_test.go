package addressbook_test

import (
	"strings"
	"testing"
	"time"

	"countersign/methods"
	"countersign/sql"
	"countersign/sql/sqltest"
)

func freshSQLite(t *testing.T) *sql.DB { return sqltest.SQLite(t) }

func TestSearch(t *testing.T) {
	each(t, func(t *testing.T, b *book) {
		start := b.now
		for _, entry := range []methods.Value{
			fields("n_given", "Alan", "n_family", "Smith", "email", "alan@example.org"),
			fields("n_given", "andy", "n_family", "ZEBRA", "org_name", "100% Äpfel_GmbH", "tel_pager", "secret"),
			fields("n_given", "Ändy", "n_family", "Ångström", "note", `back\slash`),
			fields("n_given", "Bob", "org_name", "Acme, Inc", "access", "public", "tid", "O"),
			fields("n_given", "Émile", "n_family", "Zola", "title", "it's"),
		} {
			b.call(bubba, plain, "write", entry)
			b.now = b.now.Add(time.Minute)
		}
		seconds := func(minutes int) int { return int(start.Unix()) + 60*minutes }

		for _, row := range []struct {
			name, want string
			client     methods.Client
			params     []any
		}{
			{"everything", "1 2 3 4 5", plain, nil},
			{"text in other letters", "1", plain, []any{"query", "sMITH"}},
			{"text beyond ASCII in other letters", "2", plain, []any{"query", "ÄPFEL"}},
			{"part of an address", "1", plain, []any{"query", "example"}},
			{"percent is no wildcard", "2", plain, []any{"query", "0% ä"}},
			{"percent alone", "2", plain, []any{"query", "%"}},
			{"underscore is no wildcard", "2", plain, []any{"query", "l_g"}},
			{"backslash", "3", plain, []any{"query", `k\s`}},
			{"quotation mark", "5", plain, []any{"query", "it's"}},
			{"a field that is not a main one", "", plain, []any{"query", "secret"}},
			{"two fields are not one text", "", plain, []any{"query", "smithalan"}},
			{"blanks around", "1", plain, []any{"query", " smith "}},

			{"page from 0", "2 3", plain, []any{"start", 1, "limit", 2}},
			{"page in texts", "2 3", egw, []any{"start", "1", "limit", "2"}},
			{"page from 1 in the seed", "1 2", seed, []any{"start", "1", "limit", "2"}},
			{"second page in the seed", "3 4", seed, []any{"start", "3", "limit", "2"}},
			{"start 0 in the seed", "1 2", seed, []any{"start", "0", "limit", "2"}},
			{"limit 0 is all", "3 4 5", plain, []any{"start", 2, "limit", 0}},
			{"empty texts", "1 2 3 4 5", plain, []any{"start", "", "limit", "", "fields", "", "filter", "", "sort", "", "order", "", "lastmod", "", "cquery", ""}},
			{"nils", "1 2 3 4 5", plain, []any{"start", methods.Nil(), "fields", methods.Nil(), "query", methods.Nil(), "lastmod", methods.Nil()}},
			{"beyond the end", "", plain, []any{"start", 10}},
			{"unknown members", "1 2 3 4 5", plain, []any{"nonsense", methods.Array()}},
			{"KDE's", "1 2 3 4 5", kde, []any{"start", "0", "query", "", "include_users", "calendar"}},

			{"order by name", "1 2 4 3 5", plain, []any{"order", "n_given"}},
			{"descending", "5 3 4 2 1", plain, []any{"order", "n_given", "sort", "desc"}},
			{"missing first", "4 1 2 5 3", plain, []any{"order", "n_family", "sort", "ASC"}},
			{"missing last", "3 5 2 1 4", plain, []any{"order", "n_family", "sort", "DESC"}},
			{"order by older name", "1 2 3 4 5", plain, []any{"order", "last_mod"}},
			{"order by creation, descending", "5 4 3 2 1", plain, []any{"sort", "DESC"}},
			{"order by date, descending", "5 4 3 2 1", plain, []any{"order", "created", "sort", "DESC"}},
			{"order by access", "1 2 3 5 4", plain, []any{"order", "private"}},
			{"order by type", "1 2 3 5 4", plain, []any{"order", "tid"}},
			{"order by a made name", "1 2 4 3 5", plain, []any{"order", "fn"}},
			{"order with a page", "2 4", plain, []any{"order", "n_given", "start", 1, "limit", 2}},

			{"filter", "1", plain, []any{"filter", "n_family=smith"}},
			{"filter beyond ASCII", "3", plain, []any{"filter", "n_family=ÅNGSTRÖM"}},
			{"filter whole values", "", plain, []any{"filter", "n_family=smi"}},
			{"filter not", "2 3 4 5", plain, []any{"filter", "n_family=!smith"}},
			{"filter not empty", "1 2 3 5", plain, []any{"filter", "n_family=!''"}},
			{"filter empty", "4", plain, []any{"filter", "n_family=''"}},
			{"filter empty without quotes", "4", plain, []any{"filter", "n_family="}},
			{"filter with a comma", "4", plain, []any{"filter", "org_name='acme, inc'"}},
			{"filters together", "2", plain, []any{"filter", "org_name=!'', access=private"}},
			{"filter private", "4", plain, []any{"filter", "private=0"}},
			{"filter not private", "4", plain, []any{"filter", "private=!1"}},
			{"filter type", "4", plain, []any{"filter", "tid=o"}},
			{"filter id", "3", plain, []any{"filter", "id=3"}},
			{"filter owner", "", plain, []any{"filter", "owner=501"}},
			{"filter nonsense owner", "", plain, []any{"filter", "owner=x"}},
			{"filter not nonsense owner", "1 2 3 4 5", plain, []any{"filter", "owner=!x"}},
			{"filter injection", "", plain, []any{"filter", `n_family=" OR 1=1 --`}},
			{"filter none", "1 2 3 4 5", plain, []any{"filter", "none"}},

			{"initial", "1", plain, []any{"cquery", "S"}},
			{"initial beyond ASCII", "3", plain, []any{"cquery", "å"}},
			{"initial of the firm", "", plain, []any{"cquery", "%"}},

			{"changed after, seconds", "4 5", plain, []any{"lastmod", seconds(2)}},
			{"changed after, text", "2 3 4 5", plain, []any{"lastmod", "998568000"}},
			{"changed after, date", "5", plain, []any{"lastmod", methods.Time(start.Add(3 * time.Minute))}},
			{"changed after, no limit", "1 2 3 4 5", plain, []any{"lastmod", -1}},
			{"changed after, double", "1 2 3 4 5", plain, []any{"lastmod", methods.Double(0)}},
		} {
			t.Run(row.name, func(t *testing.T) {
				row.want = strings.TrimSpace(row.want)
				if got := b.found(bubba, row.client, row.params...); got != row.want {
					t.Errorf("found %q, wanted %q", got, row.want)
				}
			})
		}
	})
}

func TestSearchRefuses(t *testing.T) {
	each(t, func(t *testing.T, b *book) {
		for _, row := range [][]any{
			{"start", -1},
			{"limit", "-1"},
			{"limit", "many"},
			{"limit", "99999999999"},
			{"order", "n_givn"},
			{"order", "id; DROP TABLE addressbook_contacts"},
			{"order", "rights"},
			{"order", "#"},
			{"order", "#a\x00"},
			{"sort", "sideways"},
			{"sort", 1},
			{"query", strings.Repeat("x", 257)},
			{"query", "a\x00"},
			{"filter", "n_family"},
			{"filter", "n_familie=x"},
			{"filter", "=x"},
			{"filter", "n_family='x"},
			{"filter", "n_family='x'y"},
			{"filter", "access=group"},
			{"filter", "etag=1"},
			{"filter", strings.Repeat("tid=n,", 21)},
			{"filter", "note='" + strings.Repeat("x", 2000) + "'"},
			{"filter", "note=\x00"},
			{"fields", 1},
			{"fields", methods.Array(methods.Int(1))},
			{"fields", methods.Array(make([]methods.Value, 501)...)},
			{"lastmod", "yesterday"},
			{"lastmod", methods.Array()},
			{"lastmod", methods.Double(1e300)},
			{"customfields", "maybe"},
		} {
			b.refused(methods.KindInvalidParams, row[0].(string), bubba, plain, "search", fields(row...))
		}
		b.refused(methods.KindInvalidParams, "wanted struct, got array", bubba, plain, "search", methods.Array(text("x")))
	})
}
