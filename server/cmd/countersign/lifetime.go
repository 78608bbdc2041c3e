package main

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kong"
)

// lifetime is a length of time as parseLifetime reads it.
type lifetime time.Duration

// UnmarshalText implements encoding.TextUnmarshaler.
func (l *lifetime) UnmarshalText(text []byte) error {
	d, err := parseLifetime(string(text))
	*l = lifetime(d)
	return err
}

// parseLifetime reads a length of time that may be in days too: "90d", "12h", "1h30m".
func parseLifetime(text string) (time.Duration, error) {
	const day = 24 * time.Hour
	if days, ok := strings.CutSuffix(text, "d"); ok {
		n, err := strconv.ParseUint(days, 10, 16)
		if err != nil || time.Duration(n) > 100*365 {
			return 0, fmt.Errorf("%q is no number of days up to a hundred years", text)
		}
		return time.Duration(n) * day, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		return 0, fmt.Errorf("%q is no length of time such as 90d, 12h or 30m", text)
	}
	return d, nil
}

// lifetimes lets flags of the type time.Duration be given in days.
var lifetimes = kong.TypeMapper(reflect.TypeFor[time.Duration](), kong.MapperFunc(decodeLifetime))

func decodeLifetime(ctx *kong.DecodeContext, target reflect.Value) error {
	var text string
	if err := ctx.Scan.PopValueInto("duration", &text); err != nil {
		return err
	}
	d, err := parseLifetime(text)
	if err != nil {
		return err
	}
	target.SetInt(int64(d))
	return nil
}
