package apikey

import (
	"time"

	"countersign/session"
)

// Key is an API key as a Store keeps it and lists show it. It is immutable once
// loaded; nothing in it opens anything. Times are UTC, to the microsecond.
type Key struct {
	// ID is the public id, unique. It is no secret.
	ID session.PublicID
	// Digest is the SHA-256 of the text. Only Store.Add, Get and Rotate deal in it;
	// everywhere else it is zero.
	Digest session.Digest
	// Account is the ID of the account that the key acts for.
	Account string
	// Name is what its owner calls it; may be empty.
	Name string
	// Scope are the permissions it is narrowed to, as in account.Scope: none for
	// everything that the account may.
	Scope []string
	// ReadOnly keys may call only methods marked read-only.
	ReadOnly bool
	// Created is when it was made, Expires when it ends; zero for never. The end of
	// the overlap after a rotation is in Expires.
	Created, Expires time.Time
	// LastUsed is when it was last used, up to UseInterval early; zero for never.
	LastUsed time.Time
	// RotatedFrom is the key that this one was made to replace, ReplacedBy the one
	// that was made to replace this; zero for none.
	RotatedFrom, ReplacedBy session.PublicID
}

// Expired tells whether the key is over at now.
func (k *Key) Expired(now time.Time) bool {
	return !k.Expires.IsZero() && !now.Before(k.Expires)
}

// Use is the news that a key was used.
type Use struct {
	Digest session.Digest
	At     time.Time
}
