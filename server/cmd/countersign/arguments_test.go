package main

import (
	"reflect"
	"testing"
)

func TestReadArgument(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]any{
		"Alan":                "Alan",
		"two words":           "two words",
		`"quoted"`:            "quoted",
		`"1"`:                 "1",
		"1":                   int64(1),
		"-7":                  int64(-7),
		"9223372036854775807": int64(9223372036854775807),
		"1.0":                 1.0,
		"1e3":                 1000.0,
		"true":                true,
		"truely":              "truely",
		"1 2":                 "1 2",
		"":                    "",
		"2001-08-23":          "2001-08-23",
		`[1, "a", [false]]`:   []any{int64(1), "a", []any{false}},
		`{"a": {"b": 1.5}}`:   map[string]any{"a": map[string]any{"b": 1.5}},
		`{"<&>": 1}`:          map[string]any{"&lt;&amp;&gt;": int64(1)},
	} {
		got, err := readArgument(in)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %#v, %v; not %#v", in, got, err, want)
		}
	}
	for _, in := range []string{"null", "[null]", `{"a": null}`, "{", "{a: 1}", "[1,]", `"open`, "{} 1", "[1e999]", "[99999999999999999999]"} {
		if got, err := readArgument(in); err == nil {
			t.Errorf("%s: %#v was not refused", in, got)
		}
	}
}

func FuzzReadArgument(f *testing.F) {
	for _, seed := range []string{"Alan", `{"a": [1, 2.5, true, "x"]}`, "null", "1 2", `{"<": ""}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, in string) {
		if v, err := readArgument(in); (v == nil) != (err != nil) {
			t.Errorf("%q: %#v, %v", in, v, err)
		}
	})
}

func TestMethodName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"system.listMethods": true, "Bug.get_2": true, "": false, "a b": false, "a<": false, "é": false,
	} {
		if methodName(name) != want {
			t.Errorf("%q: %v", name, !want)
		}
	}
}
