package account

import (
	"context"
	"errors"
	"time"
)

// Offer is an account that was offered to an address: whoever has the token that was
// mailed there may make it.
type Offer struct {
	// Digest is the SHA-256 of the token.
	Digest [32]byte
	// Email is the address.
	Email string
	// Source is the address block from which the offer was asked for.
	Source string
	// Created and Expires are UTC, to the microsecond.
	Created, Expires time.Time
}

// OfferLimits bound offers, which anybody may ask for.
type OfferLimits struct {
	// Quiet is how long an address waits between two offers, and PerAddress how many it
	// may have outstanding.
	Quiet      time.Duration
	PerAddress int
	// PerSource is how many a source may ask for within Window.
	PerSource int
	Window    time.Duration
	// Total is how many may be outstanding.
	Total int
}

// Errors of Offers.
var (
	// ErrNoOffer: there is no such offer, or it was used, or its time is over.
	ErrNoOffer = errors.New("account: no such offer")
	// ErrOfferedLately: the address was offered an account not long ago.
	ErrOfferedLately = errors.New("account: an offer was made to this address lately")
	// ErrTooManyOffers: the source asked for too many, or too many are outstanding.
	ErrTooManyOffers = errors.New("account: too many offers")
)

// Offers keeps offers. Every change is durable when the method returns. Addresses that
// differ by case only are one.
type Offers interface {
	// Offer stores an offer if the limits allow it at its Created, and removes those
	// whose time is over. Errors: ErrOfferedLately, ErrTooManyOffers.
	Offer(ctx context.Context, o Offer, limits OfferLimits) error
	// Offered gives an offer that holds at now. Errors: ErrNoOffer.
	Offered(ctx context.Context, digest [32]byte, now time.Time) (Offer, error)
	// Accept removes an offer that holds at now, and all others to its address, and adds
	// the account, as Store.Add does, in one transaction: one of two that come at the
	// same time finds no offer. Errors: ErrNoOffer, those of Add.
	Accept(ctx context.Context, digest [32]byte, now time.Time, a Account) (Account, error)
	// Withdraw removes an offer; one that is not there is no error.
	Withdraw(ctx context.Context, digest [32]byte) error
}
