package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"
	"unicode"
	"unicode/utf8"
)

// table is rows of cells for people; the first row is the heading.
type table [][]string

func (t table) print(io stdio) error { return t.write(io, cell) }

// printWhole cuts nothing short, for names that programs read.
func (t table) printWhole(io stdio) error { return t.write(io, clean) }

func (t table) write(io stdio, shown func(string) string) error {
	w := tabwriter.NewWriter(io.out, 0, 0, 2, ' ', 0)
	for _, row := range t {
		cells := make([]string, len(row))
		for i, text := range row {
			cells[i] = shown(text)
		}
		if _, err := fmt.Fprintln(w, strings.Join(cells, "\t")); err != nil {
			return err
		}
	}
	return w.Flush()
}

// cell makes a text fit for a terminal, and short.
func cell(s string) string {
	const room = 60
	s = clean(s)
	if runes := []rune(s); len(runes) > room {
		return string(runes[:room-1]) + "…"
	}
	return s
}

// clean makes a text fit for a terminal: some come from strangers, who could send
// control characters or turn the direction of writing (requirements INP-14).
func clean(s string) string {
	if s == "" {
		return "-"
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == utf8.RuneError {
			return '?'
		}
		return r
	}, s)
}

// printJSON prints v for programs, indented for people.
func printJSON(io stdio, v any) error {
	e := json.NewEncoder(io.out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
