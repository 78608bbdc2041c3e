package apikey

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"countersign/session"
	"countersign/session/account"
)

// maxName bounds the name of a key, in bytes.
const maxName = 255

// MostKeys is how many live keys an account may have. Rotated ones count while they work.
const MostKeys = 100

// ErrTooMany: the account has MostKeys. Nothing was made.
var ErrTooMany = errors.New("apikey: the account has as many keys as it may")

// ErrOptions: options that no key can have; the cause says which. Nothing was made.
var ErrOptions = errors.New("apikey: unusable options")

// Options are the conditions of a new key. The zero value makes one that may do
// whatever its account may, for ever.
type Options struct {
	// Name is for its owner: up to 255 bytes of UTF-8 without control characters.
	Name string
	// Scope are the permissions it is narrowed to (account.NewScope); none for
	// everything that the account may.
	Scope []string
	// ReadOnly makes a key that can change nothing.
	ReadOnly bool
	// Expires is when it ends, TTL how long it lives: one of them, or neither.
	Expires time.Time
	TTL     time.Duration
}

// Draft is a key that was drawn and is not stored yet, so that its making can be written
// down before it is done. Make it a key with Store.
type Draft struct {
	// Key is the key as it will be.
	Key Key
	// OldEnd is when the key that it replaces ends; zero for at once, or if it replaces
	// none.
	OldEnd time.Time
	// Text is for its owner, once it is stored. It is nowhere else: whoever loses it needs
	// a new key.
	Text Text
}

// Draft draws a key for an account. Errors: ErrOptions.
func (m *Manager) Draft(accountID string, o Options) (Draft, error) {
	d := Draft{Key: Key{Account: accountID, Name: o.Name, ReadOnly: o.ReadOnly}}
	var err error
	if d.Key.Scope, err = o.check(); err != nil {
		return Draft{}, err
	}
	if err := m.draw(&d); err != nil {
		return Draft{}, err
	}
	d.Key.Expires, err = o.end(d.Key.Created)
	return d, err
}

// DraftRotation draws a key that replaces another: of the same account, name, scope and
// kind, and with as long a life from now on. The old key works for the overlap, at most
// to its own end. Errors: ErrOptions for a negative overlap, ErrNotFound, also for an
// expired key, ErrRotated, session.ErrUnavailable.
func (m *Manager) DraftRotation(ctx context.Context, id session.PublicID, overlap time.Duration) (Draft, error) {
	if overlap < 0 {
		return Draft{}, fmt.Errorf("%w: a negative overlap", ErrOptions)
	}
	old, err := m.Find(ctx, id)
	if err != nil {
		return Draft{}, err
	}
	d := Draft{Key: Key{Account: old.Account, Name: old.Name, Scope: old.Scope, ReadOnly: old.ReadOnly, RotatedFrom: id}}
	if err := m.draw(&d); err != nil {
		return Draft{}, err
	}
	switch {
	case old.Expired(d.Key.Created):
		return Draft{}, ErrNotFound
	case old.ReplacedBy != (session.PublicID{}):
		return Draft{}, ErrRotated
	case !old.Expires.IsZero():
		d.Key.Expires = d.Key.Created.Add(old.Expires.Sub(old.Created))
	}
	if overlap = overlap.Truncate(time.Microsecond); overlap > 0 {
		d.OldEnd = d.Key.Created.Add(overlap)
		if !old.Expires.IsZero() && old.Expires.Before(d.OldEnd) {
			d.OldEnd = old.Expires
		}
	}
	return d, nil
}

// Store makes a draft a key, and ends the one that it replaces: at once if OldEnd is
// zero. A key can be rotated once. Errors: account.ErrNotFound, ErrTooMany; for a rotation
// ErrNotFound, ErrRotated, and ErrTooMany only if the old key lives on; session.ErrUnavailable, session.ErrOutcomeUnknown.
func (m *Manager) Store(ctx context.Context, d *Draft) error {
	key := d.Key
	key.Digest = d.Text.Digest()
	if key.RotatedFrom == (session.PublicID{}) {
		if err := m.cfg.Store.Add(ctx, key); err != nil {
			return outcome(err)
		}
		return m.enforceMost(ctx, &key)
	}
	if !d.OldEnd.IsZero() { // both will be live
		if err := m.enforceRoom(ctx, key.Account); err != nil {
			return err
		}
	}
	err := m.cfg.Store.Rotate(ctx, key.RotatedFrom, key, d.OldEnd)
	m.Forget(key.Account) // also when the outcome is unknown
	return outcome(err)
}

