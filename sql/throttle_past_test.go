package sql_test

import (
	"net/netip"
	"testing"

	"countersign/session/account"
	"countersign/session/throttle"
	"countersign/sql"
	"countersign/sql/sqltest"
)

// TestYoungAfterThePast: a process of the version before knows no young attempts: where it
// unlocks it leaves their number behind. The next attempt is decided all the same.
func TestYoungAfterThePast(t *testing.T) {
	sqltest.EachURL(t, func(t *testing.T, fresh func(testing.TB) string) {
		url := fresh(t)
		store := sqltest.Open(t, url, sql.AllowUnsafe()).Throttle()
		th, err := throttle.New(t.Context(), throttle.Config{Store: store})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(th.Close)
		who := throttle.Who{Kind: account.User, Name: "ann", Peer: netip.MustParseAddr("192.0.2.1")}
		for range 3 {
			if _, err := th.Reserve(t.Context(), who); err != nil {
				t.Fatal(err)
			}
		}
		_, err = sqltest.Past(t, url).Exec(`UPDATE throttle SET failures = 0, in_row = 0, pending = 0, lease = 0, epoch = epoch + 1`)
		if err != nil {
			t.Fatal(err)
		}
		a, err := th.Reserve(t.Context(), who)
		if err != nil {
			t.Fatal(err)
		}
		if err := a.Succeeded(t.Context()); err != nil {
			t.Fatal(err)
		}
		key := throttle.Key{Account: th.Tag(who.Kind, who.Name), Block: throttle.Block(who.Peer)}
		all, err := store.Load(t.Context(), []throttle.Key{key})
		if err != nil {
			t.Fatal(err)
		}
		if c := all[key]; c.Pending != 0 || c.Failures != 0 || c.Good.IsZero() {
			t.Errorf("after a success: %+v", c)
		}
	})
}
