package sql

import (
	"cmp"
	"context"
	stdsql "database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/session/account"
)

// Search implements account.Store.
func (s *accounts) Search(ctx context.Context, q account.Query) ([]account.Account, error) {
	for _, n := range []int{len(q.Numbers), len(q.Names), len(q.Emails), len(q.Patterns)} {
		if n > account.MaxQuery {
			return nil, fmt.Errorf("sql: %d entries in one list of a query, at most %d", n, account.MaxQuery)
		}
	}
	text, args := searchText(&q)
	if text == "" || !storable(string(q.Kind)) {
		return nil, nil
	}
	found, err := loadAccounts(s.reading(ctx), text, args...)
	if err != nil {
		return nil, err
	}
	hideHashes(found)
	slices.SortFunc(found, func(a, b account.Account) int { return cmp.Compare(a.Number, b.Number) })
	return found, nil
}

// searchText gives the query of the ids that q finds, "" if it can find nothing. Each
// list is a query of its own, because that way each has an index. Each argument is used
// once and in order, so that `unnamed` can do its work.
func searchText(q *account.Query) (string, []any) {
	var args []any
	var lists []string
	list := func(condition func() string) {
		text := `SELECT id, number FROM accounts WHERE kind = ` + one(&args, string(q.Kind)) + ` AND ` + condition()
		if q.Enabled {
			text += ` AND disabled = 0`
		}
		lists = append(lists, text)
	}
	texts := func(column string, members []string) {
		members = slices.DeleteFunc(slices.Clone(members), func(s string) bool { return !storable(s) })
		if len(members) > 0 {
			list(func() string { return column + ` IN ` + more(&args, members, asText) })
		}
	}
	if len(q.Numbers) > 0 {
		list(func() string { return `number IN ` + more(&args, q.Numbers, asNumber) })
	}
	texts(`name`, q.Names)
	texts(`name_key`, folded(q.Names))
	texts(`email_key`, folded(q.Emails))
	for _, p := range q.Patterns {
		if storable(p) {
			like := strings.ReplaceAll(escapeLike(account.Fold(p)), "*", "%")
			list(func() string {
				return `(name_key LIKE ` + one(&args, like) + ` ESCAPE '\' OR display_key LIKE ` + one(&args, like) + ` ESCAPE '\')`
			})
		}
	}
	if len(lists) == 0 {
		return "", nil
	}
	text := `SELECT id FROM (` + strings.Join(lists, ` UNION `) + `) found ORDER BY number`
	if q.Limit > 0 {
		text += ` LIMIT ` + one(&args, q.Limit)
	}
	return text, args
}

func asText(s string) any  { return s }
func asNumber(n int64) any { return n }

func folded(texts []string) []string {
	out := make([]string, len(texts))
	for i, s := range texts {
		out[i] = account.Fold(s)
	}
	return out
}

// more adds arguments and gives their list, to stand after IN.
func more[T any](args *[]any, members []T, encode func(T) any) string {
	text, added := list(len(*args), members, encode)
	*args = append(*args, added...)
	return text
}

// one adds an argument and gives its placeholder.
func one(args *[]any, arg any) string {
	*args = append(*args, arg)
	return fmt.Sprintf("$%d", len(*args))
}

// LastChange implements account.Store.
func (s *accounts) LastChange(ctx context.Context) (latestAccount, latestRole time.Time, err error) {
	err = s.db.query(ctx, func(rows *stdsql.Rows) error {
		var a, r int64
		if err := rows.Scan(&a, &r); err != nil {
			return err
		}
		latestAccount, latestRole = fromOptionalMicros(a), fromOptionalMicros(r)
		return nil
	}, `SELECT COALESCE((SELECT MAX(changed) FROM accounts), 0), COALESCE((SELECT MAX(changed) FROM roles), 0)`)
	return latestAccount, latestRole, err
}
