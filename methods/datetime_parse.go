package methods

import (
	"encoding/base64"
	"strings"
	"time"
)

// ParseDateTime reads YYYYMMDDThh:mm:ss and YYYY-MM-DDThh:mm:ss, either with a fraction,
// which is dropped, and with Z, ±hh:mm or ±hhmm.
func ParseDateTime(text string) (Value, bool) {
	layout := "20060102T15:04:05"
	if len(text) > 4 && text[4] == '-' {
		layout = "2006-01-02T15:04:05"
	}
	if len(text) < len(layout) {
		return Value{}, false
	}
	rest := text[len(layout):]
	if strings.HasPrefix(rest, ".") {
		fraction := 1 + len(rest[1:]) - len(strings.TrimLeft(rest[1:], "0123456789"))
		if fraction == 1 {
			return Value{}, false
		}
		rest = rest[fraction:]
	}
	zoned := true
	switch {
	case rest == "":
		zoned = false
	case rest == "Z":
		layout += "Z07:00"
	case len(rest) == 6:
		layout += "-07:00"
	case len(rest) == 5:
		layout += "-0700"
	default:
		return Value{}, false
	}
	t, err := time.Parse(layout, text)
	if err != nil {
		return Value{}, false
	}
	if zoned {
		_, offset := t.Zone()
		return ZonedTime(t, offset/60), true
	}
	return FloatingTime(t), true
}

// textDate reads a date from a wire that has no dates of its own: what ParseDateTime
// reads, also with a blank for the T, without colons in the time, or the day alone
// (ISO 8601 basic and extended; bugzilla contract §8). No text is no date.
func textDate(text string) (Value, bool) {
	text = strings.TrimSpace(text)
	if text == "" {
		return EmptyDate(), true
	}
	day := len("20060102")
	if len(text) > 4 && text[4] == '-' {
		day = len("2006-01-02")
	}
	if len(text) == day {
		text += "T00:00:00"
	}
	if len(text) > day+1 && (text[day] == ' ' || text[day] == 'T') {
		clock := text[day+1:]
		if len(clock) >= 6 && strings.Trim(clock[:6], "0123456789") == "" {
			clock = clock[:2] + ":" + clock[2:4] + ":" + clock[4:]
		}
		text = text[:day] + "T" + clock
	}
	return ParseDateTime(text)
}

// textBytes reads base64 from a wire that has no binary data of its own. Blanks in it are
// rare, so they are looked for only when it cannot be read with them.
func textBytes(text string) ([]byte, bool) {
	b, err := base64.StdEncoding.DecodeString(text) // skips CR and LF
	if err != nil && strings.ContainsAny(text, " \t") {
		b, err = base64.StdEncoding.DecodeString(strings.NewReplacer(" ", "", "\t", "").Replace(text))
	}
	return b, err == nil
}
