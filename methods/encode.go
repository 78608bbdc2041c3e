package methods

import (
	"fmt"
	"reflect"
)

// compileResult looks at a result type once.
func compileResult[Out any]() (plan, error) {
	t := reflect.TypeFor[Out]()
	c := &compiler{}
	p, err := c.compile(t, hints{})
	if err != nil {
		return plan{}, fmt.Errorf("result: %w", err)
	}
	return p, nil
}

// arena hands out the slices of a result in a few large pieces: a list of a thousand
// records costs a handful of allocations, not a thousand.
type arena struct {
	freeValues  []Value
	freeMembers []Member
}

const arenaChunk = 256

func (a *arena) values(n int) []Value   { return take(&a.freeValues, n) }
func (a *arena) members(n int) []Member { return take(&a.freeMembers, n) }

// take cuts n elements off the free piece. The first piece has just the size asked
// for, since most results are one small struct; later ones are chunks.
func take[T any](free *[]T, n int) []T {
	if n > len(*free) {
		size := n
		if *free != nil {
			size = max(n, arenaChunk)
		}
		*free = make([]T, size)
	}
	out := (*free)[:n:n]
	*free = (*free)[n:]
	return out
}
