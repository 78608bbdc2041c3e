package sql

import (
	stdsql "database/sql"
	"strings"
	"testing"

	"countersign/session/account"
)

// TestAccountsAreLookedUp: to find a few accounts SQLite reads neither all accounts nor
// what everybody holds; a login does this each time.
func TestAccountsAreLookedUp(t *testing.T) {
	db, _ := openTemp(t)
	queries := map[string][]any{
		findAccount: {"user", "x"},
		alikeNames:  {"user", "x", "y"},
		noCanonical: nil,
		accountQuery(`SELECT id FROM accounts WHERE id = $1`): {"x"},
	}
	for _, q := range []account.Query{
		{Names: []string{"a", "b", "c"}}, {Emails: []string{"a"}}, {Numbers: []int64{1, 2}},
		{Names: []string{"a"}, Emails: []string{"a"}, Numbers: []int64{1}, Limit: 5, Enabled: true},
	} {
		text, args := searchText(&q)
		queries[accountQuery(text)] = args
	}
	for query, args := range queries {
		err := db.query(t.Context(), func(rows *stdsql.Rows) error {
			var id, parent, unused int
			var step string
			if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
				return err
			}
			table, all := strings.CutPrefix(step, "SCAN ")
			all = all && !strings.HasSuffix(step, "INDEX accounts_not_canonical") // which has only those that are wanted
			if all && table != "picked" && table != "found" || strings.HasSuffix(step, "(kind=?)") {
				t.Errorf("%s\nreads too much: %s", query, step)
			}
			return nil
		}, `EXPLAIN QUERY PLAN `+query, args...)
		if err != nil {
			t.Fatal(err)
		}
	}
}
