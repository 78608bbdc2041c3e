package bugzilla

import (
	"context"
	"errors"

	"countersign/methods"
	"countersign/session/account"
)

type acceptIn struct {
	Token    string `rpc:"token" help:"as it stands in the mail"`
	Password string `rpc:"password,loose" help:"the password to log in with"`
	FullName string `rpc:"full_name,optional" help:"name of the person"`
}

var errNoOffer = fault(methods.KindNotFound, codeNoObject, "There is no such offer of an account, or it was used, or it is too old.")

// accept makes the account that was offered: the end of what offer begins. The password
// is hashed only for who has a token that holds.
func (m *module) accept(ctx context.Context, c *methods.Call, in acceptIn) (createOut, error) {
	switch {
	case in.Token == "":
		return createOut{}, missing(c, "token")
	case in.Password == "":
		return createOut{}, missing(c, "password")
	case m.cfg.Offers == nil:
		return createOut{}, errNoOffer
	}
	digest, ok := digestOf(in.Token)
	if !ok {
		return createOut{}, errNoOffer
	}
	o, err := m.cfg.Offers.Offered(ctx, digest, m.cfg.Now())
	if errors.Is(err, account.ErrNoOffer) {
		return createOut{}, errNoOffer
	} else if err != nil {
		return createOut{}, unreachable(err)
	}
	a, err := m.newcomer(ctx, c, o.Email, in.FullName)
	if err != nil {
		return createOut{}, err
	}
	if a.PasswordHash, err = m.newPassword(ctx, in.Password, a.Name); err != nil {
		return createOut{}, err
	}
	stored, err := m.cfg.Offers.Accept(ctx, digest, m.cfg.Now(), a)
	if errors.Is(err, account.ErrNoOffer) {
		return createOut{}, errNoOffer
	} else if err != nil {
		return createOut{}, notMade(err, a.Name)
	}
	return createOut{stored.Number}, m.recordNew(ctx, c, &stored)
}
