package sql

import (
	"math/bits"
	"strconv"
	"strings"
)

// rowsPerStatement keeps a statement of 17 columns below SQLite's 32766 arguments
// and Postgres's 65535.
const rowsPerStatement = 1000

// values gathers the rows of a VALUES and their arguments. first counts the arguments
// that the statement has in front of them.
type values struct {
	text  strings.Builder
	args  []any
	first int
}

// row adds "($n, …)".
func (v *values) row(args ...any) {
	if len(v.args) > 0 {
		v.text.WriteByte(',')
	}
	for i, arg := range args {
		v.text.WriteByte("(,"[min(i, 1)])
		v.place(arg)
	}
	v.text.WriteByte(')')
}

func (v *values) place(arg any) {
	v.args = append(v.args, arg)
	v.text.WriteByte('$')
	v.text.WriteString(strconv.Itoa(v.first + len(v.args)))
}

// String is "($1,$2),($3,$4)", to stand after VALUES.
func (v *values) String() string { return v.text.String() }

// list gives "($n,…)", to stand after IN, and its arguments. It repeats the last one
// up to a power of two, so that few different statements have to be prepared. It
// must not be empty.
func list[T any](first int, members []T, encode func(T) any) (string, []any) {
	v := values{first: first}
	for i := range padded(len(members)) {
		v.text.WriteByte("(,"[min(i, 1)])
		v.place(encode(members[min(i, len(members)-1)]))
	}
	v.text.WriteByte(')')
	return v.String(), v.args
}

func padded(n int) int {
	return max(n, min(1<<bits.Len(uint(n-1)), rowsPerStatement))
}

// manyArguments is from where on unnamed is worth its while.
const manyArguments = 32

// unnamed writes "?" for every "$n" if they come in the order of their numbers, each
// once, as values and list make them; then both mean the same. To SQLite "$n" is a
// name, and it looks names up one by one: with them a thousand rows took sixty times
// as long.
func unnamed(text string, args int) string {
	var b strings.Builder
	b.Grow(len(text))
	rest := text
	for n := 1; ; n++ {
		before, after, more := strings.Cut(rest, "$")
		b.WriteString(before)
		if !more {
			if n-1 != args {
				return text
			}
			return b.String()
		}
		number := strconv.Itoa(n)
		rest = strings.TrimPrefix(after, number)
		if len(rest) == len(after) || rest != "" && rest[0] >= '0' && rest[0] <= '9' {
			return text
		}
		b.WriteByte('?')
	}
}
