package server

import (
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"
)

// connected gives a connection of a limitListener and its other end.
func connected(t *testing.T) (*limitedConn, net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	far, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	near, err := newLimitListener(l, 1, 1).Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(near.Close(), far.Close(), l.Close()); err != nil {
			t.Error(err)
		}
	})
	return near.(*limitedConn), far
}

// reading begins to read and gives what becomes of it.
func reading(c net.Conn) <-chan error {
	ended := make(chan error, 1)
	go func() {
		_, err := c.Read(make([]byte, 1))
		ended <- err
	}()
	return ended
}

func within(t *testing.T, ended <-chan error) error {
	t.Helper()
	select {
	case err := <-ended:
		return err
	case <-time.After(10 * time.Second):
		t.Fatal("the deadline was forgotten")
		return nil
	}
}

func TestReadDeadline(t *testing.T) {
	past, soon, later := time.Unix(1, 0), 20*time.Millisecond, time.Hour
	for name, read := range map[string]func(c *limitedConn) <-chan error{
		"set before the read": func(c *limitedConn) <-chan error {
			_ = c.SetReadDeadline(time.Now().Add(soon))
			return reading(c)
		},
		"in the past before the read": func(c *limitedConn) <-chan error {
			_ = c.SetReadDeadline(past)
			return reading(c)
		},
		"brought forward during the read": func(c *limitedConn) <-chan error {
			_ = c.SetReadDeadline(time.Now().Add(later))
			ended := reading(c)
			waitUntilReading(c)
			_ = c.SetReadDeadline(past)
			return ended
		},
		"set during a read without one": func(c *limitedConn) <-chan error {
			ended := reading(c)
			waitUntilReading(c)
			_ = c.SetDeadline(time.Now().Add(soon))
			return ended
		},
	} {
		t.Run(name, func(t *testing.T) {
			c, _ := connected(t)
			if err := within(t, read(c)); !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("the read ended with %v", err)
			}
		})
	}
}

// waitUntilReading returns when a Read is under way.
func waitUntilReading(c *limitedConn) {
	for {
		c.deadlines.mu.Lock()
		n := c.deadlines.reading
		c.deadlines.mu.Unlock()
		if n > 0 {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

func TestReadDeadlineTakenBack(t *testing.T) {
	c, far := connected(t)
	if err := errors.Join(c.SetReadDeadline(time.Unix(1, 0)), within(t, reading(c))); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatal(err)
	}
	if err := c.SetReadDeadline(time.Time{}); err != nil {
		t.Fatal(err)
	}
	ended := reading(c)
	if _, err := io.WriteString(far, "x"); err != nil {
		t.Fatal(err)
	}
	if err := within(t, ended); err != nil {
		t.Errorf("a read without a deadline ended with %v", err)
	}
}

func TestReadDeadlinePutOff(t *testing.T) {
	c, far := connected(t)
	send := func() {
		if _, err := io.WriteString(far, "x"); err != nil {
			t.Fatal(err)
		}
	}
	soon := time.Now().Add(20 * time.Millisecond)
	_ = c.SetReadDeadline(soon)
	send()
	if err := within(t, reading(c)); err != nil {
		t.Fatal(err)
	}
	for name, until := range map[string]time.Time{"to later": time.Now().Add(time.Hour), "for ever": {}} {
		_ = c.SetReadDeadline(until)
		ended := reading(c)
		select {
		case err := <-ended:
			t.Fatalf("%s: the read ended with %v", name, err)
		case <-time.After(time.Until(soon) + 20*time.Millisecond):
		}
		send()
		if err := within(t, ended); err != nil {
			t.Errorf("%s: the read ended with %v", name, err)
		}
	}
	_ = c.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
	if err := within(t, reading(c)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("the read ended with %v", err)
	}
}

func TestWriteDeadline(t *testing.T) {
	c, _ := connected(t)
	asked := time.Now().Add(10 * time.Millisecond)
	if err := c.SetWriteDeadline(asked); err != nil {
		t.Fatal(err)
	}
	var err error
	for err == nil { // the other end never reads
		_, err = c.Write(make([]byte, 1<<20))
	}
	late := time.Since(asked)
	if !errors.Is(err, os.ErrDeadlineExceeded) || late < 0 {
		t.Errorf("the write ended with %v, %s after its deadline", err, late)
	}
}
