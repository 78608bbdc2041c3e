package main

import (
	"bytes"
	"context"
	"embed"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"github.com/kolo/xmlrpc"

	"countersign/server/internal/sample"
)

// packets are those of the document of August 2001 that first described the
// handshake, without its blank lines.
//
//go:embed packets/*.xml
var packets embed.FS

// The secrets in the document's logout packet.
const (
	packetID  = "ea35cac53d2c12bd05caecd97304478a"
	packetKey = "4f2b256e0da4e7cbbebaac9f1fc8ca4a"
)

// conversation is the handshake as a client of 2001 had it, shown while it happens.
type conversation struct {
	address string
	out     io.Writer
	id, key string
}

// pair is a login's answer in profile A1.
type pair struct {
	ID  string `xmlrpc:"sessionid"`
	Key string `xmlrpc:"kp3"`
}

// converse shows the handshake and then what else there is to know of the demo.
func converse(ctx context.Context, io stdio, address, database string) error {
	c := &conversation{address: address, out: io.out}
	err := say(io, "Countersign demo: scratch data, loopback only. Passwords and session secrets are shown below,\n"+
		"which is right for this run and for no other.\n")
	for _, step := range []func(context.Context) error{c.login, c.read, c.logout, c.refused} {
		if err == nil {
			err = step(ctx)
		}
	}
	if err != nil {
		return err
	}
	return say(io, "%s", closing(address, database))
}

func (c *conversation) login(ctx context.Context) error {
	var p pair
	if err := c.exchange(ctx, "A server logs in.", "login", &p); err != nil {
		return err
	}
	c.id, c.key = p.ID, p.Key
	if c.id == "" || c.key == "" {
		return errors.New("the login was refused")
	}
	return nil
}

func (c *conversation) read(ctx context.Context) error {
	entries := map[string]map[string]any{}
	if err := c.exchange(ctx, "It asks for contacts; sessionid:kp3 goes in the Authorization header.", "read_entries", &entries); err != nil {
		return err
	}
	if entries["0"]["n_given"] != "Alan" || entries["1"]["n_given"] != "Andy" || len(entries) != 2 {
		return errors.New("the contacts are not those of the sample")
	}
	return nil
}

func (c *conversation) logout(ctx context.Context) error {
	var answer map[string]string
	if err := c.exchange(ctx, "It logs out.", "logout", &answer); err != nil {
		return err
	}
	if _, ok := answer["GOODBYE"]; !ok {
		return errors.New("the logout was refused")
	}
	return nil
}

func (c *conversation) refused(ctx context.Context) error {
	var answer string
	if err := c.exchange(ctx, "The same question again: the session has ended.", "read_entries", &answer); err != nil {
		return err
	}
	if answer != "UNAUTHORIZED" {
		return errors.New("an ended session was accepted")
	}
	return nil
}

// exchange sends a packet, shows it and the answer, and reads the answer into result.
func (c *conversation) exchange(ctx context.Context, title, packet string, result any) error {
	body, err := packets.ReadFile("packets/" + packet + ".xml")
	if err != nil {
		return err
	}
	body = []byte(strings.NewReplacer(packetID, c.id, packetKey, c.key).Replace(string(body)))
	request := c.request(body)
	answer, err := c.send(ctx, request)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.out, "\n%s\n\n%s\n%s", title, quoted("> ", request), quoted("< ", answer))
	if err != nil {
		return err
	}
	_, answerBody, found := bytes.Cut(answer, []byte("\r\n\r\n"))
	if !found {
		return errors.New("the answer is no HTTP")
	}
	response := xmlrpc.Response(answerBody)
	if err := response.Err(); err != nil {
		return err
	}
	return response.Unmarshal(result)
}

// request has the headers of the document's sample, in its order.
func (c *conversation) request(body []byte) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "POST /phpgroupware/xmlrpc.php HTTP/1.0\r\nUser-Agent: PHP XMLRPC 1.0\r\nHost: %s\r\n", c.address)
	if c.id != "" {
		fmt.Fprintf(&b, "Authorization: Basic %s\r\n", base64.StdEncoding.EncodeToString([]byte(c.id+":"+c.key)))
	}
	fmt.Fprintf(&b, "Content-Type: text/xml\r\nContent-Length: %d\r\n\r\n", len(body))
	b.Write(body)
	return b.Bytes()
}

// send makes one HTTP/1.0 exchange: the server closes the connection behind its answer.
func (c *conversation) send(ctx context.Context, request []byte) (answer []byte, err error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", c.address)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	deadline, _ := ctx.Deadline()
	if err := conn.SetDeadline(deadline); err != nil {
		return nil, err
	}
	if _, err := conn.Write(request); err != nil {
		return nil, err
	}
	return io.ReadAll(conn)
}

// quoted puts a mark before every line.
func quoted(mark string, text []byte) string {
	var b strings.Builder
	for line := range strings.Lines(string(text)) {
		b.WriteString(strings.TrimRight(mark+strings.TrimRight(line, "\r\n"), " ") + "\n")
	}
	return b.String()
}

// closing is what somebody needs to go on from here. "ready:" is its last line.
func closing(address, database string) string {
	var b strings.Builder
	url := "http://" + address
	fmt.Fprintf(&b, "\nDatabase: %s\n\nAccounts (name, password):\n", database)
	for _, u := range sample.Users() {
		fmt.Fprintf(&b, "  %-14s%-8s%s\n", u.Name, u.Password, u.Display)
	}
	fmt.Fprintf(&b, "\nTry in another terminal:\n\n")
	fmt.Fprintf(&b, "  printf gump | countersign call --url %s/RPC2 --user bubba --password-stdin addressbook.boaddressbook.search\n", url)
	fmt.Fprintf(&b, "  countersign session list --database %s\n", database)
	fmt.Fprintf(&b, "\nready: %s\n", url)
	return b.String()
}
