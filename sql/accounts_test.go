package sql_test

import (
	"testing"

	"countersign/session/account/accounttest"
	"countersign/sql"
	"countersign/sql/sqltest"
)

func TestAccounts(t *testing.T) {
	sqltest.EachURL(t, func(t *testing.T, fresh func(testing.TB) string) {
		accounttest.Store(t, accountBackend(fresh))
	})
}

func TestOffers(t *testing.T) {
	sqltest.EachURL(t, func(t *testing.T, fresh func(testing.TB) string) {
		accounttest.Offers(t, accountBackend(fresh))
	})
}

func accountBackend(fresh func(testing.TB) string) accounttest.Backend {
	return accounttest.Backend{
		Fresh: fresh,
		Open: func(t testing.TB, url string) accounttest.Stores {
			db := sqltest.Open(t, url, sql.AllowUnsafe())
			return accounttest.Stores{Accounts: db.Accounts(), Sessions: db.Sessions(), Offers: db.Offers()}
		},
	}
}
