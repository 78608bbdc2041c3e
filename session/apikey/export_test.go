package apikey

import "io"

// NewText draws a text.
func NewText(random io.Reader) (Text, error) { return newText(random) }
