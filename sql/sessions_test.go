package sql_test

import (
	"testing"

	"countersign/session"
	"countersign/session/sessiontest"
	"countersign/sql"
	"countersign/sql/sqltest"
)

func TestSessions(t *testing.T) {
	sqltest.EachURL(t, func(t *testing.T, fresh func(testing.TB) string) {
		sessiontest.Store(t, sessiontest.Backend{
			Fresh: fresh,
			Open: func(t testing.TB, url string) session.Store {
				return sqltest.Open(t, url, sql.AllowUnsafe()).Sessions()
			},
		})
	})
}
