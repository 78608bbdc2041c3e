package sql

import (
	"context"
	stdsql "database/sql"
	"slices"
	"strings"

	"countersign/methods/addressbook"
)

const allCustomFields = `SELECT name, label FROM addressbook_custom_fields`

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

// CustomFields implements addressbook.Tx.
func (t *addressBookTx) CustomFields() (found []addressbook.CustomField, err error) {
	err = t.query(scanCustomFields(&found), allCustomFields)
	sortCustomFields(found)
	return found, err
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
