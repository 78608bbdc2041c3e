package sqltest

import (
	stdsql "database/sql"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	_ "modernc.org/sqlite"             // the driver "sqlite"
)

// Past opens a database past its stores, for the time of the test, to do what other
// versions of the program did.
func Past(t testing.TB, url string) *stdsql.DB {
	t.Helper()
	driver, address := "pgx", url
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		driver, address = "sqlite", path+"?_pragma=busy_timeout(10000)"
	}
	pool, err := stdsql.Open(driver, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := pool.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return pool
}

// Rename gives a user another name as earlier versions did: without looking whether the
// name looks like another one.
func Rename(t testing.TB, url, from, to string) {
	t.Helper()
	_, err := Past(t, url).Exec(`UPDATE accounts SET name = $1, name_key = $2 WHERE kind = 'user' AND name = $3`, to, strings.ToLower(to), from)
	if err != nil {
		t.Fatal(err)
	}
}
