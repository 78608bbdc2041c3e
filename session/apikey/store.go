package apikey

import (
	"context"
	"errors"
	"time"

	"countersign/session"
)

// Errors of a Store.
var (
	// ErrNotFound: no such key, or no longer.
	ErrNotFound = errors.New("apikey: not found")
	// ErrCollision: a digest or public id that exists already. Nothing was stored.
	ErrCollision = errors.New("apikey: collision")
	// ErrRotated: the key was rotated before. Its successor is the one to rotate.
	ErrRotated = errors.New("apikey: rotated before")
)

// Store keeps API keys. All methods are safe for parallel use, also by several
// processes on one database. A method that returns without error has made its change
// durable: it survives the death of the process and of the machine. Context errors
// and connection errors mean that the outcome is unknown.
//
// Every change that ends a key, or ends it earlier, is announced in the transaction
// that makes it, as a change to the key's account (session.Feed). Keys go with their
// account, in the transaction that deletes it, which announces that account.
type Store interface {
	// Add stores a new key. RotatedFrom, ReplacedBy and LastUsed must be zero.
	// Errors: ErrCollision, account.ErrNotFound.
	Add(ctx context.Context, key Key) error
	// Get loads the key with a digest. It does not look at time. Errors: ErrNotFound.
	Get(ctx context.Context, digest session.Digest) (Key, error)
	// Find loads the key with a public id, without its digest. It does not look at
	// time. Errors: ErrNotFound.
	Find(ctx context.Context, id session.PublicID) (Key, error)
	// List gives an account's keys, or everybody's for account "", newest first and
	// without digests. Expired ones that were not swept yet are included.
	List(ctx context.Context, account string) ([]Key, error)
	// Rotate stores next, as Add does, in place of the key with the public id old,
	// which must be of the same account, in one transaction. The old key ends at end,
	// unless it ended before that anyway; a zero end removes it at once. Of many that
	// rotate one key at the same time, one succeeds.
	// Errors: ErrNotFound, ErrRotated, ErrCollision; nothing is changed then.
	Rotate(ctx context.Context, old session.PublicID, next Key, end time.Time) error
	// Revoke ends a key and returns it as it was, without its digest.
	// Errors: ErrNotFound.
	Revoke(ctx context.Context, id session.PublicID) (Key, error)
	// Touch moves the last use of keys forward, never back, and never brings a removed
	// key back. Unknown digests are passed over.
	Touch(ctx context.Context, uses []Use) error
	// Sweep removes at most limit keys that are expired at now. It announces nothing:
	// correctness does not depend on it. It returns how many it removed.
	Sweep(ctx context.Context, now time.Time, limit int) (int, error)
}
