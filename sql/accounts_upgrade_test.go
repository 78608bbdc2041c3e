package sql_test

import (
	stdsql "database/sql"
	"errors"
	"fmt"
	"io/fs"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/pressly/goose/v3"

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

// TestLookAlikesUpgrade: a database from before may hold accounts that look alike. They
// stay, and can be told apart, but no further one joins them, also while a process of the
// version before adds and renames accounts without knowing of this.
func TestLookAlikesUpgrade(t *testing.T) {
	sqltest.EachURL(t, func(t *testing.T, fresh func(testing.TB) string) {
		url := fresh(t)
		names := []string{"bubba", "Bubba", "BUBBA", "other"}
		for i := range 2100 { // more than are looked at in one go
			names = append(names, fmt.Sprint("User", i))
		}
		upgradeTo(t, url, 7, insertAsBefore(5000, names...))
		db := sqltest.Open(t, url, sql.AllowUnsafe())
		s := db.Accounts()
		refused := func(name, like string) {
			t.Helper()
			_, err := s.Add(t.Context(), account.Account{Kind: account.User, Name: name})
			if found, ok := errors.AsType[*account.LookAlike](err); !ok || found.Name != like {
				t.Errorf("adding %q: %v, want one that tells of %q", name, err, like)
			}
		}
		want := []account.Alike{{Kind: account.User, Names: names[:3]}}
		if got, err := s.LookAlikes(t.Context()); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("alike are %v, %v; want %v", got, err, want)
		}
		refused("búbba", "bubba")
		for i := range 2100 {
			if i%700 == 0 || i == 2099 {
				refused(fmt.Sprint("USER", i), fmt.Sprint("User", i))
			}
		}
		for name, want := range map[string]string{"bubba": "bubba", "Bubba": "Bubba", "buBBa": "buBBa", "OTHER": "other"} {
			if got, err := account.Resolve(t.Context(), s, account.User, name); got != want || err != nil {
				t.Errorf("%q is %q, %v; want %q", name, got, err, want)
			}
		}
		twin, err := s.Find(t.Context(), account.User, "Bubba")
		must(t, err)
		display, alike, free := "Bubba Gump", "bUBBA", "free"
		for _, e := range []account.Edit{{Display: &display}, {Name: &alike}, {Name: &free}} {
			e.ID = twin.ID
			_, err := s.Change(t.Context(), []account.Edit{e}, time.Now())
			if _, refused := errors.AsType[*account.LookAlike](err); refused != (e.Name == &alike) || !refused && err != nil {
				t.Errorf("changing one of those that look alike: %v", err)
			}
		}

		// What a process of the version before does.
		run(t, sqltest.Past(t, url), insertAsBefore(9000, "Late"))
		sqltest.Rename(t, url, "other", "Renamed")
		refused("late", "Late")
		refused("RENAMED", "Renamed")
		if _, err := s.Add(t.Context(), account.Account{Kind: account.User, Name: "Other"}); err != nil {
			t.Errorf("a name that was given up: %v", err)
		}
	})
}

// insertAsBefore adds users as version 7 did, with numbers in their order.
func insertAsBefore(first int, names ...string) string {
	var rows []string
	for i, name := range names {
		rows = append(rows, fmt.Sprintf(`('%032x', 'user', '%s', '', %[1]d, 0, '', '', '', 0, '', 0, 0, 1, 2, '%[3]s', '', '')`,
			first+i, name, account.Fold(name)))
	}
	return `INSERT INTO accounts (id, kind, name, login, number, acts_for, display, email, password_hash, no_mail, disabled_text, disabled,
		read_only, created, changed, name_key, email_key, display_key) VALUES ` + strings.Join(rows, ",")
}

// upgradeTo makes the schema of an earlier version and runs statements on it.
func upgradeTo(t *testing.T, url string, version int64, statements ...string) {
	t.Helper()
	pool, dialect := sqltest.Past(t, url), goose.DialectPostgres
	if strings.HasPrefix(url, "sqlite:") {
		dialect = goose.DialectSQLite3
	}
	files, err := fs.Sub(sql.Migrations(), "migrations")
	must(t, err)
	p, err := goose.NewProvider(dialect, pool, files, goose.WithTableName("schema_version"), goose.WithDisableGlobalRegistry(true))
	must(t, err)
	_, err = p.UpTo(t.Context(), version)
	must(t, err)
	run(t, pool, statements...)
}

func run(t *testing.T, pool *stdsql.DB, statements ...string) {
	t.Helper()
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
