package sql

import (
	"context"
	stdsql "database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"countersign/methods/addressbook"
)

const categoriesOfOwner = `SELECT id, owner, name FROM addressbook_categories WHERE owner = $1 ORDER BY seq`

// Categories implements addressbook.Store.
func (s *addressBook) Categories(ctx context.Context, owner int64) (found []addressbook.Category, err error) {
	err = s.db.query(ctx, scanCategories(&found), categoriesOfOwner, owner)
	return found, busy(err)
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
