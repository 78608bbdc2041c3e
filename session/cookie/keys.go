package cookie

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
)

// Sizes of keys, in bytes (requirements SES-14).
const (
	signMin, signMax = 32, 64 // HMAC-SHA256; longer keys are hashed down by it
	encryptSize      = 32     // AES-256
	// maxPairs bounds the work on a cookie that no key has signed.
	maxPairs = 8
)

// Keys are what cookies are made and opened with. They print as "[redacted]".
type Keys struct{ pairs []keyPair }

type keyPair struct{ sign, encrypt []byte }

// ParseKeys reads the content of a key file: lines of two hexadecimal numbers with
// blanks between, the signing key of 32 to 64 bytes and the encryption key of 32.
// Empty lines and lines that begin with # say nothing. The first pair makes cookies,
// all of them open cookies. The error names the line and never quotes it.
func ParseKeys(text []byte) (*Keys, error) {
	k := &Keys{}
	lines := bufio.NewScanner(bytes.NewReader(text))
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		p, err := parsePair(strings.Fields(line))
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		k.pairs = append(k.pairs, p)
	}
	switch {
	case lines.Err() != nil:
		return nil, errors.New("not a list of keys")
	case len(k.pairs) == 0:
		return nil, errors.New("no keys in it")
	case len(k.pairs) > maxPairs:
		return nil, fmt.Errorf("%d pairs of keys, at most %d", len(k.pairs), maxPairs)
	}
	return k, nil
}

func parsePair(fields []string) (p keyPair, err error) {
	if len(fields) != 2 {
		return p, errors.New("a line has a signing key and an encryption key")
	}
	if p.sign, err = parseKey("signing", fields[0], signMin, signMax); err != nil {
		return p, err
	}
	if p.encrypt, err = parseKey("encryption", fields[1], encryptSize, encryptSize); err != nil {
		return p, err
	}
	if bytes.HasPrefix(p.sign, p.encrypt) {
		return p, errors.New("signing and encryption need keys of their own")
	}
	return p, nil
}

func parseKey(use, digits string, least, most int) ([]byte, error) {
	key, err := hex.DecodeString(digits)
	switch {
	case err != nil:
		return nil, fmt.Errorf("the %s key is not hexadecimal", use)
	case len(key) < least && least == most, len(key) > most && least == most:
		return nil, fmt.Errorf("the %s key has %d bytes; %d are needed", use, len(key), least)
	case len(key) < least || len(key) > most:
		return nil, fmt.Errorf("the %s key has %d bytes; %d to %d are needed", use, len(key), least, most)
	case sample(key):
		return nil, fmt.Errorf("the %s key is a sample, not a random number", use)
	}
	return key, nil
}

// sample tells keys that somebody typed from random ones: all bytes alike, a few
// repeated, or counted up. A random key is taken for one once in 10^30.
func sample(key []byte) bool {
	var seen [256]bool
	distinct, counted := 0, true
	for i, b := range key {
		if !seen[b] {
			seen[b] = true
			distinct++
		}
		counted = counted && b-key[0] == byte(i)*(key[1]-key[0])
	}
	return distinct < 8 || counted
}

// draw gives a new pair as a line of a key file.
func draw(random io.Reader) (string, error) {
	var b [signMax + encryptSize]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", fmt.Errorf("no randomness: %w", err)
	}
	return hex.EncodeToString(b[:signMax]) + " " + hex.EncodeToString(b[signMax:]) + "\n", nil
}

const redacted = "[redacted]"

// String hides the keys.
func (*Keys) String() string { return redacted }

// Format hides the keys from every verb of fmt.
func (*Keys) Format(f fmt.State, _ rune) {
	// fmt keeps no error of a Formatter, and reports the writer's own.
	_, _ = io.WriteString(f, redacted)
}

// LogValue hides the keys from logs.
func (*Keys) LogValue() slog.Value { return slog.StringValue(redacted) }
