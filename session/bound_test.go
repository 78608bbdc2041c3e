package session_test

import (
	"errors"
	"net/netip"
	"testing"
	"time"

	"countersign/session"
	"countersign/session/account"
	"countersign/sql"
)

func (n *node) loginAt(t *testing.T, peer string, terms session.Terms) session.Grant {
	t.Helper()
	g, err := n.Login(t.Context(), annAt(peer), terms)
	must(t, err)
	return g
}

func annAt(peer string) session.Credentials {
	c := session.Credentials{Kind: account.User, Name: "ann", Password: "open"}
	if peer != "" {
		c.Peer = netip.MustParseAddr(peer)
	}
	return c
}

// TestOnlyPeer: a bound session names the address that logged in, wherever it is asked
// about: at login, from memory, from the store and in another process, after a
// restart, and so do its children.
func TestOnlyPeer(t *testing.T) {
	both(t, func(t *testing.T, db *sql.DB, n *node, c *clock) {
		for _, row := range []struct{ peer, want string }{
			{"192.0.2.1", "192.0.2.1"}, {"::ffff:192.0.2.1", "192.0.2.1"}, {"2001:db8::1", "2001:db8::1"},
		} {
			want := netip.MustParseAddr(row.want)
			g := n.loginAt(t, row.peer, session.Terms{OnlyPeer: true})
			child, err := n.OpenChild(t.Context(), &g.Session, session.Terms{}, nil, session.By{Peer: netip.MustParseAddr("198.51.100.7")})
			must(t, err)
			for what, s := range map[string]session.Session{
				"login": g.Session, "memory": n.wantValid(t, g.Pair), "another process": newNode(t, db, c).wantValid(t, g.Pair),
				"child": child.Session, "child elsewhere": newNode(t, db, c).wantValid(t, child.Pair),
			} {
				if s.OnlyFrom != want {
					t.Errorf("%s of %s: only from %v", what, row.peer, s.OnlyFrom)
				}
			}
		}
	})
}

// TestGoodAt: exactly the address, in whatever form it is written, and no other.
func TestGoodAt(t *testing.T) {
	addr := netip.MustParseAddr
	for _, row := range []struct {
		only, peer netip.Addr
		want       bool
	}{
		{netip.Addr{}, netip.Addr{}, true},
		{netip.Addr{}, addr("192.0.2.1"), true},
		{addr("192.0.2.1"), addr("192.0.2.1"), true},
		{addr("192.0.2.1"), addr("::ffff:192.0.2.1"), true},
		{addr("192.0.2.1"), addr("192.0.2.2"), false},
		{addr("192.0.2.1"), netip.Addr{}, false},
		{addr("2001:db8::1"), addr("2001:db8:0::1"), true},
		{addr("2001:db8::1"), addr("2001:db8::2"), false},
		{addr("0.0.0.0"), addr("192.0.2.1"), false},
	} {
		s := session.Session{OnlyFrom: row.only}
		if got := s.GoodAt(row.peer); got != row.want {
			t.Errorf("bound to %v, used from %v: %v, want %v", row.only, row.peer, got, row.want)
		}
	}
}

// TestOnlyPeerAsked: who did not ask is not bound; a child may be bound alone; and
// where there is no address to bind to, there is no session.
func TestOnlyPeerAsked(t *testing.T) {
	both(t, func(t *testing.T, _ *sql.DB, n *node, _ *clock) {
		free := n.loginAt(t, "192.0.2.1", session.Terms{})
		if free.Session.OnlyFrom.IsValid() {
			t.Errorf("bound to %v without being asked", free.Session.OnlyFrom)
		}
		there := netip.MustParseAddr("198.51.100.7")
		child, err := n.OpenChild(t.Context(), &free.Session, session.Terms{OnlyPeer: true}, nil, session.By{Peer: there})
		must(t, err)
		if child.Session.OnlyFrom != there || n.wantValid(t, free.Pair).OnlyFrom.IsValid() {
			t.Errorf("the child is bound to %v", child.Session.OnlyFrom)
		}
		_, login := n.Login(t.Context(), annAt(""), session.Terms{OnlyPeer: true})
		_, made := n.OpenChild(t.Context(), &free.Session, session.Terms{OnlyPeer: true}, nil, session.By{})
		for what, err := range map[string]error{"login": login, "child": made} {
			if r, ok := errors.AsType[*session.Refusal](err); !ok || r.Reason != session.ReasonNoPeer {
				t.Errorf("%s without an address: %v", what, err)
			}
		}
		infos, err := n.List(t.Context(), "")
		must(t, err)
		if len(infos) != 2 {
			t.Errorf("%d sessions, want the two that were granted", len(infos))
		}
	})
}

// TestBoundStaysBoundBeyondTheLease: memory that is not trusted is no way around it.
func TestBoundStaysBoundBeyondTheLease(t *testing.T) {
	both(t, func(t *testing.T, _ *sql.DB, n *node, c *clock) {
		g := n.loginAt(t, "192.0.2.1", session.Terms{OnlyPeer: true})
		for _, past := range []time.Duration{0, session.Lease} {
			c.advance(past)
			if s := n.wantValid(t, g.Pair); s.GoodAt(netip.MustParseAddr("192.0.2.2")) {
				t.Errorf("%v later it is good elsewhere", past)
			}
		}
	})
}
