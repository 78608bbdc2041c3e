package session

import (
	"context"
	"errors"
	"net/netip"
	"time"
)

// Digest is the SHA-256 of one of a session's secrets.
type Digest [32]byte

// PublicID names a session in lists, logs and revocations. It is no secret.
type PublicID [8]byte

// Record is a session as a Store keeps it.
type Record struct {
	// ID is the digest of the sessionid, and the key of the record.
	ID Digest
	// Key is the digest of kp3.
	Key Digest
	// Public is the session's public id, unique among live sessions.
	Public PublicID
	// Account is the ID of the account that logged in.
	Account string
	// Server says that it is a server's session.
	Server bool
	// ReadOnly sessions may call only methods marked read-only.
	ReadOnly bool
	// Parent is the session that this one was made from and ends with; zero for none. A
	// child has no children.
	Parent Digest
	// Scope are the permissions it is narrowed to, as in account.Scope, with blanks
	// between; "" for everything that the account may.
	Scope string
	// OnlyFrom is the address at which alone it is good; zero for anywhere.
	OnlyFrom netip.Addr
	// Created, Seen and End are UTC, to the microsecond: when it was made, when it was
	// last used (up to the touch interval early), and when it ends at the latest.
	Created, Seen, End time.Time
	// Idle is how long it may be unused; 0 for no limit.
	Idle time.Duration
	// Peer is the client's address, Agent its own description of itself cut to 256
	// bytes, Endpoint the path it logged in at: for lists only.
	Peer, Agent, Endpoint string
}

// Expired tells whether the session is over at now by one of its limits.
func (r *Record) Expired(now time.Time) bool {
	return !now.Before(r.End) || r.Idle > 0 && !now.Before(r.Seen.Add(r.Idle))
}

// Touch is the news that a session was used.
type Touch struct {
	ID   Digest
	Seen time.Time
}

// Errors of a Store.
var (
	// ErrNotFound: no such session, or no longer.
	ErrNotFound = errors.New("session: not found")
	// ErrCollision: a sessionid or public id that exists already. Nothing was stored.
	ErrCollision = errors.New("session: collision")
)

// Store keeps sessions. All methods are safe for parallel use, also by several
// processes on one database. A method that returns without error has made its change
// durable: it survives the death of the process and of the machine. Context errors
// and connection errors mean that the outcome is unknown.
type Store interface {
	// Insert stores new sessions in one transaction: all of them or none.
	// Errors: ErrCollision.
	Insert(ctx context.Context, records []Record) error
	// Get loads a session. It does not look at time. Errors: ErrNotFound.
	Get(ctx context.Context, id Digest) (Record, error)
	// Touch moves the last use of sessions forward, never back, and never brings a
	// removed session back. Unknown ids are passed over.
	Touch(ctx context.Context, touches []Touch) error
	// Delete ends sessions and their children, in one transaction, and announces each
	// that was there. It returns the ids of those. The other methods that end sessions
	// end their children too.
	Delete(ctx context.Context, ids []Digest) ([]Digest, error)
	// DeletePublic ends the session with the public id. Errors: ErrNotFound.
	DeletePublic(ctx context.Context, public PublicID) error
	// DeleteAccount ends all sessions of an account but the one called keep (zero for
	// none) and returns how many there were.
	DeleteAccount(ctx context.Context, account string, keep Digest) (int, error)
	// Beyond gives the ids of an account's sessions that are live at now, without
	// children, beyond the newest most; and with them the highest sequence number of the
	// Feed that there is.
	Beyond(ctx context.Context, account string, most int, now time.Time) (ids []Digest, latest int64, err error)
	// List gives an account's sessions, or everybody's for account "", newest first,
	// at most limit (0 for all). Expired ones that were not swept yet are included.
	List(ctx context.Context, account string, limit int) ([]Record, error)
	// Children counts an account's child sessions that are live at now.
	Children(ctx context.Context, account string, now time.Time) (int, error)
	// Sweep removes at most limit sessions that are expired at now, whose end it does not
	// announce, since nobody takes them for live; their children; and old announcements. It
	// returns how many expired sessions it removed.
	Sweep(ctx context.Context, now time.Time, limit int) (int, error)
	Feed
}

// Feed tells a process what the others have changed. Every ended session and every
// changed account is announced in the transaction that changed it, under a sequence
// number that rises in the order of commits.
type Feed interface {
	// Changes gives the announcements after the sequence number, in order, at most
	// 1000, and the highest sequence number there is. With after < 0 it gives only
	// that number.
	Changes(ctx context.Context, after int64) (changes []Change, latest int64, err error)
	// Announce adds a change to the account, for what is kept elsewhere than with
	// accounts: that it was locked. Nobody checks that there is such an account.
	Announce(ctx context.Context, account string) error
	// Watch gives a channel that is signalled soon (well under a second) after another
	// process may have announced something. Signals may be missing or too many: who
	// relies on them polls as well. The channel lives until ctx ends.
	Watch(ctx context.Context) <-chan struct{}
}

// Change is one announcement: the end of the session with the digest Session, or, if
// Account is not empty, a change to that account or to rights it holds. Account "*"
// means every account.
type Change struct {
	Seq     int64
	Session Digest
	Account string
}
