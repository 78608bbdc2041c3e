package wiretest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"countersign/methods"
)

// Contact is one struct of the large documents.
type Contact struct {
	ID      int       `rpc:"id" json:"id"`
	Name    string    `rpc:"fn" json:"fn"`
	Email   string    `rpc:"email" json:"email"`
	Private bool      `rpc:"private" json:"private"`
	Rev     time.Time `rpc:"rev" json:"rev"`
}

// Contacts are n of them. The last has the name "Person Number n-1".
func Contacts(n int) []Contact {
	list := make([]Contact, n)
	for i := range list {
		list[i] = Contact{
			i, fmt.Sprintf("Person Number %d", i), fmt.Sprintf("person%d@example.org", i), true,
			time.Date(2024, 2, 29, 12, 30, 0, 0, time.UTC),
		}
	}
	return list
}

type twoIn struct {
	A int `rpc:"a"`
	B int `rpc:"b"`
}

type contactsIn struct {
	Contacts []Contact `rpc:"contacts"`
}

type dataIn struct {
	Data []byte `rpc:"data"`
}

// Sample is a core with methods to measure with.
func Sample(tb testing.TB) *Dispatch {
	tb.Helper()
	list, public := Contacts(1000), methods.Public()
	registry, err := methods.NewRegistry(methods.Module{
		Name: "sample", Help: "Methods to measure with.", Run: public,
		Methods: []methods.Method{
			methods.New("add", "Adds two numbers.", public,
				func(_ context.Context, _ *methods.Call, in twoIn) (int, error) { return in.A + in.B, nil }),
			methods.New("store", "Counts contacts.", public,
				func(_ context.Context, _ *methods.Call, in contactsIn) (int, error) { return len(in.Contacts), nil }),
			methods.New("size", "Counts bytes.", public,
				func(_ context.Context, _ *methods.Call, in dataIn) (int, error) { return len(in.Data), nil }),
			methods.Raw("count", "Counts values.", public, nil,
				func(_ context.Context, c *methods.Call) (methods.Value, error) {
					return methods.Int(int64(len(c.Params[0].Items()))), nil
				}),
			methods.New("list", "Gives a thousand contacts.", public,
				func(context.Context, *methods.Call, struct{}) ([]Contact, error) { return list, nil }),
		},
	})
	if err != nil {
		tb.Fatal(err)
	}
	return NewDispatch(registry.View())
}
