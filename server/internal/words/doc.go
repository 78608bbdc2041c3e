// Package words looks at eight bytes of a text at once, as one little-endian word, for
// the loops of scanners and encoders that pass over what needs no care.
//
// A test leaves the top bit of a byte set where it holds. The subtractions may borrow
// from the byte above one that holds, so only the lowest hit is exact; that is the one
// looked for. Every function is small enough to be inlined, and must stay so.
package words
