package main

import (
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
)

// TestNumbersPublished: the README shows every number, with its default.
func TestNumbersPublished(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("../../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, found := strings.Cut(string(readme), "### Numbers\n")
	_, text, shown := strings.Cut(text, "```toml\n")
	text, _, ended := strings.Cut(text, "```\n")
	if !found || !shown || !ended {
		t.Fatal("the README has no section about numbers")
	}
	var got numbers
	meta, err := toml.Decode(text, &got)
	if err != nil || len(meta.Undecoded()) > 0 {
		t.Fatalf("%v, unknown: %v", err, meta.Undecoded())
	}
	// The account's schedule is shown by what differs.
	free := got.Throttle.Account.Free
	got.Throttle.Account = got.Throttle.Pair
	got.Throttle.Account.Free = free
	want := defaultNumbers()
	want.Limits.Body = 0 // a setting of its own
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the README says\n%+v\nand the defaults are\n%+v", got, want)
	}
}
