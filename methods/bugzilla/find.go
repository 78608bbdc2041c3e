package bugzilla

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"countersign/methods"
	"countersign/session/account"
)

// users are accounts in the order in which they were found, each once.
type users struct {
	list []account.Account
	seen map[string]bool
}

func (u *users) add(found ...account.Account) {
	for _, a := range found {
		if u.seen[a.ID] {
			continue
		}
		if u.seen == nil {
			u.seen = map[string]bool{}
		}
		u.seen[a.ID] = true
		u.list = append(u.list, a)
	}
}

// byName gives the users of these names; a name that is nobody's is an error.
func (m *module) byName(ctx context.Context, c *methods.Call, names []string) ([]account.Account, error) {
	if len(names) > mostNames(c) {
		return nil, invalid(c, "names", "there are too many")
	}
	trimmed := make([]string, len(names))
	for i, name := range names {
		trimmed[i] = strings.TrimSpace(name)
	}
	found, err := m.search(ctx, account.Query{Names: trimmed})
	if err != nil {
		return nil, err
	}
	out := make([]account.Account, len(names))
	for i, name := range trimmed {
		var ok bool
		if out[i], ok = account.Pick(found, name); !ok {
			return nil, noUser(name)
		}
	}
	return out, nil
}

// byID gives the users of these numbers, in their order, and the numbers that are
// nobody's.
func (m *module) byID(ctx context.Context, c *methods.Call, values []methods.Value) (found []account.Account, unknown []int64, err error) {
	if len(values) > account.MaxQuery {
		return nil, nil, invalid(c, "ids", "there are too many")
	}
	ids, err := naturals(c, "ids", values)
	if err != nil {
		return nil, nil, err
	}
	some, err := m.search(ctx, account.Query{Numbers: ids})
	if err != nil {
		return nil, nil, err
	}
	for _, id := range ids {
		i := slices.IndexFunc(some, func(a account.Account) bool { return a.Number == id })
		if i < 0 {
			unknown = append(unknown, id)
			continue
		}
		found = append(found, some[i])
	}
	return found, unknown, nil
}

// Bounds of the texts that User.get matches.
const (
	matchTexts    = 100
	matchLength   = 255
	matchFragment = 3
)

// mostNames is how many names a call may ask for. Strangers get fewer: each costs a look
// into the store.
func mostNames(c *methods.Call) int {
	const strangers = 100
	if c.Caller == nil {
		return strangers
	}
	return account.MaxQuery
}

// match gives the users that a text matches, at most limit. With "*" in it, which stands
// for any text, it is compared with whole login names and whole names of people.
// Otherwise it is a login name or, if there is none such, a part of either that has at
// least three characters. A login name is found even if the user is disabled.
func (m *module) match(ctx context.Context, c *methods.Call, text string, limit int, disabled bool) ([]account.Account, error) {
	text = strings.TrimSpace(text)
	q := account.Query{Enabled: !disabled, Limit: limit}
	switch {
	case text == "":
		return nil, nil
	case len(text) > matchLength:
		return nil, invalid(c, "match", "a text is too long")
	case strings.Contains(text, "*"):
		q.Patterns = []string{text}
		return m.search(ctx, q)
	}
	found, err := m.search(ctx, account.Query{Names: []string{text}})
	if err != nil {
		return nil, err
	}
	if a, ok := account.Pick(found, text); ok {
		return []account.Account{a}, nil
	}
	if utf8.RuneCountInString(text) < matchFragment {
		return nil, nil
	}
	q.Patterns = []string{"*" + text + "*"}
	return m.search(ctx, q)
}

func (m *module) search(ctx context.Context, q account.Query) ([]account.Account, error) {
	q.Kind = account.User
	found, err := m.cfg.Accounts.Search(ctx, q)
	if err != nil {
		return nil, unreachable(err)
	}
	return found, nil
}
