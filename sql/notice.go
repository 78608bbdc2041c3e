package sql

import (
	stdsql "database/sql"
	"errors"
	"fmt"
	"sync"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// ErrNotReplicated: the change was committed on the primary, but the wait for its
// synchronous standby was cancelled. It may be lost in a failover: outcome unknown.
var ErrNotReplicated = errors.New("sql: committed without the synchronous standby")

// notices remembers the connections on which a COMMIT succeeded with the warning
// that it was not replicated. Postgres reports that as success.
type notices struct {
	mu   sync.Mutex
	seen map[*pgconn.PgConn]string
}

// add is pgx's callback. The routine's name is, unlike the message, not translated.
func (n *notices) add(c *pgconn.PgConn, notice *pgconn.Notice) {
	if notice.Routine != "SyncRepWaitForLSN" {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.seen == nil {
		n.seen = map[*pgconn.PgConn]string{}
	}
	n.seen[c] = notice.Message
}

// check reports a warning that came on the connection since the last check.
func (n *notices) check(conn *stdsql.Conn) error {
	if n == nil {
		return nil
	}
	return conn.Raw(func(driver any) error {
		c := driver.(*stdlib.Conn).Conn().PgConn()
		n.mu.Lock()
		defer n.mu.Unlock()
		message, warned := n.seen[c]
		if !warned {
			return nil
		}
		delete(n.seen, c)
		return fmt.Errorf("%w: %s", ErrNotReplicated, message)
	})
}
