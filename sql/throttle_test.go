package sql_test

import (
	"testing"

	"countersign/session/throttle"
	"countersign/session/throttle/throttletest"
	"countersign/sql"
	"countersign/sql/sqltest"
)

func TestThrottle(t *testing.T) {
	sqltest.EachURL(t, func(t *testing.T, fresh func(testing.TB) string) {
		throttletest.Store(t, throttletest.Backend{
			Fresh: fresh,
			Open: func(t testing.TB, url string) throttle.Store {
				return sqltest.Open(t, url, sql.AllowUnsafe()).Throttle()
			},
		})
	})
}
