package sql

import (
	"context"
	stdsql "database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/session"
	"countersign/session/account"
	"countersign/session/apikey"
)

// apiKeys implements apikey.Store. Keys go with their account by a foreign key.
type apiKeys struct{ db *DB }

// APIKeys is the store of API keys.
func (db *DB) APIKeys() apikey.Store { return &apiKeys{db} }

const apiKeyColumns = `digest, public, account, label, scope, read_only, created, expires, used, rotated_from, replaced_by`

// Add implements apikey.Store.
func (s *apiKeys) Add(ctx context.Context, k apikey.Key) error {
	text, args, err := insertAPIKey(&k, session.PublicID{})
	if err != nil {
		return err
	}
	_, err = s.db.exec(ctx, text, args...)
	return apiKeyError(err)
}

// insertAPIKey makes the statement for a new key, which replaces from if that is not
// zero.
func insertAPIKey(k *apikey.Key, from session.PublicID) (string, []any, error) {
	scope := strings.Join(k.Scope, " ")
	if !slices.Equal(strings.Fields(scope), k.Scope) {
		return "", nil, errors.New("sql: a permission in a scope is empty or has a blank")
	}
	if err := refuse(k.Account, k.Name, scope); err != nil {
		return "", nil, err
	}
	var v values
	v.row(hexDigest(k.Digest), hex.EncodeToString(k.ID[:]), k.Account, k.Name, scope, flag(k.ReadOnly),
		micros(k.Created), optionalMicros(k.Expires), 0, optionalID(from), "")
	return `INSERT INTO api_keys (` + apiKeyColumns + `) VALUES ` + v.String(), v.args, nil
}

// apiKeyError says what a statement ran into in the contract's words.
func apiKeyError(err error) error {
	switch {
	case errors.Is(err, errUnique):
		return fmt.Errorf("%w: %w", apikey.ErrCollision, err)
	case errors.Is(err, errForeign):
		return fmt.Errorf("%w: %w", account.ErrNotFound, err)
	}
	return err
}

// Get implements apikey.Store.
func (s *apiKeys) Get(ctx context.Context, digest session.Digest) (apikey.Key, error) {
	return s.one(ctx, `WHERE digest = $1`, hexDigest(digest))
}

// Find implements apikey.Store.
func (s *apiKeys) Find(ctx context.Context, id session.PublicID) (apikey.Key, error) {
	k, err := s.one(ctx, `WHERE public = $1`, hex.EncodeToString(id[:]))
	k.Digest = session.Digest{}
	return k, err
}

func (s *apiKeys) one(ctx context.Context, where string, args ...any) (apikey.Key, error) {
	found, err := s.read(ctx, where, args...)
	if err != nil {
		return apikey.Key{}, err
	}
	if len(found) == 0 {
		return apikey.Key{}, apikey.ErrNotFound
	}
	return found[0], nil
}

// List implements apikey.Store.
func (s *apiKeys) List(ctx context.Context, owner string) (found []apikey.Key, err error) {
	switch {
	case owner == "":
		found, err = s.read(ctx, `ORDER BY created DESC, public`)
	case storable(owner):
		found, err = s.read(ctx, `WHERE account = $1 ORDER BY created DESC, public`, owner)
	}
	for i := range found {
		found[i].Digest = session.Digest{}
	}
	return found, err
}

func (s *apiKeys) read(ctx context.Context, where string, args ...any) ([]apikey.Key, error) {
	var found []apikey.Key
	err := s.db.query(ctx, scanAPIKeys(&found), `SELECT `+apiKeyColumns+` FROM api_keys `+where, args...)
	if err != nil {
		return nil, err
	}
	return found, nil
}

// Rotate implements apikey.Store. The new key comes first: its reference locks the
// account before the old key is locked, which is the order in which Delete of an
// account locks them.
func (s *apiKeys) Rotate(ctx context.Context, old session.PublicID, next apikey.Key, end time.Time) error {
	insert, args, err := insertAPIKey(&next, old)
	if err != nil {
		return err
	}
	err = s.db.write(ctx, func(t *tx) error {
		if _, err := t.exec(insert, args...); err != nil {
			return err
		}
		n, err := t.replaceAPIKey(old, &next, end)
		if err != nil {
			return err
		}
		if n == 0 {
			return t.whyNotRotated(old, next.Account)
		}
		return t.announce(changed(next.Account)...)
	})
	if errors.Is(err, errForeign) { // then the old key is gone as well
		return fmt.Errorf("%w: %w", apikey.ErrNotFound, err)
	}
	return apiKeyError(err)
}

