package apikey_test

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"strings"
	"testing"
	"testing/iotest"

	"countersign/session/apikey"
)

const sample = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcd"

func TestParseText(t *testing.T) {
	text, ok := apikey.ParseText(sample)
	if !ok || text.Reveal() != sample {
		t.Fatalf("%q: %v", text.Reveal(), ok)
	}
	if same, ok := apikey.ParseText([]byte(sample)); !ok || same != text {
		t.Error("bytes and string differ")
	}
	lower, ok := apikey.ParseText(strings.ToLower(sample))
	if !ok || lower.Digest() == text.Digest() {
		t.Error("case must matter")
	}
	for _, bad := range []string{
		"", sample[1:], sample + "a", " " + sample[1:], sample[:39] + "\n", sample[:39] + "-", sample[:39] + "_",
		sample[:39] + "\x00", sample[:38] + "é", sample[:39] + "/", sample[:39] + ":", sample[:39] + "@", sample[:39] + "[",
		sample[:39] + "`", sample[:39] + "{",
	} {
		if text, ok := apikey.ParseText(bad); ok || text != (apikey.Text{}) {
			t.Errorf("%q was taken", bad)
		}
	}
}

// TestTextHides: no usual way of printing shows the characters.
func TestTextHides(t *testing.T) {
	text, _ := apikey.ParseText(sample)
	held := struct{ Key apikey.Text }{text}
	var b bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%c", "%o", "%T"} {
		fmt.Fprintf(&b, verb+" "+verb+" "+verb+"\n", text, &text, held)
	}
	fmt.Fprintln(&b, text.String(), fmt.Errorf("about %v", text))
	slog.New(slog.NewTextHandler(&b, nil)).Info("x", "key", text, "held", held)
	slog.New(slog.NewJSONHandler(&b, nil)).Info("x", "key", text, "held", held)
	if err := json.NewEncoder(&b).Encode(map[apikey.Text]any{text: held}); err != nil {
		t.Fatal(err)
	}
	for _, shown := range []string{sample, sample[:8], fmt.Sprintf("%x", sample[:4]), fmt.Sprintf("%X", sample[20:24]), "48 49 50", "0x30"} {
		if strings.Contains(b.String(), shown) {
			t.Errorf("%q is in\n%s", shown, &b)
		}
	}
}

// TestTextsAreUniform: every character is equally likely in every place. Taking
// random bytes modulo 62 would make eight of them 25 % more likely.
func TestTextsAreUniform(t *testing.T) {
	const n = 20_000
	var seen [apikey.TextSize]map[byte]int
	total := map[byte]int{}
	for range n {
		text, err := apikey.NewText(rand.Reader)
		must(t, err)
		if _, ok := apikey.ParseText(text.Reveal()); !ok {
			t.Fatalf("%q is no key", text.Reveal())
		}
		for i, c := range []byte(text.Reveal()) {
			if seen[i] == nil {
				seen[i] = map[byte]int{}
			}
			seen[i][c]++
			total[c]++
		}
	}
	// Eight standard deviations: a good source fails this once in 10^14 runs.
	within := func(got, of int) bool {
		mean := float64(of) / 62
		return math.Abs(float64(got)-mean) < 8*math.Sqrt(mean)
	}
	if len(total) != 62 {
		t.Fatalf("%d characters are used", len(total))
	}
	for c, k := range total {
		if !within(k, n*apikey.TextSize) {
			t.Errorf("%q came %d times in %d", c, k, n*apikey.TextSize)
		}
	}
	for i := range seen {
		for c, k := range seen[i] {
			if !within(k, n) {
				t.Errorf("%q came %d times in %d in place %d", c, k, n, i)
			}
		}
	}
}

func TestNoRandomness(t *testing.T) {
	away := errors.New("no entropy")
	for name, source := range map[string]io.Reader{
		"error":  iotest.ErrReader(away),
		"short":  strings.NewReader("abc"),
		"stuck":  constant(0xff),
		"zeroes": constant(0), // gives a text, but no public id
	} {
		keys := newKeys(t, apikey.Config{Store: silentStore{}, Accounts: nobody{}, Rand: source})
		text, _, err := keys.Create(t.Context(), "a", apikey.Options{})
		if err == nil || text != (apikey.Text{}) {
			t.Errorf("%s: a key was made", name)
		}
		if name == "error" && !errors.Is(err, away) {
			t.Errorf("error %v", err)
		}
	}
}

type constant byte

func (c constant) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(c)
	}
	return len(p), nil
}

func FuzzParseText(f *testing.F) {
	f.Add(sample)
	f.Add("")
	f.Add(strings.Repeat("\xff", 40))
	f.Fuzz(func(t *testing.T, s string) {
		text, ok := apikey.ParseText(s)
		if ok && text.Reveal() != s {
			t.Fatalf("%q became %q", s, text.Reveal())
		}
		const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		if want := len(s) == 40 && strings.Trim(s, alphabet) == ""; ok != want {
			t.Fatalf("%q: %v, want %v", s, ok, want)
		}
	})
}
