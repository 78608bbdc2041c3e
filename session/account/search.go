package account

import (
	"context"
	"slices"
	"strings"
)

// MaxQuery is how many entries each list of a Query may have.
const MaxQuery = 1000

// Query says which accounts of a Kind to find: those that fit any of its lists. The
// lists of a query that finds nothing are empty.
type Query struct {
	Kind Kind
	// Numbers are account numbers.
	Numbers []int64
	// Names are login names, and Emails addresses, of which case does not count.
	Names, Emails []string
	// Patterns are compared with the whole login name and with the whole Display; "*"
	// stands for any text, also for none, and case does not count.
	Patterns []string
	// Enabled leaves disabled accounts out.
	Enabled bool
	// Limit is how many to give at most; 0 for all.
	Limit int
}

// Fold is the form in which texts are compared where case does not count.
func Fold(s string) string { return strings.ToLower(s) }

// Resolve gives the login name that a client means for whom case does not count: the
// name of that very spelling if there is one, else the only one that differs by case.
// If there is no such name, or several, it is what was typed: then whoever proves the
// name refuses it. It asks the store the same in each case.
func Resolve(ctx context.Context, s Store, kind Kind, typed string) (string, error) {
	if CheckName(typed) != nil {
		return typed, nil
	}
	found, err := s.Search(ctx, Query{Kind: kind, Names: []string{typed}})
	if err != nil {
		return "", err
	}
	if a, ok := Pick(found, typed); ok {
		return a.Name, nil
	}
	return typed, nil
}

// Pick chooses the account that a name means among those that a query found by it.
func Pick(found []Account, name string) (Account, bool) {
	same := func(a Account) bool { return a.Name == name }
	if i := slices.IndexFunc(found, same); i >= 0 {
		return found[i], true
	}
	var only Account
	n, key := 0, Fold(name)
	for i := range found {
		if Fold(found[i].Name) == key {
			only = found[i]
			n++
		}
	}
	return only, n == 1
}
