package sql

import (
	"context"
	stdsql "database/sql"
	"time"

	"countersign/session"
	"countersign/session/account"
)

// offers implements account.Offers.
type offers struct{ accounts accounts }

// Offers is the store of accounts that were offered.
func (db *DB) Offers() account.Offers { return &offers{accounts{db}} }

// Offer implements account.Offers. The lock on the counter makes offers wait for each
// other, so that two at the same time do not both see the last free place.
func (s *offers) Offer(ctx context.Context, o account.Offer, limits account.OfferLimits) error {
	if err := refuse(o.Email, o.Source); err != nil {
		return err
	}
	return s.accounts.db.write(ctx, func(t *tx) error {
		if _, err := t.exec(`UPDATE counters SET value = value + 1 WHERE name = 'offer'`); err != nil {
			return err
		}
		if _, err := t.exec(`DELETE FROM account_offers WHERE expires <= $1`, micros(o.Created)); err != nil {
			return err
		}
		if err := t.roomForOffer(&o, &limits); err != nil {
			return err
		}
		_, err := t.exec(`INSERT INTO account_offers (digest, email, email_key, source, created, expires)
			VALUES ($1, $2, $3, $4, $5, $6)`,
			hexDigest(o.Digest), o.Email, account.Fold(o.Email), o.Source, micros(o.Created), micros(o.Expires))
		return err
	})
}

// roomForOffer looks at the limits.
func (t *tx) roomForOffer(o *account.Offer, limits *account.OfferLimits) error {
	for _, c := range []struct {
		where string
		args  []any
		most  int
		full  error
	}{
		{`WHERE email_key = $1 AND created > $2`, []any{account.Fold(o.Email), micros(o.Created.Add(-limits.Quiet))}, 1, account.ErrOfferedLately},
		{`WHERE email_key = $1`, []any{account.Fold(o.Email)}, limits.PerAddress, account.ErrOfferedLately},
		{`WHERE source = $1 AND created > $2`, []any{o.Source, micros(o.Created.Add(-limits.Window))}, limits.PerSource, account.ErrTooManyOffers},
		{``, nil, limits.Total, account.ErrTooManyOffers},
	} {
		var n int
		err := t.query(func(rows *stdsql.Rows) error { return rows.Scan(&n) }, `SELECT COUNT(*) FROM account_offers `+c.where, c.args...)
		if err != nil {
			return err
		}
		if n >= c.most {
			return c.full
		}
	}
	return nil
}

const offerHolds = `digest = $1 AND expires > $2`

// Offered implements account.Offers.
func (s *offers) Offered(ctx context.Context, digest [32]byte, now time.Time) (account.Offer, error) {
	found := account.Offer{}
	err := s.accounts.db.query(ctx, func(rows *stdsql.Rows) error {
		var created, expires int64
		err := rows.Scan(&found.Email, &found.Source, &created, &expires)
		found.Digest, found.Created, found.Expires = digest, fromMicros(created), fromMicros(expires)
		return err
	}, `SELECT email, source, created, expires FROM account_offers WHERE `+offerHolds, hexDigest(digest), micros(now))
	if err == nil && found.Email == "" {
		err = account.ErrNoOffer
	}
	if err != nil {
		return account.Offer{}, err
	}
	return found, nil
}

// Accept implements account.Offers.
func (s *offers) Accept(ctx context.Context, digest [32]byte, now time.Time, a account.Account) (stored account.Account, err error) {
	if err := s.accounts.complete(&a); err != nil {
		return stored, err
	}
	err = s.accounts.db.write(ctx, func(t *tx) error {
		var key string
		err := t.query(func(rows *stdsql.Rows) error { return rows.Scan(&key) },
			`DELETE FROM account_offers WHERE `+offerHolds+` RETURNING email_key`, hexDigest(digest), micros(now))
		if err != nil {
			return err
		}
		if key == "" {
			return account.ErrNoOffer
		}
		if _, err := t.exec(`DELETE FROM account_offers WHERE email_key = $1`, key); err != nil {
			return err
		}
		if stored, err = t.addAccount(&a); err != nil {
			return err
		}
		return t.announce(changed(a.ID)...)
	})
	if err != nil {
		return account.Account{}, accountError(err)
	}
	return stored, nil
}

// Withdraw implements account.Offers.
func (s *offers) Withdraw(ctx context.Context, digest [32]byte) error {
	_, err := s.accounts.db.exec(ctx, `DELETE FROM account_offers WHERE digest = $1`, hexDigest(session.Digest(digest)))
	return err
}
