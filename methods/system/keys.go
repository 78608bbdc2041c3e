package system

import (
	"context"
	"errors"
	"time"

	"countersign/methods"
	"countersign/methods/signin"
	"countersign/session"
	"countersign/session/account"
	"countersign/session/apikey"
	"countersign/session/audit"
)

func (m *module) ownKeys() []methods.Method {
	any, ro := methods.AnySession(), methods.ReadOnly()
	others := " With the right " + manageKeys + " also for others."
	lesser := " With the right " + manageKeys + " also for others who may do no more than the caller."
	return []methods.Method{
		methods.New("createKey", "Makes an API key for the caller; its text is told this once."+lesser, any, m.createKey, methods.Answered()),
		methods.New("listKeys", "Lists the caller's API keys, without their texts."+others, any, m.listKeys, ro),
		methods.New("rotateKey", "Makes a key that takes the place of an old one; the old one holds for the overlap, in seconds."+lesser, any, m.rotateKey, methods.Answered()),
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
	if err := signin.WholeSession(ctx, c); err != nil {
		return keyOut{}, err
	}
	id, err := m.subject(ctx, c, in.Wish.User, manageKeys)
	if err != nil {
		return keyOut{}, err
	}
	if id == "" {
		return keyOut{}, &methods.ArgumentError{Param: 1, Path: ".user", Reason: "a key is for one user"}
	}
	life, err := seconds(1, ".lifetime", in.Wish.Lifetime)
	if err != nil {
		return keyOut{}, err
	}
	owner, err := m.keeper(ctx, c, id)
	if err != nil {
		return keyOut{}, err
	}
	draft, err := m.cfg.Keys.Draft(id, apikey.Options{
		Name: in.Wish.Name, Scope: in.Wish.Scope, ReadOnly: in.Wish.ReadOnly, TTL: life,
	})
	if err != nil {
		return keyOut{}, keyError(err)
	}
	return m.storeKey(ctx, &draft, aboutKey(c, audit.KeyCreate, &owner, draft.Key.ID, draft.Key.Expires))
}

// storeKey records a key that was drafted and makes it.
func (m *module) storeKey(ctx context.Context, d *apikey.Draft, events ...audit.Event) (keyOut, error) {
	err := signin.Change(m.cfg.Audit, events, func() error { return m.cfg.Keys.Store(ctx, d) })
	if err != nil {
		return keyOut{}, keyError(err)
	}
	out := outOf(&d.Key)
	out.Key = d.Text.Reveal()
	return out, nil
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
	old, err := m.manageable(ctx, c, in.ID)
	if err != nil {
		return keyOut{}, err
	}
	overlap, err := seconds(2, "", in.Overlap)
	if err != nil {
		return keyOut{}, err
	}
	owner, err := m.keeper(ctx, c, old.Account)
	if err != nil {
		return keyOut{}, err
	}
	draft, err := m.cfg.Keys.DraftRotation(ctx, old.ID, overlap)
	if err != nil {
		return keyOut{}, keyError(err)
	}
	return m.storeKey(ctx, &draft,
		aboutKey(c, audit.KeyRevoke, &owner, old.ID, draft.OldEnd),
		aboutKey(c, audit.KeyRotate, &owner, draft.Key.ID, draft.Key.Expires))
}

func (m *module) revokeKey(ctx context.Context, c *methods.Call, in publicIn) (bool, error) {
	key, err := m.manageable(ctx, c, in.ID)
	if err != nil {
		return false, err
	}
	owner, err := m.account(ctx, key.Account)
	if err != nil {
		return false, err
	}
	event := aboutKey(c, audit.KeyRevoke, &owner, key.ID, time.Time{})
	err = signin.Change(m.cfg.Audit, []audit.Event{event}, func() error {
		_, err := m.cfg.Keys.Revoke(ctx, key.ID)
		return err
	})
	if err != nil {
		return false, keyError(err)
	}
	if err := m.cfg.Sessions.CatchUp(ctx); err != nil {
		return false, busy(err, "the key is revoked; other processes take notice within seconds")
	}
	return true, nil
}

// manageable finds a key that the caller may change; others' do not exist without the
// right.
func (m *module) manageable(ctx context.Context, c *methods.Call, text string) (apikey.Key, error) {
	if err := signin.WholeSession(ctx, c); err != nil {
		return apikey.Key{}, err
	}
	id, ok := session.ParsePublicID(text)
	if !ok {
		return apikey.Key{}, &methods.ArgumentError{Param: 1, Reason: "a public id has 16 hex digits"}
	}
	key, err := m.cfg.Keys.Find(ctx, id)
	switch {
	case err != nil && !errors.Is(err, apikey.ErrNotFound):
		return apikey.Key{}, keyError(err)
	case err == nil && key.Account == c.Caller.ID:
		return key, nil
	case !c.Caller.Allows(manageKeys):
		return apikey.Key{}, c.Env.Deny(c.Entry, manageKeys, errNoKey)
	case err != nil:
		return apikey.Key{}, errNoKey
	}
	return key, nil
}

// keeper is the account for which the caller asks for the text of a key. Who has it acts
// as that account, so another's must not allow more than the caller may.
func (m *module) keeper(ctx context.Context, c *methods.Call, id string) (account.Account, error) {
	a, err := m.account(ctx, id)
	if err == nil && id != c.Caller.ID && !c.Caller.AllowsAll(a.Grants) {
		return a, c.Env.Deny(c.Entry, manageKeys, errMoreThanYou)
	}
	return a, err
}

var errMoreThanYou = methods.Errorf(methods.KindPermissionDenied, "the user may do more than you")

var errNoKey = methods.Errorf(methods.KindNotFound, "no such key")

func keyError(err error) error {
	switch {
	case errors.Is(err, apikey.ErrNotFound), errors.Is(err, account.ErrNotFound):
		return errNoKey
	case errors.Is(err, apikey.ErrRotated):
		return methods.Wrap(methods.KindConflict, err, "the key was rotated already: rotate the one in its place")
	case errors.Is(err, apikey.ErrTooMany):
		return methods.Wrap(methods.KindTooLarge, err, "the account has as many keys as it may")
	case errors.Is(err, apikey.ErrOptions), errors.Is(err, account.ErrScope):
		return &methods.ArgumentError{Param: 1, Reason: err.Error()}
	default:
		return sessionError(err)
	}
}

func aboutKey(c *methods.Call, t audit.Type, owner *account.Account, id session.PublicID, until time.Time) audit.Event {
	e := signin.About(c, t, owner)
	e.Key, e.Until = id, until
	return e
}
