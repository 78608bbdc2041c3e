package sql_test

import (
	"testing"

	"countersign/session/account/accounttest"
	"countersign/sql"
	"countersign/sql/sqltest"
)

func TestAccounts(t *testing.T) {
	sqltest.EachURL(t, func(t *testing.T, fresh func(testing.TB) string) {
		accounttest.Store(t, accounttest.Backend{
			Fresh: fresh,
			Open: func(t testing.TB, url string) accounttest.Stores {
				db := sqltest.Open(t, url, sql.AllowUnsafe())
				return accounttest.Stores{Accounts: db.Accounts(), Sessions: db.Sessions()}
			},
		})
	})
}
