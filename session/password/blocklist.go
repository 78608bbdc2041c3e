package password

import (
	"bufio"
	_ "embed"
	"fmt"
	"io"
	"strings"
)

//go:embed common.txt
var commonText string

// Blocklist is a set of passwords that may not be chosen. It does not change
// once made and may be shared.
type Blocklist struct{ words map[string]struct{} }

// Common returns the blocklist that is built in: short, for the passwords
// people try first. NewBlocklist reads a longer one.
func Common() *Blocklist {
	b, err := NewBlocklist(strings.NewReader(commonText))
	if err != nil {
		// The text is compiled in and a strings.Reader does not fail.
		panic(err)
	}
	return b
}

// NewBlocklist reads one password a line. Case does not count; empty lines and
// lines that begin with "# " are skipped.
func NewBlocklist(r io.Reader) (*Blocklist, error) {
	b := &Blocklist{words: make(map[string]struct{})}
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		line := lines.Text()
		if line == "" || strings.HasPrefix(line, "# ") {
			continue
		}
		b.words[strings.ToLower(line)] = struct{}{}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("password: read blocklist: %w", err)
	}
	return b, nil
}

// Contains reports whether word, in any case, is listed. A nil Blocklist is empty.
func (b *Blocklist) Contains(word string) bool {
	if b == nil {
		return false
	}
	_, ok := b.words[strings.ToLower(word)]
	return ok
}
