package server

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync"
	"time"
)

// Listen opens the listener for an address: "HOST:PORT", or "unix:PATH" for a socket
// that only its owner and group may use. A socket file that nobody listens on any more
// is replaced.
func Listen(address string) (net.Listener, error) {
	path, isUnix := strings.CutPrefix(address, "unix:")
	if !isUnix {
		return net.Listen(network(address), address)
	}
	if err := removeStaleSocket(path); err != nil {
		return nil, err
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, 0o660); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

// network is "tcp4" for every address of IPv4: "tcp" takes 0.0.0.0 for [::], which is more
// than was asked for. The port may have a name. What is no address net.Listen refuses.
func network(address string) string {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return "tcp"
	}
	if at, err := netip.ParseAddr(host); err == nil && at == netip.IPv4Unspecified() {
		return "tcp4"
	}
	return "tcp"
}

func removeStaleSocket(path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case info.Mode()&fs.ModeSocket == 0:
		return fmt.Errorf("%s exists and is not a socket", path)
	}
	if c, err := net.DialTimeout("unix", path, time.Second); err == nil {
		return errors.Join(fmt.Errorf("another process listens on %s", path), c.Close())
	}
	return os.Remove(path)
}

// Loopback tells whether only this machine can reach the listener.
func Loopback(l net.Listener) bool {
	switch a := l.Addr().(type) {
	case *net.TCPAddr:
		return a.IP.IsLoopback()
	case *net.UnixAddr:
		return true
	default:
		return false
	}
}

// limitListener bounds how many connections are open, in all and per client address.
// Over the whole bound it stops accepting: the kernel's queue holds the rest. Over a
// client's own bound the connection is closed at once.
type limitListener struct {
	net.Listener
	slots   chan struct{}
	perPeer int
	closed  chan struct{}
	closing sync.Once

	mu    sync.Mutex
	peers map[string]int
}

func newLimitListener(l net.Listener, total, perPeer int) *limitListener {
	return &limitListener{
		Listener: l, slots: make(chan struct{}, total), perPeer: perPeer,
		closed: make(chan struct{}), peers: map[string]int{},
	}
}

// Accept implements net.Listener.
func (l *limitListener) Accept() (net.Conn, error) {
	for {
		select {
		case l.slots <- struct{}{}:
		case <-l.closed:
			return nil, net.ErrClosed
		}
		c, err := l.Listener.Accept()
		if err != nil {
			<-l.slots
			return nil, err
		}
		peer := peerOf(c)
		if l.enter(peer) {
			return &limitedConn{Conn: c, leave: func() { l.exit(peer) }}, nil
		}
		<-l.slots
		if err := c.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			return nil, err
		}
	}
}

// Close implements net.Listener. It ends an Accept that waits for a place too:
// http.Server.Shutdown closes no connection before Accept has returned.
func (l *limitListener) Close() error {
	l.closing.Do(func() { close(l.closed) })
	return l.Listener.Close()
}

func (l *limitListener) enter(peer string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if peer != "" && l.peers[peer] >= l.perPeer {
		return false
	}
	l.peers[peer]++
	return true
}

func (l *limitListener) exit(peer string) {
	l.mu.Lock()
	if l.peers[peer]--; l.peers[peer] <= 0 {
		delete(l.peers, peer)
	}
	l.mu.Unlock()
	<-l.slots
}

// peerOf groups connections: IPv4 by address, IPv6 by /64, local sockets not at all.
func peerOf(c net.Conn) string {
	a, ok := c.RemoteAddr().(*net.TCPAddr)
	if !ok {
		return ""
	}
	if v4 := a.IP.To4(); v4 != nil {
		return string(v4)
	}
	return string(a.IP[:8])
}

type limitedConn struct {
	net.Conn
	once      sync.Once
	leave     func()
	deadlines connDeadlines
}

// CloseWrite lets net/http end its side first, so that a client that is still sending
// gets the answer that refused it instead of a reset connection.
func (c *limitedConn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

// Close implements net.Conn.
func (c *limitedConn) Close() error {
	err := c.Conn.Close()
	c.once.Do(c.leave)
	return err
}
