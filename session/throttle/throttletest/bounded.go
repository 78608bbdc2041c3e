package throttletest

import (
	"context"
	"encoding/binary"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"countersign/session/account"
	"countersign/session/throttle"
)

// strangersNamesAreBounded: a flood of names that exist nowhere, each from a network of
// its own, leaves the table small, and neither opens an account that was closed nor
// makes its owner a stranger (requirement AUT-4).
func strangersNamesAreBounded(t *testing.T, s throttle.Store) {
	const workers = 100
	names := 2_000
	if _, fast := s.(*Memory); fast {
		names = 100_000
	}
	rules := throttle.DefaultRules()
	rules.Rows, rules.Wait = names/5, time.Minute
	th := openWith(t, throttle.Config{Store: s, Now: newClock().Now, Rules: &rules})
	closed, owner := from("alice", abroad), from("bob", home)
	for range freePer {
		fail(t, th, closed)
	}
	succeed(t, th, owner)
	parallel(t, workers, func(ctx context.Context, i int) error {
		for n := i; n < names; n += workers {
			var address [16]byte
			binary.BigEndian.PutUint64(address[:], 0x2001_0db8_0000_0000|uint64(n))
			a, err := th.Reserve(ctx, throttle.Who{Kind: account.User, Name: fmt.Sprint("nobody", n), Peer: netip.AddrFrom16(address)})
			if err != nil {
				return err
			}
			if _, err := a.Failed(ctx); err != nil {
				return err
			}
		}
		return nil
	})
	wantBlocked(t, th, closed, throttle.ScopePair)
	if load(t, s, key(th.Tag(owner.Kind, owner.Name), home+"/32")).Good.IsZero() {
		t.Error("the owner's block is no longer known to be good")
	}
	there, err := s.Trim(t.Context(), 0, 1)
	must(t, err)
	// An eighth more between two trims, and what one transaction brings.
	if most := rules.Rows + rules.Rows/8 + 300; there > most || there < rules.Rows/2 {
		t.Errorf("%d names left %d counters, want about %d and at most %d", names, there, rules.Rows, most)
	}
}
