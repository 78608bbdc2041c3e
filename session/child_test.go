package session_test

import (
	"errors"
	"testing"
	"time"

	"countersign/session"
	"countersign/sql"
)

// child makes a child session.
func (n *node) child(t *testing.T, parent session.Pair, terms session.Terms) session.Grant {
	t.Helper()
	s := n.wantValid(t, parent)
	g, err := n.OpenChild(t.Context(), &s, terms, nil, session.By{})
	must(t, err)
	return g
}

// TestChildElsewhere: a child that is used at another process than its parent keeps the
// parent alive, and neither outlives the other.
func TestChildElsewhere(t *testing.T) {
	both(t, func(t *testing.T, db *sql.DB, n *node, c *clock) {
		parent := n.login(t, "ann")
		child := n.child(t, parent, session.Terms{})
		other := newNode(t, db, c)
		for range 8 {
			c.advance(10 * time.Minute)
			must(t, other.CatchUp(t.Context()))
			s := other.wantValid(t, child.Pair)
			other.Touch(&s)
			_, err := other.Sweep(t.Context())
			must(t, err)
		}
		newNode(t, db, c).wantValid(t, parent)
		c.advance(time.Hour)
		must(t, other.CatchUp(t.Context()))
		_, err := other.Sweep(t.Context())
		must(t, err)
		for _, p := range []session.Pair{parent, child.Pair} {
			other.wantInvalid(t, p)
			newNode(t, db, c).wantInvalid(t, p)
		}
	})
}

// TestChildSwept: where a parent was swept its child ends with it, in every process.
func TestChildSwept(t *testing.T) {
	both(t, func(t *testing.T, db *sql.DB, n *node, c *clock) {
		parent := n.login(t, "ann")
		child := n.child(t, parent, session.Terms{})
		other := newNode(t, db, c)
		s := other.wantValid(t, child.Pair)
		// The parent's row is behind: its process died with what it knew.
		c.advance(59 * time.Minute)
		must(t, db.Sessions().Touch(t.Context(), []session.Touch{{ID: s.Digest(), Seen: c.Now()}}))
		c.advance(2 * time.Minute)
		must(t, other.CatchUp(t.Context()))
		if swept, err := n.Sweep(t.Context()); swept != 1 || err != nil {
			t.Fatalf("%d were swept, %v", swept, err)
		}
		must(t, other.CatchUp(t.Context()))
		other.wantInvalid(t, child.Pair)
		newNode(t, db, c).wantInvalid(t, child.Pair)
	})
}

// TestChildLimits: a child's limits are its parent's or shorter, whatever is wished.
func TestChildLimits(t *testing.T) {
	both(t, func(t *testing.T, _ *sql.DB, n *node, c *clock) {
		parent := n.login(t, "ann")
		whole := n.wantValid(t, parent)
		for _, wish := range []time.Duration{0, -1, -1 << 63, session.DefaultAbsolute + 1, 1<<63 - 1} {
			g := n.child(t, parent, session.Terms{Idle: wish, Absolute: wish})
			if !g.Session.End.Equal(whole.End) || !g.Session.IdleEnds.Equal(whole.IdleEnds) {
				t.Errorf("%v: unused until %v, at the latest %v, want %v and %v",
					wish, g.Session.IdleEnds, g.Session.End, whole.IdleEnds, whole.End)
			}
		}
		g := n.child(t, parent, session.Terms{Idle: time.Minute, Absolute: time.Hour})
		if !g.Session.End.Equal(c.Now().Add(time.Hour)) || !g.Session.IdleEnds.Equal(c.Now().Add(time.Minute)) {
			t.Errorf("unused until %v, at the latest %v", g.Session.IdleEnds, g.Session.End)
		}
	})
}

// TestChildCap: an account has as many child sessions as it may have sessions, over all
// its sessions together; one more is refused and leaves nothing.
func TestChildCap(t *testing.T) {
	both(t, func(t *testing.T, db *sql.DB, _ *node, c *clock) {
		const most = 6
		n := newNodeWith(t, db, session.Config{Now: c.Now, PerAccount: most})
		one, two := n.login(t, "ann"), n.login(t, "ann")
		var last session.Grant
		for i := range most {
			last = n.child(t, []session.Pair{one, two}[i%2], session.Terms{})
		}
		s := n.wantValid(t, one)
		if _, err := n.OpenChild(t.Context(), &s, session.Terms{}, nil, session.By{}); !errors.Is(err, session.ErrTooMany) {
			t.Fatalf("one more: %v", err)
		}
		_, err := n.Logout(t.Context(), last.Pair, session.By{})
		must(t, err)
		n.child(t, one, session.Terms{})
		// Those that are over do not count, swept or not.
		must(t, n.CatchUp(t.Context()))
		c.advance(session.DefaultIdle)
		must(t, n.CatchUp(t.Context()))
		n.child(t, n.login(t, "ann"), session.Terms{})
	})
}
