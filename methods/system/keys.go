package system

import (
	"context"
	"errors"
	"time"

	"countersign/methods"
	"countersign/session"
	"countersign/session/account"
	"countersign/session/apikey"
	"countersign/session/audit"
)

func (m *module) ownKeys() []methods.Method {
	any, ro := methods.AnySession(), methods.ReadOnly()
	others := " With the right " + manageKeys + " also for others."
	return []methods.Method{
		methods.New("createKey", "Makes an API key for the caller; its text is told this once."+others, any, m.createKey, methods.Answered()),
		methods.New("listKeys", "Lists the caller's API keys, without their texts."+others, any, m.listKeys, ro),
		methods.New("rotateKey", "Makes a key that takes the place of an old one; the old one holds for the overlap, in seconds."+others, any, m.rotateKey, methods.Answered()),
		methods.New("revokeKey", "Ends an API key by its public id."+others, any, m.revokeKey),
	}
}

type createKeyIn struct {
	Wish struct {
		User     string   `rpc:"user,optional" help:"for whom; the caller if left out"`
		Name     string   `rpc:"name,optional" help:"what to call it"`
		Scope    []string `rpc:"scope,optional" help:"permissions it is narrowed to; * as last component covers all below"`
		ReadOnly bool     `rpc:"read_only,optional" help:"true: it can change nothing"`
		Lifetime int      `rpc:"lifetime,optional" help:"seconds until it ends; never if left out"`
	} `rpc:"wish,optional"`
}

type keyOut struct {
	Key      string    `rpc:"key,omitempty" help:"the text, 40 characters; told once"`
	ID       string    `rpc:"id" help:"public id"`
	Name     string    `rpc:"name,omitempty"`
	Scope    []string  `rpc:"scope,omitempty"`
	ReadOnly bool      `rpc:"read_only"`
	Created  time.Time `rpc:"created"`
	Expires  time.Time `rpc:"expires,omitempty"`
	LastUsed time.Time `rpc:"last_used,omitempty"`
}

func outOf(k *apikey.Key) keyOut {
	return keyOut{
		ID: k.ID.String(), Name: k.Name, Scope: k.Scope, ReadOnly: k.ReadOnly,
		Created: k.Created, Expires: k.Expires, LastUsed: k.LastUsed,
	}
}

func (m *module) createKey(ctx context.Context, c *methods.Call, in createKeyIn) (keyOut, error) {
	if err := wholeSession(ctx); err != nil {
		return keyOut{}, err
	}
	owner, err := m.subject(ctx, c, in.Wish.User, manageKeys)
	if err != nil {
		return keyOut{}, err
	}
	if owner == "" {
		return keyOut{}, &methods.ArgumentError{Param: 1, Path: ".user", Reason: "a key is for one user"}
	}
	text, key, err := m.cfg.Keys.Create(ctx, owner, apikey.Options{
		Name: in.Wish.Name, Scope: in.Wish.Scope, ReadOnly: in.Wish.ReadOnly,
		TTL: time.Duration(in.Wish.Lifetime) * time.Second,
	})
	if err != nil {
		return keyOut{}, keyError(err)
	}
	out := outOf(&key)
	out.Key = text.Reveal()
	return out, m.recordKey(ctx, c, audit.KeyCreate, &key)
}

func (m *module) listKeys(ctx context.Context, c *methods.Call, in userIn) ([]keyOut, error) {
	owner, err := m.subject(ctx, c, in.User, manageKeys)
	if err != nil {
		return nil, err
	}
	keys, err := m.cfg.Keys.List(ctx, owner)
	if err != nil {
		return nil, keyError(err)
	}
	out := make([]keyOut, 0, len(keys))
	for i := range keys {
		out = append(out, outOf(&keys[i]))
	}
	return out, nil
}

type rotateIn struct {
	ID      string `rpc:"id" help:"public id, 16 hex digits"`
	Overlap int    `rpc:"overlap,optional" help:"seconds that the old key goes on holding; 0: none"`
}

func (m *module) rotateKey(ctx context.Context, c *methods.Call, in rotateIn) (keyOut, error) {
	id, err := m.manageable(ctx, c, in.ID)
	if err != nil {
		return keyOut{}, err
	}
	if in.Overlap < 0 {
		return keyOut{}, &methods.ArgumentError{Param: 2, Reason: "a length of time is negative"}
	}
	text, key, err := m.cfg.Keys.Rotate(ctx, id, time.Duration(in.Overlap)*time.Second)
	if err != nil {
		return keyOut{}, keyError(err)
	}
	out := outOf(&key)
	out.Key = text.Reveal()
	return out, m.recordKey(ctx, c, audit.KeyRotate, &key)
}

func (m *module) revokeKey(ctx context.Context, c *methods.Call, in publicIn) (bool, error) {
	id, err := m.manageable(ctx, c, in.ID)
	if err != nil {
		return false, err
	}
	key, err := m.cfg.Keys.Revoke(ctx, id)
	if err != nil {
		return false, keyError(err)
	}
	if err := m.cfg.Sessions.CatchUp(ctx); err != nil {
		return false, busy(err, "the key is revoked; other processes take notice within seconds")
	}
	return true, m.recordKey(ctx, c, audit.KeyRevoke, &key)
}

// manageable finds a key that the caller may change; others' do not exist without the
// right.
func (m *module) manageable(ctx context.Context, c *methods.Call, text string) (session.PublicID, error) {
	if err := wholeSession(ctx); err != nil {
		return session.PublicID{}, err
	}
	id, ok := session.ParsePublicID(text)
	if !ok {
		return id, &methods.ArgumentError{Param: 1, Reason: "a public id has 16 hex digits"}
	}
	key, err := m.cfg.Keys.Find(ctx, id)
	if err != nil {
		return id, keyError(err)
	}
	if key.Account != c.Caller.ID && !c.Caller.Allows(manageKeys) {
		return id, errNoKey
	}
	return id, nil
}

var errNoKey = methods.Errorf(methods.KindNotFound, "no such key")

func keyError(err error) error {
	switch {
	case errors.Is(err, apikey.ErrNotFound), errors.Is(err, account.ErrNotFound):
		return errNoKey
	case errors.Is(err, apikey.ErrRotated):
		return methods.Wrap(methods.KindConflict, err, "the key was rotated already: rotate the one in its place")
	case errors.Is(err, apikey.ErrOptions), errors.Is(err, account.ErrScope):
		return &methods.ArgumentError{Param: 1, Reason: err.Error()}
	default:
		return sessionError(err)
	}
}

func (m *module) recordKey(ctx context.Context, c *methods.Call, t audit.Type, k *apikey.Key) error {
	e := audit.Event{Type: t, Key: k.ID, Until: k.Expires}
	if k.Account != c.Caller.ID {
		owner, err := m.cfg.Accounts.Get(ctx, k.Account)
		if err != nil && !errors.Is(err, account.ErrNotFound) {
			return unreachable(err)
		}
		e.User, e.Account = audit.Known(owner.Name), owner.Number
	}
	return m.record(c, e)
}
