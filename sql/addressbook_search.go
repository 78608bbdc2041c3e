package sql

import (
	"math"
	"strconv"
	"strings"

	"countersign/methods/addressbook"
)

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
