package bugzilla

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"countersign/methods"
	"countersign/methods/signin"
	"countersign/session/account"
	"countersign/session/throttle"
)

type offerIn struct {
	Email string `rpc:"email" help:"address to write to"`
}

// offer mails a token to an address, under which its reader can make an account. Anybody
// may ask for it, so there are limits (account.OfferLimits).
func (m *module) offer(ctx context.Context, c *methods.Call, in offerIn) (methods.Value, error) {
	switch {
	case strings.TrimSpace(in.Email) == "":
		return methods.Value{}, missing(c, "email")
	case !m.cfg.offersAccounts():
		return methods.Value{}, fault(methods.KindApplication, codeNoEmail,
			"User account creation has been disabled: new accounts are made by an administrator. %s", m.cfg.Maintainer)
	}
	a, err := m.newcomer(ctx, c, in.Email, "")
	if err != nil {
		return methods.Value{}, err
	}
	token, digest, err := m.drawToken()
	if err != nil {
		return methods.Value{}, err
	}
	now := m.cfg.Now().UTC().Truncate(time.Microsecond)
	o := account.Offer{
		Digest: digest, Email: a.Email, Source: throttle.Block(c.Client.Peer),
		Created: now, Expires: now.Add(m.cfg.OfferLife),
	}
	if err := m.cfg.Offers.Offer(ctx, o, m.cfg.OfferLimits); err != nil {
		return methods.Value{}, m.notOffered(err)
	}
	if err := m.cfg.Mail.Send(ctx, m.letter(&o, token)); err != nil {
		// What was not sent must not keep the address from asking again.
		err = errors.Join(err, m.cfg.Offers.Withdraw(context.WithoutCancel(ctx), digest))
		return methods.Value{}, signin.Busy(err, "mail cannot be sent at the moment; try again")
	}
	return methods.Nil(), nil
}

func (m *module) notOffered(err error) error {
	e := &methods.Error{Kind: methods.KindApplication, Code: codeUnnumbered, RetryAfter: m.cfg.OfferLimits.Quiet, Cause: err}
	switch {
	case errors.Is(err, account.ErrOfferedLately):
		e.Public = fmt.Sprintf("You have requested an account token too recently to request another. Please wait %d minutes, then try again.",
			int(m.cfg.OfferLimits.Quiet/time.Minute))
	case errors.Is(err, account.ErrTooManyOffers):
		e.Public = "Too many account tokens were requested recently. Please try again later."
	default:
		return uncertain(err)
	}
	return e
}

// tokenSize is 256 bits: whoever has the token needs no other proof.
const tokenSize = 32

// drawToken makes a token, and the digest under which it is kept.
func (m *module) drawToken() (token string, digest [32]byte, err error) {
	var b [tokenSize]byte
	if _, err := io.ReadFull(m.cfg.Rand, b[:]); err != nil {
		return "", digest, fmt.Errorf("bugzilla: no randomness: %w", err)
	}
	return hex.EncodeToString(b[:]), sha256.Sum256(b[:]), nil
}

// digestOf is the digest of a token as it was mailed.
func digestOf(token string) (digest [32]byte, ok bool) {
	b, err := hex.DecodeString(strings.ToLower(strings.TrimSpace(token)))
	if err != nil || len(b) != tokenSize {
		return digest, false
	}
	return sha256.Sum256(b), true
}
