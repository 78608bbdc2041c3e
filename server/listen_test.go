package server_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/server"
)

// TestUnixSocket: the service on a socket file that only owner and group may use.
func TestUnixSocket(t *testing.T) {
	s := newService(t, options{})
	path := filepath.Join(t.TempDir(), "rpc.sock")
	listen := func() *running {
		t.Helper()
		l, err := server.Listen("unix:" + path)
		must(t, err)
		if !server.Loopback(l) {
			t.Error("a socket file can be reached from other machines")
		}
		return s.serveOn(t, l, server.Serving{})
	}
	r := listen()
	info, err := os.Stat(path)
	must(t, err)
	if mode := info.Mode().Perm(); mode != 0o660 {
		t.Errorf("mode %o", mode)
	}
	c := s.client(plainPath)
	c.url = "http://socket"
	c.http = &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", path)
	}}}
	if !c.login(t, "bubba", "gump").alive(t) {
		t.Error("no session")
	}

	t.Run("in use", func(t *testing.T) {
		if _, err := server.Listen("unix:" + path); err == nil || !strings.Contains(err.Error(), "another process listens") {
			t.Errorf("a second listener: %v", err)
		}
		if a := c.call(t, "system.methodExist", "x"); a.value != false {
			t.Error("the attempt took the socket away")
		}
	})
	t.Run("is removed at the end", func(t *testing.T) {
		r.stop()
		must(t, within(t, "the end of Serve", r.ended))
		if _, err := os.Lstat(path); !os.IsNotExist(err) {
			t.Errorf("the file is there: %v", err)
		}
	})
	t.Run("stale", func(t *testing.T) {
		left, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
		must(t, err)
		left.SetUnlinkOnClose(false) // what a killed process leaves behind
		must(t, left.Close())
		listen()
		if a := c.call(t, "system.methodExist", "x"); a.value != false {
			t.Errorf("%+v", a)
		}
	})
	t.Run("not a socket", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "data")
		write(t, file, []byte("precious"))
		if _, err := server.Listen("unix:" + file); err == nil {
			t.Error("listens over a file")
		}
		if content, err := os.ReadFile(file); err != nil || string(content) != "precious" {
			t.Errorf("the file is %q, %v", content, err)
		}
	})
	t.Run("no such folder", func(t *testing.T) {
		if _, err := server.Listen("unix:" + filepath.Join(t.TempDir(), "no", "rpc.sock")); err == nil {
			t.Error("listens in a folder that is not there")
		}
	})
}

func TestListenTCP(t *testing.T) {
	l, err := server.Listen("127.0.0.1:0")
	must(t, err)
	if !server.Loopback(l) {
		t.Error("127.0.0.1 is not this machine")
	}
	if _, err := server.Listen(l.Addr().String()); err == nil {
		t.Error("listens twice on one port")
	}
	must(t, l.Close())
	for _, bad := range []string{"127.0.0.1", "127.0.0.1:port", "127.0.0.1:99999"} {
		if l, err := server.Listen(bad); err == nil {
			t.Errorf("%q is an address: %v", bad, l.Addr())
			_ = l.Close()
		}
	}
}

// connection is one that is kept.
type connection struct {
	net.Conn
	in *bufio.Reader
}

func connect(t testing.TB, address string) *connection {
	t.Helper()
	c, err := net.Dial("tcp", address)
	must(t, err)
	t.Cleanup(func() { _ = c.Close() })
	must(t, c.SetDeadline(time.Now().Add(10*time.Second)))
	return &connection{c, bufio.NewReader(c)}
}

// ping asks for an answer and keeps the connection.
func (c *connection) ping() error {
	if _, err := io.WriteString(c, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		return err
	}
	res, err := http.ReadResponse(c.in, nil)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, res.Body)
	return err
}

// TestConnectionsPerClient: over its bound a client's connection is closed at once; one
// that it closes makes room.
func TestConnectionsPerClient(t *testing.T) {
	s := newService(t, options{})
	r := s.serve(t, server.Serving{PerPeer: 2, Connections: 10})
	one, two := connect(t, r.address), connect(t, r.address)
	must(t, one.ping())
	must(t, two.ping())
	for range 3 {
		if err := connect(t, r.address).ping(); err == nil {
			t.Error("a third connection is served")
		}
	}
	must(t, one.ping())
	must(t, one.Close())
	eventually(t, "room for a connection", func() bool { return connect(t, r.address).ping() == nil })
	must(t, two.ping())
}

// TestConnectionsInAll: over the bound of all connections new ones wait their turn.
func TestConnectionsInAll(t *testing.T) {
	s := newService(t, options{})
	r := s.serve(t, server.Serving{PerPeer: 10, Connections: 2})
	one, two := connect(t, r.address), connect(t, r.address)
	must(t, one.ping())
	must(t, two.ping())
	three := connect(t, r.address)
	served := make(chan error, 1)
	go func() { served <- three.ping() }()
	must(t, two.ping()) // by now a third would have been accepted
	must(t, one.ping())
	select {
	case err := <-served:
		t.Fatalf("a third connection is served: %v", err)
	default:
	}
	must(t, one.Close())
	if err := within(t, "the turn of the third connection", served); err != nil {
		t.Error(err)
	}
	// Waiting for a place does not keep the service from ending.
	four := connect(t, r.address)
	r.stop()
	if err := within(t, "the end of Serve", r.ended); err != nil {
		t.Error(err)
	}
	must(t, four.Close())
}

// TestListenOnIPv4: 0.0.0.0 is every address of IPv4, and none of IPv6, also where the
// port is no number. Here it is left out: a port with a name may be taken.
func TestListenOnIPv4(t *testing.T) {
	for _, address := range []string{"0.0.0.0:0", "0.0.0.0:"} {
		l, err := server.Listen(address)
		must(t, err)
		defer l.Close()
		if got := l.Addr().String(); !strings.HasPrefix(got, "0.0.0.0:") {
			t.Errorf("%q: it listens on %s", address, got)
		}
	}
}
