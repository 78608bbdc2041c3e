package sessiontest

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"countersign/session"
)

func insertGivesBackEveryField(t *testing.T, s session.Store) {
	plain := record(1)
	full := record(2)
	full.Server, full.ReadOnly, full.Account = true, true, bob
	full.Created, full.Seen, full.End = epoch, epoch.Add(time.Microsecond), epoch.Add(time.Hour+2*time.Microsecond)
	full.Idle = 1500 * time.Millisecond
	full.Peer, full.Agent, full.Endpoint = "[2001:db8::1]:65535", "Zoë's ✓ client'; --", "/phpgroupware/xmlrpc.php"
	noIdle := record(3)
	noIdle.Idle, noIdle.Peer, noIdle.Agent, noIdle.Endpoint = 0, "", "", ""
	child := record(5)
	child.Parent, child.Scope = plain.ID, "addressbook news.*"

	insert(t, s, plain, full, noIdle, child)
	wantLive(t, s, plain, full, noIdle, child)
	wantDead(t, s, id(4), session.Digest{})
	must(t, s.Insert(t.Context(), nil))
}

// insertKeepsTheAddress: a bound session comes back bound to exactly what it was bound
// to, alone and in lists.
func insertKeepsTheAddress(t *testing.T, s session.Store) {
	var all []session.Record
	for n, from := range []string{"192.0.2.1", "0.0.0.0", "2001:db8::1", "::", "::ffff:192.0.2.1", "fe80::1%eth0"} {
		r := record(n)
		r.OnlyFrom, r.Created = netip.MustParseAddr(from), epoch.Add(-time.Duration(n)*time.Second)
		all = append(all, r)
	}
	insert(t, s, all...)
	wantLive(t, s, all...)
	listed, err := s.List(t.Context(), alice, 0)
	must(t, err)
	if !slices.Equal(listed, all) {
		t.Errorf("listed %+v, want %+v", listed, all)
	}
}

func insertIsAllOrNothing(t *testing.T, s session.Store) {
	insert(t, s, record(1))
	wantErr(t, s.Insert(t.Context(), []session.Record{record(2), record(1), record(3)}), session.ErrCollision)
	wantDead(t, s, id(2), id(3))
	wantLive(t, s, record(1))
}

func insertRefusesCollisions(t *testing.T, s session.Store) {
	old := record(1)
	insert(t, s, old)
	sameID, samePublic := record(2), record(3)
	sameID.ID, sameID.Account = old.ID, bob
	samePublic.Public = old.Public
	twice := record(4)
	for name, batch := range map[string][]session.Record{
		"the sessionid": {sameID}, "the public id": {samePublic}, "itself": {twice, twice},
	} {
		t.Run(name, func(t *testing.T) {
			wantErr(t, s.Insert(t.Context(), batch), session.ErrCollision)
		})
	}
	wantLive(t, s, old)
	wantDead(t, s, id(2), id(3), id(4))
}

// insertTakesAnyText: what a client says of itself must not refuse it a login.
func insertTakesAnyText(t *testing.T, s session.Store) {
	for n, agent := range []string{"nul\x00nul", "\xff\xfe", "caf\xe9", strings.Repeat("x", 256), "a\r\nb\u202e"} {
		r := record(n)
		r.Agent, r.Peer, r.Endpoint = agent, agent, agent
		insert(t, s, r)
		got := get(t, s, r.ID)
		for _, text := range []string{got.Agent, got.Peer, got.Endpoint} {
			if !utf8.ValidString(text) || utf8.ValidString(agent) && !strings.Contains(agent, "\x00") && text != agent {
				t.Errorf("%q came back as %q", agent, text)
			}
		}
	}
}

func insertOfMany(t *testing.T, s session.Store) {
	many := records(0, 2500)
	wantErr(t, s.Insert(t.Context(), append(records(0, 2500), record(7))), session.ErrCollision)
	wantDead(t, s, id(0), id(2499))
	insert(t, s, many...)
	wantLive(t, s, many[0], many[999], many[1000], many[2499])
	gone, err := s.Delete(t.Context(), ids(0, 2600))
	must(t, err)
	if !sameSet(gone, ids(0, 2500)) {
		t.Fatalf("%d of 2500 were deleted", len(gone))
	}
}

func cancelledCallsFail(t *testing.T, s session.Store) {
	insert(t, s, record(1))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Insert(ctx, records(2, 3)); !errors.Is(err, context.Canceled) {
		t.Errorf("insert: %v", err)
	}
	if _, err := s.Delete(ctx, ids(1, 2)); !errors.Is(err, context.Canceled) {
		t.Errorf("delete: %v", err)
	}
	if _, err := s.Get(ctx, id(1)); !errors.Is(err, context.Canceled) {
		t.Errorf("get: %v", err)
	}
	wantLive(t, s, record(1))
}
