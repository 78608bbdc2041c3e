package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// lifetime is a length of time that people give in days too: "90d", "12h", "1h30m".
type lifetime time.Duration

// UnmarshalText implements encoding.TextUnmarshaler.
func (l *lifetime) UnmarshalText(text []byte) error {
	const day = 24 * time.Hour
	if days, ok := strings.CutSuffix(string(text), "d"); ok {
		n, err := strconv.ParseUint(days, 10, 16)
		if err != nil || time.Duration(n) > 100*365 {
			return fmt.Errorf("%q is no number of days up to a hundred years", text)
		}
		*l = lifetime(time.Duration(n) * day)
		return nil
	}
	d, err := time.ParseDuration(string(text))
	if err != nil {
		return fmt.Errorf("%q is no length of time such as 90d, 12h or 30m", text)
	}
	*l = lifetime(d)
	return nil
}
