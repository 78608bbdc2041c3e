package server_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"countersign/server"
)

// overSocket serves on a Unix socket too, and gives the client of an endpoint there.
func (s *service) overSocket(t testing.TB, path string) *client {
	t.Helper()
	file := filepath.Join(t.TempDir(), "rpc.sock")
	l, err := server.Listen("unix:" + file)
	must(t, err)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.server.Serve(ctx, l, server.Serving{}) }()
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", file)
	}}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		stop()
		must(t, <-ended)
	})
	c := s.client(path)
	c.url, c.http = "http://localhost", &http.Client{Transport: transport}
	return c
}

// lockOut guesses at bubba until the right password is refused as well.
func (c *client) lockOut(t testing.TB) {
	t.Helper()
	for i := range freeGuesses {
		c.tryLogin(t, "bubba", fmt.Sprint("guess", i))
	}
	c.wantLockedOut(t)
}

func (c *client) wantLockedOut(t testing.TB) {
	t.Helper()
	c.tryLogin(t, "bubba", "gump").wantFault(t, 200, -32008, "too many attempts")
}

// TestSocketProxy: clients behind a trusted proxy on a Unix socket are told apart by what
// it says, for guessing, the audit and sessions that are tied to an address.
func TestSocketProxy(t *testing.T) {
	s := newAdmission(t, options{socket: true})
	c := s.overSocket(t, plainPath)
	lines := s.audited(t, func() {
		c.from(200).lockOut(t)
		c.from(1).login(t, "bubba", "gump")
	})
	if first, last := lines[0]["peer"], lines[len(lines)-1]["peer"]; first != "192.0.2.200" || last != "192.0.2.1" {
		t.Errorf("the audit tells of %v and %v", first, last)
	}

	for _, forged := range []string{
		"192.0.2.3, 192.0.2.200", "192.0.2.3, 127.0.0.1, 192.0.2.200, 127.0.0.1", "unix, 192.0.2.200",
	} {
		c.with("X-Forwarded-For", forged).wantLockedOut(t)
	}
	// On TCP the socket's name lets nobody in.
	tcp := newService(t, options{db: s.db, random: true, socket: true}).client(plainPath)
	if lines := tcp.service.audited(t, func() { tcp.from(4).tryLogin(t, "bubba", "gump") }); lines[0]["peer"] != "127.0.0.1" {
		t.Errorf("a client of a TCP socket chose its address: %v", lines[0])
	}

	tied := c.json(jsonCGIPath).from(1).jsonPost(t, bugzillaCall("User.login", map[string]any{
		"login": "bubba", "password": "gump", "restrict_login": true,
	}))
	m, _ := tied.value.(map[string]any)
	_, secrets, _ := strings.Cut(fmt.Sprint(m["token"]), "-")
	token := basicHeader("", secrets)
	if who := c.from(1).authorized(token).who(t); who != "bubba" {
		t.Errorf("a session at its own address is %q's: %s", who, tied.body)
	}
	if who := c.from(2).authorized(token).who(t); who != "" {
		t.Errorf("a session at another address is %q's", who)
	}
}

// TestSocketAlone: what comes over a Unix socket is not believed unless it is told to be;
// then all clients there are one, without an address.
func TestSocketAlone(t *testing.T) {
	s := newAdmission(t, options{})
	c := s.overSocket(t, plainPath)
	lines := s.audited(t, func() {
		c.from(200).lockOut(t)
		c.from(1).wantLockedOut(t)
	})
	for _, line := range lines {
		if peer, ok := line["peer"]; ok {
			t.Errorf("the audit knows a peer, %v", peer)
		}
	}
}
