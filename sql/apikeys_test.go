package sql_test

import (
	"testing"

	"countersign/session/apikey/apikeytest"
	"countersign/sql"
	"countersign/sql/sqltest"
)

func TestAPIKeys(t *testing.T) {
	sqltest.EachURL(t, func(t *testing.T, fresh func(testing.TB) string) {
		apikeytest.Store(t, apikeytest.Backend{
			Fresh: fresh,
			Open: func(t testing.TB, url string) apikeytest.Stores {
				db := sqltest.Open(t, url, sql.AllowUnsafe())
				return apikeytest.Stores{Keys: db.APIKeys(), Accounts: db.Accounts(), Sessions: db.Sessions()}
			},
		})
	})
}
