// Package sample fills an empty database with the accounts and contacts that the demo
// and the tests share: those of phpGroupWare's XML-RPC document and a few that may
// less. They have short, well-known passwords, so they must never get into a database
// that is reachable from other machines.
package sample

import (
	"context"
	"fmt"
	"time"

	"countersign/methods/addressbook"
	"countersign/session/account"
)

// User is a sample account with its password.
type User struct {
	account.Account
	Password string
}

// Users are the sample accounts.
func Users() []User {
	return []User{
		{account.Account{Kind: account.User, Name: "bubba", Number: 500, Display: "Bubba Gump", Roles: []string{"user"}}, "gump"},
		{account.Account{Kind: account.User, Name: "admin", Number: 1000, Display: "Administrator", Roles: []string{"admin"}}, "admin"},
		{account.Account{Kind: account.User, Name: "jenny", Number: 1001, Display: "Jenny, who has no rights"}, "1234"},
		{account.Account{Kind: account.User, Name: "dan", Number: 1002, Display: "Dan, who is disabled", Roles: []string{"user"}, Disabled: true}, "legs"},
		{account.Account{Kind: account.Server, Name: "my.host.name", Login: "bubba", Number: 1003, ActsFor: 500, Display: "a server that acts for bubba", Roles: []string{"user"}}, "gump"},
	}
}

// Fill stores the accounts, with hashes made by hash, and three contacts: 1 and 2 are
// the document's, owned by account 500, private, in its category 1; 3 is private and
// another user's.
func Fill(ctx context.Context, accounts account.Store, book addressbook.Store, hash func(password string) (string, error), now time.Time) error {
	for _, u := range Users() {
		encoded, err := hash(u.Password)
		if err != nil {
			return fmt.Errorf("sample: %w", err)
		}
		u.PasswordHash, u.Created, u.Changed = encoded, now, now
		if _, err := accounts.Add(ctx, u.Account); err != nil {
			return fmt.Errorf("sample account %s: %w", u.Name, err)
		}
	}
	err := book.Change(ctx, func(tx addressbook.Tx) error {
		friends := addressbook.Category{Owner: 500, Name: "Friends"}
		if err := tx.PutCategory(&friends); err != nil {
			return err
		}
		for _, c := range []addressbook.Contact{
			{Owner: 500, Categories: []addressbook.Category{friends}, Fields: map[string]string{"n_given": "Alan"}},
			{Owner: 500, Categories: []addressbook.Category{friends}, Fields: map[string]string{"n_given": "Andy"}},
			{Owner: 1000, Fields: map[string]string{"n_given": "Secret", "n_family": "Agent"}},
		} {
			c.Access, c.TID, c.Created, c.Modified = addressbook.Private, "n", now, now
			c.Creator, c.Modifier = c.Owner, c.Owner
			if err := tx.Put(&c); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("sample contacts: %w", err)
	}
	return nil
}
