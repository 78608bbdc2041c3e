package sqltest_test

import (
	"testing"

	"countersign/sql"
	"countersign/sql/sqltest"
)

func TestMain(m *testing.M) { sqltest.Main(m) }

func TestEach(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		n, err := db.Accounts().Count(t.Context())
		if n != 0 || err != nil {
			t.Fatalf("a fresh database has %d accounts, %v", n, err)
		}
	})
}
