package server

import (
	"errors"
	"os"
	"sync"
	"time"
)

// connDeadlines spares a connection most of the deadlines that net/http sets: seven for
// a request that comes in one packet, each a change to the runtime's timers, together a
// twentieth of what a small call costs. A deadline for reading is passed on only when
// somebody reads and none is armed that comes before it: one that comes too early makes
// the read go on with the right one. A deadline for writing is rounded up to the next
// second.
type connDeadlines struct {
	mu            sync.Mutex
	reading       int       // Reads under way
	wanted, armed time.Time // for reading
	writing       time.Time // for writing, as armed
}

// SetReadDeadline implements net.Conn.
func (c *limitedConn) SetReadDeadline(t time.Time) error {
	d := &c.deadlines
	d.mu.Lock()
	defer d.mu.Unlock()
	d.wanted = t
	if d.reading == 0 {
		return nil
	}
	return c.arm()
}

// arm passes the deadline for reading on. c.deadlines is locked.
func (c *limitedConn) arm() error {
	d := &c.deadlines
	if d.armed.Equal(d.wanted) {
		return nil
	}
	d.armed = d.wanted
	return c.Conn.SetReadDeadline(d.wanted)
}

// Read implements net.Conn.
func (c *limitedConn) Read(p []byte) (int, error) {
	for {
		if err := c.beginRead(); err != nil {
			return 0, err
		}
		n, err := c.Conn.Read(p)
		if !c.endRead(n, err) {
			return n, err
		}
	}
}

func (c *limitedConn) beginRead() error {
	d := &c.deadlines
	d.mu.Lock()
	defer d.mu.Unlock()
	if interrupts(d.wanted) {
		return os.ErrDeadlineExceeded
	}
	if d.armed.IsZero() || d.wanted.IsZero() || d.wanted.Before(d.armed) {
		if err := c.arm(); err != nil {
			return err
		}
	}
	d.reading++
	return nil
}

// endRead tells whether the read was ended by a deadline other than the one wanted, and
// has to begin anew with that.
func (c *limitedConn) endRead(n int, err error) (again bool) {
	d := &c.deadlines
	d.mu.Lock()
	defer d.mu.Unlock()
	d.reading--
	if n > 0 || d.armed.Equal(d.wanted) || !errors.Is(err, os.ErrDeadlineExceeded) {
		return false
	}
	return c.arm() == nil
}

// interrupts tells the deadlines that net/http sets to end a read, from those that
// bound one.
func interrupts(t time.Time) bool { return !t.IsZero() && t.Unix() <= 1 }

// SetWriteDeadline implements net.Conn.
func (c *limitedConn) SetWriteDeadline(t time.Time) error {
	d := &c.deadlines
	d.mu.Lock()
	defer d.mu.Unlock()
	if !t.IsZero() {
		t = t.Add(time.Second - time.Duration(t.Nanosecond()))
	}
	if t.Equal(d.writing) {
		return nil
	}
	d.writing = t
	return c.Conn.SetWriteDeadline(t)
}

// SetDeadline implements net.Conn.
func (c *limitedConn) SetDeadline(t time.Time) error {
	if err := c.SetReadDeadline(t); err != nil {
		return err
	}
	return c.SetWriteDeadline(t)
}
