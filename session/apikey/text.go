package apikey

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"

	"countersign/session"
)

// TextSize is the length of a key's text (bugzilla contract §6).
const TextSize = 40

const (
	alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	redacted = "[redacted]"
)

// Text is what a client proves a key with: 40 characters of [0-9A-Za-z], of which
// case matters. It prints as "[redacted]" and cannot be converted to a string by
// mistake.
type Text struct{ characters [TextSize]byte }

// ParseText reads exactly 40 characters of [0-9A-Za-z]; nothing is trimmed or folded.
func ParseText[T ~string | ~[]byte](s T) (Text, bool) {
	var t Text
	if len(s) != TextSize {
		return Text{}, false
	}
	for i := range t.characters {
		if strings.IndexByte(alphabet, s[i]) < 0 {
			return Text{}, false
		}
		t.characters[i] = s[i]
	}
	return t, true
}

// Reveal gives the characters, for the one answer that hands them to their owner.
func (t Text) Reveal() string { return string(t.characters[:]) }

// Digest is what is kept of the text.
func (t Text) Digest() session.Digest { return sha256.Sum256(t.characters[:]) }

// String hides the text.
func (t Text) String() string { return redacted }

// Format hides the text from every verb of fmt.
func (t Text) Format(f fmt.State, _ rune) {
	// fmt keeps no error of a Formatter, and reports the writer's own.
	_, _ = io.WriteString(f, redacted)
}

// LogValue hides the text from logs.
func (t Text) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText hides the text from JSON and its like.
func (t Text) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// newText draws a text. Six bits of a byte make a character unless they are one of
// the two numbers for which there is none: so all characters are equally likely.
func newText(random io.Reader) (Text, error) {
	var t Text
	n := 0
	// One round is too little once in 10^15; a source that fails eight is none.
	for range 8 {
		var b [64]byte
		if _, err := io.ReadFull(random, b[:]); err != nil {
			return Text{}, fmt.Errorf("apikey: no randomness: %w", err)
		}
		for _, c := range b {
			if c &= 63; int(c) < len(alphabet) && n < TextSize {
				t.characters[n] = alphabet[c]
				n++
			}
		}
		if n == TextSize {
			return t, nil
		}
	}
	return Text{}, errors.New("apikey: no randomness: the source repeats itself")
}

func newID(random io.Reader) (session.PublicID, error) {
	var id session.PublicID
	if _, err := io.ReadFull(random, id[:]); err != nil {
		return session.PublicID{}, fmt.Errorf("apikey: no randomness: %w", err)
	}
	if id == (session.PublicID{}) { // means none
		return id, errors.New("apikey: no randomness: the source gives zeros")
	}
	return id, nil
}
