package sqltest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"countersign/sql"
)

// Each runs f on an empty database of every engine, as subtests named after it.
func Each(t *testing.T, f func(t *testing.T, db *sql.DB)) {
	t.Helper()
	t.Run(string(sql.SQLite), func(t *testing.T) { f(t, SQLite(t)) })
	t.Run(string(sql.Postgres), func(t *testing.T) { f(t, Postgres(t)) })
}

// EachURL is Each for tests that open the database themselves. Postgres does not
// sync there: Open it with sql.AllowUnsafe.
func EachURL(t *testing.T, f func(t *testing.T, fresh func(testing.TB) string)) {
	t.Helper()
	t.Run(string(sql.SQLite), func(t *testing.T) { f(t, SQLiteURL) })
	t.Run(string(sql.Postgres), func(t *testing.T) { f(t, PostgresURL) })
}

// SQLite opens an empty database in a file of the test's own.
func SQLite(t testing.TB, opts ...sql.Option) *sql.DB {
	t.Helper()
	return Open(t, SQLiteURL(t), opts...)
}

// SQLiteURL is the URL of a database that does not exist yet.
func SQLiteURL(t testing.TB) string {
	t.Helper()
	return "sqlite:" + filepath.Join(t.TempDir(), "countersign.db")
}

// Postgres opens an empty database in the throw-away cluster.
func Postgres(t testing.TB, opts ...sql.Option) *sql.DB {
	t.Helper()
	return Open(t, PostgresURL(t), append(opts, sql.AllowUnsafe())...)
}

// PostgresURL is the URL of an empty database in the throw-away cluster. The cluster
// syncs nothing, so only sql.AllowUnsafe opens it.
func PostgresURL(t testing.TB) string {
	t.Helper()
	return shared(t, &throwaway).Fresh(t)
}

// DurablePostgres is Postgres with a cluster that syncs what it acknowledges.
func DurablePostgres(t testing.TB, opts ...sql.Option) *sql.DB {
	t.Helper()
	return Open(t, DurablePostgresURL(t), opts...)
}

// DurablePostgresURL is the URL of an empty database in a cluster that syncs what it
// acknowledges, as the program demands when it is started as a whole.
func DurablePostgresURL(t testing.TB) string {
	t.Helper()
	return shared(t, &durable).Fresh(t)
}

// Open opens a database for the time of the test.
func Open(t testing.TB, url string, opts ...sql.Option) *sql.DB {
	t.Helper()
	db, err := sql.Open(context.Background(), url, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return db
}

// Main is for TestMain: it runs the tests and waits for the clusters' end.
func Main(m *testing.M) {
	code := m.Run()
	for _, s := range []*sharedCluster{&throwaway, &durable} {
		if s.cluster != nil {
			if err := s.cluster.Stop(); err != nil {
				os.Stderr.WriteString("sqltest: " + err.Error() + "\n")
				code = max(code, 1)
			}
		}
	}
	os.Exit(code)
}

// The clusters of the process: making one takes a second or two, so that one serves
// all tests.
var (
	throwaway = sharedCluster{settings: []string{"fsync=off", "synchronous_commit=off", "full_page_writes=off"}}
	durable   = sharedCluster{settings: []string{"fsync=on", "synchronous_commit=on"}}
)

type sharedCluster struct {
	settings []string
	once     sync.Once
	cluster  *Cluster
	err      error
}

func shared(t testing.TB, s *sharedCluster) *Cluster {
	t.Helper()
	if url := os.Getenv("COUNTERSIGN_TEST_POSTGRES_URL"); url != "" {
		return &Cluster{url: url}
	}
	s.once.Do(func() { s.cluster, s.err = start(s.settings) })
	return require(t, s.cluster, s.err)
}

// require skips the test if Postgres is not installed, unless everything must run.
func require(t testing.TB, c *Cluster, err error) *Cluster {
	t.Helper()
	switch {
	case err == nil:
	case errors.Is(err, errNotInstalled) && os.Getenv("COUNTERSIGN_TEST_REQUIRE_ALL") != "1":
		t.Skip("skipped: " + err.Error())
	default:
		t.Fatal(err)
	}
	return c
}
