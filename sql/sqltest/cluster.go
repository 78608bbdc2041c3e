package sqltest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Cluster is a running Postgres server.
type Cluster struct {
	url    string // of its database "postgres"
	socket string // the directory of its Unix socket
	keeper *exec.Cmd
	alive  io.Closer // the pipe whose end stops the server
}

// Start starts a cluster for one test, with "name=value" settings.
func Start(t testing.TB, settings ...string) *Cluster {
	t.Helper()
	c, err := start(settings)
	c = require(t, c, err)
	t.Cleanup(func() {
		if err := c.Stop(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// URL is the address of one of the cluster's databases, over TCP.
func (c *Cluster) URL(database string) string {
	u, err := url.Parse(c.url)
	if err != nil {
		panic("sqltest: COUNTERSIGN_TEST_POSTGRES_URL is not a URL")
	}
	u.Path = "/" + database
	return u.String()
}

// SocketURL is the address of one of the cluster's databases, over its Unix socket.
func (c *Cluster) SocketURL(database string) string {
	u, err := url.Parse(c.url)
	if err != nil {
		panic("sqltest: the cluster's own URL is not one")
	}
	q := url.Values{"host": {c.socket}, "port": {u.Port()}}
	return (&url.URL{Scheme: u.Scheme, User: u.User, Path: "/" + database, RawQuery: q.Encode()}).String()
}

// Fresh makes an empty database for the time of the test and gives its URL.
func (c *Cluster) Fresh(t testing.TB) string {
	t.Helper()
	name := "countersign_test_" + strings.ToLower(rand.Text()[:16])
	c.Exec(t, `CREATE DATABASE `+name+` ENCODING 'UTF8' TEMPLATE template0`)
	t.Cleanup(func() { c.Exec(t, `DROP DATABASE `+name+` WITH (FORCE)`) })
	return c.URL(name)
}

// Exec runs one statement in the database "postgres".
func (c *Cluster) Exec(t testing.TB, statement string) {
	t.Helper()
	if err := c.exec(statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

func (c *Cluster) exec(statement string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, c.url)
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, statement)
	return errors.Join(err, conn.Close(ctx))
}

// Stop stops the server at once, removes its files and waits for both.
func (c *Cluster) Stop() error {
	if c.keeper == nil {
		return nil
	}
	return errors.Join(c.alive.Close(), c.keeper.Wait())
}

// keep runs the server until its standard input ends, which happens when the test
// process stops the cluster or dies. $1 the programs, $2 the directory, $3 the
// server's options as one word each from there on.
const keep = `bin=$1 dir=$2; shift 2
"$bin" -D "$dir/data" -k "$dir" "$@" >"$dir/log" 2>&1 &
server=$!
cat >/dev/null
kill -QUIT $server
wait $server
rm -rf "$dir"`

func start(settings []string) (*Cluster, error) {
	in, err := install()
	if err != nil {
		return nil, err
	}
	dir, err := in.tempDir()
	if err != nil {
		return nil, err
	}
	password := rand.Text()
	if err := in.initialise(dir, password); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	port, err := freePort()
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	args := []string{"-c", keep, "sh", in.postgres, dir, "-p", port,
		"-c", "listen_addresses=127.0.0.1", "-c", "max_connections=200", "-c", "shared_buffers=32MB"}
	for _, s := range settings {
		args = append(args, "-c", s)
	}
	cmd := in.command("/bin/sh", args...)
	alive, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	c := &Cluster{
		url:    fmt.Sprintf("postgres://postgres:%s@127.0.0.1:%s/postgres?sslmode=disable", password, port),
		socket: dir, keeper: cmd, alive: alive,
	}
	if err := c.await(30 * time.Second); err != nil {
		log, _ := os.ReadFile(filepath.Join(dir, "log")) // as much as there is
		return nil, errors.Join(fmt.Errorf("the Postgres cluster does not start: %w\n%s", err, log), c.Stop())
	}
	return c, nil
}

func (c *Cluster) await(limit time.Duration) error {
	deadline := time.Now().Add(limit)
	for {
		err := c.exec(`SELECT 1`)
		if err == nil || time.Now().After(deadline) {
			return err
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, errors.Join(err, l.Close())
}
