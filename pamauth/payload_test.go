package pamauth

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"countersign/session"
)

func TestPayloadRoundTrip(t *testing.T) {
	req := request{"service", "", "ann", "2001:db8::1", strings.Repeat("\xff", maxSecret)}
	if got, err := decodeRequest(req.encode()); got != req || err != nil {
		t.Errorf("%+v, %v", got, err)
	}
	res := result{outcomeGranted, "ann", ""}
	if got, err := decodeResult(res.encode()); got != res || err != nil {
		t.Errorf("%+v, %v", got, err)
	}
	prompts := []session.Prompt{{Text: "a message", Info: true}, {Text: "", Echo: true}, {Text: "Code: "}}
	if got, err := decodePrompts(encodePrompts(prompts)); !slices.Equal(got, prompts) || err != nil {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"Code: ":                     "Code: ",
		"two\nlines\r\n":             "two\nlines \n",
		"\x1b[31mred\x00":            " [31mred ",
		"caf\xe9 \xff\xfe!":          "caf !",
		"\u0085\u009bm":              "  m",
		"Straße, 密码":                 "Straße, 密码",
		strings.Repeat("ä", maxText): strings.Repeat("ä", maxText/2),
	} {
		if got := clean(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	if got := clean("x" + strings.Repeat("ä", maxText)); !utf8.ValidString(got) || len(got) > maxText {
		t.Errorf("%d bytes, valid %v", len(got), utf8.ValidString(got))
	}
}

// FuzzPayload: what decodes encodes to the same bytes, and nothing panics.
func FuzzPayload(f *testing.F) {
	f.Add(request{"s", "", "u", "", "p"}.encode())
	f.Add(result{outcomeLocked, "", "detail"}.encode())
	f.Add(encodePrompts([]session.Prompt{{Text: "x"}, {Info: true}}))
	f.Add([]byte("\xff\xff"))
	f.Fuzz(func(t *testing.T, in []byte) {
		if r, err := decodeRequest(in); err == nil && !bytes.Equal(r.encode(), in) {
			t.Errorf("request %+v", r)
		}
		if r, err := decodeResult(in); err == nil && !bytes.Equal(r.encode(), in) {
			t.Errorf("result %+v", r)
		}
		if p, err := decodePrompts(in); err == nil && !bytes.Equal(encodePrompts(p), in) {
			t.Errorf("prompts %+v", p)
		}
	})
}
