package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// loginClient logs in over a connection of its own, from an address of its own: the
// service counts failures by address too.
type loginClient struct {
	conn net.Conn
	in   *bufio.Reader
}

// sourceAddress is the loopback address of client n, outside those of the load.
func sourceAddress(n int) netip.Addr {
	return netip.AddrFrom4([4]byte{127, byte(1 + n/250/250), byte(n / 250 % 250), byte(1 + n%250)})
}

func dialLogin(ctx context.Context, address string, from netip.Addr) (*loginClient, error) {
	d := net.Dialer{LocalAddr: net.TCPAddrFromAddrPort(netip.AddrPortFrom(from, 0)), Timeout: patience}
	conn, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	return &loginClient{conn: conn, in: bufio.NewReader(conn)}, nil
}

func (c *loginClient) close() {
	_ = c.conn.Close() // a measuring connection has nothing left to lose
}

// reply is the answer to a login.
type reply struct {
	text string        // status, headers and body, but for what no two answers share
	took time.Duration // from the first byte of the request to the last of the answer
}

// login sends a login and waits for the answer.
func (c *loginClient) login(name, pass string) (reply, error) {
	body := document("system.login", "<string>"+name+"</string>", "<string>"+pass+"</string>")
	request := fmt.Appendf(nil, "POST /RPC2 HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: countersign-bench\r\n"+
		"Content-Type: text/xml\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	start := time.Now()
	if err := c.conn.SetDeadline(start.Add(patience)); err != nil {
		return reply{}, err
	}
	if _, err := c.conn.Write(request); err != nil {
		return reply{}, err
	}
	answer, err := http.ReadResponse(c.in, nil)
	if err != nil {
		return reply{}, err
	}
	text, err := io.ReadAll(answer.Body)
	took := time.Since(start)
	if err != nil {
		return reply{}, err
	}
	lines := []string{answer.Status}
	for name, values := range answer.Header {
		if name != "Date" && name != "X-Request-Id" {
			lines = append(lines, name+": "+strings.Join(values, ", "))
		}
	}
	slices.Sort(lines[1:])
	return reply{text: strings.Join(append(lines, string(text)), "\n"), took: took}, nil
}

func (r reply) granted() bool { return strings.Contains(r.text, "<name>sessionid</name>") }

// refused and busy are told by their fault numbers in the plain dialect.
func (r reply) refused() bool { return strings.Contains(r.text, "<int>-32002</int>") }
func (r reply) busy() bool    { return strings.Contains(r.text, "<int>-32009</int>") }
