package sql

import (
	"errors"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"
)

// address is a database URL taken apart.
type address struct {
	engine   Engine
	path     string          // of the SQLite file, absolute
	config   *pgx.ConnConfig // of Postgres
	redacted string
}

// parseAddress never puts the URL or a parser's message into an error: either may
// show the password, for instance when it holds an unescaped "/" or "@".
func parseAddress(s string) (address, error) {
	scheme, rest, _ := strings.Cut(s, ":")
	switch scheme {
	case "sqlite":
		return parseSQLite(rest)
	case "postgres", "postgresql":
		return parsePostgres(s)
	}
	return address{}, errors.New("a database URL begins with sqlite: or postgres://")
}

func parseSQLite(path string) (address, error) {
	switch {
	case path == "":
		return address{}, errors.New("sqlite: needs the path of a file, as in sqlite:/var/lib/countersign/db")
	case strings.Contains(path, ":memory:"):
		return address{}, errors.New("sqlite: a database in memory would forget acknowledged logins; name a file")
	case strings.HasPrefix(path, "//") && !strings.HasPrefix(path, "///"):
		return address{}, errors.New("sqlite: takes a path and no host; write sqlite:PATH or sqlite:///PATH")
	case strings.ContainsRune(path, 0):
		return address{}, errors.New("sqlite: a path has no NUL")
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return address{}, err
	}
	return address{engine: SQLite, path: abs, redacted: "sqlite:" + abs}, nil
}

func parsePostgres(s string) (address, error) {
	u, err := url.Parse(s)
	if err != nil && strings.Count(s, ",") == 0 {
		return address{}, errBadPostgresURL
	}
	// Several hosts, "postgres://a:1,b:2/db", are libpq's own and no RFC 3986 URL.
	config, cerr := pgx.ParseConfig(s)
	if cerr != nil {
		return address{}, errBadPostgresURL
	}
	a := address{engine: Postgres, config: config, redacted: "postgres://(several hosts)"}
	if err == nil {
		a.redacted = redact(u)
	}
	return a, nil
}

var errBadPostgresURL = errors.New("the Postgres URL cannot be read: is it postgres://USER:PASSWORD@HOST:PORT/DATABASE, with every special character of the password percent-encoded?")

func redact(u *url.URL) string {
	q := u.Query()
	for name := range q {
		if strings.Contains(strings.ToLower(name), "password") {
			q.Set(name, "xxxxx")
		}
	}
	c := *u
	c.RawQuery = q.Encode()
	return c.Redacted()
}
