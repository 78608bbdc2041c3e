package server

import (
	"sync"
	"time"
)

// connDeadlines spares a connection most of the deadlines that net/http sets: seven for
// a request that comes in one packet, each a change to the runtime's timers, together
// a fortieth of what a small call costs. A deadline for reading is passed on only when
// somebody reads, one for writing is rounded up to the next second.
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
	d := &c.deadlines
	d.mu.Lock()
	err := c.arm()
	d.reading++
	d.mu.Unlock()
	n := 0
	if err == nil {
		n, err = c.Conn.Read(p)
	}
	d.mu.Lock()
	d.reading--
	d.mu.Unlock()
	return n, err
}

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
