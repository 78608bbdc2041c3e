// Package pieces hands out memory for the values of a request: a document of a thousand
// structs costs a handful of allocations. What was handed out lives as long as any of
// its piece is in use, so it is for values that live and die together.
package pieces

// least is how many elements a piece has, but for the first.
const least = 256

// Cut takes n elements off a piece, and makes a new one where there are too few left.
// The first piece is just what is asked for, since most requests are small; later ones
// are larger. The elements are zero, and appending to them does not reach the next.
func Cut[T any](piece *[]T, n int) []T {
	if n > len(*piece) {
		size := n
		if *piece != nil {
			size = max(n, least)
		}
		*piece = make([]T, size)
	}
	out := (*piece)[:n:n]
	*piece = (*piece)[n:]
	return out
}
