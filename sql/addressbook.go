package sql

import (
	"context"
	stdsql "database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"countersign/methods/addressbook"
)

// addressBook implements addressbook.Store.
type addressBook struct{ db *DB }

// AddressBook is the store of contacts, categories and custom fields.
func (db *DB) AddressBook() addressbook.Store { return &addressBook{db} }

const (
	contactColumns = `id, owner, access, tid, categories, fields, custom, created, modified, creator, modifier, revision`

	categoriesOfOwner = `SELECT id, owner, name FROM addressbook_categories WHERE owner = $1 ORDER BY seq`
	allCustomFields   = `SELECT name, label FROM addressbook_custom_fields`
)

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

// Categories implements addressbook.Store.
func (s *addressBook) Categories(ctx context.Context, owner int64) (found []addressbook.Category, err error) {
	err = s.db.query(ctx, scanCategories(&found), categoriesOfOwner, owner)
	return found, busy(err)
}

// CustomFields implements addressbook.Store.
func (s *addressBook) CustomFields(ctx context.Context) (found []addressbook.CustomField, err error) {
	err = s.db.query(ctx, scanCustomFields(&found), allCustomFields)
	sortCustomFields(found)
	return found, busy(err)
}

// SetCustomField implements addressbook.Store.
func (s *addressBook) SetCustomField(ctx context.Context, f addressbook.CustomField) error {
	if err := refuse(f.Name, f.Label); err != nil {
		return err
	}
	_, err := s.db.exec(ctx, `INSERT INTO addressbook_custom_fields (name, label) VALUES ($1, $2)
		ON CONFLICT (name) DO UPDATE SET label = excluded.label`, f.Name, f.Label)
	return busy(err)
}

// DeleteCustomField implements addressbook.Store.
func (s *addressBook) DeleteCustomField(ctx context.Context, name string) error {
	if !storable(name) {
		return addressbook.ErrNotFound
	}
	n, err := s.db.exec(ctx, `DELETE FROM addressbook_custom_fields WHERE name = $1`, name)
	if n == 0 && err == nil {
		return addressbook.ErrNotFound
	}
	return busy(err)
}

// Change implements addressbook.Store.
func (s *addressBook) Change(ctx context.Context, work func(addressbook.Tx) error) error {
	return busy(s.db.write(ctx, func(t *tx) error { return work(&addressBookTx{t}) }))
}

// busy says ErrBusy in the contract's word.
func busy(err error) error {
	if errors.Is(err, ErrBusy) {
		return fmt.Errorf("%w: %w", addressbook.ErrBusy, err)
	}
	return err
}

// addressBookTx implements addressbook.Tx.
type addressBookTx struct{ *tx }

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

