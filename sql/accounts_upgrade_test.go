package sql_test

import (
	stdsql "database/sql"
	"io/fs"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite" // the driver "sqlite"

	"countersign/session/account"
	"countersign/sql"
	"countersign/sql/sqltest"
)

// TestGroupsUpgrade: roles and accounts from before they had numbers and keys get them.
func TestGroupsUpgrade(t *testing.T) {
	sqltest.EachURL(t, func(t *testing.T, fresh func(testing.TB) string) {
		url := fresh(t)
		upgradeTo(t, url, 6,
			`INSERT INTO roles (name, changed) VALUES ('Yast keeper', 5), ('editor', 7)`,
			`INSERT INTO role_permissions (role, permission) VALUES ('editor', 'x')`,
			`INSERT INTO accounts (id, kind, name, login, number, acts_for, display, email, password_hash, disabled, read_only, created, changed)
				VALUES ('0123456789abcdef0123456789abcdef', 'user', 'BUBBA_Ärger', '', 1000, 0, 'THE Quick Brown', 'FOX@Example.org', '', 1, 0, 1, 2)`,
		)
		db := sqltest.Open(t, url, sql.AllowUnsafe())
		s := db.Accounts()
		roles, err := s.Roles(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		taken := map[int64]bool{}
		for _, r := range roles {
			taken[r.Number] = true
			if (r.Description == "") != (r.Name == "editor" || r.Name == "Yast keeper") {
				t.Errorf("role %+v", r)
			}
		}
		if len(roles) != 4 || !taken[1] || !taken[2] || !taken[3] || !taken[4] {
			t.Errorf("roles %+v", roles)
		}
		if err := s.SetRole(t.Context(), account.Role{Name: "next"}, time.Now()); err != nil {
			t.Fatal(err)
		}
		roles, err = s.Roles(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range roles {
			if (r.Name == "next") != (r.Number == 5) {
				t.Errorf("role %+v", r)
			}
		}
		for _, q := range []account.Query{
			{Names: []string{"BUBBA_Ärger"}}, {Emails: []string{"fox@example.ORG"}}, {Patterns: []string{"the quick*"}}, {Numbers: []int64{1000}},
		} {
			q.Kind = account.User
			found, err := s.Search(t.Context(), q)
			if err != nil || len(found) != 1 || !found[0].Disabled || found[0].DisabledText != "" || found[0].NoMail {
				t.Errorf("%+v finds %+v, %v", q, found, err)
			}
		}
	})
}

// upgradeTo makes the schema of an earlier version and runs statements on it.
func upgradeTo(t *testing.T, url string, version int64, statements ...string) {
	t.Helper()
	driver, address, dialect := "pgx", url, goose.DialectPostgres
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		driver, address, dialect = "sqlite", path, goose.DialectSQLite3
	}
	pool, err := stdsql.Open(driver, address)
	must(t, err)
	defer pool.Close()
	files, err := fs.Sub(sql.Migrations(), "migrations")
	must(t, err)
	p, err := goose.NewProvider(dialect, pool, files, goose.WithTableName("schema_version"), goose.WithDisableGlobalRegistry(true))
	must(t, err)
	_, err = p.UpTo(t.Context(), version)
	must(t, err)
	for _, s := range statements {
		_, err := pool.Exec(s)
		must(t, err)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
