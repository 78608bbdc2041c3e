package sql

import (
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"
	"unicode/utf8"

	"countersign/session"
)

// micros is how times are stored: microseconds since 1970, UTC.
func micros(t time.Time) int64 { return t.UnixMicro() }

func fromMicros(n int64) time.Time { return time.UnixMicro(n).UTC() }

// optionalMicros stores the zero time, which stands for never, as 0.
func optionalMicros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return micros(t)
}

func fromOptionalMicros(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return fromMicros(n)
}

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func hexDigest(d session.Digest) any { return hex.EncodeToString(d[:]) }

// unhex reads an id as it was stored.
func unhex(to []byte, s string) error {
	if len(s) != 2*len(to) {
		return fmt.Errorf("sql: a stored id has %d digits, not %d", len(s), 2*len(to))
	}
	_, err := hex.Decode(to, []byte(s))
	return err
}

// storable tells whether both engines can keep s and give it back unchanged: UTF-8
// without NUL (Postgres error 22021).
func storable(s string) bool {
	return utf8.ValidString(s) && strings.IndexByte(s, 0) < 0
}

// refuse is the error for text that cannot be stored; nil if all of it can.
func refuse(texts ...string) error {
	for _, s := range texts {
		if !storable(s) {
			return errors.New("sql: text must be UTF-8 without NUL")
		}
	}
	return nil
}

// clean makes text for lists storable: what a client says of itself is worth no
// refused login.
func clean(s string) string {
	if storable(s) {
		return s
	}
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}

// optionalAddr writes an IP address, and the zero one as nothing.
func optionalAddr(a netip.Addr) (string, error) {
	if !a.IsValid() {
		return "", nil
	}
	return a.String(), refuse(a.Zone())
}

// fromOptionalAddr reads what optionalAddr wrote. What is no address is an error:
// taken for none it would open what was bound to it.
func fromOptionalAddr(s string) (netip.Addr, error) {
	if s == "" {
		return netip.Addr{}, nil
	}
	a, err := netip.ParseAddr(s)
	if err != nil {
		return a, fmt.Errorf("sql: a stored address: %w", err)
	}
	return a, nil
}