// count hands out the next number of a counter.
func (t *addressBookTx) count(name string) (n int64, err error) {
	err = t.query(func(rows *stdsql.Rows) error { return rows.Scan(&n) },
		`UPDATE counters SET value = value + 1 WHERE name = $1 RETURNING value`, name)
	return n, err
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

// Categories implements addressbook.Tx.
func (t *addressBookTx) Categories(owner int64) (found []addressbook.Category, err error) {
	err = t.query(scanCategories(&found), categoriesOfOwner, owner)
	return found, err
}

// PutCategory implements addressbook.Tx.
func (t *addressBookTx) PutCategory(c *addressbook.Category) error {
	if err := refuse(c.ID, c.Name); err != nil {
		return err
	}
	key := addressbook.KeyText(c.Name)
	if c.ID == "" {
		seq, err := t.count(`category`)
		if err != nil {
			return err
		}
		return t.query(func(rows *stdsql.Rows) error { return rows.Scan(&c.ID, &c.Name) },
			`INSERT INTO addressbook_categories (id, seq, owner, name, name_key) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (owner, name_key) DO UPDATE SET name_key = excluded.name_key RETURNING id, name`,
			strconv.FormatInt(seq, 10), seq, c.Owner, c.Name, key)
	}
	n, err := t.exec(`UPDATE addressbook_categories SET name = $3, name_key = $4 WHERE id = $1 AND owner = $2`,
		c.ID, c.Owner, c.Name, key)
	switch {
	case errors.Is(err, errUnique):
		return fmt.Errorf("%w: %w", addressbook.ErrExists, err)
	case n == 0 && err == nil:
		return addressbook.ErrNotFound
	}
	return err
}

// CustomFields implements addressbook.Tx.
func (t *addressBookTx) CustomFields() (found []addressbook.CustomField, err error) {
	err = t.query(scanCustomFields(&found), allCustomFields)
	sortCustomFields(found)
	return found, err
}

// search builds the statement of a Query. Only constants become SQL; everything of
// the caller's is an argument.
type search struct {
	where []string
	args  []any
}

// arg adds an argument and gives its placeholder.
func (s *search) arg(v any) string {
	s.args = append(s.args, v)
	return "$" + strconv.Itoa(len(s.args))
}

func (s *search) and(condition string) { s.where = append(s.where, condition) }

func searchContacts(q addressbook.Query) (string, []any, error) {
	if err := refuse(q.Text, q.Initial, q.Order); err != nil {
		return "", nil, err
	}
	var s search
	if !q.Everything {
		s.and(`(c.owner = ` + s.arg(q.Viewer) + ` OR c.access = ` + s.arg(string(addressbook.Public)) + `)`)
	}
	if q.Text != "" {
		s.and(`c.search LIKE ` + s.arg("%"+escapeLike(q.Text)+"%") + ` ESCAPE '\'`)
	}
	if q.Initial != "" {
		s.and(`c.filed_as LIKE ` + s.arg(escapeLike(q.Initial)+"%") + ` ESCAPE '\'`)
	}
	if !q.After.IsZero() {
		s.and(`c.modified > ` + s.arg(micros(q.After)))
	}
	for _, f := range q.Filters {
		if err := refuse(f.Field, f.Value); err != nil {
			return "", nil, err
		}
		condition := s.filter(f)
		if f.Not {
			condition = `NOT (` + condition + `)`
		}
		s.and(condition)
	}
	join, order := s.order(q.Order, q.Descending)
	text := `SELECT ` + contactColumns
	if q.Photos {
		text += `, photo`
	}
	text += ` FROM addressbook_contacts c` + join
	if len(s.where) > 0 {
		text += ` WHERE ` + strings.Join(s.where, ` AND `)
	}
	text += ` ORDER BY ` + order
	if q.Limit > 0 || q.Offset > 0 {
		limit := int64(math.MaxInt64)
		if q.Limit > 0 {
			limit = int64(q.Limit)
		}
		text += ` LIMIT ` + s.arg(limit) + ` OFFSET ` + s.arg(int64(q.Offset))
	}
	return text, s.args, nil
}

func (s *search) filter(f addressbook.Filter) string {
	switch f.Field {
	case "id":
		return `c.id = ` + s.arg(f.Value)
	case "owner":
		owner, err := strconv.ParseInt(f.Value, 10, 64)
		if err != nil {
			return `1 = 0`
		}
		return `c.owner = ` + s.arg(owner)
	case "tid":
		return `c.tid = ` + s.arg(f.Value)
	case "access":
		return `c.access = ` + s.arg(f.Value)
	case "cat_id":
		if f.Value == "" {
			return `c.categories = ''`
		}
		return `c.categories LIKE ` + s.arg("%,"+escapeLike(f.Value)+",%") + ` ESCAPE '\'`
	}
	key := `EXISTS (SELECT 1 FROM addressbook_keys k WHERE k.contact = c.id AND k.field = ` + s.arg(f.Field)
	if f.Value == "" {
		return `NOT ` + key + `)`
	}
	return key + ` AND k.content = ` + s.arg([]byte(f.Value)) + `)`
}

// order gives the join that a field to sort by needs, and the ORDER BY. The engines
// differ in where they put NULL, so that is said.
func (s *search) order(field string, descending bool) (join, by string) {
	direction := ` ASC`
	if descending {
		direction = ` DESC`
	}
	bySeq := `c.seq` + direction
	switch field {
	case "", "id":
		return "", bySeq
	case "owner":
		return "", `c.owner` + direction + `, ` + bySeq
	case "tid":
		return "", `c.tid` + direction + `, ` + bySeq
	case "access":
		return "", `c.access` + direction + `, ` + bySeq
	case "created":
		return "", `c.created` + direction + `, ` + bySeq
	case "modified":
		return "", `c.modified` + direction + `, ` + bySeq
	}
	join = ` LEFT JOIN addressbook_keys o ON o.contact = c.id AND o.field = ` + s.arg(field)
	return join, `CASE WHEN o.content IS NULL THEN 0 ELSE 1 END` + direction + `, o.content` + direction + `, ` + bySeq
}

var likeEscapes = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

func escapeLike(s string) string { return likeEscapes.Replace(s) }

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

func joinCategories(list []addressbook.Category) string {
	var b strings.Builder
	for _, c := range list {
		if b.Len() == 0 {
			b.WriteByte(',')
		}
		b.WriteString(c.ID)
		b.WriteByte(',')
	}
	return b.String()
}

// nameCategories completes the categories of contacts.
func nameCategories(contacts []addressbook.Contact, query func(func(*stdsql.Rows) error, string, ...any) error) error {
	known := map[string]addressbook.Category{}
	var ids []string
	for i := range contacts {
		for _, c := range contacts[i].Categories {
			if _, seen := known[c.ID]; !seen {
				known[c.ID] = c
				ids = append(ids, c.ID)
			}
		}
	}
	for chunk := range slices.Chunk(ids, rowsPerStatement) {
		in, args := list(0, chunk, func(id string) any { return id })
		var found []addressbook.Category
		if err := query(scanCategories(&found), `SELECT id, owner, name FROM addressbook_categories WHERE id IN `+in, args...); err != nil {
			return err
		}
		for _, c := range found {
			known[c.ID] = c
		}
	}
	for i := range contacts {
		for j, c := range contacts[i].Categories {
			contacts[i].Categories[j] = known[c.ID]
		}
	}
	return nil
}

func scanCategories(to *[]addressbook.Category) func(*stdsql.Rows) error {
	return func(rows *stdsql.Rows) error {
		var c addressbook.Category
		err := rows.Scan(&c.ID, &c.Owner, &c.Name)
		*to = append(*to, c)
		return err
	}
}

func scanCustomFields(to *[]addressbook.CustomField) func(*stdsql.Rows) error {
	return func(rows *stdsql.Rows) error {
		var f addressbook.CustomField
		err := rows.Scan(&f.Name, &f.Label)
		*to = append(*to, f)
		return err
	}
}

// sortCustomFields sorts by bytes, which the databases' locales do not.
func sortCustomFields(list []addressbook.CustomField) {
	slices.SortFunc(list, func(a, b addressbook.CustomField) int { return strings.Compare(a.Name, b.Name) })
}
