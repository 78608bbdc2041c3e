package sql

import (
	"context"
	stdsql "database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"countersign/methods/addressbook"
)

const contactColumns = `id, owner, access, tid, categories, fields, custom, created, modified, creator, modifier, revision`

// Search implements addressbook.Store. The names of categories are read after the
// contacts, which finds all of them: categories are never removed.
func (s *addressBook) Search(ctx context.Context, q addressbook.Query) ([]addressbook.Contact, error) {
	text, args, err := searchContacts(q)
	if err != nil {
		return nil, err
	}
	return s.contacts(ctx, q.Photos, text, args...)
}

// Get implements addressbook.Store.
func (s *addressBook) Get(ctx context.Context, id string) (addressbook.Contact, error) {
	if !storable(id) {
		return addressbook.Contact{}, addressbook.ErrNotFound
	}
	found, err := s.contacts(ctx, true, `SELECT `+contactColumns+`, photo FROM addressbook_contacts WHERE id = $1`, id)
	if err != nil {
		return addressbook.Contact{}, err
	}
	if len(found) == 0 {
		return addressbook.Contact{}, addressbook.ErrNotFound
	}
	return found[0], nil
}

func (s *addressBook) contacts(ctx context.Context, photos bool, text string, args ...any) ([]addressbook.Contact, error) {
	var found []addressbook.Contact
	err := s.db.query(ctx, scanContacts(&found, photos), text, args...)
	if err == nil {
		err = nameCategories(found, func(each func(*stdsql.Rows) error, text string, args ...any) error {
			return s.db.query(ctx, each, text, args...)
		})
	}
	if err != nil {
		return nil, busy(err)
	}
	return found, nil
}

// Get implements addressbook.Tx. The update that changes nothing locks the row.
func (t *addressBookTx) Get(id string) (addressbook.Contact, error) {
	if !storable(id) {
		return addressbook.Contact{}, addressbook.ErrNotFound
	}
	var found []addressbook.Contact
	err := t.query(scanContacts(&found, true),
		`UPDATE addressbook_contacts SET revision = revision WHERE id = $1 RETURNING `+contactColumns+`, photo`, id)
	if err != nil {
		return addressbook.Contact{}, err
	}
	if len(found) == 0 {
		return addressbook.Contact{}, addressbook.ErrNotFound
	}
	err = nameCategories(found, t.query)
	return found[0], err
}

// Put implements addressbook.Tx.
func (t *addressBookTx) Put(c *addressbook.Contact) error {
	fields, err := json.Marshal(c.Fields)
	if err != nil {
		return err
	}
	custom, err := json.Marshal(c.Custom)
	if err != nil {
		return err
	}
	search, filed := c.SearchText(), addressbook.KeyText(c.Field("n_fileas"))
	if err := refuse(string(c.Access), c.TID, string(fields), string(custom), search); err != nil {
		return err
	}
	photo := append([]byte{}, c.Photo...) // never NULL
	args := []any{c.Owner, string(c.Access), c.TID, joinCategories(c.Categories), string(fields), string(custom), photo,
		micros(c.Created), micros(c.Modified), c.Creator, c.Modifier, search, filed}
	if c.ID == "" {
		return t.insertContact(c, args)
	}
	found := false
	err = t.query(func(rows *stdsql.Rows) error { found = true; return rows.Scan(&c.Revision) },
		`UPDATE addressbook_contacts SET owner = $1, access = $2, tid = $3, categories = $4, fields = $5, custom = $6,
			photo = $7, created = $8, modified = $9, creator = $10, modifier = $11, search = $12, filed_as = $13,
			revision = revision + 1
		WHERE id = $14 RETURNING revision`, append(args, c.ID)...)
	switch {
	case err != nil:
		return err
	case !found:
		return addressbook.ErrNotFound
	}
	if _, err := t.exec(`DELETE FROM addressbook_keys WHERE contact = $1`, c.ID); err != nil {
		return err
	}
	return t.insertKeys(c)
}

func (t *addressBookTx) insertContact(c *addressbook.Contact, args []any) error {
	seq, err := t.count(`contact`)
	if err != nil {
		return err
	}
	id := strconv.FormatInt(seq, 10)
	if _, err := t.exec(`INSERT INTO addressbook_contacts (owner, access, tid, categories, fields, custom, photo,
			created, modified, creator, modifier, search, filed_as, id, seq, revision)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 1)`, append(args, id, seq)...); err != nil {
		return err
	}
	c.ID, c.Revision = id, 1
	return t.insertKeys(c)
}

func (t *addressBookTx) insertKeys(c *addressbook.Contact) error {
	for chunk := range slices.Chunk(c.Keys(), rowsPerStatement) {
		var v values
		for _, key := range chunk {
			if err := refuse(key.Field); err != nil {
				return err
			}
			v.row(c.ID, key.Field, []byte(key.Text))
		}
		if _, err := t.exec(`INSERT INTO addressbook_keys (contact, field, content) VALUES `+v.String(), v.args...); err != nil {
			return err
		}
	}
	return nil
}

// Delete implements addressbook.Tx. The keys go with the row.
func (t *addressBookTx) Delete(id string) error {
	if !storable(id) {
		return addressbook.ErrNotFound
	}
	n, err := t.exec(`DELETE FROM addressbook_contacts WHERE id = $1`, id)
	if n == 0 && err == nil {
		return addressbook.ErrNotFound
	}
	return err
}

// scanContacts reads contactColumns, and photo behind them. Categories have no names
// yet.
func scanContacts(to *[]addressbook.Contact, photos bool) func(*stdsql.Rows) error {
	return func(rows *stdsql.Rows) error {
		var c addressbook.Contact
		var access, categories string
		var fields, custom stdsql.RawBytes
		var created, modified int64
		into := []any{&c.ID, &c.Owner, &access, &c.TID, &categories, &fields, &custom,
			&created, &modified, &c.Creator, &c.Modifier, &c.Revision}
		if photos {
			into = append(into, &c.Photo)
		}
		if err := rows.Scan(into...); err != nil {
			return err
		}
		c.Access, c.Created, c.Modified = addressbook.Access(access), fromMicros(created), fromMicros(modified)
		for id := range strings.SplitSeq(strings.Trim(categories, ","), ",") {
			if id != "" {
				c.Categories = append(c.Categories, addressbook.Category{ID: id})
			}
		}
		if err := json.Unmarshal(fields, &c.Fields); err != nil {
			return fmt.Errorf("sql: the fields of contact %s: %w", c.ID, err)
		}
		if err := json.Unmarshal(custom, &c.Custom); err != nil {
			return fmt.Errorf("sql: the custom fields of contact %s: %w", c.ID, err)
		}
		*to = append(*to, c)
		return nil
	}
}
