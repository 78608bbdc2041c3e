package main

import (
	"bytes"
	"strings"
	"testing"
)

// A session's agent and a user's display name come from strangers.
func TestCell(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                        "-",
		"Bubba Gump":              "Bubba Gump",
		"a\x1b[31mred\nline\ttab": "a?[31mred?line?tab",
		"abc\u202edef":            "abc?def",
		"\xff":                    "?",
		strings.Repeat("ä", 60):   strings.Repeat("ä", 60),
		strings.Repeat("ä", 61):   strings.Repeat("ä", 59) + "…",
	} {
		if got := cell(in); got != want {
			t.Errorf("%q: %q, not %q", in, got, want)
		}
	}
}

func TestTable(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := (table{{"A", "B"}, {"long", ""}}).print(stdio{out: &out}); err != nil {
		t.Fatal(err)
	}
	if want := "A     B\nlong  -\n"; out.String() != want {
		t.Errorf("%q", out.String())
	}
}