// replaceAPIKey ends a key that was not rotated before, now or at end.
func (t *tx) replaceAPIKey(old session.PublicID, next *apikey.Key, end time.Time) (int64, error) {
	id := hex.EncodeToString(old[:])
	if end.IsZero() {
		return t.exec(`DELETE FROM api_keys WHERE public = $1 AND account = $2 AND replaced_by = ''`, id, next.Account)
	}
	return t.exec(`UPDATE api_keys SET replaced_by = $1,
			expires = CASE WHEN expires = 0 OR expires > $2 THEN $2 ELSE expires END
		WHERE public = $3 AND account = $4 AND replaced_by = ''`,
		hex.EncodeToString(next.ID[:]), micros(end), id, next.Account)
}

// whyNotRotated tells a key that is not there from one that was rotated before.
func (t *tx) whyNotRotated(id session.PublicID, owner string) error {
	answer := apikey.ErrNotFound
	err := t.query(func(*stdsql.Rows) error { answer = apikey.ErrRotated; return nil },
		`SELECT public FROM api_keys WHERE public = $1 AND account = $2`, hex.EncodeToString(id[:]), owner)
	if err != nil {
		return err
	}
	return answer
}

// Revoke implements apikey.Store.
func (s *apiKeys) Revoke(ctx context.Context, id session.PublicID) (gone apikey.Key, err error) {
	err = s.db.write(ctx, func(t *tx) error {
		var found []apikey.Key
		err := t.query(scanAPIKeys(&found), `DELETE FROM api_keys WHERE public = $1 RETURNING `+apiKeyColumns, hex.EncodeToString(id[:]))
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return apikey.ErrNotFound
		}
		gone = found[0]
		return t.announce(changed(gone.Account)...)
	})
	if err != nil {
		return apikey.Key{}, err
	}
	gone.Digest = session.Digest{}
	return gone, nil
}

// Touch implements apikey.Store.
func (s *apiKeys) Touch(ctx context.Context, uses []apikey.Use) error {
	return touch(ctx, s.db, uses, func(u apikey.Use) (session.Digest, time.Time) { return u.Digest, u.At },
		`UPDATE api_keys SET used = news.seen
		FROM news WHERE api_keys.digest = news.id AND api_keys.used < news.seen`)
}

// Sweep implements apikey.Store.
func (s *apiKeys) Sweep(ctx context.Context, now time.Time, limit int) (int, error) {
	if limit <= 0 {
		return 0, nil
	}
	n, err := s.db.exec(ctx, `DELETE FROM api_keys WHERE digest IN
		(SELECT digest FROM api_keys WHERE expires > 0 AND expires <= $1 ORDER BY expires LIMIT $2)`, micros(now), limit)
	return int(n), err
}

// scanAPIKeys reads apiKeyColumns.
func scanAPIKeys(to *[]apikey.Key) func(*stdsql.Rows) error {
	return func(rows *stdsql.Rows) error {
		var k apikey.Key
		var digest, id, scope, from, by string
		var readOnly, created, expires, used int64
		err := rows.Scan(&digest, &id, &k.Account, &k.Name, &scope, &readOnly, &created, &expires, &used, &from, &by)
		if err != nil {
			return err
		}
		if scope != "" {
			k.Scope = strings.Fields(scope)
		}
		k.ReadOnly, k.Created = readOnly != 0, fromMicros(created)
		k.Expires, k.LastUsed = fromOptionalMicros(expires), fromOptionalMicros(used)
		err = errors.Join(unhex(k.Digest[:], digest), unhex(k.ID[:], id),
			fromOptionalID(&k.RotatedFrom, from), fromOptionalID(&k.ReplacedBy, by))
		*to = append(*to, k)
		return err
	}
}

// optionalID stores the zero id, which stands for none, as empty text.
func optionalID(id session.PublicID) string {
	if id == (session.PublicID{}) {
		return ""
	}
	return hex.EncodeToString(id[:])
}

func fromOptionalID(to *session.PublicID, s string) error {
	if s == "" {
		return nil
	}
	return unhex(to[:], s)
}