// enforceMost takes back a new key if its account has too many. It is asked afterwards, so
// that keys that are made at the same time see each other.
func (m *Manager) enforceMost(ctx context.Context, key *Key) error {
	live, err := m.List(ctx, key.Account)
	if err == nil && len(live) > MostKeys {
		err = ErrTooMany
	}
	if err == nil {
		return nil
	}
	if _, gone := m.Revoke(context.WithoutCancel(ctx), key.ID); gone != nil {
		return fmt.Errorf("%w: a key too many: %w", session.ErrOutcomeUnknown, gone)
	}
	return err
}

// enforceRoom refuses one more key beside those that an account has.
func (m *Manager) enforceRoom(ctx context.Context, accountID string) error {
	live, err := m.List(ctx, accountID)
	if err == nil && len(live) >= MostKeys {
		err = ErrTooMany
	}
	return err
}

// Revoke ends a key, which is dead when Revoke returns, and gives it as it was.
// Errors: ErrNotFound, session.ErrOutcomeUnknown.
func (m *Manager) Revoke(ctx context.Context, id session.PublicID) (Key, error) {
	key, err := m.cfg.Store.Revoke(ctx, id)
	switch {
	case err == nil:
		m.Forget(key.Account)
	case !isRefusal(err):
		m.ForgetAll()
	}
	return key, outcome(err)
}

// Find gives the key with a public id, whether it is expired or not.
// Errors: ErrNotFound, session.ErrUnavailable.
func (m *Manager) Find(ctx context.Context, id session.PublicID) (Key, error) {
	key, err := m.cfg.Store.Find(ctx, id)
	if err != nil && !isRefusal(err) {
		err = unavailable(err)
	}
	return key, err
}

// List gives the live keys of an account, or everybody's for "", newest first, with
// their last uses up to now. Errors: session.ErrUnavailable.
func (m *Manager) List(ctx context.Context, accountID string) ([]Key, error) {
	if err := m.Flush(ctx); err != nil {
		return nil, err
	}
	all, err := m.cfg.Store.List(ctx, accountID)
	if err != nil {
		return nil, unavailable(err)
	}
	now := m.cfg.Now()
	live := all[:0]
	for i := range all {
		if !all[i].Expired(now) {
			live = append(live, all[i])
		}
	}
	return live, nil
}

// draw gives a key its secret, its id and its date.
func (m *Manager) draw(d *Draft) (err error) {
	if d.Text, err = newText(m.cfg.Rand); err != nil {
		return err
	}
	d.Key.Created = exact(m.cfg.Now())
	d.Key.ID, err = newID(m.cfg.Rand)
	return err
}

// exact is a time as a Store keeps it.
func exact(t time.Time) time.Time { return t.UTC().Round(0).Truncate(time.Microsecond) }

func (o *Options) check() (scope []string, err error) {
	s, err := account.NewScope(o.Scope)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrOptions, err)
	case len(o.Name) > maxName:
		return nil, fmt.Errorf("%w: a name has at most %d bytes", ErrOptions, maxName)
	case !utf8.ValidString(o.Name) || strings.ContainsFunc(o.Name, unicode.IsControl):
		return nil, fmt.Errorf("%w: a name is UTF-8 text without control characters", ErrOptions)
	}
	return s.Names(), nil
}

// end is when a key made now ends.
func (o *Options) end(now time.Time) (time.Time, error) {
	end := o.Expires
	switch {
	case o.TTL < 0:
		return end, fmt.Errorf("%w: a negative life", ErrOptions)
	case o.TTL > 0 && !end.IsZero():
		return end, fmt.Errorf("%w: both an end and a length of life", ErrOptions)
	case o.TTL > 0:
		end = now.Add(o.TTL)
	case end.IsZero():
		return end, nil
	}
	if end = exact(end); !end.After(now) {
		return end, fmt.Errorf("%w: an end that is not in the future", ErrOptions)
	}
	return end, nil
}

// isRefusal tells an answer of the store from a failure to get one.
func isRefusal(err error) bool {
	for _, answer := range []error{ErrNotFound, ErrCollision, ErrRotated, account.ErrNotFound} {
		if errors.Is(err, answer) {
			return true
		}
	}
	return false
}

// outcome says of a failed write what is known about it.
func outcome(err error) error {
	if err == nil || isRefusal(err) {
		return err
	}
	return fmt.Errorf("%w: %w", session.ErrOutcomeUnknown, err)
}
