package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"slices"
	"strings"

	"countersign/server"
	"countersign/session/password"
)

// commandLine is what the program was started with.
type commandLine []string

// showsPassword tells whether a database URL with a password is among the arguments,
// where every user of the machine can read it.
func (c commandLine) showsPassword(database string) bool {
	return hasPassword(database) && slices.ContainsFunc(c, func(arg string) bool {
		return strings.Contains(arg, database)
	})
}

const passwordOnShow = "the password of the database is on the command line, where every user of this machine can read it: use COUNTERSIGN_DATABASE, a settings file or ~/.pgpass"

// checkSafety refuses what would give secrets away (requirements REL-15). Plain HTTP
// is judged when the address is known, and the database engine by package sql.
func (s *settings) checkSafety() error {
	return errors.Join(
		privateFile("tls_key", s.TLSKey, "0600"),
		privateFile("database", sqlitePath(s.Database), "0600"),
		samplePassword(s.Database),
	)
}

// privateFile refuses a file that everybody can read. Whether it is there at all is
// for others to say.
func privateFile(setting, path, mode string) error {
	if path == "" {
		return nil
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("%s: %w", setting, err)
	case info.Mode().IsRegular() && info.Mode().Perm()&othersRead != 0:
		return fmt.Errorf("%s: %s can be read by everybody: chmod %s %s", setting, path, mode, path)
	}
	return nil
}

// sqlitePath is the file of a SQLite URL, "" for others.
func sqlitePath(database string) string {
	path, ok := strings.CutPrefix(database, "sqlite:")
	if !ok {
		return ""
	}
	return path
}

// samplePassword refuses the passwords of examples for a database on another machine.
// One on this machine that nobody else reaches is often set up for tests.
func samplePassword(database string) error {
	u, err := url.Parse(database)
	if err != nil || u.User == nil {
		return nil // not one URL of a database server; package sql says what is wrong with it
	}
	pass, given := u.User.Password()
	if !given || localHost(u.Hostname()) {
		return nil
	}
	if pass == u.User.Username() || password.Common().Contains(pass) {
		return errors.New("database: its password is one of those that are tried first; give it another")
	}
	return nil
}

// hasPassword tells whether a database URL may hold a password. It is cautious with
// what it cannot read.
func hasPassword(database string) bool {
	if !strings.HasPrefix(database, "postgres") {
		return false
	}
	u, err := url.Parse(database)
	if err != nil {
		return strings.Contains(database, "@") || strings.Contains(database, "password")
	}
	_, given := u.User.Password()
	return given || u.Query().Has("password")
}

// localHost tells whether a host name means this machine and nothing else.
func localHost(host string) bool {
	if host == "" || host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

func hasPath(rows []server.Endpoint, path string) bool {
	return slices.ContainsFunc(rows, func(r server.Endpoint) bool { return r.Path == path })
}
