package addressbook

import (
	"context"
	"errors"
	"strconv"
	"time"

	"countersign/methods"
)

func (m *module) read(ctx context.Context, call *methods.Call, in refIn) (record, error) {
	who, err := viewerOf(call)
	if err != nil {
		return record{}, err
	}
	c, err := m.store.Get(ctx, string(in.ID))
	if err != nil {
		return record{}, readError(err, string(in.ID))
	}
	if err := who.require(&c, rightRead); err != nil {
		return record{}, err
	}
	v := viewFor(call.Client)
	cols := v.columns(who, nil, true)
	if v.photo {
		cols.add(photoField, false)
	}
	return record(cols.record(&c)), nil
}

func (m *module) search(ctx context.Context, call *methods.Call, in searchIn) ([]methods.Value, error) {
	who, err := viewerOf(call)
	if err != nil {
		return nil, err
	}
	v := viewFor(call.Client)
	q, err := in.Search.query(v, who)
	if err != nil {
		return nil, err
	}
	contacts, err := m.store.Search(ctx, q)
	if err != nil {
		return nil, readError(err, "")
	}
	custom := in.Search.CustomFields == nil || *in.Search.CustomFields
	cols := v.columns(who, in.Search.Fields, custom)
	out := make([]methods.Value, len(contacts))
	for i := range contacts {
		out[i] = cols.record(&contacts[i])
	}
	return out, nil
}

func (m *module) write(ctx context.Context, call *methods.Call, in writeIn) (string, error) {
	who, err := viewerOf(call)
	if err != nil {
		return "", err
	}
	e, err := parseEdit(in.Entry)
	if err != nil {
		return "", err
	}
	var id string
	err = m.store.Change(ctx, func(tx Tx) error {
		c, err := m.target(tx, who, e)
		if err != nil {
			return err
		}
		if err := e.checkCustom(tx); err != nil {
			return err
		}
		if err := e.move(&c, who); err != nil {
			return err
		}
		if !e.categories.IsNil() {
			if c.Categories, err = categoriesOf(tx, c.Owner, e.categories); err != nil {
				return err
			}
		}
		e.apply(&c)
		if err := tx.Put(&c); err != nil {
			return err
		}
		id = c.ID
		return nil
	})
	return id, changeError(err, e.id)
}

// target gives the entry to change, or a new one.
func (m *module) target(tx Tx, who viewer, e *edit) (Contact, error) {
	now := m.now().UTC().Truncate(time.Microsecond)
	if e.id == "" {
		return Contact{
			Owner: who.number, Access: Private, TID: "n",
			Created: now, Creator: who.number, Modified: now, Modifier: who.number,
		}, nil
	}
	c, err := tx.Get(e.id)
	if err != nil {
		return c, err
	}
	if err := who.require(&c, rightEdit); err != nil {
		return c, err
	}
	if e.etag != "" && e.etag != strconv.FormatInt(c.Revision, 10) {
		return c, methods.Errorf(methods.KindConflict, "entry %s was changed meanwhile", c.ID)
	}
	c.Modified, c.Modifier = now, who.number
	return c, nil
}

// move gives the entry to another owner, whose categories are others.
func (e *edit) move(c *Contact, who viewer) error {
	if e.owner == 0 || e.owner == c.Owner {
		return nil
	}
	if !who.all {
		return methods.Errorf(methods.KindPermissionDenied, "entries of another owner need the permission %s", PermissionAll)
	}
	c.Owner, c.Categories = e.owner, nil
	return nil
}

func (m *module) delete(ctx context.Context, call *methods.Call, in refIn) (bool, error) {
	who, err := viewerOf(call)
	if err != nil {
		return false, err
	}
	id := string(in.ID)
	err = m.store.Change(ctx, func(tx Tx) error {
		c, err := tx.Get(id)
		if err != nil {
			return err
		}
		if err := who.require(&c, rightDelete); err != nil {
			return err
		}
		return tx.Delete(id)
	})
	return err == nil, changeError(err, id)
}

type categoriesIn struct {
	Full bool `rpc:"full,optional,loose" help:"true for full records instead of names"`
}

func (m *module) categories(ctx context.Context, call *methods.Call, in categoriesIn) (record, error) {
	who, err := viewerOf(call)
	if err != nil {
		return record{}, err
	}
	list, err := m.store.Categories(ctx, who.number)
	if err != nil {
		return record{}, readError(err, "")
	}
	if len(list) == 0 {
		return record(viewFor(call.Client).emptyMap()), nil
	}
	members := make([]methods.Member, len(list))
	for i, c := range list {
		members[i] = methods.M(c.ID, methods.String(c.Name))
		if in.Full {
			members[i].Value = fullCategory(&c)
		}
	}
	return record(methods.Struct(members...)), nil
}

// fullCategory has the members of eGroupWare's category records. Ours have no tree:
// each is its own main category on level 0.
func fullCategory(c *Category) methods.Value {
	return methods.Struct(
		methods.M("id", methods.String(c.ID)),
		methods.M("main", methods.String(c.ID)),
		methods.M("parent", methods.String("0")),
		methods.M("level", methods.String("0")),
		methods.M("owner", methods.String(strconv.FormatInt(c.Owner, 10))),
		methods.M("access", methods.String(string(Private))),
		methods.M("appname", methods.String(Permission)),
		methods.M("name", methods.String(c.Name)),
		methods.M("description", methods.String("")),
	)
}

func (m *module) customFields(ctx context.Context, call *methods.Call, _ emptyListIn) (record, error) {
	list, err := m.store.CustomFields(ctx)
	if err != nil {
		return record{}, readError(err, "")
	}
	if len(list) == 0 {
		return record(viewFor(call.Client).emptyMap()), nil
	}
	members := make([]methods.Member, len(list))
	for i, f := range list {
		members[i] = methods.M(customPrefix+f.Name, methods.String(f.Label))
	}
	return record(methods.Struct(members...)), nil
}

// readError gives a store's error the kind that callers know.
func readError(err error, id string) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, ErrNotFound):
		return errNoEntry(id)
	case errors.Is(err, ErrBusy):
		busy := methods.Wrap(methods.KindBusy, err, "the address book is busy")
		busy.RetryAfter = time.Second
		return busy
	default:
		return err
	}
}

// changeError is readError for a change, whose outcome an unforeseen error leaves open.
func changeError(err error, id string) error {
	err = readError(err, id)
	if _, known := errors.AsType[*methods.Error](err); known || err == nil {
		return err
	}
	return methods.Wrap(methods.KindOutcomeUnknown, err, "it is not known whether the change was made")
}
