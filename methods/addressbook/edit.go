package addressbook

import (
	"errors"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"time"

	"countersign/methods"
)

// photoField is the name of the one field that is no text.
const photoField = "jpegphoto"

// writeIn is the parameter of write: an entry with any of its fields.
type writeIn struct {
	Entry entry `rpc:"entry" help:"the fields to set; without id, or with id 0, a new entry is made"`
}

type entry []methods.Member

// RPCSchema implements methods.Describer.
func (*entry) RPCSchema() *methods.Schema { return &methods.Schema{Type: methods.TypeStruct} }

// BindValue implements methods.Binder.
func (e *entry) BindValue(v methods.Value) error {
	if v.Type() != methods.TypeStruct {
		return errors.New("wanted a struct of fields")
	}
	*e = v.Members()
	return nil
}

// edit is what a write changes. What is not set stays as it is.
type edit struct {
	id         string // "" makes a new entry
	owner      int64  // 0 if not set
	access     Access // "" if not set
	tid        string // "" if not set
	etag       string // "" if not set
	fields     map[string]string
	custom     map[string]string
	photo      *[]byte
	categories methods.Value // nil if not set
}

// parseEdit checks the members of an entry. Older and newer names of fields are taken
// from every client. Members that describe an entry but cannot be set are passed over,
// so that an entry may come back as it was read.
func parseEdit(members []methods.Member) (*edit, error) {
	e := &edit{fields: map[string]string{}, custom: map[string]string{}}
	for _, m := range members {
		if m.Value.IsNil() {
			continue
		}
		if err := e.set(canonical(m.Name), m.Value); err != nil {
			return nil, refuse(m.Name, err.Error())
		}
	}
	return e, nil
}

func (e *edit) set(name string, v methods.Value) error {
	switch name {
	case "rights", "created", "creator", "modified", "modifier":
		return nil
	case "id":
		id, ok := idText(v)
		if !ok {
			return errors.New("wanted an integer or a text")
		}
		if e.id = id; id == "0" {
			e.id = ""
		}
		return nil
	case "owner":
		return e.setOwner(v)
	case "access", "private":
		return e.setAccess(name, v)
	case "cat_id":
		e.categories = v
		return nil
	case photoField:
		return e.setPhoto(v)
	}
	text, err := textOf(v)
	if err != nil {
		return err
	}
	custom, isCustom := strings.CutPrefix(name, customPrefix)
	f, known := fieldNamed[name]
	room := f.max
	switch {
	case name == "tid", name == "etag":
		room = 16
	case isCustom:
		room = maxCustom
	case !known:
		return errors.New("there is no such field")
	case f.date:
		if text, err = dateText(v); err != nil {
			return err
		}
	}
	if len(text) > room {
		return fmt.Errorf("more than %d bytes", room)
	}
	switch {
	case name == "tid":
		e.tid = strings.ToLower(text)
	case name == "etag":
		e.etag = text
	case isCustom:
		e.custom[custom] = text
	default:
		e.fields[name] = text
	}
	return nil
}

func (e *edit) setOwner(v methods.Value) error {
	text, _ := idText(v)
	if text == "" && v.Type() == methods.TypeString {
		return nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return errors.New("wanted an account number")
	}
	e.owner = n
	return nil
}

func (e *edit) setAccess(name string, v methods.Value) error {
	text, err := textOf(v)
	if err != nil {
		return err
	}
	if name == "private" {
		switch text {
		case "1", "true":
			e.access = Private
		case "0", "", "false":
			e.access = Public
		default:
			return errors.New("wanted a boolean")
		}
		return nil
	}
	switch Access(text) {
	case Private, Public, "":
		e.access = Access(text)
		return nil
	default:
		return errors.New("wanted private or public")
	}
}

func (e *edit) setPhoto(v methods.Value) error {
	photo := v.Bytes()
	switch {
	case v.Type() != methods.TypeBase64 && !(v.Type() == methods.TypeString && v.Text() == ""):
		return errors.New("wanted base64")
	case len(photo) > maxPhoto:
		return fmt.Errorf("more than %d bytes", maxPhoto)
	}
	e.photo = &photo
	return nil
}

// textOf reads a text in any form that a client library may have made of it: some
// guess types, some send what is not ASCII as base64 (phpgroupware contract §6.2).
func textOf(v methods.Value) (string, error) {
	var text string
	switch v.Type() {
	case methods.TypeString:
		text = v.Text()
	case methods.TypeInt, methods.TypeLong:
		text = strconv.FormatInt(v.Int(), 10)
	case methods.TypeDouble:
		text = strconv.FormatFloat(v.Double(), 'f', -1, 64)
	case methods.TypeBoolean:
		if text = "0"; v.Bool() {
			text = "1"
		}
	case methods.TypeBase64:
		text = string(v.Bytes())
	case methods.TypeDateTime:
		if at := v.Time(); !at.IsZero() {
			text = localTime(v).Format("2006-01-02T15:04:05")
		}
	default:
		return "", fmt.Errorf("wanted a text, got %v", v.Type())
	}
	return text, checkText(text)
}

// localTime is the reading of the sender's clock.
func localTime(v methods.Value) time.Time {
	return v.Time().Add(time.Duration(v.Offset()) * time.Minute)
}

// dateText brings a day to the form YYYY-MM-DD; no date is "".
func dateText(v methods.Value) (string, error) {
	text, err := textOf(v)
	if err != nil || text == "" || text == "0" {
		return "", err
	}
	day, _, _ := strings.Cut(text, "T")
	for _, layout := range []string{time.DateOnly, "20060102"} {
		if t, err := time.Parse(layout, day); err == nil && t.Year() > 0 {
			return t.Format(time.DateOnly), nil
		}
	}
	return "", errors.New("wanted a date, YYYY-MM-DD")
}

// apply sets what the edit sets; categories and owner are set elsewhere.
func (e *edit) apply(c *Contact) {
	if e.access != "" {
		c.Access = e.access
	}
	if e.tid != "" {
		c.TID = e.tid
	}
	if e.photo != nil {
		c.Photo = *e.photo
	}
	c.Fields = merged(c.Fields, e.fields)
	c.Custom = merged(c.Custom, e.custom)
	// A name that only repeats what would be made of the others is not kept: it would
	// not follow them when they change.
	for _, name := range []string{"n_fn", "n_fileas"} {
		if c.Fields[name] == c.derived(name) {
			delete(c.Fields, name)
		}
	}
}

// merged gives old with the changes; an empty text removes.
func merged(old, changes map[string]string) map[string]string {
	out := make(map[string]string, len(old)+len(changes))
	maps.Copy(out, old)
	for name, text := range changes {
		if text == "" {
			delete(out, name)
		} else {
			out[name] = text
		}
	}
	return out
}

// checkCustom looks for custom fields that are not defined.
func (e *edit) checkCustom(tx Tx) error {
	if len(e.custom) == 0 {
		return nil
	}
	defined, err := tx.CustomFields()
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for _, f := range defined {
		known[f.Name] = true
	}
	for name := range e.custom {
		if !known[name] {
			return refuse(customPrefix+name, "there is no such field")
		}
	}
	return nil
}
